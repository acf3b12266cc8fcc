"""A result: its card and picture, how it came about, whether one's vote is in it, what is held against it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.reached import each_told, reached, silence_told
from handlers.routes import Routes
from handlers.speech import Made, Screen, Speech, View, number_in
from handlers.words import yuan
from paper.pictures import Bar, result_picture
from rules.ballots import Ballot, State
from rules.counting import Kind, Method, Step, explain
from rules.counting.question import BUDGETS
from rules.exchange.amounts import amount_text
from rules.results import Standing, may_show, standings, verdict
from rules.secrecy import Secrecy
from rules.votes import NotThisBallot
from rules.ways import BLOCK, Choice
from services import ballots, results
from storage import ballots as stored
from storage import homes, objections
from storage.outbox import Due

routes = Routes()

_LINES, _FEW_LINES = 8, 6  # options a card lists below its picture: of few, and of many
_NAMED = 24  # winners a card names
_ROW = 10  # characters of a name in a row of figures
_HEADLINE = 300  # characters for their names
_ALERT = 120  # characters for the names in an alert
_MOST_TOLD = 3000  # characters of the steps of a count
_ONE_TOLD = 50  # characters of what one option reached
_VERBATIM = frozenset({"reason", "seed", "about"})  # what may read like an option's number and is none
_SUMS = frozenset({"share", "from_", "budget", "cost", "left", "each_at_most"})


class MyVote(Button, code="rm"):
    """Asks whether one's vote was counted."""

    ballot: int


class AnswerObjection(Button, code="ra"):
    """Begins to answer an objection."""

    objection: int


class LeaveObjection(Button, code="rc"):
    """Leaves it unwritten."""


@routes.card("result")
async def draw(view: View, ballot_id: int) -> Screen | None:
    """The outcome, the figures, the rule, who took part, and until when it may be objected to."""
    ballot = await stored.find(view.conn, ballot_id)
    if ballot is None or ballot.state is not State.CLOSED:
        return None
    known = await _facts(view, ballot)
    picture = {"make": "result_picture", "about": ballot.id, "lang": view.lang}
    over = known["published"].over
    return Screen(view.html("results.card", **known), _keys(view, ballot, known), picture, over=over)


async def _facts(view: View, ballot: Ballot) -> dict[str, Any]:
    building = await homes.building(view.conn, ballot.building_id)
    rows = standings(ballot)
    assert ballot.result is not None
    return {
        "ballot": ballot,
        "building": building,
        "result": ballot.result,
        "rows": rows,
        "lines": [(row, _figure(view, ballot, row)) for row in _shown(rows)],
        "reasons": ballot.result.get("reasons", []),
        "blocked": ballot.method is Method.CONSENT and ballot.result["votes"][BLOCK - 1] != 0,
        "spent": sum(ballot.options[number - 1].cost or 0 for number in ballot.result["won"]),
        "won": [ballot.options[number - 1] for number in ballot.result["won"]],
        "tied": [ballot.options[number - 1] for number in ballot.result["tied"]],
        "named": _named_winners(ballot),
        "names": {option.number: ballot.name_of(option.number, _ROW) for option in ballot.options},
        "shown": may_show(ballot.result),
        "published": await results.published(view.conn, ballot, building.zone, view.now),
        "zone": building.zone,
        "head": await ballots.posted_head(view.conn, ballot, "closed"),
        "asked": ballot.threshold.named(view.lang) if ballot.threshold else None,
        "reached": reached(verdict(ballot)),
        "silence": silence_told(ballot),
        "each": each_told(ballot)[:_LINES],
    }


def _named_winners(ballot: Ballot) -> dict[str, list[str]]:
    """Those that won and those that tied by name, as long as there is room on a card."""
    assert ballot.result is not None
    won, tied = tuple(ballot.result["won"])[:_NAMED], tuple(ballot.result["tied"])[:_NAMED]
    width = max(6, min(20, _HEADLINE // max(1, len(won) + len(tied)) - 4))
    return {
        "won": [ballot.name_of(number, width) for number in won],
        "tied": [ballot.name_of(number, width) for number in tied],
    }


def _keys(view: View, ballot: Ballot, known: dict[str, Any]) -> Keys:
    published: results.Published = known["published"]
    rows = [
        (Key(view.label("result_how"), link=view.link(f"bh_{ballot.id}")),),
        (Key(view.label("result_mine"), MyVote(ballot.id)),),
    ]
    if ballot.secrecy is Secrecy.NAMED and ballot.result is not None and may_show(ballot.result):
        rows.append((Key(view.label("result_record"), link=view.link(f"bw_{ballot.id}")),))
    last = []
    if not published.over:
        last.append(Key(view.label("result_object"), link=view.link(f"bo_{ballot.id}")))
    if published.objections:
        last.append(Key(view.label("result_objections"), link=view.link(f"bs_{ballot.id}")))
    return (*rows, tuple(last)) if last else tuple(rows)


@routes.maker("result_picture")
async def paint(view: View, ballot_id: int) -> Made:
    """The result as a picture; painted off the loop."""
    ballot = await stored.get(view.conn, ballot_id)
    known = await _facts(view, ballot)
    lines = view.words.plain(view.lang, "results.picture_facts", **known).splitlines()
    labels = {name: [option.label for option in known[name]] for name in ("won", "tied")}
    content = await asyncio.to_thread(
        result_picture,
        ballot.question,
        [_bar(view, ballot, row) for row in known["rows"]],
        [line for line in lines if line.strip()],
        outcome=view.words.plain(view.lang, "results.outcome", **known | {"named": labels}),
        head=f"{known['building'].community} · {known['building'].name}",
        foot=view.words.plain(view.lang, "results.picture_foot", **known),
        language=view.lang,
        font=view.font,
    )
    return Made(f"result-{ballot.id}.png", content)


def _shown(rows: list[Standing]) -> list[Standing]:
    """The rows of figures that a card lists: bars and the others are in its picture."""
    return rows[: _LINES if len(rows) <= _LINES else _FEW_LINES]


def _figure(view: View, ballot: Ballot, row: Standing) -> str:
    voted = max(1, ballot.voted)
    return view.words.plain(
        view.lang,
        "results.figure",
        method=str(ballot.method),
        basis=str(ballot.basis),
        votes=amount_text(row.votes),
        percent=int((row.votes * 200 + voted) // (voted * 2)),
        cost=row.option.cost or 0,
    )


def _share(ballot: Ballot, row: Standing) -> Fraction:
    """How much of a bar is filled: of all who voted, or of the best where figures are no households."""
    whole = Fraction(ballot.voted)
    if ballot.method in (Method.SCORE, Method.SCHULZE):
        whole = max((Fraction(one.votes) for one in standings(ballot)), default=whole)
    return Fraction(row.votes) / whole if whole else Fraction(0)


def _bar(view: View, ballot: Ballot, row: Standing) -> Bar:
    figure = _figure(view, ballot, row)
    return Bar(row.option.label, row.option.text, figure, _share(ballot, row), row.won)


@routes.link("bh")
async def explain_count(here: Here, rest: str) -> None:
    """Tell the count step by step, from the votes in the log."""
    here.in_private()
    ballot = await results.closed(here.unit.conn, number_in(rest))
    await results.check_reader(here.unit.conn, ballot, here.person.id)
    assert ballot.result is not None
    shown = may_show(ballot.result)
    steps = _telling(ballot, explain(await results.recount(here.unit.conn, ballot))) if shown else []
    told = _told(here, ballot, steps)
    heads = [await ballots.posted_head(here.unit.conn, ballot, kind) for kind in ("opened", "closed")]
    await here.say(
        "results.how",
        ballot=ballot,
        result=ballot.result,
        told=told,
        won=_named_winners(ballot)["won"],
        shown=shown,
        heads=heads,
        reached=reached(verdict(ballot)),
        silence=silence_told(ballot),
        each=each_told(ballot)[:_NAMED],
    )


def _telling(ballot: Ballot, steps: list[Step]) -> list[Step]:
    """The steps to tell: who won is told after what was asked of each, and not where it was not reached."""
    assert ballot.result is not None
    found = ballot.result.get("verdict")
    if found is None or ("each" not in found and (ballot.result["won"] or ballot.result["tied"])):
        return steps
    return [step for step in steps if step.kind not in {Kind.WINNERS, Kind.NO_WINNER}]


def _told(here: Here, ballot: Ballot, steps: list[Step]) -> list[Markup]:
    """Each step in words; of a long count the first and the last, as one message holds no more."""
    lines = []
    verdict_told = (ballot.result or {}).get("verdict")
    known = {
        "asks": "" if verdict_told is None else "each" if "each" in verdict_told else "whole",
        "method": str(ballot.method),
        "basis": str(ballot.basis),
        "plainly": ballot.threshold is None or ballot.threshold.name == "simple",  # more for than against
    }
    for step in steps:
        facts = {"kind": str(step.kind), **known, **_named(ballot, step.params)}
        if said := here.words.html(here.lang, "results.step", **facts):
            lines.append(Markup(said))  # noqa: S704 - rendered with what people wrote escaped
    first, last = len(lines), len(lines)
    room = _MOST_TOLD - _ONE_TOLD * min(_NAMED, len(each_told(ballot)))
    while sum(map(len, lines[:first] + lines[last:])) > room and first > 1:
        first, last = first // 2, len(lines) - first // 2
    if first == len(lines):
        return lines
    cut = here.words.html(here.lang, "results.steps_left_out", left_out=last - first)
    return [*lines[:first], Markup(cut), *lines[last:]]  # noqa: S704 - a fixed sentence


def _named(ballot: Ballot, params: Mapping[str, Any]) -> dict[str, Any]:
    """A step's facts with the options by their names, sums in yuan, other figures in full."""
    width = 40 if len(ballot.options) <= _NAMED else 16

    def name(value: Any) -> Any:
        if isinstance(value, tuple):
            return [name(one) for one in value]
        if isinstance(value, str) and value.isdigit():
            return ballot.name_of(int(value), width)
        return amount_text(value) if isinstance(value, Fraction) else value

    def told(key: str, value: Any) -> Any:
        if key in _VERBATIM:
            return value
        if ballot.method in BUDGETS and key in _SUMS and value is not None:
            return yuan(int(value))
        return name(value)

    return {key: told(key, value) for key, value in params.items()}


@routes.press(MyVote)
async def my_vote(here: Here, button: MyVote) -> None:
    """Tell the presser alone how the vote of their household was counted."""
    ballot = await results.closed(here.unit.conn, button.ballot)
    if here.chat.kind == "group" and here.chat.building_id != ballot.building_id:
        raise NotThisBallot
    counted = await results.own_votes(here.unit.conn, ballot, here.person.id)
    known = [(one.door, one.receipt, _briefly(ballot, one.cast.choice)) for one in counted]
    await here.tell("results.mine", alert=True, votes=known)


def _briefly(ballot: Ballot, choice: Choice) -> list[str]:
    """What was chosen, by name where an alert has room for it; nothing of a sealed vote."""
    if not choice:
        return []
    names = ballot.names_of(choice, 20)
    return names if sum(map(len, names)) <= _ALERT else ballot.labels_of(choice)


@routes.command("receipt", words=("回执", "receipt"))
async def look_up(here: Here, rest: str) -> None:
    """Tell whoever has a receipt how that vote was counted."""
    here.in_private()
    if rest:
        await _tell_receipt(here, rest)
        return
    await here.begin("receipt")
    await here.say("results.ask_receipt", keys=_leave(here))


@routes.dialogue("receipt")
async def take_receipt(here: Here, _data: dict[str, Any]) -> None:
    """Look up the receipt that was written."""
    await _tell_receipt(here, here.heard.text)
    await here.finish()


async def _tell_receipt(here: Here, text: str) -> None:
    ballot, receipt, cast = await results.by_receipt(here.unit.conn, text)
    labels = ballot.names_of(cast.choice) if cast.choice else []
    await here.say("results.receipt", ballot=ballot, receipt=receipt, labels=labels, reason=cast.reason)


@routes.link("bo")
async def begin_objection(here: Here, rest: str) -> None:
    """Ask what is held against a result."""
    here.in_private()
    ballot = await results.closed(here.unit.conn, number_in(rest))
    await results.check_objector(here.unit, ballot, here.person.id)
    await here.begin("objection", ballot=ballot.id)
    await here.say("results.ask_objection", ballot=ballot, keys=_leave(here))


@routes.dialogue("objection")
async def take_objection(here: Here, data: dict[str, Any]) -> None:
    """Write the objection down and let the leader know."""
    ballot = await results.closed(here.unit.conn, data["ballot"])
    made = await results.object_to(here.unit, ballot, here.person.id, here.heard.text)
    await here.finish()
    await here.say("results.objected", ballot=ballot)
    building = await homes.building(here.unit.conn, ballot.building_id)
    for person in await results.answerers(here.unit.conn, building.id):
        keys = ((here.key("objection_answer", AnswerObjection(made.id)),),)
        await here.tell_person(
            person.id, "results.objection_to_leader", keys=keys, ballot=ballot, objection=made, notice=True
        )
    link = ((Key(here.label(building.lang, "objection_answer"), link=here.link(f"ba_{made.id}")),),)
    await here.say_to_building(
        building, "results.objection_waits", keys=link, key=f"objected:{made.id}", ballot=ballot
    )


@routes.press(AnswerObjection)
async def begin_answer(here: Here, button: AnswerObjection) -> None:
    """Ask the leader for the answer."""
    await _ask_answer(here, button.objection)


@routes.link("ba")
async def answer_by_link(here: Here, rest: str) -> None:
    """Ask the leader who came by the link for the answer."""
    await _ask_answer(here, number_in(rest))


async def _ask_answer(here: Here, objection_id: int) -> None:
    here.in_private()
    found, ballot = await results.open_objection(here.unit, objection_id, here.person.id)
    await here.begin("objection_answer", objection=found.id)
    await here.say("results.ask_answer", ballot=ballot, objection=found, keys=_leave(here))


@routes.dialogue("objection_answer")
async def take_answer(here: Here, data: dict[str, Any]) -> None:
    """Write the answer down and let who objected know."""
    found, ballot = await results.answer(here.unit, data["objection"], here.person.id, here.heard.text)
    await here.finish()
    now = await stored.get(here.unit.conn, ballot.id)
    await here.say("results.answered", ballot=now)
    building = await homes.building(here.unit.conn, ballot.building_id)
    left = (await results.published(here.unit.conn, now, building.zone, here.now)).open
    await here.say_to_building(
        building,
        "results.answered_to_all",
        key=f"answered:{found.id}",
        ballot=now,
        objection=found,
        stopped=left > 0,
    )
    await here.tell_person(
        found.by_id, "results.answer_to_objector", ballot=ballot, objection=found, notice=True
    )


@routes.press(LeaveObjection)
async def leave(here: Here, _button: LeaveObjection) -> None:
    """Leave it unwritten."""
    await here.finish()
    await here.turn("results.left")


def _leave(here: Here) -> Keys:
    return ((here.key("cancel", LeaveObjection()),),)


@routes.link("bs")
async def list_objections(here: Here, rest: str) -> None:
    """Show what was objected and answered, without names, to those the result concerns."""
    here.in_private()
    ballot = await results.closed(here.unit.conn, number_in(rest))
    await results.check_reader(here.unit.conn, ballot, here.person.id)
    held = await objections.of_ballot(here.unit.conn, ballot.id)
    await here.say("results.objections", ballot=ballot, objections=held)


@routes.due(ballots.PUBLICATION_END)
async def end_publication(speech: Speech, due: Due) -> None:
    """Once the days are over with nothing held against it, the result stands; card and group say so."""
    if not await results.settle(speech.unit, due.about_id):
        return
    ballot = await stored.get(speech.unit.conn, due.about_id)
    building = await homes.building(speech.unit.conn, ballot.building_id)
    waking = building.waking(speech.now)
    await speech.say_to_building(
        building, "results.stands", key=f"stands:{ballot.id}", not_before=waking, ballot=ballot
    )
