"""Making a ballot: in two presses from an item, in one line, or step by step; always read back first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from handlers import asking, polling
from handlers.buttons import Button, Keys
from handlers.here import Here
from handlers.routes import Routes
from rules.asked import ELECTIONS, FIRST, FURTHER, PROPOSED, Asked
from rules.ballots import (
    QUESTION_LIMIT,
    BallotStepOver,
    NoSuchItem,
    Plan,
    check_at_most,
    check_options,
    check_seats,
    plan_of,
)
from rules.counting import Method
from rules.counting.question import YES_OR_NO
from rules.meetings import State as MeetingState
from rules.meetings import written
from rules.money import NoBudget, NoCost, read_costs, read_yuan
from rules.voters import Basis
from services import ballots, item_plans
from services.binding import NotANumber
from storage import meetings, people

routes = Routes()

NOTHING: Mapping[str, Any] = MappingProxyType({})
_KEPT = ("question", "asked", "draft", "meeting", "item")  # when the options are to be written
_WRITTEN = ("options", "pictures", "labels")  # when they are there
_BETWEEN = (re.compile(r"[|｜\n]"), re.compile(r"\s/\s|／"), re.compile(r"[;；]"))  # the first that is there
_IN_A_ROW = (re.compile("、"), re.compile("，"))  # where options stand alone: there are two at least
_PREFIX = re.compile(r"^\s*(?:\d{1,2}[.、)）]|[A-Ja-j甲乙丙丁戊己庚辛壬癸][.、:：)）])\s*")


class NewBallot(Button, code="bn"):
    """Puts an item of a meeting to the vote."""

    meeting: int
    item: int


class AskBallot(Button, code="bq"):
    """Begins a ballot step by step."""


class BallotKind(Button, code="bk"):
    """Says what kind of question it is."""

    kind: str


class AskKindAnew(Button, code="bka"):
    """Asks anew what kind of question a draft is; what was written stays."""

    ballot: int


class MoreKinds(Button, code="bke"):
    """Shows the kinds of question that come up more rarely."""


class TakeProposals(Button, code="bp"):
    """Takes an item's proposals as the options."""

    item: int


class LeaveBallot(Button, code="bc"):
    """Leaves the steps."""


@routes.press(NewBallot)
async def put_to_the_vote(here: Here, button: NewBallot) -> None:
    """Read back a ballot on an item, with its proposals as options."""
    building = here.the_building()
    await ballots.check_convener(here.unit.conn, building.id, here.person.id)
    plan = await item_plans.of_item(here.unit.conn, building.id, button.meeting, button.item)
    await _read_back(here, plan)


@routes.command("vote", "ballot", words=("投票", "发起投票", "vote"))
async def vote(here: Here, rest: str) -> None:
    """Make a ballot of one line, or show those that are open."""
    await asking.check_no_vote(here)
    if not rest:
        await polling.list_open(here, AskBallot())
        return
    await ballots.check_convener(here.unit.conn, here.the_building().id, here.person.id)
    question, *texts = (part.strip() for part in _parts(rest))
    if texts:
        await _read_back(here, Plan(question, Method.SINGLE, _options(texts)))
    else:
        await _take_question(here, question)


@routes.press(AskBallot)
async def ask_question(here: Here, _button: AskBallot) -> None:
    """Begin step by step."""
    await ballots.check_convener(here.unit.conn, here.the_building().id, here.person.id)
    await here.begin("ballot", step="question")
    await here.say("ballots.ask_question", keys=leave_key(here))


@routes.dialogue("ballot")
async def go_on(here: Here, data: dict[str, Any]) -> None:
    """Take in what was written, step by step."""
    text = here.heard.text
    match data["step"]:
        case "question":
            await _take_question(here, text)
        case "kind":
            await _ask_kind(here, data["question"])
        case "budget":
            await _take_budget(here, data, text)
        case "costs":
            texts, costs = read_costs(_lines(text))
            await _take_options(here, data | {"costs": list(costs)}, texts)
        case "options":
            await _take_options(here, data, _options(_lines(text)))
        case "seats":
            seats = read_seats(text, len(data["options"]))
            await _read_back(here, _plan(data, at_most=seats, seats=seats), data)
        case _:
            await _read_back(here, _plan(data, at_most=read_most(text, len(data["options"]))), data)


def _lines(text: str) -> list[str]:
    """What was written one a line; in a single line, what stands between the marks people use."""
    if "\n" in text:
        return text.splitlines()
    numbered = _PREFIX.match(text) and text.count("、") == 1  # one option, and not the number and it
    return _parts(text, _BETWEEN if numbered else (*_BETWEEN, *_IN_A_ROW))


async def _take_question(here: Here, text: str) -> None:
    question = written(text, QUESTION_LIMIT)
    await here.begin("ballot", step="kind", question=question)
    await _ask_kind(here, question)


async def _ask_kind(here: Here, question: str) -> None:
    more = (here.key("asked_more", MoreKinds()),)
    keys = (*_kind_keys(here, FIRST), more, *leave_key(here))
    await here.say("ballots.ask_kind", question=question, kinds=_told(here, FIRST), keys=keys)


def _told(here: Here, kinds: Iterable[Asked]) -> list[tuple[str, str]]:
    """Each kind by its name, with one sentence on how it is decided."""
    return [
        (
            here.label(here.lang, f"asked_{kind}"),
            here.words.plain(here.lang, "ballots.kind_means", kind=str(kind)),
        )
        for kind in kinds
    ]


def _kind_keys(here: Here, kinds: Iterable[Asked]) -> Keys:
    return tuple((here.key(f"asked_{kind}", BallotKind(str(kind))),) for kind in kinds)


@routes.press(MoreKinds)
async def show_more_kinds(here: Here, _button: MoreKinds) -> None:
    """Show the other kinds, those first that a law settles."""
    data = await _dialogue(here, "kind")
    keys = (*_kind_keys(here, FURTHER), *leave_key(here))
    await here.turn("ballots.ask_kind", question=data["question"], kinds=_told(here, FURTHER), keys=keys)


@routes.press(BallotKind)
async def choose_kind(here: Here, button: BallotKind) -> None:
    """A yes or no is complete; money needs its sum first, all others their options."""
    data = await _dialogue(here, "kind")
    if button.kind not in set(Asked):
        raise BallotStepOver
    kind = await ballots.take_kind(here.unit.conn, here.the_building(), Asked(button.kind))
    data = data | {"asked": str(kind)}
    if PROPOSED[kind].method in YES_OR_NO:
        await _read_back(here, _plan(data | {"options": ()}), data)
        return
    step = "budget" if kind is Asked.MONEY else "options"
    if step == "options" and data.get("options"):
        await _take_options(here, data, tuple(data["options"]))
        return
    kept = _KEPT if step == "options" or not _tell_costs(data) else (*_KEPT, *_WRITTEN)
    await here.begin("ballot", **{name: data[name] for name in kept if name in data}, step=step)
    keys = await _proposal_keys(here) if step == "options" else ()
    await here.turn(
        f"ballots.ask_{step}", keys=(*keys, *leave_key(here)), question=data["question"], kind=str(kind)
    )


def _tell_costs(data: Mapping[str, Any]) -> bool:
    """Whether each option that was written says what it costs."""
    try:
        return bool(read_costs(data.get("options", ()))[0])
    except NoCost:
        return False


async def _take_budget(here: Here, data: dict[str, Any], text: str) -> None:
    budget = read_yuan(text)
    if budget is None:
        raise NoBudget
    data = data | {"budget": budget}
    if data.get("options"):
        texts, costs = read_costs(data["options"])
        await _take_options(here, data | {"costs": list(costs)}, texts)
        return
    await here.begin("ballot", **data | {"step": "costs"})
    keys = (*(await _proposal_keys(here)), *leave_key(here))
    await here.say("ballots.ask_costs", budget=budget, keys=keys)


async def _proposal_keys(here: Here) -> Keys:
    """A key for each item under discussion whose proposals could be the options."""
    return tuple(
        (here.key("ballot_proposals", TakeProposals(item), title=title[:20], count=count),)
        for item, title, count in await _items_with_proposals(here)
    )


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
    """An item's proposals are the options; their pictures come along, and their costs where they say them."""
    data = await _dialogue(here, "options", "costs")
    conn, building = here.unit.conn, here.the_building()
    await ballots.check_convener(conn, building.id, here.person.id)
    item = await meetings.find_item(conn, button.item)
    if item is None:
        raise NoSuchItem
    plan = await item_plans.of_item(conn, building.id, item.meeting_id, item.id)
    more: dict[str, Any] = {"meeting": item.meeting_id, "item": item.id}
    more |= {"pictures": list(plan.pictures), "labels": list(plan.labels)}
    texts = plan.texts
    if data["step"] == "costs":
        texts, costs = read_costs(texts)
        more["costs"] = list(costs)
    await _take_options(here, data | more, texts)


async def _take_options(here: Here, data: dict[str, Any], texts: tuple[str, ...]) -> None:
    texts = check_options(texts)
    data = data | {"options": list(texts)}
    kind = Asked(data["asked"])
    ask = "seats" if kind in ELECTIONS else "most" if kind is Asked.SEVERAL else None
    if ask is None:
        await _read_back(here, _plan(data), data)
        return
    await here.begin("ballot", **data | {"step": ask})
    await here.say(f"ballots.ask_{ask}", count=len(texts), basis=str(Basis.HOUSEHOLD), keys=leave_key(here))


def _plan(data: dict[str, Any], *, at_most: int = 1, seats: int = 1) -> Plan:
    asked = Asked(data["asked"])
    one_of_several = PROPOSED[asked].method is Method.APPROVAL and at_most == 1
    return Plan(
        data["question"],
        Method.SINGLE if one_of_several else PROPOSED[asked].method,
        tuple(data["options"]),
        at_most,
        tuple(data.get("pictures", ())),
        data.get("meeting"),
        data.get("item"),
        seats,
        data.get("budget"),
        tuple(data.get("costs", ())),
        labels=tuple(data.get("labels", ())),
        asked=asked,
        basis=PROPOSED[asked].basis,
    )


async def _read_back(here: Here, plan: Plan, data: Mapping[str, Any] = NOTHING) -> None:
    """Read back a new draft, or the one whose kind was asked anew."""
    building = here.the_building()
    if "draft" in data:
        ballot = await ballots.check_draft(here.unit, data["draft"], here.person.id)
        await ballots.ask_as(here.unit, building, ballot, plan)
    else:
        ballot = await ballots.draft(here.unit, building, here.person.id, plan)
    await here.finish()
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.press(AskKindAnew)
async def ask_kind_anew(here: Here, button: AskKindAnew) -> None:
    """Ask what kind of question a draft is, and go on as the wizard does with what was written already."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    plan = plan_of(ballot)
    known: dict[str, Any] = {"question": plan.question, "draft": ballot.id}
    known |= {"meeting": plan.meeting_id, "item": plan.item_id}
    if plan.texts:
        known |= {"options": plan.texts, "pictures": plan.pictures, "labels": plan.labels}
    await here.begin("ballot", step="kind", **known)
    await _ask_kind(here, ballot.question)


@routes.press(LeaveBallot)
async def leave(here: Here, _button: LeaveBallot) -> None:
    """Leave the steps; a draft that was read back stays as it is."""
    await here.finish()
    await here.turn("ballots.left", keys=((here.key("ballot_new", AskBallot()),),))


def leave_key(here: Here) -> Keys:
    """The way out of the steps."""
    return ((here.key("cancel", LeaveBallot()),),)


async def _dialogue(here: Here, *steps: str) -> dict[str, Any]:
    dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    if dialogue is None or dialogue[0] != "ballot" or dialogue[1]["step"] not in steps:
        raise BallotStepOver
    return dialogue[1]


def _parts(text: str, marks: Sequence[re.Pattern[str]] = _BETWEEN) -> list[str]:
    """A question and its options, or options alone, in one line: 怎么划 / 甲案 / 乙案, or with | or ;."""
    mark = next((mark for mark in marks if mark.search(text)), marks[0])
    return mark.split(text)


def _options(texts: list[str]) -> tuple[str, ...]:
    """The options without the numbers or letters people put before them."""
    return tuple(_PREFIX.sub("", text).strip() for text in texts if text.strip())


def read_seats(text: str, options: int) -> int:
    """How many are elected, as written. Raises SeatsOutOfRange."""
    found = re.search(r"\d{1,3}", text)
    seats = int(found[0]) if found else 0
    check_seats(Method.STV, seats, options)
    return seats


def read_most(text: str, options: int) -> int:
    """How many may be chosen, as written. Raises NotANumber, AtMostOutOfRange."""
    found = re.search(r"\d{1,3}", text)
    if found is None:
        raise NotANumber(least=2, most=options)
    check_at_most(int(found[0]), options)
    return int(found[0])
