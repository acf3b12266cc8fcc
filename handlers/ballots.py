"""Making a ballot: in two presses from an item, in one line, or step by step; always read back first."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from handlers import polling
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import Screen, View
from rules.ballots import (
    MOST_OPTIONS,
    QUESTION_LIMIT,
    Ballot,
    BallotStepOver,
    Closing,
    NoSuchItem,
    Plan,
    State,
    check_at_most,
    check_options,
    closings,
    read_closing,
)
from rules.counting import Method
from rules.meetings import State as MeetingState
from rules.meetings import written
from services import ballots
from services.binding import NotANumber
from services.calling import NoGroupYet
from storage import ballots as stored
from storage import homes, meetings, people

routes = Routes()

_MOST_KEYS = 8  # keys for "at most"; more is written
_PREFIX = re.compile(r"^\s*(?:\d{1,2}[.、)）]|[A-Ja-j甲乙丙丁戊己庚辛壬癸][.、:：)）])\s*")


class NewBallot(Button, code="bn"):
    """Puts an item of a meeting to the vote."""

    meeting: int
    item: int


class AskBallot(Button, code="bq"):
    """Begins a ballot step by step."""


class BallotKind(Button, code="bk"):
    """Says how people choose: a motion, one option, several."""

    kind: str


class TakeProposals(Button, code="bp"):
    """Takes an item's proposals as the options."""

    item: int


class LeaveBallot(Button, code="bc"):
    """Leaves the steps."""


class SetClosing(Button, code="bt"):
    """Says when a draft closes."""

    ballot: int
    when: str


class WriteClosing(Button, code="btw"):
    """Asks for another time, to be written."""

    ballot: int


class AskMost(Button, code="bma"):
    """Asks how many may be chosen."""

    ballot: int


class SetMost(Button, code="bm"):
    """Says how many may be chosen; 1 is a single choice."""

    ballot: int
    most: int


class StartBallot(Button, code="bo"):
    """What was read back is right: the ballot opens."""

    ballot: int


class DropBallot(Button, code="bx"):
    """Takes a draft back."""

    ballot: int


@routes.press(NewBallot)
async def put_to_the_vote(here: Here, button: NewBallot) -> None:
    """Read back a ballot on an item, with its proposals as options."""
    building = here.the_building()
    await ballots.check_convener(here.unit.conn, building.id, here.person.id)
    plan = await ballots.plan_of_item(here.unit.conn, building.id, button.meeting, button.item)
    await _read_back(here, plan)


@routes.command("vote", words=("投票", "vote"))
async def vote(here: Here, rest: str) -> None:
    """Make a ballot of one line, or show those that are open."""
    if not rest:
        await polling.list_open(here, AskBallot())
        return
    await ballots.check_convener(here.unit.conn, here.the_building().id, here.person.id)
    question, *texts = (part.strip() for part in re.split(r"[|｜\n]", rest))
    if texts:
        await _read_back(here, Plan(question, Method.SINGLE, _options(texts)))
    else:
        await _take_question(here, question)


@routes.press(AskBallot)
async def ask_question(here: Here, _button: AskBallot) -> None:
    """Begin step by step."""
    await ballots.check_convener(here.unit.conn, here.the_building().id, here.person.id)
    await here.begin("ballot", step="question")
    await here.say("ballots.ask_question", keys=_leave(here))


@routes.dialogue("ballot")
async def go_on(here: Here, data: dict[str, Any]) -> None:
    """Take in what was written, step by step."""
    text = here.heard.text
    match data["step"]:
        case "question":
            await _take_question(here, text)
        case "kind":
            await _ask_kind(here, data["question"])
        case "options":
            await _take_options(here, data, _options(text.splitlines() if "\n" in text else _split(text)))
        case "most":
            await _read_back(here, _plan(data, tuple(data["options"]), _number(text, len(data["options"]))))
        case "closing":
            await _take_closing(here, data["ballot"], text)
        case _:
            await _take_most(here, data["ballot"], text)


async def _take_question(here: Here, text: str) -> None:
    question = written(text, QUESTION_LIMIT)
    await here.begin("ballot", step="kind", question=question)
    await _ask_kind(here, question)


async def _ask_kind(here: Here, question: str) -> None:
    kinds = (Method.MOTION, Method.SINGLE, Method.APPROVAL)
    rows = tuple((here.key(f"ballot_{kind}", BallotKind(str(kind))),) for kind in kinds)
    await here.say("ballots.ask_kind", question=question, keys=(*rows, *_leave(here)))


@routes.press(BallotKind)
async def choose_kind(here: Here, button: BallotKind) -> None:
    """A motion is complete; a choice needs its options."""
    data = await _dialogue(here, "kind")
    if button.kind == Method.MOTION:
        await _read_back(here, Plan(data["question"], Method.MOTION, ()))
        return
    kind = Method.APPROVAL if button.kind == Method.APPROVAL else Method.SINGLE
    await here.begin("ballot", step="options", question=data["question"], method=str(kind))
    keys = tuple(
        (here.key("ballot_proposals", TakeProposals(item), title=title[:20], count=count),)
        for item, title, count in await _items_with_proposals(here)
    )
    await here.turn("ballots.ask_options", keys=(*keys, *_leave(here)), question=data["question"])


async def _items_with_proposals(here: Here) -> list[tuple[int, str, int]]:
    conn, building = here.unit.conn, here.the_building()
    found = []
    for meeting in await meetings.of_building(conn, building.id, MeetingState.OPEN):
        for item in await meetings.items_of(conn, meeting.id):
            count = len(await meetings.proposals_of(conn, [item.id]))
            if count > 1:
                found.append((item.id, item.title, count))
    return found


@routes.press(TakeProposals)
async def take_proposals(here: Here, button: TakeProposals) -> None:
    """An item's proposals are the options; their pictures come along."""
    data = await _dialogue(here, "options")
    conn, building = here.unit.conn, here.the_building()
    item = await meetings.find_item(conn, button.item)
    if item is None:
        raise NoSuchItem
    plan = await ballots.plan_of_item(conn, building.id, item.meeting_id, item.id)
    more = {"meeting": item.meeting_id, "item": item.id, "pictures": list(plan.pictures)}
    await _take_options(here, data | more, plan.texts)


async def _take_options(here: Here, data: dict[str, Any], texts: tuple[str, ...]) -> None:
    texts = check_options(texts)
    if data["method"] == Method.SINGLE:
        await _read_back(here, _plan(data, texts, 1))
        return
    await here.begin("ballot", **data | {"step": "most", "options": list(texts)})
    await here.say("ballots.ask_most", count=len(texts), keys=_leave(here))


def _plan(data: dict[str, Any], texts: tuple[str, ...], at_most: int) -> Plan:
    pictures = tuple(data.get("pictures", ()))
    return Plan(
        data["question"],
        Method(data["method"]),
        texts,
        at_most,
        pictures,
        data.get("meeting"),
        data.get("item"),
    )


async def _read_back(here: Here, plan: Plan) -> None:
    ballot = await ballots.draft(here.unit, here.the_building(), here.person.id, plan)
    await here.finish()
    await here.show("ballot_draft", ballot.id)


@routes.card("ballot_draft")
async def draw_draft(view: View, ballot_id: int) -> Screen | None:
    """A draft as it will be asked, with all that can still be changed."""
    ballot = await stored.find(view.conn, ballot_id)
    if ballot is None:
        return None
    building = await homes.building(view.conn, ballot.building_id)
    facts = polling.facts(ballot, building.zone, view.now, lines=MOST_OPTIONS)
    if ballot.state is not State.DRAFT:
        return Screen(view.html("ballots.draft_opened", **facts))
    closing = [
        Key(view.label(f"ballot_{when}"), SetClosing(ballot.id, str(when)))
        for when in closings(view.now, ZoneInfo(building.zone))
    ]
    closing.append(Key(view.label("ballot_write_closing"), WriteClosing(ballot.id)))
    keys: Keys = (
        tuple(closing[:3]),
        tuple(closing[3:]),
        *_way_of_choosing(view, ballot),
        (Key(view.label("ballot_start"), StartBallot(ballot.id)),),
        (Key(view.label("cancel"), DropBallot(ballot.id)),),
    )
    return Screen(view.html("ballots.draft", **facts), keys)


def _way_of_choosing(view: View, ballot: Ballot) -> Keys:
    if ballot.method is Method.MOTION:
        return ()
    several = Key(view.label("ballot_several"), AskMost(ballot.id))
    if ballot.method is Method.SINGLE:
        return ((several,),)
    return ((Key(view.label("ballot_single"), SetMost(ballot.id, 1)), several),)


@routes.press(SetClosing)
async def set_closing(here: Here, button: SetClosing) -> None:
    """Close at one of the times offered, as they are now."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    offered = {str(when): at for when, at in closings(here.now, ZoneInfo(building.zone)).items()}
    await ballots.set_closing(here.unit, ballot, offered.get(button.when, offered[str(Closing.TOMORROW)]))


@routes.press(WriteClosing)
async def ask_closing(here: Here, button: WriteClosing) -> None:
    """Ask for a time of one's own."""
    await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await here.begin("ballot", step="closing", ballot=button.ballot)
    await here.say("ballots.ask_closing", keys=_leave(here))


async def _take_closing(here: Here, ballot_id: int, text: str) -> None:
    ballot = await ballots.check_draft(here.unit, ballot_id, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    closes_at = read_closing(text, here.now, ZoneInfo(building.zone))
    await ballots.set_closing(here.unit, ballot, closes_at)
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(AskMost)
async def ask_most(here: Here, button: AskMost) -> None:
    """Ask how many may be chosen."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await here.begin("ballot", step="draft_most", ballot=ballot.id)
    counts = range(2, min(len(ballot.options), _MOST_KEYS) + 1)
    keys = tuple(Key(str(most), SetMost(ballot.id, most)) for most in counts)
    await here.say("ballots.ask_most", count=len(ballot.options), keys=(keys, *_leave(here)))


async def _take_most(here: Here, ballot_id: int, text: str) -> None:
    ballot = await ballots.check_draft(here.unit, ballot_id, here.person.id)
    await ballots.set_most(here.unit, ballot, _number(text, len(ballot.options)))
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(SetMost)
async def set_most(here: Here, button: SetMost) -> None:
    """So many may be chosen."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await ballots.set_most(here.unit, ballot, button.most)
    await here.finish()
    await here.tell("ballots.most_set", most=button.most)


@routes.press(StartBallot)
async def start(here: Here, button: StartBallot) -> None:
    """Open the ballot: its pictures and its card go to the building's group."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    building = await homes.building(here.unit.conn, ballot.building_id)
    group = await people.group_of(here.unit.conn, building.id)
    if group is None or group.state != "here":
        raise NoGroupYet
    ballot = await ballots.begin(here.unit, building, ballot)
    await polling.announce(here, building, group, ballot)
    await here.tell("ballots.started")


@routes.press(DropBallot)
async def drop(here: Here, button: DropBallot) -> None:
    """Take the draft back; nothing was asked."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    await ballots.drop(here.unit, ballot)
    await here.turn("ballots.dropped", keys=((here.key("ballot_new", AskBallot()),),))


@routes.press(LeaveBallot)
async def leave(here: Here, _button: LeaveBallot) -> None:
    """Leave the steps; a draft that was read back stays as it is."""
    await here.finish()
    await here.turn("ballots.left", keys=((here.key("ballot_new", AskBallot()),),))


def _leave(here: Here) -> Keys:
    return ((here.key("cancel", LeaveBallot()),),)


async def _dialogue(here: Here, step: str) -> dict[str, Any]:
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "ballot" or dialogue[1]["step"] != step:
        raise BallotStepOver
    return dialogue[1]


def _split(text: str) -> list[str]:
    return re.split(r"[|｜;；]", text)


def _options(texts: list[str]) -> tuple[str, ...]:
    """The options without the numbers or letters people put before them."""
    return tuple(_PREFIX.sub("", text).strip() for text in texts if text.strip())


def _number(text: str, options: int) -> int:
    found = re.search(r"\d{1,3}", text)
    if found is None:
        raise NotANumber(least=2, most=options)
    check_at_most(int(found[0]), options)
    return int(found[0])
