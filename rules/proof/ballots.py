"""A ballot in an export: its frozen facts, its roll, who voted, every vote, and the count once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from rules.asked import Asked, settled
from rules.ballots import ANSWERS, Ballot, Option, State
from rules.counting import Completion, ImpossibleQuestion, Method, TieRule
from rules.judging import Areas
from rules.proof.chains import Entry
from rules.proof.misfits import Misfit, Wrong
from rules.proof.parts import Part, same, second
from rules.refusals import Refusal
from rules.results import (
    FIGURES,
    SHOWN_FROM,
    recount_file,
    result_of,
    summary,
    tally,
    untold,
)
from rules.secrecy import Secrecy
from rules.thresholds import NO_SILENCE, BadThreshold, Silence, Threshold, as_known, silence_of, threshold_of
from rules.voters import Basis, Roll
from rules.voters import Entry as Line
from rules.ways import Cast, Choice, check_choice

Known = TypeVar("Known", bound=StrEnum)

FROZEN = ("question", "method", "at_most", "seats", "eligible", "roll_hash", "seed")
LATER: Mapping[str, Any] = {
    "ties": "meeting",
    "budget": None,
    "completion": None,
    "basis": "household",
    "area_cm2": None,
    "parking_counts": False,
    "threshold": None,
    "secrecy": "confidential",
    "asked": None,
}  # frozen too; so where nothing is said
SEALED_OF_FEW = ("won", "tied", "places", "carried")  # settle nothing
KNOWN_OF_FEW = ("method", "at_most", "seats", "eligible", "voted", "early")  # of a result without figures


class Standing(StrEnum):
    """How far a ballot could be checked."""

    OPEN = "open"
    WITHHELD = "withheld"  # so few voted that their votes stay in: it cannot be counted again
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Checked:
    """A ballot that fits."""

    id: int
    question: str
    voted: int
    standing: Standing
    recount: str | None  # its file for `louyuhui tally`, where its votes are told


def check_ballot(told: Part, log: Sequence[Entry], around: Sequence[Entry]) -> Checked:
    """Go on only if a ballot is as its log says and counts to its result. Raises Misfit.

    `around` are the events of its meeting, or of the building where it has none.
    """
    opened, closed = _ends(told, log)
    ballot = _ballot(told, opened, closed)
    _check_roll(told, ballot)
    _check_casts(told, log, closed)
    _check_objections(told, log)
    if closed is None:
        for name in ("result", "votes", "publication_until"):
            told.expect(name, None)
    else:
        ballot = replace(ballot, result=_result(told, ballot, log, closed))
    _check_mentions(told, ballot, around, log)
    recount = None
    if closed is not None and closed.told is not None:
        recount = recount_file(ballot, _choices(closed.told, ballot))
    return Checked(ballot.id, ballot.question, ballot.voted, _standing(ballot), recount)


def _standing(ballot: Ballot) -> Standing:
    if ballot.result is None:
        return Standing.OPEN
    return Standing.WITHHELD if 0 < ballot.voted < SHOWN_FROM else Standing.COUNTED


def _ends(told: Part, log: Sequence[Entry]) -> tuple[Entry, Entry | None]:
    """The opening, which is the first of its events, and the closing, after which nobody voted."""
    if not log:
        raise Misfit(Wrong.UNLISTED, told.place)
    closings = [entry for entry in log if entry.kind == "closed"]
    for index, entry in enumerate(log):
        if (entry.kind == "opened") is not (index == 0) or entry in closings[1:]:
            raise Misfit(Wrong.STRANGE, entry.place)
    return log[0], closings[0] if closings else None


def _ballot(told: Part, opened: Entry, closed: Entry | None) -> Ballot:
    """The ballot as it was frozen at its opening, if the export tells the same."""
    frozen = opened.data
    for name in FROZEN:
        told.expect(name, frozen.values.get(name))
    for name, unsaid in LATER.items():
        if not same(told.values.get(name, unsaid), frozen.values.get(name, unsaid)):
            raise Misfit(Wrong.DIFFERS, told.place, name)
    completion = told.values.get("completion")
    _check_lawful(told)
    told.expect("state", str(State.OPEN if closed is None else State.CLOSED))
    told.expect("opened_at", second(opened.at))
    told.expect("closes_at", second(frozen.moment("closes_at")))
    told.expect("closed_at", None if closed is None else second(closed.at))
    return Ballot(
        id=told.get("id", int),
        building_id=0,
        meeting_id=told.maybe("meeting", int),
        item_id=told.maybe("item", int),
        question=told.get("question", str),
        basis=_known(Basis, told, "basis", told.get("basis", str)),
        method=_method(told),
        at_most=told.get("at_most", int),
        seats=told.get("seats", int),
        state=State.OPEN if closed is None else State.CLOSED,
        convener_id=0,
        opened_at=opened.at,
        closes_at=frozen.moment("closes_at"),
        closed_at=None if closed is None else closed.at,
        eligible=told.get("eligible", int),
        area_cm2=told.maybe("area_cm2", int),
        parking_counts=told.get("parking_counts", bool),
        voted=told.get("voted", int),
        roll_hash=told.get("roll_hash", str),
        seed=told.get("seed", str),
        result=None,
        publication_until=None,
        options=_options(told, frozen),
        budget=told.maybe("budget", int) if "budget" in told.values else None,
        completion=None if completion is None else _known(Completion, told, "completion", completion),
        ties=_known(TieRule, told, "ties", told.values.get("ties", LATER["ties"])),
        threshold=_threshold(told),
        secrecy=_known(Secrecy, told, "secrecy", told.values.get("secrecy", LATER["secrecy"])),
        asked=_kind(told),
    )


def _threshold(told: Part) -> Threshold | None:
    """What it took to decide; one that bears a known name asks for what that name says."""
    data = told.values.get("threshold")
    if data is None:
        return None
    try:
        found = threshold_of(data)
    except BadThreshold:
        raise Misfit(Wrong.SHAPE, told.place, "threshold") from None
    if not as_known(found):
        raise Misfit(Wrong.DIFFERS, told.place, "threshold")
    return found


def _check_lawful(told: Part) -> None:
    """Where a law settles who decides a question and by what, the ballot kept to it. Raises Misfit."""
    try:
        settled(
            _kind(told), _method(told), _known(Basis, told, "basis", told.get("basis", str)), _threshold(told)
        )
    except Refusal:
        raise Misfit(Wrong.DIFFERS, told.place, "asked") from None


def _kind(told: Part) -> Asked | None:
    asked = told.values.get("asked")
    return None if asked is None else _known(Asked, told, "asked", asked)


def _known(kind: type[Known], told: Part, name: str, value: Any) -> Known:
    """What a ballot says under a name, as one of the words known for it. Raises Misfit."""
    try:
        return kind(value)
    except ValueError:
        raise Misfit(Wrong.SHAPE, told.place, name) from None


def _method(told: Part) -> Method:
    return _known(Method, told, "method", told.get("method", str))


def _options(told: Part, frozen: Part) -> tuple[Option, ...]:
    found = tuple(
        Option(
            told.get("id", int),
            one.get("number", int),
            one.get("label", str),
            one.get("text", str),
            None,
            one.maybe("cost", int) if "cost" in one.values else None,
        )
        for one in told.parts("options")
    )
    numbered = [option.number for option in found] == list(range(1, len(found) + 1))
    if not numbered or not same([[one.label, one.text] for one in found], frozen.get("options", list)):
        raise Misfit(Wrong.DIFFERS, told.place, "options")
    method = _method(told)
    if method in ANSWERS and len(found) != len(ANSWERS[method]["zh"]):
        raise Misfit(Wrong.SHAPE, told.place, "options")
    costs = [one.cost for one in found]
    if not same(costs, frozen.values.get("costs", [None] * len(found))):
        raise Misfit(Wrong.DIFFERS, told.place, "cost")
    return found


def _check_roll(told: Part, ballot: Ballot) -> None:
    """The roll is the one that was hashed, and its totals are those that were published."""
    roll = _roll(told, ballot.basis)
    ids = [entry.voter_id for entry in roll.entries]
    ascending = all(one < other for one, other in pairwise(ids))
    totals = (ballot.eligible, ballot.area_cm2)
    if not ascending or (roll.voters, roll.area_cm2) != totals or roll.hash != ballot.roll_hash:
        raise Misfit(Wrong.ROLL, told.place)


def _roll(told: Part, basis: Basis) -> Roll:
    """Of owners with the area of each, of others without."""
    ids = told.numbers("roll")
    if basis is not Basis.OWNER:
        told.expect("areas", None)
        return Roll(tuple(Line(one) for one in ids))
    areas = told.numbers("areas")
    if len(areas) != len(ids):
        raise Misfit(Wrong.ROLL, told.place)
    return Roll(tuple(Line(one, area) for one, area in zip(ids, areas, strict=True)))


def _check_casts(told: Part, log: Sequence[Entry], closed: Entry | None) -> None:
    """Whoever voted is on the roll and in time, and as many voted as the export says."""
    roll, closes = set(told.numbers("roll")), log[0].data.moment("closes_at")
    voters = set()
    for entry in log:
        if entry.kind != "cast":
            continue
        voter = _voter(entry)
        late = entry.at >= closes or (closed is not None and entry.number > closed.number)
        if voter not in roll or late:
            raise Misfit(Wrong.CAST, entry.place)
        voters.add(voter)
    if len(voters) != told.get("voted", int):
        raise Misfit(Wrong.VOTED, told.place)


def _result(told: Part, ballot: Ballot, log: Sequence[Entry], closed: Entry) -> dict[str, Any]:
    """The result, if the votes in the log count to it; of few votes, as far as it may be told."""
    if ballot.voted >= SHOWN_FROM:
        told.expect("votes", closed.data.get("votes", list))
        choices = _choices(closed.data, ballot)
        if len(choices) != ballot.voted:
            raise Misfit(Wrong.VOTED, closed.place)
        _check_named(ballot, log, closed)
        areas = _areas(told, ballot, log, closed, choices)
        result = _recount(ballot, choices, closed, areas, _silence(told, ballot, log))
        if not same(result, closed.data.get("result", dict)):
            raise Misfit(Wrong.COUNT, closed.place)
        told.expect("result", result)
        return result
    if closed.told is not None or told.values.get("votes", 0) is not None:
        raise Misfit(Wrong.WITHHELD, closed.place)
    return _result_of_few(told, ballot, closed)


def _check_named(ballot: Ballot, log: Sequence[Entry], closed: Entry) -> None:
    """A named ballot says of each who voted what they chose, any other of nobody."""
    told = [vote for vote in closed.data.parts("votes") if "voter" in vote.values]
    voted = {_voter(entry) for entry in log if entry.kind == "cast"}
    named = sorted(vote.get("voter", int) for vote in told)
    if named != (sorted(voted) if ballot.secrecy is Secrecy.NAMED else []):
        raise Misfit(Wrong.VOTED, closed.place, "voter")


def _result_of_few(told: Part, ballot: Ballot, closed: Entry) -> dict[str, Any]:
    """A result without figures: all of it where nobody voted, else what does not follow from the votes."""
    result = told.part("result")
    counted = _recount(ballot, [], closed)
    counted = {name: value for name, value in counted.items() if name not in FIGURES}
    if not same(sorted(result.values), sorted(counted)):
        raise Misfit(Wrong.SHAPE, told.place, "result")
    known = (*KNOWN_OF_FEW, *(SEALED_OF_FEW if untold(ballot) else ()))
    for name in known if ballot.voted else counted:
        result.expect(name, counted[name])
    return dict(result.values)


def _areas(
    told: Part, ballot: Ballot, log: Sequence[Entry], closed: Entry, choices: Sequence[Cast]
) -> Areas | None:
    """The areas behind each option as they were told: no vote tells its own, for an area names its owner.

    Where each chose one they add up to what all who voted own; behind an option chosen by so many stands
    neither less than the smallest own, of so many, nor more than the largest.
    """
    result = closed.data.part("result")
    verdict = result.part("verdict") if "verdict" in result.values else result
    if ballot.area_cm2 is None or "areas" not in verdict.values:
        return None
    areas = verdict.numbers("areas")
    owned = dict(zip(told.numbers("roll"), told.numbers("areas"), strict=True))
    voters = {_voter(entry) for entry in log if entry.kind == "cast"}
    if len(areas) != len(ballot.options) or min(areas, default=0) < 0:
        raise Misfit(Wrong.SHAPE, closed.place, "areas")
    took_part = sorted(owned[voter] for voter in voters)
    times = Counter(number for one in choices for number in one.choice)
    for number, area in enumerate(areas, 1):
        few, many = times[number], len(took_part) - times[number]
        if not sum(took_part[:few]) <= area <= sum(took_part[many:]):
            raise Misfit(Wrong.COUNT, closed.place, "areas")
    if ballot.method is not Method.APPROVAL and sum(areas) != sum(took_part):
        raise Misfit(Wrong.COUNT, closed.place, "areas")
    return Areas(ballot.area_cm2, tuple(areas), sum(took_part))


def _silence(told: Part, ballot: Ballot, log: Sequence[Entry]) -> Silence:
    """How those who did not vote are counted, by what was frozen. Raises Misfit."""
    clause = ballot.threshold.clause if ballot.threshold is not None else ""
    opened = log[0]
    if (clause != "") is not ("delivered" in opened.data.values):
        raise Misfit(Wrong.SHAPE, opened.place, "delivered")
    if not clause:
        return NO_SILENCE
    if ballot.method is not Method.MOTION:  # nobody can say what the silent would have chosen
        raise Misfit(Wrong.DIFFERS, told.place, "threshold")
    roll = told.numbers("roll")
    delivered = None if opened.data.values["delivered"] is None else opened.data.numbers("delivered")
    if delivered is not None and not set(delivered) <= set(roll):
        raise Misfit(Wrong.ROLL, opened.place, "delivered")
    return silence_of(clause, roll, [_voter(entry) for entry in log if entry.kind == "cast"], delivered)


def _voter(entry: Entry) -> int:
    return entry.data.get("household" if "household" in entry.data.values else "voter", int)


def _choices(data: Part, ballot: Ballot) -> list[Cast]:
    """Every vote, ordered by receipts of which none stands twice, if the ballot offered what it holds."""
    found, last = [], ""
    for vote in data.parts("votes"):
        receipt, choice = vote.get("receipt", str), tuple(vote.numbers("choice"))
        reason = vote.get("reason", str) if "reason" in vote.values else ""
        if receipt <= last or not _offered(ballot, choice, reason):
            raise Misfit(Wrong.VOTE, data.place, receipt)
        last = receipt
        found.append(Cast(choice, reason))
    return found


def _offered(ballot: Ballot, choice: Choice, reason: str) -> bool:
    """Whether a ballot lets people choose so, written as votes are kept."""
    try:
        return check_choice(ballot.way, choice, reason) == choice
    except Refusal:
        return False


def _recount(
    ballot: Ballot,
    choices: Sequence[Cast],
    closed: Entry,
    areas: Areas | None = None,
    silence: Silence = NO_SILENCE,
) -> dict[str, Any]:
    """The result of these votes by the ballot's own method."""
    assert ballot.closes_at is not None
    try:
        outcome = tally(ballot, choices)
    except ImpossibleQuestion:
        raise Misfit(Wrong.SHAPE, closed.place, "seats") from None
    if outcome.invalid:
        raise Misfit(Wrong.VOTE, closed.place)
    return result_of(ballot, outcome, early=closed.at < ballot.closes_at, areas=areas, silence=silence)


def _check_objections(told: Part, log: Sequence[Entry]) -> None:
    """What was objected and answered is what the log holds."""
    held: dict[int, dict[str, Any]] = {}
    for entry in log:
        if entry.kind == "objected":
            text = entry.data.get("text", str)
            known = {"at": second(entry.at), "text": text, "state": "open", "answer": None}
            held[entry.data.get("objection", int)] = known
        elif entry.kind == "answered":
            answered = held.get(entry.data.get("objection", int))
            if answered is None:
                raise Misfit(Wrong.STRANGE, entry.place)
            answered |= {"state": "answered", "answer": entry.data.get("text", str)}
    told.expect("objections", list(held.values()))


def _check_mentions(told: Part, ballot: Ballot, around: Sequence[Entry], log: Sequence[Entry]) -> None:
    """The meeting's log (or the building's) tells the same of the opening and of the result."""
    opened = _mention(told, around, "ballot_opened")
    if opened is None or opened.hash != ballot.seed:
        raise Misfit(Wrong.UNLISTED, told.place, "seed")
    for name in ("item", "question"):
        opened.data.expect(name, told.values.get(name))
    closed = _mention(told, around, "ballot_closed")
    if (closed is None) is not (ballot.result is None):
        raise Misfit(Wrong.UNLISTED, told.place, "ballot_closed")
    if closed is None:
        return
    for name, value in summary(ballot).items():
        if name != "basis" or name in closed.data.values:  # which earlier logs do not tell
            closed.data.expect(name, value)
    if not any(entry.kind == "answered" for entry in log):  # an answer puts the end off
        told.expect("publication_until", closed.data.get("publication_until", str))


def _mention(told: Part, around: Sequence[Entry], kind: str) -> Entry | None:
    """The one event of this kind about a ballot."""
    ballot_id = told.get("id", int)
    found = [entry for entry in around if entry.kind == kind and entry.data.get("ballot", int) == ballot_id]
    if len(found) > 1:
        raise Misfit(Wrong.STRANGE, found[1].place)
    return found[0] if found else None
