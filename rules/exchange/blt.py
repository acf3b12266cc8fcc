"""The .blt format of transferable-vote counts.

First described by Hill, Wichmann and Woodall, "Algorithm 123: Single Transferable Vote by Meek's Method"
(1987): candidates and seats; withdrawn candidates as negative numbers; votes as "how many, first, second, ...
0"; a 0; the names; a title. Also read: comments from # on, votes' names in parentheses, ranks shared by "=",
and skipped ranks "-", as OpenSTV writes them. New lines are nothing but space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.counting import Amount, Method, Question
from rules.counting.votes import Ranking
from rules.exchange.amounts import amount_text, read_amount
from rules.exchange.ballot_file import ORDINAL, BallotFile, as_ordinal_votes, choose_method
from rules.exchange.refusals import MalformedFile

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\([^)]*\)|#.*|[^\s"()#]+|\S')
_RANK = re.compile(r"\d{1,9}(=\d{1,9})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the file and its line."""

    line: int
    text: str


class Reader:
    """The words of a file, taken one by one."""

    def __init__(self, text: str) -> None:
        lines = text.removeprefix("\ufeff").splitlines()
        found = (
            Token(line, word)
            for line, content in enumerate(lines, start=1)
            for word in _TOKEN.findall(content)
            if not word.startswith("#")
        )
        self.tokens = list(found)
        self.at = 0
        self.end = Token(max(1, len(lines)), "")

    def peek(self) -> Token:
        """The next word, or an empty one at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else self.end

    def take(self, what: str) -> Token:
        """The next word, which must be there."""
        token = self.peek()
        if token is self.end:
            raise MalformedFile(token.line, f"the file ends where {what} should be")
        self.at += 1
        return token

    def whole(self, what: str) -> int:
        """The next word as a whole number."""
        token = self.take(what)
        if not re.fullmatch(r"-?\d{1,9}", token.text, re.ASCII):
            raise MalformedFile(token.line, f"{token.text} is not {what}")
        return int(token.text)


def read_blt(text: str, method: Method | None = None, seats: int | None = None) -> BallotFile:
    """A .blt file; counted by the single transferable vote unless another method is named."""
    method = choose_method(method, ORDINAL, Method.STV)
    reader = Reader(text)
    first = reader.peek().line
    candidates, places = reader.whole("the number of candidates"), reader.whole("the number of seats")
    if candidates < 1 or places < 1:
        raise MalformedFile(first, "there must be at least one candidate and one seat")
    withdrawn = _withdrawn(reader, candidates)
    rankings = _rankings(reader, candidates, withdrawn)
    names = [_name(reader, f"the name of candidate {number}") for number in range(1, candidates + 1)]
    title = _name(reader, "the title") if reader.peek() is not reader.end else ""
    labels = {str(n): name for n, name in enumerate(names, start=1) if str(n) not in withdrawn}
    if not labels:
        raise MalformedFile(first, "every candidate has withdrawn")
    places = seats or (1 if method is Method.IRV else places)
    question = Question(method, tuple(labels), seats=places)
    return BallotFile(question, as_ordinal_votes(rankings, method, tuple(labels)), labels, title)


def write_blt(file: BallotFile) -> str:
    """A ranked ballot as a .blt file; votes that rank nobody are left out."""
    number = {option: place for place, option in enumerate(file.question.options, start=1)}
    lines = [f"{len(number)} {file.question.seats}"]
    votes = []
    for ranking, times in file.rankings().items():
        ranks = ("=".join(map(str, sorted(number[option] for option in rank))) for rank in ranking)
        votes.append(f"{amount_text(times)} {' '.join(ranks)} 0")
    names = [file.name(option) for option in number]
    lines += [*sorted(votes), "0", *(f'"{_plain(name)}"' for name in (*names, file.title))]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return " ".join(name.replace('"', "'").split())


def _withdrawn(reader: Reader, candidates: int) -> frozenset[str]:
    gone = set()
    while reader.peek().text.startswith("-") and reader.peek().text != "-":
        token = reader.peek()
        number = -reader.whole("a withdrawn candidate")
        if not 1 <= number <= candidates:
            raise MalformedFile(token.line, f"there is no candidate {number}")
        gone.add(str(number))
    return frozenset(gone)


def _rankings(reader: Reader, candidates: int, withdrawn: frozenset[str]) -> dict[Ranking, Amount]:
    rankings: dict[Ranking, Amount] = {}
    while True:
        if reader.peek().text.startswith("("):
            reader.take("a vote")
        token = reader.take("a vote, or the 0 after the last")
        if token.text == "0":
            return rankings
        times = _times(token)
        ranking = tuple(rank - withdrawn for rank in _ranks(reader, candidates) if rank - withdrawn)
        rankings[ranking] = rankings.get(ranking, 0) + times


def _times(token: Token) -> Amount:
    try:
        times = read_amount(token.text)
    except ValueError:
        times = 0
    if times <= 0:
        raise MalformedFile(token.line, f"{token.text} is not how many times a vote was cast")
    return times


def _ranks(reader: Reader, candidates: int) -> list[frozenset[str]]:
    ranks = []
    while (token := reader.take("the 0 that ends the vote")).text != "0":
        if token.text == "-":
            continue
        if not _RANK.fullmatch(token.text):
            raise MalformedFile(token.line, f"{token.text} is not a candidate's number")
        numbers = [int(number) for number in token.text.split("=")]
        for number in numbers:
            if not 1 <= number <= candidates:
                raise MalformedFile(token.line, f"there is no candidate {number}")
        ranks.append(frozenset(map(str, numbers)))
    return ranks


def _name(reader: Reader, what: str) -> str:
    token = reader.take(what)
    if len(token.text) < 2 or not token.text.startswith('"'):
        raise MalformedFile(token.line, f"{token.text} is not {what} in quotation marks")
    return re.sub(r"\\(.)", r"\1", token.text[1:-1]).strip()
