"""PrefLib's files: .soc .soi .toc .toi (orders) and .cat (categories).

The format is PrefLib's "Format Specification" of 2022 and later: a header of "# NAME: value" lines, then one
line for each different vote, "how many: 1,{2,3},4".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.counting import Amount, Method, Question
from rules.counting.votes import Ranking, Vote
from rules.exchange.ballot_file import ORDINAL, BallotFile, as_ordinal_votes, choose_method
from rules.exchange.refusals import MalformedFile

ORDERS = ("soc", "soi", "toc", "toi")
CATEGORIES = (Method.APPROVAL, Method.SCORE, Method.SCHULZE)

_HEADER = re.compile(r"#\s*([^:]+?)\s*:\s*(.*?)\s*")
_LINE = re.compile(r"\s*(\d{1,18})\s*:\s*(.*?)\s*", re.ASCII)
_GROUPS = re.compile(r"\s*(\d{1,18}|\{(?:\s*\d{1,18}\s*,?)*\s*\})\s*(?:,|$)", re.ASCII)


@dataclass(slots=True)
class Header:
    """What the "#" lines say, and on which line."""

    values: dict[str, tuple[int, str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A value that may be missing."""
        return self.values.get(name, (0, ""))[1]

    def line(self, name: str) -> int:
        """The line of a value, the first where it is missing."""
        return self.values.get(name, (1, ""))[0]

    def number(self, name: str) -> int:
        """A value that must be a whole number."""
        if name not in self.values:
            raise MalformedFile(1, f"the header has no {name}")
        line, text = self.values[name]
        if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
            raise MalformedFile(line, f"{name} is {text!r}, not a number")
        return int(text)


def read_orders(kind: str, text: str, method: Method | None = None, seats: int | None = None) -> BallotFile:
    """Orders of the given kind (soc, soi, toc, toi); counted by Schulze unless another method is named."""
    method = choose_method(method, ORDINAL, Method.SCHULZE)
    header, labels, body = _open(text, kind)
    rankings: dict[Ranking, Amount] = {}
    for line, times, groups in _votes(body, labels):
        ranking = tuple(groups)
        _refuse_wrong_order(line, ranking, kind, labels)
        rankings[ranking] = rankings.get(ranking, 0) + times
    _refuse_wrong_total(header, rankings)
    options = tuple(labels)
    question = Question(method, options, seats=seats or 1)
    return BallotFile(question, as_ordinal_votes(rankings, method, options), labels, header.text("TITLE"))


def read_categories(text: str, method: Method | None = None, seats: int | None = None) -> BallotFile:
    """Categories from best to worst.

    By approval (the usual) the first category is approved; by score the last category gives 0 and each one
    before it a point more; by Schulze the categories are ranks.
    """
    method = choose_method(method, CATEGORIES, Method.APPROVAL)
    header, labels, body = _open(text, "cat")
    categories = header.number("NUMBER CATEGORIES")
    votes: dict[Vote, Amount] = {}
    for line, times, groups in _votes(body, labels):
        if len(groups) != categories:
            raise MalformedFile(line, f"{len(groups)} categories, the header says {categories}")
        vote = _categorical_vote(groups, method)
        votes[vote] = votes.get(vote, 0) + times
    _refuse_wrong_total(header, votes)
    top = max(1, categories - 1)
    question = Question(method, tuple(labels), seats=seats or 1, top=top)
    return BallotFile(question, votes, labels, header.text("TITLE"))


def write_orders(file: BallotFile) -> tuple[str, str]:
    """A ranked ballot as PrefLib text, and the strictest of its kinds that fits."""
    rankings = file.rankings()
    number = {option: place for place, option in enumerate(file.question.options, start=1)}
    tied = any(len(rank) > 1 for ranking in rankings for rank in ranking)
    complete = all(sum(len(rank) for rank in ranking) == len(number) for ranking in rankings)
    kind = ("t" if tied else "s") + "o" + ("c" if complete else "i")
    lines = [
        f"# TITLE: {file.title}",
        f"# DATA TYPE: {kind}",
        f"# NUMBER ALTERNATIVES: {len(number)}",
        f"# NUMBER VOTERS: {sum(rankings.values())}",
        f"# NUMBER UNIQUE ORDERS: {len(rankings)}",
        *(f"# ALTERNATIVE NAME {place}: {file.name(option)}" for option, place in number.items()),
    ]
    votes = [
        (times, ",".join(_group(rank, number) for rank in ranking)) for ranking, times in rankings.items()
    ]
    lines += [f"{times}: {order}" for times, order in sorted(votes, key=lambda vote: (-vote[0], vote[1]))]
    return "\n".join(lines) + "\n", kind


def _group(rank: frozenset[str], number: Mapping[str, int]) -> str:
    places = ",".join(map(str, sorted(number[option] for option in rank)))
    return f"{{{places}}}" if len(rank) > 1 else places


def _open(text: str, kind: str) -> tuple[Header, dict[str, str], list[tuple[int, str]]]:
    header, body = Header(), []
    for line, content in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not content.strip():
            continue
        if not content.startswith("#"):
            body.append((line, content))
        elif body:
            raise MalformedFile(line, "a header line among the votes")
        elif match := _HEADER.fullmatch(content):
            header.values[match[1].upper()] = (line, match[2])
        else:
            raise MalformedFile(line, "a header line is “# NAME: value”")
    said = header.text("DATA TYPE").lower()
    if said not in ("", kind):
        raise MalformedFile(header.line("DATA TYPE"), f"the file is named .{kind} and says it is {said}")
    return header, _labels(header), body


def _labels(header: Header) -> dict[str, str]:
    labels = {}
    for place in range(1, header.number("NUMBER ALTERNATIVES") + 1):
        name = f"ALTERNATIVE NAME {place}"
        if name not in header.values:
            raise MalformedFile(header.line("NUMBER ALTERNATIVES"), f"there is no {name}")
        labels[str(place)] = header.text(name) or str(place)
    if not labels:
        raise MalformedFile(header.line("NUMBER ALTERNATIVES"), "there are no alternatives")
    return labels


def _votes(
    body: list[tuple[int, str]], labels: Mapping[str, str]
) -> Iterator[tuple[int, int, list[frozenset[str]]]]:
    for line, content in body:
        match = _LINE.fullmatch(content)
        if not match or not int(match[1]):
            raise MalformedFile(line, "a vote is “how many: order”, how many being 1 or more")
        yield line, int(match[1]), _groups(line, match[2], labels)


def _groups(line: int, order: str, labels: Mapping[str, str]) -> list[frozenset[str]]:
    groups, at, seen = [], 0, set()
    while at < len(order):
        match = _GROUPS.match(order, at)
        if not match:
            raise MalformedFile(line, f"cannot read “{order[at:]}”")
        members = [str(int(number)) for number in re.findall(r"\d+", match[1], re.ASCII)]
        for member in members:
            if member not in labels:
                raise MalformedFile(line, f"there is no alternative {member}")
            if member in seen:
                raise MalformedFile(line, f"alternative {member} stands there twice")
            seen.add(member)
        groups.append(frozenset(members))
        at = match.end()
    return groups


def _refuse_wrong_order(line: int, ranking: Ranking, kind: str, labels: Mapping[str, str]) -> None:
    if not ranking or not all(ranking):
        raise MalformedFile(line, "a rank is empty")
    if kind.startswith("s") and any(len(rank) > 1 for rank in ranking):
        raise MalformedFile(line, f"a .{kind} file has no ties")
    if kind.endswith("c") and sum(len(rank) for rank in ranking) < len(labels):
        raise MalformedFile(line, f"a .{kind} file ranks every alternative")


def _refuse_wrong_total(header: Header, votes: Mapping[Ranking, Amount] | Mapping[Vote, Amount]) -> None:
    total = sum(votes.values())
    if "NUMBER VOTERS" in header.values and header.number("NUMBER VOTERS") != total:
        said = header.number("NUMBER VOTERS")
        raise MalformedFile(header.line("NUMBER VOTERS"), f"{said} voters are announced, {total} are there")


def _categorical_vote(groups: list[frozenset[str]], method: Method) -> Vote:
    if method is Method.APPROVAL:
        return groups[0]
    if method is Method.SCHULZE:
        return tuple(group for group in groups if group)
    points = range(len(groups) - 1, -1, -1)
    scores = {option: point for group, point in zip(groups, points, strict=True) for option in group}
    return tuple(sorted(scores.items()))
