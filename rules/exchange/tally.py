"""Counts the votes of a file, with nothing but the file: so anyone can recount a ballot."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import partial
from pathlib import PurePath
from typing import Any

from rules.counting import ABSTAIN, FOR, Kind, Method, Outcome, Step, TieRule, count, explain
from rules.exchange.amounts import amount_text
from rules.exchange.ballot_file import BallotFile
from rules.exchange.blt import read_blt
from rules.exchange.export import read_export
from rules.exchange.pabulib import read_pabulib
from rules.exchange.preflib import ORDERS, read_categories, read_orders
from rules.exchange.refusals import MalformedFile, UnknownFormat
from rules.judging import Judged, among_those, judge_count
from rules.ways import CONSENT_KEYS, MOTION_KEYS

READERS: Mapping[str, Callable[[str, Method | None, int | None], BallotFile]] = {
    **{kind: partial(read_orders, kind) for kind in ORDERS},
    "cat": read_categories,
    "blt": read_blt,
    "pb": read_pabulib,
    "json": read_export,
}
DETAILS = ("rounds", "duels", "paths", "purchases", "share")
VERBATIM = frozenset({"seed", "reason", "about"})  # words that may read like an option's key


@dataclass(frozen=True, slots=True)
class TallyReport:
    """The count of one file; `name` is the file's, `judged` how far it reached what was asked beside it."""

    name: str
    file: BallotFile
    outcome: Outcome
    judged: Judged | None = None

    @property
    def winners(self) -> tuple[str, ...]:
        """Who won: nobody where what was asked was not reached."""
        if self.judged is not None and self.file.question.method is Method.MOTION:
            return (FOR,) if self.judged.passed else ()
        return self.outcome.winners if self.judged is None or self.judged.passed else ()

    @property
    def carried(self) -> bool | None:
        """Whether a motion or a proposal is carried; None where options are chosen."""
        if self.judged is None or self.outcome.carried is None:
            return self.outcome.carried
        also = self.file.question.method is Method.MOTION or self.outcome.carried
        return self.judged.passed and also

    def to_data(self) -> dict[str, Any]:
        """The report as plain data, options by the file's own names, amounts as texts like "12.34567"."""
        outcome, question = self.outcome, self.file.question
        return {
            "file": self.name,
            "title": self.file.title,
            "method": question.method.value,
            "seats": question.seats,
            "options": [self.file.name(option) for option in question.options],
            "handed_in": amount_text(outcome.total),
            "valid": amount_text(outcome.valid),
            "abstained": amount_text(outcome.abstained),
            "invalid": amount_text(outcome.invalid),
            "invalid_because": {why: amount_text(times) for why, times in outcome.reasons.items()},
            "winners": self._plain(self.winners),
            **({} if self.carried is None else {"carried": self.carried}),
            "undecided": bool(outcome.undecided) and (self.judged is None or self.judged.passed),
            **self._asked(),
            "standings": self._plain(outcome.standings),
            **{name: self._plain(getattr(outcome, name)) for name in DETAILS if getattr(outcome, name)},
            **({"blocks": list(outcome.blocks)} if outcome.blocks else {}),
            "ties": self._plain(outcome.ties),
            "explanation": self._plain(self.steps()),
        }

    def steps(self) -> list[Step]:
        """The count step by step; who won it is no result where what was asked was not reached."""
        told = explain(replace(self.outcome, carried=self.carried))
        if self.judged is None or self.judged.passed:
            return told
        return [step for step in told if step.kind not in {Kind.WINNERS, Kind.NO_WINNER}]

    def _asked(self) -> dict[str, Any]:
        """What it took to decide and how far it was reached, of each option where each has to; in cm2."""
        if self.judged is None or self.file.asking is None:
            return {}
        data = {"threshold": self.file.asking.threshold.as_data(), "reached": self.judged.whole.as_data()}
        if self.judged.each:
            names = (self.file.name(option) for option in self.file.question.options)
            data["each"] = {name: one.as_data() for name, one in zip(names, self.judged.each, strict=True)}
            data["reached"]["passed"] = self.judged.passed
        return data

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_data(), ensure_ascii=False, indent=2) + "\n"

    def _plain(self, value: object) -> Any:
        """Any part of an outcome as plain data."""
        if isinstance(value, Step):
            return {"kind": value.kind.value, **self._members(value.params)}
        if is_dataclass(value):
            return self._members({part.name: getattr(value, part.name) for part in fields(value)})
        if isinstance(value, Mapping):
            return {self._word(key): self._plain(inner) for key, inner in value.items()}
        if isinstance(value, tuple | list):
            return [self._plain(inner) for inner in value]
        return self._word(value)

    def _members(self, named: Mapping[str, object]) -> dict[str, Any]:
        return {name: str(value) if name in VERBATIM else self._plain(value) for name, value in named.items()}

    def _word(self, value: object) -> Any:
        if isinstance(value, StrEnum):
            return value.value
        if isinstance(value, str):
            return self.file.name(value) if value in self.file.question.options else value
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return amount_text(value)
        return value


def tally_text(
    name: str, text: str, method: Method | None = None, seats: int | None = None, seed: str | None = None
) -> TallyReport:
    """Count the ballots in a file's text; its name tells the format by its ending.

    `method` and `seats` stand over what the file says; with a `seed`, ties are settled by it. Raises
    `UnknownFormat`, `MalformedFile` with the line, `WrongMethod`, or `ImpossibleQuestion`.
    """
    file = read(name, text, method, seats)
    if seed:
        question = replace(file.question, ties=TieRule.SEED, seed=seed)
        file = replace(file, question=question)
    outcome = count(file.question, file.votes)
    judged = None if file.asking is None else judge_count(file.asking, _figures(outcome))
    return TallyReport(PurePath(name).name, file, among_those(outcome, judged), judged)


def _figures(outcome: Outcome) -> list[int]:
    """The votes of each option as they stand on the ballot."""
    keys: Mapping[Method, tuple[str, ...]] = {Method.MOTION: MOTION_KEYS, Method.CONSENT: CONSENT_KEYS}
    stood = {**outcome.standings, ABSTAIN: outcome.abstained}
    names = keys.get(outcome.question.method, outcome.question.options)
    return [int(stood[name]) for name in names]


def text_of(data: bytes) -> str:
    """The text of a UTF-8 file; a `MalformedFile` names the line of the first byte that is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise MalformedFile(line, "the file is not UTF-8 text") from None


def read(name: str, text: str, method: Method | None = None, seats: int | None = None) -> BallotFile:
    """The ballots in a file's text, in the format that its name ends with."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in READERS:
        raise UnknownFormat(PurePath(name).name, [f".{known}" for known in READERS])
    return READERS[ending](text, method, seats)
