"""In whatever order a voter, a proxy, a teller, two witnesses and the closing come: one vote, paper first."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.proof import verify
from rules.refusals import Refusal
from services import papers, proxies
from services.export import export_building
from storage import ballots as stored
from storage import homes, log, people
from storage.papers import of_ballot
from storage.proxies import of_person
from tests import postgres
from tests.conftest import ENGINES
from tests.services.house import House, house

VOTER, HOLDER, FIRST, SECOND, TELLER = "0", "1", "2", "3", "4"
MOTION = Plan("装电动车棚吗", Method.MOTION, ())
CHAT, PROXY, PAPER = (1,), (2,), (3,)  # so each says of itself how it came in
OTHERS = {"5": (1,), "6": (2,), "7": (2,)}  # so many that the figures are told

Step = Callable[[], Awaitable[None]]
Fresh = Callable[[], AbstractContextManager[str]]


@dataclass
class Case:
    """One voter and all who can bring their vote in; `vote` and `mandate` are what the rule says stands."""

    home: House
    ballot: Ballot
    ids: dict[str, int]
    vote: tuple[int, ...] | None = None
    mandate: str = "none"  # "given", "used"
    paper: str = "none"  # "waiting", "seen", "counted"
    over: bool = False
    counted: list[str] = field(default_factory=list)  # how, each time the vote was brought in or changed

    def stands(self, choice: tuple[int, ...], how: str) -> None:
        if self.vote != choice:
            self.counted.append(how)
        self.vote = choice

    async def chat(self) -> None:
        went = await self.home.press(self.home.box(), VOTER, self.ballot.id, 1)
        fits = not self.over and self.paper != "counted" and self.mandate == "none"
        assert (went.refusal is None) is fits
        if fits:
            self.stands(CHAT, "chat")

    async def give(self) -> None:
        with suppress(Refusal):
            async with self.home.store.unit(self.home.now) as unit:
                about = await proxies.occasion(unit.conn, self.ballot.id, None)
                giver = await people.get(unit.conn, self.ids[VOTER])
                asked = await proxies.ask(unit, about, giver, self.ids[HOLDER])
                await proxies.accept(unit, asked, about, self.ids[HOLDER])
                assert not self.over
                assert self.vote is None
                assert self.mandate == "none"
                self.mandate = "given"

    async def use(self) -> None:
        async with self.home.store.glance() as conn:
            held = await of_person(conn, self.ids[HOLDER])
        number = held[0].id if held else 999
        press = self.home.press
        went = await press(self.home.box(), HOLDER, self.ballot.id, 2, private=True, proxy=number)
        fits = not self.over and self.mandate != "none"
        assert (went.refusal is None) is fits
        if fits:
            self.mandate = "used"
            self.stands(PROXY, "proxy")

    async def revoke(self) -> None:
        with suppress(Refusal):
            async with self.home.store.unit(self.home.now) as unit:
                (proxy,) = await of_person(unit.conn, self.ids[VOTER]) or [None]
                if proxy is None:
                    return
                about = await proxies.occasion_of(unit.conn, proxy)
                await proxies.revoke(unit, proxy, about, self.ids[VOTER])
                assert self.mandate == "given" or self.paper == "counted"
                self.mandate = "none"

    async def write(self) -> None:
        with suppress(Refusal):
            async with self.home.store.unit(self.home.now) as unit:
                stack = await papers.begin(unit, self.ballot.id, self.ids[TELLER])
                door = self.home.households[0]
                stack = await papers.write(unit, stack, self.ballot, f"{door.unit}-{door.room} 弃权")
                await papers.hand_over(unit, stack)
                assert not self.over
                assert self.paper == "none"
                self.paper = "waiting"

    async def first(self) -> None:
        await self._witness(FIRST)

    async def second(self) -> None:
        await self._witness(SECOND)

    async def _witness(self, who: str) -> None:
        with suppress(Refusal):
            async with self.home.store.unit(self.home.now) as unit:
                found = await of_ballot(unit.conn, self.ballot.id)
                done = await papers.confirm(unit, found[0].id if found else 0, self.ids[who])
                assert not self.over
                if not done.counted:
                    self.paper = "seen"
                    return
                assert self.paper == "seen"
                self.paper, self.mandate = "counted", "none"
                self.vote = PAPER
                self.counted.append("paper")

    async def close(self) -> None:
        with suppress(Refusal):
            await self.home.close(self.ballot)
        self.over = True


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """An empty database for each order, on each engine."""
    if request.param == "sqlite":
        return partial(copied, request.getfixturevalue("sqlite_template"))
    server, template = (request.getfixturevalue(f"postgres_{name}") for name in ("server", "template"))
    return partial(postgres.database, server, template)


@contextmanager
def copied(template: Path) -> Iterator[str]:
    """The address of a copy of a database file."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "x.db")
        yield f"sqlite+aiosqlite:///{folder}/x.db"


THOROUGH = 300 if os.environ.get("THOROUGH") else 0
STEPS = ("chat", "chat", "give", "use", "revoke", "write", "first", "second", "close")


@settings(
    max_examples=THOROUGH or 8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.permutations(STEPS).flatmap(lambda order: st.permutations(order).map(lambda two: order + two))
)
def test_one_vote_stands_and_paper_before_all_others(fresh: Fresh, steps: list[str]) -> None:
    played(fresh, steps)


def test_paper_stands_over_what_came_before_and_refuses_what_comes_after(fresh: Fresh) -> None:
    for steps in (
        ["chat", "write", "first", "second", "chat"],
        ["write", "first", "second", "chat", "give"],
        ["give", "use", "write", "first", "second", "use"],
        ["give", "write", "first", "second", "use", "revoke"],
    ):
        assert played(fresh, steps) == PAPER
    for steps in (
        ["chat", "write", "first", "close", "second"],
        ["chat", "write", "close", "first", "second"],
    ):
        assert played(fresh, steps) == CHAT
    assert played(fresh, ["give", "use", "chat", "revoke"]) == PROXY


def played(fresh: Fresh, steps: list[str]) -> tuple[int, ...] | None:
    """What stands in the end, which is what the rule says, what was counted, and what the export proves."""
    with fresh() as database:
        return asyncio.run(_played_in(database, steps))


async def _played_in(database: str, steps: list[str]) -> tuple[int, ...] | None:
    async with house(database, households=9, residents=8) as home:
        return await _played(home, steps)


async def _played(home: House, steps: list[str]) -> tuple[int, ...] | None:
    async with home.store.unit(home.now) as unit:
        known = {
            address: await people.by_address(unit.conn, address)
            for address in (VOTER, HOLDER, FIRST, SECOND, TELLER)
        }
        ids = {address: person.id for address, person in known.items() if person is not None}
        await homes.appoint(unit.conn, home.building.id, ids[TELLER], "teller", home.now)
    case = Case(home, await home.open(MOTION), ids)
    for address, choice in OTHERS.items():
        await home.press(home.box(), address, case.ballot.id, *choice)
    for step in [*steps, "close"]:
        await getattr(case, step)()
    async with home.store.glance() as conn:
        done = await stored.get(conn, case.ballot.id)
        cast = [event.data for event in await log.read(conn, f"ballot:{done.id}") if event.kind == "cast"]
        data = (await export_building(conn, home.building.id, home.now)).data
    assert (await home.votes(done)).get(home.households[0].id) == case.vote
    mine = [event["how"] for event in cast if event["voter"] == home.households[0].id]
    assert mine == case.counted
    figures = [1, 2, 0]
    if case.vote is not None:
        figures[case.vote[0] - 1] += 1
    assert done.result is not None
    assert (done.voted, done.result["votes"]) == (sum(figures), figures)
    verify(json.dumps(data).encode())
    return case.vote
