"""Pabulib's .pb files: the votes of participatory budgets.

The format is that of Stolicki, Szufa and Talmon, "Pabulib: A Participatory Budgeting Library" (2020): three
sections META, PROJECTS and VOTES, each a table with ";" between the columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rules.counting import Amount, Completion, Method, Question
from rules.counting.question import BUDGETS
from rules.counting.votes import Vote
from rules.exchange.amounts import read_amount
from rules.exchange.ballot_file import ORDINAL, BallotFile, choose_method
from rules.exchange.refusals import MalformedFile

SECTIONS = ("META", "PROJECTS", "VOTES")
POSSIBLE = {
    "approval": (Method.EQUAL_SHARES, Method.GREEDY, Method.APPROVAL),
    "choose-1": (Method.EQUAL_SHARES, Method.GREEDY, Method.APPROVAL),
    "ordinal": (Method.EQUAL_SHARES, Method.GREEDY, *ORDINAL),
    "cumulative": (Method.EQUAL_SHARES, Method.GREEDY, Method.SCORE),
    "scoring": (Method.EQUAL_SHARES, Method.GREEDY, Method.SCORE),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section, by column."""

    line: int
    cells: Mapping[str, str]

    def cell(self, column: str) -> str:
        """A cell that must be there."""
        if column not in self.cells:
            raise MalformedFile(self.line, f"there is no {column}")
        return self.cells[column]

    def amount(self, column: str) -> Amount:
        """A cell that must be an exact number above nothing; a decimal comma is read too."""
        try:
            amount = read_amount(self.cell(column).replace(",", "."))
        except ValueError:
            amount = 0
        if amount <= 0:
            raise MalformedFile(self.line, f"{column} is {self.cell(column)!r}, not a number above nothing")
        return amount


def read_pabulib(text: str, method: Method | None = None, seats: int | None = None) -> BallotFile:
    """A .pb file; counted by the rule it names itself, greedy or equal shares, unless another is asked for.

    By greedy and equal shares a project counts as approved when the vote names it. Votes that give ranks or
    points are therefore counted only by a method that is asked for.
    """
    sections = _sections(text)
    meta = {row.cells["key"].lower(): row for row in sections["META"]}
    kind = _meta(meta, "vote_type").cell("value").lower()
    if kind not in POSSIBLE:
        raise MalformedFile(meta["vote_type"].line, f"votes of the type {kind!r} are not known")
    method = choose_method(method, POSSIBLE[kind], _usual(meta, kind))
    costs = _costs(sections["PROJECTS"])
    votes = _votes(sections["VOTES"], costs, method)
    _refuse_wrong_number(meta, "num_projects", len(costs))
    _refuse_wrong_number(meta, "num_votes", len(sections["VOTES"]))
    question = Question(
        method,
        tuple(costs),
        seats=seats or 1,
        at_most=_limit(meta, kind),
        top=_top(sections["VOTES"], method),
        budget=_meta(meta, "budget").amount("value"),
        costs=tuple(costs.values()),
        spend_at_most=meta["max_sum_cost"].amount("value") if "max_sum_cost" in meta else None,
        completion=_completion(meta),
    )
    labels = {row.cell("project_id"): row.cells.get("name", "") for row in sections["PROJECTS"]}
    labels = {project: name or project for project, name in labels.items()}
    title = meta["description"].cell("value") if "description" in meta else ""
    return BallotFile(question, votes, labels, title)


def _sections(text: str) -> dict[str, list[Row]]:
    sections: dict[str, list[Row]] = {}
    name, columns = "", None
    last = 1
    for line, content in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not content.strip():
            continue
        last = line
        cells = [cell.strip() for cell in next(csv.reader([content], delimiter=";"))]
        if cells[0].upper() in SECTIONS and not any(cells[1:]):
            name, columns = cells[0].upper(), None
            if name in sections:
                raise MalformedFile(line, f"{name} begins twice")
            sections[name] = []
        elif not name:
            raise MalformedFile(line, "the file begins with the line META")
        elif columns is None:
            columns = ["key", "value"] if name == "META" else [cell.lower() for cell in cells]
        else:
            if len(cells) > len(columns) and name != "META":
                raise MalformedFile(line, f"{len(cells)} cells under {len(columns)} columns")
            sections[name].append(Row(line, dict(zip(columns, cells, strict=False))))
    for missing in SECTIONS:
        if missing not in sections:
            raise MalformedFile(last, f"there is no section {missing}")
    return sections


def _meta(meta: Mapping[str, Row], key: str) -> Row:
    if key not in meta:
        raise MalformedFile(1, f"META has no {key}")
    return meta[key]


def _usual(meta: Mapping[str, Row], kind: str) -> Method | None:
    if kind not in ("approval", "choose-1"):
        return None
    rule = meta["rule"].cell("value").lower() if "rule" in meta else ""
    return Method.EQUAL_SHARES if rule.startswith("equalshares") else Method.GREEDY


def _completion(meta: Mapping[str, Row]) -> Completion:
    rule = meta["rule"].cell("value").lower() if "rule" in meta else ""
    return Completion.NONE if rule == "equalshares" else Completion.ADD_ONE


def _limit(meta: Mapping[str, Row], kind: str) -> int | None:
    if kind == "choose-1":
        return 1
    if "max_length" not in meta:
        return None
    length = meta["max_length"].amount("value")
    if not isinstance(length, int):
        raise MalformedFile(meta["max_length"].line, "max_length is not a whole number")
    return length


def _costs(rows: list[Row]) -> dict[str, Amount]:
    costs: dict[str, Amount] = {}
    for row in rows:
        project = row.cell("project_id")
        if project in costs:
            raise MalformedFile(row.line, f"project {project} is listed twice")
        costs[project] = row.amount("cost")
    if not costs:
        raise MalformedFile(1, "there are no projects")
    return costs


def _votes(rows: list[Row], costs: Mapping[str, Amount], method: Method) -> dict[Vote, Amount]:
    votes: dict[Vote, Amount] = {}
    for row in rows:
        named = [project.strip() for project in row.cell("vote").split(",") if project.strip()]
        for project in named:
            if project not in costs:
                raise MalformedFile(row.line, f"there is no project {project}")
        vote = _vote(row, named, method)
        votes[vote] = votes.get(vote, 0) + 1
    return votes


def _vote(row: Row, named: list[str], method: Method) -> Vote:
    if method in BUDGETS or method is Method.APPROVAL:
        return frozenset(named)
    if method is Method.SINGLE:
        return named[0] if named else ""
    if method is not Method.SCORE:
        return tuple(frozenset({project}) for project in named)
    points = _points(row)
    if len(points) != len(named):
        raise MalformedFile(row.line, f"{len(named)} projects and {len(points)} points")
    return tuple(zip(named, points, strict=True))


def _points(row: Row) -> list[int]:
    points = [point.strip() for point in row.cell("points").split(",") if point.strip()]
    if not all(re.fullmatch(r"\d{1,9}", point, re.ASCII) for point in points):
        raise MalformedFile(row.line, "points are whole numbers, one a project")
    return [int(point) for point in points]


def _top(rows: list[Row], method: Method) -> int:
    """The highest score that anybody gave."""
    return max([1, *(max(_points(row), default=0) for row in rows)]) if method is Method.SCORE else 5


def _refuse_wrong_number(meta: Mapping[str, Row], key: str, there: int) -> None:
    if key in meta and meta[key].amount("value") != there:
        said = meta[key].cell("value")
        raise MalformedFile(meta[key].line, f"{key} is {said}, and {there} are there")
