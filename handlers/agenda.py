"""The agenda: items and proposals, with pictures, written one after the other until the notice goes out."""

from __future__ import annotations

from functools import partial
from typing import Any

from handlers.buttons import Key, Keys
from handlers.calendar import rows
from handlers.draft import AddItems, AddProposals, CutItem, DropItem, ShowDraft, cut_keys, show_draft
from handlers.here import Here
from handlers.routes import Routes
from rules.meetings import Item, Meeting, NothingOnTheAgenda, check_draft
from services import calling
from services.proposals import place_of
from storage import meetings

routes = Routes()


def _done_row(here: Here, meeting: Meeting) -> Keys:
    return ((here.key("done", ShowDraft(meeting.id)),),)


async def _draft(here: Here, meeting_id: int) -> Meeting:
    meeting, here.building = await calling.led(here.unit, meeting_id, here.person.id)
    check_draft(meeting)
    return meeting


async def _items(here: Here, meeting_id: int) -> tuple[Meeting, list[Item]]:
    """A draft and its items. Raises NothingOnTheAgenda where it has none."""
    draft = await _draft(here, meeting_id)
    agenda = await meetings.items_of(here.unit.conn, draft.id)
    if not agenda:
        raise NothingOnTheAgenda
    return draft, agenda


@routes.press(AddItems)
async def begin_items(here: Here, button: AddItems) -> None:
    """Begin to take in items."""
    await ask_items(here, await _draft(here, button.meeting))


async def ask_items(here: Here, draft: Meeting) -> None:
    """Ask what the meeting is about."""
    await here.begin("agenda", meeting=draft.id, item=0)
    await here.turn("agenda.ask_items", keys=_done_row(here, draft), in_group=here.chat.kind == "group")


@routes.press(AddProposals)
async def begin_proposals(here: Here, button: AddProposals) -> None:
    """Begin to take in proposals for an item; with several items, ask for which."""
    draft, agenda = await _items(here, button.meeting)
    if not button.item and len(agenda) > 1:
        choices = [Key(_label(item), AddProposals(draft.id, item.id)) for item in agenda]
        await here.turn("agenda.which_item", keys=(*rows(choices, 1), *_done_row(here, draft)))
        return
    item = await calling.item_on(here.unit, draft, button.item or agenda[0].id)
    await here.begin("agenda", meeting=draft.id, item=item.id)
    await here.turn(
        "agenda.ask_proposals", keys=_done_row(here, draft), item=item, in_group=here.chat.kind == "group"
    )


@routes.dialogue("agenda")
async def hear_agenda(here: Here, data: dict[str, Any]) -> None:
    """Take in items, one a line, or a proposal: a text, a picture, or a picture with its text."""
    draft = await _draft(here, data["meeting"])
    keys = _done_row(here, draft)
    in_group = here.chat.kind == "group"
    if not data["item"]:
        added = await calling.add_items(here.unit, draft, here.heard.text)
        cuts = cut_keys(partial(here.label, here.lang), added)
        await here.say("agenda.items_added", keys=(*cuts, *keys), items=added, in_group=in_group)
        return
    proposal = await calling.add_proposal(
        here.unit, draft, data["item"], here.heard.text, here.heard.picture, here.person.id
    )
    name = (await place_of(here.unit.conn, proposal)).name
    await here.say("agenda.proposal_added", keys=keys, label=name, proposal=proposal, in_group=in_group)


@routes.press(CutItem)
async def cut_item(here: Here, button: CutItem) -> None:
    """Make an item the several topics it names."""
    draft = await _draft(here, button.meeting)
    items = await calling.cut_item(here.unit, draft, button.item)
    await here.tell("agenda.cut", count=len(items))
    await show_draft(here, draft)


@routes.press(DropItem)
async def drop_item(here: Here, button: DropItem) -> None:
    """Take an item off the agenda; first ask which."""
    draft, agenda = await _items(here, button.meeting)
    if not button.item:
        choices = [Key(f"✕ {_label(item)}", DropItem(draft.id, item.id)) for item in agenda]
        await here.turn("agenda.which_to_drop", keys=(*rows(choices, 1), *_done_row(here, draft)))
        return
    dropped = await calling.drop_item(here.unit, draft, button.item)
    await here.tell("agenda.dropped", item=dropped)
    await show_draft(here, draft)


def _label(item: Item, limit: int = 40) -> str:
    label = f"{item.number}. {item.title}"
    return label if len(label) <= limit else f"{label[: limit - 1]}…"
