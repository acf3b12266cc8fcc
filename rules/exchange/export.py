"""Our own ballot file, "louyuhui-ballot" version 1: all that a count needs, as JSON.

{
  "format": "louyuhui-ballot", "version": 1, "title": "停车位怎么划？",
  "method": "stv", "seats": 3, "at_most": null, "ties": "seed", "seed": "…", "decided": [],
  "options": [{"key": "甲", "text": "夜间住户专区20"}, …],
  "votes": [{"vote": [["甲"], ["乙"]], "times": 2}, …]
}

Where more is asked than the most votes, "threshold" says what, whole, with "eligible" voters; where areas
count, "areas" has what all entitled own, what stands behind each option and what took part (cm2); "silence"
how many of the silent have no proof of the notice ("undelivered", null: no record).

"method", "options" (none for a motion and for consent) and "votes" must be there, the rest has the defaults
of `Question`. Score adds "top"; budgets add "budget", "spend_at_most", "completion", "step", "satisfaction"
and a "cost" in each option. "times" is 1 unless said. Amounts are whole numbers, or texts like "12.5", "1/3".

`rules.counting.plain` says how each method's votes look.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from rules.counting import (
    Amount,
    Completion,
    ImpossibleQuestion,
    Method,
    NotAVote,
    Question,
    Satisfaction,
    TieRule,
    from_plain,
    to_plain,
)
from rules.counting.question import BUDGETS, RANKED, YES_OR_NO
from rules.counting.votes import Vote
from rules.exchange.amounts import amount_text, read_amount
from rules.exchange.ballot_file import BallotFile, choose_method
from rules.exchange.json_lines import line_of, line_of_key_twice
from rules.exchange.refusals import MalformedFile
from rules.judging import Areas, Asking
from rules.thresholds import NO_SILENCE, BadThreshold, Silence, threshold_of
from rules.ways import CONSENT_KEYS, MOTION_KEYS

FORMAT, VERSION = "louyuhui-ballot", 1

Word = TypeVar("Word", bound=StrEnum)
Path = tuple[str | int, ...]


def read_export(text: str, method: Method | None = None, seats: int | None = None) -> BallotFile:
    """A ballot as we export it; another method may be named if it takes votes of the same shape."""
    text = text.removeprefix("\ufeff")
    data = _Part(text, _parse(text), ())
    data.refuse_unknown(FIELDS)
    if data.get("format") != FORMAT or data.get("version") != VERSION:
        raise data.at("format").malformed(f"this is not {FORMAT} version {VERSION}")
    own = data.at("method").word(Method)
    question = _question(data, choose_method(method, _alike(own), own), seats)
    options = data.at("options").parts() if question.options else []
    labels = {option.get("key"): option.text_at("text") or option.get("key") for option in options}
    votes = _votes(data, question)
    asking = _asking(data, question, votes)
    return BallotFile(
        question, votes, labels, data.text_at("title"), asking if question.method is own else None
    )


def write_export(file: BallotFile) -> str:
    """The ballot as JSON text, one vote a line, in an order that says nothing of who voted when."""
    question = file.question
    data: dict[str, Any] = {"format": FORMAT, "version": VERSION, "title": file.title}
    data |= {"method": question.method, "seats": question.seats, "at_most": question.at_most}
    data |= {"ties": question.ties, "seed": question.seed, "decided": question.decided}
    if question.method is Method.SCORE:
        data["top"] = question.top
    if question.method in BUDGETS:
        data |= {name: _number(getattr(question, name)) for name in ("budget", "spend_at_most", "step")}
        data |= {"completion": question.completion, "satisfaction": question.satisfaction}
    data |= {} if file.asking is None else _asked(file.asking)
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    options = [_option(file, option) for option in question.options]
    votes = [{"vote": to_plain(vote), "times": _number(times)} for vote, times in file.votes.items()]
    parts = [] if question.method in YES_OR_NO else [_rows("options", options)]
    return ",\n".join([head, *parts, _rows("votes", votes)]) + "\n}\n"


def _asked(asking: Asking) -> dict[str, Any]:
    """What it takes to decide, as plain data."""
    data: dict[str, Any] = {"threshold": asking.threshold.as_data(), "eligible": asking.eligible}
    if (areas := asking.areas) is not None:
        own = {"entitled": areas.entitled, "options": areas.by_option, "took_part": areas.took_part}
        data["areas"] = own
    if asking.silence.on:
        data["silence"] = {"undelivered": asking.silence.undelivered}
    return data


def _rows(name: str, rows: list[dict[str, Any]]) -> str:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines = sorted(lines) if name == "votes" else lines
    return f' "{name}": [\n  ' + ",\n  ".join(lines) + "\n ]"


def _option(file: BallotFile, option: str) -> dict[str, Any]:
    cost = {"cost": _number(file.question.cost(option))} if file.question.method in BUDGETS else {}
    return {"key": option, "text": file.labels.get(option, option), **cost}


def _number(amount: Amount | None) -> int | str | None:
    return amount if amount is None or isinstance(amount, int) else amount_text(amount)


class _Part:
    """A value in the file that knows where it stands."""

    def __init__(self, text: str, value: Any, path: Path) -> None:
        self.source, self.value, self.path = text, value, path

    @property
    def name(self) -> str:
        last = self.path[-1] if self.path else "file"
        return f"entry {last + 1}" if isinstance(last, int) else f"“{last}”"

    def malformed(self, why: str) -> MalformedFile:
        return MalformedFile(line_of(self.source, self.path), why)

    def get(self, key: str) -> Any:
        return self.value.get(key)

    def at(self, key: str) -> _Part:
        if not isinstance(self.value, dict):
            raise self.malformed("an object in braces should stand here")
        return _Part(self.source, self.value.get(key), (*self.path, key))

    def parts(self) -> list[_Part]:
        if not isinstance(self.value, list):
            raise self.malformed(f"{self.name} is not a list")
        return [_Part(self.source, value, (*self.path, place)) for place, value in enumerate(self.value)]

    def refuse_unknown(self, known: Sequence[str]) -> None:
        if not isinstance(self.value, dict):
            raise self.malformed("an object in braces should stand here")
        for key in self.value:
            if key not in known:
                raise self.at(key).malformed(f"“{key}” is not known here; known: {', '.join(known)}")

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.malformed(f"{self.name} should be a text")
        return self.value

    def text_at(self, key: str) -> str:
        return self.at(key).text() if self.get(key) is not None else ""

    def texts(self) -> tuple[str, ...]:
        return tuple(part.text() for part in self.parts())

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.malformed(f"{self.name} should be a whole number")
        return self.value

    def amount(self) -> Amount:
        if isinstance(self.value, str):
            try:
                return read_amount(self.value)
            except ValueError as wrong:
                raise self.malformed(str(wrong)) from None
        return self.whole()

    def word(self, words: type[Word]) -> Word:
        if self.value not in list(words):
            raise self.malformed(f"{self.name} should be one of {', '.join(words)}")
        return words(self.value)


READERS: Mapping[str, Callable[[_Part], object]] = {
    "seats": _Part.whole,
    "at_most": _Part.whole,
    "ties": lambda part: part.word(TieRule),
    "seed": _Part.text,
    "decided": _Part.texts,
    "top": _Part.whole,
    "budget": _Part.amount,
    "spend_at_most": _Part.amount,
    "completion": lambda part: part.word(Completion),
    "step": _Part.amount,
    "satisfaction": lambda part: part.word(Satisfaction),
}
ASKED = ("threshold", "eligible", "areas", "silence")
FIELDS = ("format", "version", "title", "method", "options", "votes", *READERS, *ASKED)


def _parse(text: str) -> Any:
    try:
        data = json.loads(text, parse_float=str, object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as wrong:
        raise MalformedFile(wrong.lineno, wrong.msg) from None
    except _KeyTwice as twice:
        raise MalformedFile(line_of_key_twice(text), f"“{twice}” stands twice in one object") from None
    except (RecursionError, ValueError):
        raise MalformedFile(1, "nested too deeply, or a number is too long") from None
    return data


class _KeyTwice(Exception):
    """An object gives one key two values."""


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _KeyTwice(key)
        found[key] = value
    return found


def _alike(method: Method) -> frozenset[Method]:
    """The methods that take votes of the same shape."""
    if method in RANKED:
        return RANKED
    return BUDGETS | {Method.APPROVAL} if method in BUDGETS else frozenset({method})


def _question(data: _Part, method: Method, seats: int | None) -> Question:
    more: dict[str, Any] = {
        name: read(data.at(name)) for name, read in READERS.items() if data.get(name) is not None
    }
    options = data.at("options").parts() if data.get("options") is not None else []
    for option in options:
        option.refuse_unknown(("key", "text", "cost"))
    keys = tuple(option.at("key").text() for option in options)
    costs = tuple(option.at("cost").amount() for option in options if option.get("cost") is not None)
    try:
        question = Question(method, keys, costs=costs, **more)
        return replace(question, seats=seats) if seats else question
    except ImpossibleQuestion as wrong:
        about = str(wrong.facts["about"])
        raise data.at(about if about in data.value else "options").malformed(str(wrong)) from None


def _votes(data: _Part, question: Question) -> dict[Vote, Amount]:
    votes: dict[Vote, Amount] = {}
    for part in data.at("votes").parts():
        part.refuse_unknown(("vote", "times"))
        times = part.at("times").amount() if part.get("times") is not None else 1
        if times <= 0:
            raise part.at("times").malformed("a vote is cast more than 0 times")
        vote = _vote(part.at("vote"), question.method)
        votes[vote] = votes.get(vote, 0) + times
    return votes


def _asking(data: _Part, question: Question, votes: Mapping[Vote, Amount]) -> Asking | None:
    """What it takes to decide; None where no more is asked than the most votes."""
    if data.get("threshold") is None:
        return None
    try:
        threshold = threshold_of(data.get("threshold"))
    except BadThreshold:
        raise data.at("threshold").malformed("“threshold” is none that is known here") from None
    voted, eligible = sum(votes.values()), data.at("eligible").whole()
    if not isinstance(voted, int) or voted > eligible:
        raise data.at("eligible").malformed("there are more votes than voters")
    silence = NO_SILENCE
    if data.get("silence") is not None:
        part = data.at("silence")
        undelivered = part.at("undelivered").whole() if part.get("undelivered") is not None else None
        silence = Silence(True, threshold.clause, undelivered)
    return Asking(question.method, threshold, eligible, voted, _areas(data, question), silence)


def _areas(data: _Part, question: Question) -> Areas | None:
    if data.get("areas") is None:
        return None
    part = data.at("areas")
    part.refuse_unknown(("entitled", "options", "took_part"))
    behind = tuple(one.whole() for one in part.at("options").parts())
    answers = {Method.MOTION: len(MOTION_KEYS), Method.CONSENT: len(CONSENT_KEYS)}
    if len(behind) != answers.get(question.method, len(question.options)):
        raise part.at("options").malformed("each option needs its area")
    return Areas(part.at("entitled").whole(), behind, part.at("took_part").whole())


def _vote(part: _Part, method: Method) -> Vote:
    try:
        return from_plain(method, part.value)
    except NotAVote:
        raise part.malformed(f"this is not a vote for {method}") from None
