"""Results: what a count means, how much of it is shown, and how long it is open to objection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from rules.ballots import Ballot, Option
from rules.calendar import Deadline, deadline, local
from rules.counting import ABSTAIN, Amount, Completion, Method, Outcome, Question, TieRule, count
from rules.counting.question import BUDGETS, RANKED, YES_OR_NO
from rules.counting.votes import Vote
from rules.electing import as_told, asking_of, elected, figures_of
from rules.exchange import BallotFile, write_export
from rules.exchange.amounts import amount_text, read_amount
from rules.judging import Areas, Asking, Judged, dimensions, judge_count
from rules.refusals import Refusal
from rules.secrecy import Secrecy, TooFewForSealed
from rules.thresholds import NO_SILENCE, Silence, Verdict, verdict_of
from rules.votes import Vote as HouseholdVote
from rules.ways import CONSENT_KEYS, MOTION_KEYS, ONE_PRESS, TOP, Cast, number_of, together

PUBLICATION = 7  # days; our own default
OBJECTION_LIMIT = 500  # characters
SHOWN_FROM = 3  # votes; below it no breakdown is shown: it would tell who voted what

YUAN = 100  # fen
FIGURES = (
    "votes",
    "reasons",
    "verdict",
)  # of a result: withheld where so few voted


class NoResultYet(Refusal):
    """The ballot is still open: nothing but how many voted is known to anyone."""


class TooFewToEnd(Refusal):
    """Ended by hand when so few have voted, the result would tell what they chose."""


class PublicationOver(Refusal):
    """The days for objections are over."""


class AlreadyObjected(Refusal):
    """One's earlier objection is still waiting for its answer."""


class NotYourBallot(Refusal):
    """Who asks neither lives in the building a ballot was held in nor leads it."""


class NoSuchReceipt(Refusal):
    """No vote that was counted has this receipt."""


class NotNamed(Refusal):
    """Who chose what is in the record of named ballots only, and from three votes on."""


class NotTheAnswerer(Refusal):
    """Objections are answered by the supervisor, or the leader where none is named."""


class NoSuchObjection(Refusal):
    """The objection does not exist, or was answered already."""


def tally(ballot: Ballot, cast: Iterable[Cast]) -> Outcome:
    """Count by the ballot's method; options are keys by their numbers."""
    return count(question_of(ballot), votes_of(ballot, cast))


def question_of(ballot: Ballot) -> Question:
    """What a ballot asks, as far as counting goes."""
    if ballot.method in YES_OR_NO:
        return Question(ballot.method)
    keys = tuple(str(option.number) for option in ballot.options)
    seed = ballot.seed or "" if ballot.ties is TieRule.SEED else ""
    common: dict[str, Any] = {
        "options": keys,
        "seats": ballot.seats,
        "at_most": ballot.at_most,
        "ties": TieRule.SEED if seed else TieRule.MEETING,
        "seed": seed,
        "top": TOP,
    }
    if ballot.method not in BUDGETS:
        return Question(ballot.method, **common)
    budget = ballot.budget or 0
    return Question(
        ballot.method,
        **common,
        budget=budget,
        spend_at_most=budget,
        costs=ballot.way.costs,
        completion=ballot.completion or Completion.ADD_ONE,
        step=step_of(budget, ballot.eligible),
    )


def step_of(budget: int, eligible: int) -> int:
    """What add-one adds to a voter's share, in fen: a yuan, or more where one voter's part is large.

    It follows from what is frozen at the opening, and keeps the raises of any budget below a few hundred.
    """
    return YUAN * max(1, budget // (200 * YUAN * max(1, eligible)))


def votes_of(ballot: Ballot, cast: Iterable[Cast]) -> dict[Vote, Amount]:
    """The votes as the ballot's method counts them, each with how often it was cast."""
    return dict(together(ballot.way, cast))


def recount_file(ballot: Ballot, cast: Iterable[Cast]) -> str:
    """The votes of a closed ballot as `louyuhui tally` reads them, so that anyone can count them again.

    With them stands what it took to decide. An area of one voter would tell who it was: of areas it has sums.
    """
    named = {str(one.number): f"{one.label} {one.text}".strip() for one in ballot.options}
    labels = {} if ballot.method in YES_OR_NO else named
    asking = asking_of(ballot, areas_told(ballot), _silence_told(ballot))
    if asking is not None and judge_count(asking, [0] * len(ballot.options)) is None:
        asking = None
    votes = votes_of(ballot, cast)
    return write_export(BallotFile(question_of(ballot), votes, labels, ballot.question, asking))


def _silence_told(ballot: Ballot) -> Silence:
    """How those who did not vote were counted, as the result of a closed ballot tells it."""
    told = (ballot.result or {}).get("verdict", {}).get("silence")
    if told is None or ballot.threshold is None:
        return NO_SILENCE
    return Silence(True, ballot.threshold.clause, told["undelivered"])


def result_of(
    ballot: Ballot,
    outcome: Outcome,
    *,
    early: bool,
    areas: Areas | None = None,
    silence: Silence = NO_SILENCE,
) -> dict[str, Any]:
    """The result as it is kept: plain JSON, options by number, what is no whole number as text.

    `won` are those that won outright, `tied` those the meeting has to decide between for `places` places;
    consent tells the `reasons` of who blocks. Where the ballot's threshold was not reached nothing won: the
    `verdict` says by how much; `areas` are needed for one that asks for area. Nor did it where so few sealed
    votes came in that who won would tell what they say.
    """
    outcome = elected(ballot, outcome, areas)
    votes = _figures(ballot, outcome)
    tied = sorted({number_of(key) for tie in outcome.undecided for key in tie.options})
    won = sorted(number_of(key) for key in outcome.winners)
    carried = outcome.carried
    asking = asking_of(ballot, areas, silence)
    judged = None if asking is None else judge_count(asking, figures_of(ballot, votes))
    if judged is not None:
        reached = judged.whole.passed and (ballot.method is Method.MOTION or bool(won or tied))
        won = ([1] if ballot.method is Method.MOTION else won) if reached else []
        tied = tied if reached else []
        carried = reached if ballot.method in YES_OR_NO else carried
    if untold(ballot):
        won, tied, carried = [], [], False if ballot.method in YES_OR_NO else None
    reasons = {"reasons": list(outcome.blocks)} if ballot.method is Method.CONSENT else {}
    return {
        "method": str(ballot.method),
        "at_most": ballot.at_most,
        "seats": ballot.seats,
        "eligible": ballot.eligible,
        "voted": ballot.voted,
        "votes": [plain_number(votes.get(option.number, 0)) for option in ballot.options],
        "won": won,
        "tied": tied,
        "places": max(0, ballot.seats - len(won)) if tied else 0,
        "carried": carried,
        "early": early,
        **reasons,
        **_weighed(judged, areas, _silent(asking, figures_of(ballot, votes)) | _each(ballot, judged, areas)),
    }


def untold(ballot: Ballot) -> bool:
    """Whether a ballot settles nothing: who won would tell what the few chose who sealed their votes."""
    return ballot.secrecy is Secrecy.SEALED and 0 < ballot.voted < SHOWN_FROM


def check_sealed(secrecy: Secrecy, eligible: int) -> None:
    """Go on unless so few may vote that a sealed ballot could never be told. Raises TooFewForSealed."""
    if secrecy is Secrecy.SEALED and eligible < SHOWN_FROM:
        raise TooFewForSealed(least=SHOWN_FROM)


def check_end(ballot: Ballot) -> None:
    """Go on unless a leader who ends the ballot now would learn what somebody chose. Raises TooFewToEnd.

    Where all have voted there is nothing to wait for, and who votes by name tells it.
    """
    waits = ballot.voted < min(SHOWN_FROM, ballot.eligible)
    if ballot.voted and waits and ballot.secrecy is not Secrecy.NAMED:
        raise TooFewToEnd(voted=ballot.voted, least=SHOWN_FROM, basis=str(ballot.basis))


def areas_of(ballot: Ballot, votes: Iterable[HouseholdVote], owned: Mapping[int, int]) -> Areas | None:
    """What stands behind each option, by what every voter owns (cm2); None where areas do not count."""
    if ballot.area_cm2 is None or ballot.method not in (*ONE_PRESS, Method.APPROVAL):
        return None
    found, took_part = [0] * len(ballot.options), 0
    for vote in votes:
        own = owned.get(vote.voter_id, 0)
        took_part += own
        for number in vote.choice:
            found[number - 1] += own
    return Areas(ballot.area_cm2, tuple(found), took_part)


def areas_told(ballot: Ballot) -> Areas | None:
    """The areas as the result of a closed ballot tells them."""
    told = (ballot.result or {}).get("verdict", {})
    if ballot.area_cm2 is None or "areas" not in told:
        return None
    return Areas(ballot.area_cm2, tuple(told["areas"]), told.get("took_part", sum(told["areas"])))


def _each(ballot: Ballot, judged: Judged | None, areas: Areas | None) -> dict[str, Any]:
    """How far each option came where each has to reach the threshold, and what all who voted own."""
    if judged is None or not judged.each:
        return {}
    told = {} if areas is None else {"took_part": areas.took_part}
    return {"passed": judged.passed, "each": as_told(ballot, judged), **told}


def _weighed(judged: Judged | None, areas: Areas | None, more: Mapping[str, Any]) -> dict[str, Any]:
    if judged is None:
        return {}
    told = {} if areas is None else {"areas": list(areas.by_option)}
    return {"verdict": {**judged.whole.as_data(), **told, **more}}


def _silent(asking: Asking | None, figures: Sequence[int]) -> dict[str, Any]:
    """What became of those who did not vote, where a clause speaks of them: how many they are, and with whom.

    `undelivered` of them have no proof that the notice reached them, None where nobody kept a record; areas
    are in cm2.
    """
    if asking is None or not asking.silence.on:
        return {}
    heads, area = dimensions(asking, figures)
    sides = {"heads": heads} if area is None else {"heads": heads, "area": area}
    told = {name: [shares.silent, shares.majority] for name, shares in sides.items()}
    silence = asking.silence
    return {"silence": {"counted": silence.counts, "undelivered": silence.undelivered, **told}}


def verdict(ballot: Ballot) -> Verdict | None:
    """How a closed ballot's threshold was met or missed; None where that is not told."""
    if ballot.result is None or not may_show(ballot.result) or "verdict" not in ballot.result:
        return None
    return verdict_of(ballot.result["verdict"])


def _figures(ballot: Ballot, outcome: Outcome) -> dict[int, Amount]:
    figures = {number_of(key): votes for key, votes in outcome.standings.items()}
    if ballot.method in YES_OR_NO:
        figures[number_of_abstaining(ballot.method)] = outcome.abstained
    return figures


def number_of_abstaining(method: Method) -> int:
    """Where to abstain stands on a motion, and on a proposal for consent."""
    return (MOTION_KEYS if method is Method.MOTION else CONSENT_KEYS).index(ABSTAIN) + 1


def plain_number(amount: Amount) -> int | str:
    """A number as JSON keeps it exactly."""
    return amount if isinstance(amount, int) else amount_text(amount)


@dataclass(frozen=True, slots=True)
class Standing:
    """One option in a result, with the votes it got; `tied` ones wait for the meeting to decide."""

    option: Option
    votes: Amount
    won: bool
    tied: bool


def standings(ballot: Ballot) -> list[Standing]:
    """The options of a closed ballot, the best first, a motion's as printed; empty where none is shown."""
    result = ballot.result
    if result is None or not may_show(result):
        return []
    rows = [
        Standing(
            option, read_amount(str(votes)), option.number in result["won"], option.number in result["tied"]
        )
        for option, votes in zip(ballot.options, result["votes"], strict=True)
    ]
    if ballot.method in YES_OR_NO:
        return rows
    return sorted(rows, key=lambda row: (not row.won, -row.votes) if in_rounds(ballot) else -row.votes)


def summary(ballot: Ballot) -> dict[str, Any]:
    """What is told of a result beside the ballot's own log: in its meeting's, or the building's."""
    assert ballot.result is not None
    level = [ballot.options[number - 1].label for number in ballot.result["tied"]]
    return {
        "item": ballot.item_id,
        "question": ballot.question,
        "basis": str(ballot.basis),
        "method": str(ballot.method),
        "at_most": ballot.at_most,
        "eligible": ballot.eligible,
        "voted": ballot.voted,
        "counts": [
            {
                "label": row.option.label,
                "text": row.option.text,
                "votes": plain_number(row.votes),
                "won": row.won,
            }
            for row in standings(ballot)
        ],
        "carried": bool(ballot.result["won"]),
        "tie": bool(level),
        **({"level": level} if level and in_rounds(ballot) else {}),
        **_asked(ballot),
    }


def _asked(ballot: Ballot) -> dict[str, Any]:
    """What it took to decide, how far that was reached, and the winner's name where no figure is told."""
    assert ballot.result is not None
    if ballot.threshold is None:
        return {}
    told = {"threshold": ballot.threshold.as_data()}
    if may_show(ballot.result):
        found = ballot.result.get("verdict")
        return told if found is None else told | {"verdict": found}
    tied = [ballot.options[number - 1].label for number in ballot.result["tied"]]
    won = [f"{one.label} {one.text}".strip() for one in (ballot.options[n - 1] for n in ballot.result["won"])]
    return told | {"named": won, "level": tied}


def in_rounds(ballot: Ballot) -> bool:
    """Whether who won need not have the most votes in the end."""
    return ballot.method in RANKED | BUDGETS


def may_show(result: Mapping[str, Any]) -> bool:
    """Whether so many voted that the figures do not tell who voted what."""
    return int(result["voted"]) >= SHOWN_FROM


@dataclass(frozen=True, slots=True)
class Objection:
    """What a resident holds against a result, and the answer; open while there is none."""

    id: int
    about_id: int
    by_id: int
    text: str
    at: datetime
    state: str
    answer: str | None
    answered_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it waits for its answer."""
        return self.state == "open"


def days_published(ballot: Ballot) -> int:
    """How long a result is open to objection."""
    return PUBLICATION if ballot.threshold is None else ballot.threshold.days


def publication(
    closed: datetime, objections: Sequence[Objection], zone: tzinfo, days: int = PUBLICATION
) -> Deadline | None:
    """The last day for objections; None while one is open, for it stops the clock until it is answered.

    The days during which the clock stood are added to the end (domain rule; days by 民法典201, 203).
    """
    if any(objection.open for objection in objections):
        return None
    stood: set[date] = set()
    for objection in objections:
        assert objection.answered_at is not None
        begun, ended = objection.at.astimezone(zone).date(), objection.answered_at.astimezone(zone).date()
        stood |= {begun + timedelta(days=day) for day in range((ended - begun).days)}
    return deadline(closed.astimezone(zone).date(), days + len(stood))


def publication_over(until: date, objections: Sequence[Objection], now: datetime, zone: tzinfo) -> bool:
    """Whether nothing stands against a result any more: its days are over and no objection is open."""
    if any(objection.open for objection in objections):
        return False
    return now >= local(until + timedelta(days=1), time(0), zone)


def check_objection(
    until: date, objections: Sequence[Objection], by_id: int, now: datetime, zone: tzinfo
) -> None:
    """Go on only within the days of publication, and with one objection at a time.

    Raises AlreadyObjected, PublicationOver.
    """
    if any(objection.open and objection.by_id == by_id for objection in objections):
        raise AlreadyObjected
    if publication_over(until, objections, now, zone):
        raise PublicationOver(until=until)
