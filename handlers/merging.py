"""Two proposals become one: the chair words it, and each who made one is asked in private."""

from __future__ import annotations

from typing import Any

from handlers import asking
from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.proposals import MergeWith, about_led
from handlers.routes import Routes
from rules.proposals import Merge, MergePart, MergeState, label
from services import merging, proposals
from services.proposals import Place
from storage import meetings
from storage import proposals as stored

routes = Routes()


class AnswerMerge(Button, code="opy"):
    """Consents to a merger of one's proposal, or does not."""

    merge: int
    yes: int


@routes.press(MergeWith)
async def ask_merge(here: Here, button: MergeWith) -> None:
    """Ask with which other, then for the words of both in one."""
    building, place = await about_led(here, button.first)
    pair = (button.first, button.second)
    standing = await merging.check_merge(here.unit.conn, building, here.person, place.item.id, *pair)
    names = {one.id: name for name, one in standing}
    if not button.second:
        others = [one for one in names if one != button.first]
        keys = tuple((Key(f"🧩 {names[one]}", MergeWith(button.first, one)),) for one in others)
        await here.turn("proposals.ask_second", keys=keys, place=place)
        return
    data = {"item": place.item.id, "first": button.first, "second": button.second}
    both = sorted(pair, key=list(names).index)
    named = [names[one] for one in both]
    await asking.ask(here, "merge", "proposals.ask_merged", data=data, names=named)


@routes.dialogue("merge")
async def hear_merge(here: Here, data: dict[str, Any]) -> None:
    """Take in the words of the one, and ask those who made the two."""
    building, place = await about_led(here, data["first"])
    pair = (data["first"], data["second"])
    found, parts = await merging.merge(here.unit, building, here.person, data["item"], pair, here.heard.text)
    await asking.finish(here)
    if found.state == MergeState.DONE:
        await here.say("proposals.merge_done")
        await _announce(here, place, found, parts)
        return
    await here.say("proposals.merge_asked")
    for person_id in {part.person_id for part in parts if part.agreed is None}:
        await _ask(here, place, found, parts, person_id)


async def _ask(here: Here, place: Place, found: Merge, parts: list[MergePart], person_id: int) -> None:
    """Ask in private; whom no private message reaches, in the group, where only they can answer."""
    keys = (
        (here.key("merge_yes", AnswerMerge(found.id, 1)),),
        (here.key("merge_no", AnswerMerge(found.id, 0)),),
    )
    facts = {
        "item": place.item,
        "names": await _names(here, place, parts),
        "texts": [(await meetings.proposal(here.unit.conn, part.proposal_id)).text for part in parts],
        "text": found.text,
    }
    if not await here.tell_person(person_id, "proposals.ask_consent", keys=keys, **facts):
        await here.say_to_building(place.building, "proposals.ask_consent", keys=keys, **facts)


async def _names(here: Here, place: Place, parts: list[MergePart]) -> list[str]:
    most = (await stored.most_numbers(here.unit.conn, [place.item.id]))[place.item.id]
    made = [await meetings.proposal(here.unit.conn, part.proposal_id) for part in parts]
    return [label(one.number, most, place.building.lang) for one in made]


@routes.press(AnswerMerge)
async def answer(here: Here, button: AnswerMerge) -> None:
    """Consent, or leave both as they are."""
    found, parts, place = await merging.answer_merge(
        here.unit, here.person, button.merge, agreed=bool(button.yes)
    )
    await here.turn("proposals.merge_answered", agreed=bool(button.yes), state=found.state)
    if found.state == MergeState.DECLINED:
        names = await _names(here, place, parts)
        await here.tell_person(found.by_id, "proposals.merge_declined", names=names, item=place.item)
    elif found.state == MergeState.DONE:
        await _announce(here, place, found, parts)


async def _announce(here: Here, place: Place, found: Merge, parts: list[MergePart]) -> None:
    """Tell the group what the two have become, and show it."""
    standing = await meetings.proposals_of(here.unit.conn, [place.item.id])
    merged = await proposals.place_of(here.unit.conn, standing[-1])
    facts = {"names": await _names(here, place, parts), "name": merged.name, "text": found.text}
    await here.say_to_building(place.building, "proposals.merged", item=place.item, **facts)
    await here.show_building(place.building, "proposal", merged.proposal.id)
    await proposals.renew_cards(here.unit, place.item.id)
