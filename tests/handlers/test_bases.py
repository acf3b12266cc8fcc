"""Whoever has the vote, households, residents or owners: every message says it in their own word."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handlers.words import LANGUAGES, TEMPLATES, Words
from rules.ballots import Ballot, Option, State
from rules.counting import Method
from rules.homes import Door
from rules.voters import Basis

RESULT = {"early": False, "won": [1], "tied": [], "carried": True}
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
DOOR = Door("2", "502")
HOME_WORDS = {"zh": r"户|您家|家人|自家|别家", "en": r"household|famil"}
HEAD_WORDS = {"zh": r"\d+ (人|位)(?!名)|每人|每位|业主|共有人", "en": r"\bresidents?\b|\bowners?\b"}
REFUSED = (
    "not_on_the_roll",
    "too_many_proxies",
    "proxy_to_oneself",
    "proxy_given_already",
    "proxy_used",
    "proxy_in_force",
    "voted_already",
    "not_named",
)
STEPS = ("motion", "consent", "share", "share_raised", "funded", "funded_greedily", "not_funded")
SAID = (
    *(f"refusals.{name}" for name in REFUSED),
    *(f"results.step/{kind}" for kind in STEPS),
    *(f"ballots.meaning/{method}" for method in Method),
    *(f"ballots.{name}" for name in ("ask_most", "most_set", "list_open", "ask_end", "card", "card_closed")),
    *(f"ballots.draft/{method}" for method in Method),
    *(f"slip.{name}" for name in ("single", "list", "check", "handed_in", "closed")),
    *(f"slip.stand/{how}" for how in ("member", "proxy", "paper")),
    *(f"results.{name}" for name in ("how", "took_part", "reached_said", "figure")),
    *("papers.yours_counts", "reminders.ballot", "proxies.card/asked", "proxies.card/given"),
)


def a_ballot(basis: Basis, method: Method = Method.SINGLE) -> Ballot:
    options = tuple(Option(1, number, label, "地面", None) for number, label in enumerate("甲乙丙", 1))
    return Ballot(
        *(1, 1, None, None, "停车位怎么划？", basis, method, 2, 1, State.OPEN, 1, AT, AT, None, 9),
        *(
            900_0000,
            False,
            4,
            "f" * 64,
            "e" * 64,
            RESULT,
            date(2026, 12, 2),
        ),
        options,
        budget=500_000,
    )


def facts(basis: Basis, case: str) -> dict[str, Any]:
    method = Method(case) if case in set(Method) else Method.SINGLE
    ballot = a_ballot(basis, method)
    stand = SimpleNamespace(door=DOOR, names=["甲"], receipt="K7M3P-9QX2D", cast_by=case)
    part = {"step": "participation", "strict": False, "share": "2/3", "base": "all", "more": ""}
    return {
        "ballot": ballot, "basis": str(basis), "method": str(method), "kind": case, "zone": "Asia/Shanghai",
        "closes": AT, "day": "", "most_lines": 8, "most_text": 40, "head": "abcd", "asked": None,
        "law": None,
        "doors": [DOOR], "door": DOOR, "most": 3, "count": 3, "closes_at": AT, "late": False,
        "ballots": [{"ballot": ballot, "closes": AT}], "shown": ballot.options, "chosen": [], "spent": 0,
        "standing_in": False, "stands": [stand] if case in ("member", "proxy", "paper") else [],
        "for_": 3, "against": 1, "abstained": 0, "plainly": True, "carried": True, "agree": 3,
        "disagree": 1, "block": 0, "budget": 5000, "voters": 4, "share": 1250, "from_": 1000,
        "option": "甲 地面", "cost": 3200, "supporters": 3, "each_at_most": 1067, "left": 0,
        "told": [], "result": ballot.result, "heads": ["a", "b"], "votes": 3, "percent": 75, "pages": 1,
        "page": 1, "reason": "", "names": ["甲"], "giver": "示例甲", "holder": "示例乙", "meeting": None,
        "silence": None, "each": (), "state": case, "over": False, "used": None, "mine": True,
        "reached": [{"area": area, "held": True, "parts": [part | {"have": 3, "of": 4, "needed": 3}]}
                    for area in (True, False)],
    }  # fmt: skip


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_message_has_the_word_of_each_basis(lang: str, said: str) -> None:
    words = Words()
    name, _, case = said.partition("/")
    for basis in Basis:
        told = words.plain(lang, name, **facts(basis, case)).replace("一人一票", "").replace("业主双过半", "")
        if basis is Basis.HOUSEHOLD:
            assert not re.search(HEAD_WORDS[lang], told), told
        else:
            assert not re.search(HOME_WORDS[lang], told), told
        if basis is Basis.PERSON:
            assert not re.search(r"业主|共有|owner", told), told
        if basis is Basis.OWNER:
            assert not re.search(r"\d 人|每人|居民|resident", told), told


@pytest.mark.parametrize("name", ["ballots.card", "ballots.draft"])
def test_owners_are_told_that_areas_are_published(name: str) -> None:
    words = Words()
    for lang, word in (("zh", "按法律要公布各方的面积"), ("en", "the areas on each side are published")):
        told = {basis: word in words.plain(lang, name, **facts(basis, "motion")) for basis in Basis}
        assert told == {Basis.OWNER: True, Basis.HOUSEHOLD: False, Basis.PERSON: False}, lang


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_vote_that_others_cast_says_how_it_came_in(lang: str) -> None:
    words = Words()
    for how in ("member", "proxy", "paper"):
        for basis in Basis:
            told = words.plain(lang, "slip.stand", **facts(basis, how))
            assert words.plain(lang, "owners.cast_by", how=how, basis=str(basis)) in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_paper_filled_in_for_a_neighbour_does_not_call_it_ones_own(lang: str) -> None:
    words = Words()
    for basis in Basis:
        for block, how in (("slip.single", ""), ("slip.closed", ""), ("slip.closed", "proxy")):
            told = words.plain(lang, block, **facts(basis, how) | {"standing_in": True})
            assert not re.search("您家|您现在|[Yy]our (household|vote)", told), told


@pytest.mark.parametrize("file", ["ballots", "slip", "results", "reminders", "papers", "proxies", "voting"])
def test_no_template_of_ballots_says_household_by_itself(file: str) -> None:
    """But for what is about homes: witnesses, who is coming, the family's question, kinds."""
    homes = (
        "请两户邻居",
        "就开了",
        "voting",
        "ask_family",
        "basis == ",
        "{% if kind == ",
        "{% elif kind == ",
    )
    for line in (TEMPLATES / "zh" / f"{file}.j2").read_text("utf-8").splitlines():
        assert not re.search(HOME_WORDS["zh"], line) or any(word in line for word in homes), line


def test_every_basis_has_its_own_words() -> None:
    words = Words()
    for lang in LANGUAGES:
        assert len({words.plain(lang, "owners.each", basis=str(basis)) for basis in Basis}) == len(Basis)
