"""No figure of an open ballot leaves, whatever its method, its basis and its secrecy.

Two houses differ in nothing but what was chosen. All that can be drawn, made, read and exported of them
before the closing is the same, and so is what the operator sees.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import random
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.metrics import Metrics
from bot.veil import veiled
from handlers.all import all_routes
from handlers.speech import View
from handlers.voting import CastVote
from handlers.words import Words
from rules.ballots import Ballot, Plan, State
from rules.counting import Completion, Method
from rules.counting.question import BUDGETS
from rules.proof import verify
from rules.secrecy import fitting_secrecy
from rules.voters import Basis
from services import ballots, months, register
from services.export import export_building
from storage import ballots as stored
from storage import people, updates
from storage.figures import figures
from storage.store import Connection
from tests.services.house import GROUP, NOW, House, house
from tests.services.test_owners import import_roll, is_owner, line

VOTERS = 4
TEXTS = ("甲", "乙", "丙")
ONE = {
    Method.MOTION: (1,), Method.SINGLE: (1,), Method.CONSENT: (1,), Method.APPROVAL: (1,),
    Method.SCORE: (5, 0, 1), Method.SCHULZE: (1, 2, 3), Method.IRV: (1, 2, 3), Method.STV: (1, 2, 3),
    Method.EQUAL_SHARES: (1,), Method.GREEDY: (1,),
}  # fmt: skip
OTHER = {
    Method.MOTION: (2,), Method.SINGLE: (3,), Method.CONSENT: (4,), Method.APPROVAL: (2, 3),
    Method.SCORE: (0, 5, 5), Method.SCHULZE: (3, 2, 1), Method.IRV: (3,), Method.STV: (2, 3, 1),
    Method.EQUAL_SHARES: (2, 3), Method.GREEDY: (3,),
}  # fmt: skip
SOME = (Method.SCORE, Method.STV)
Choices = dict[Method, tuple[int, ...]]
ABOUT_BALLOTS = ("ballot", "ballot_draft", "result", "slip")  # cards; and a picture of the result


def plan_of(method: Method) -> Plan:
    """A question for a method, with three options where it has any."""
    if method in {Method.MOTION, Method.CONSENT}:
        return Plan("装不装充电桩", method, ())
    if method in BUDGETS:
        completion = Completion.ADD_ONE if method is Method.EQUAL_SHARES else None
        costs = (200_00, 100_00, 150_00)
        return Plan("钱怎么花", method, TEXTS, budget=500_00, costs=costs, completion=completion)
    most, seats = (2 if method is Method.APPROVAL else 1), (2 if method is Method.STV else 1)
    return Plan("选哪个", method, TEXTS, at_most=most, seats=seats)


@asynccontextmanager
async def town(
    database: str, choices: Choices, monkeypatch: pytest.MonkeyPatch, *methods: Method
) -> AsyncIterator[House]:
    """An open ballot of every method (or of these) and basis, and of every secrecy, in which all voted."""
    same = random.Random(7)
    monkeypatch.setattr(secrets, "randbelow", same.randrange)
    async with house(database, households=VOTERS + 1, residents=VOTERS + 1) as home:
        await import_roll(home, [line(room, 90, f"A{room}") for room in range(VOTERS + 1)])
        for voter in range(VOTERS):
            await is_owner(home, str(voter))
        box = home.box()
        for ballot in [each async for each in opened(home, methods or tuple(Method))]:
            choice = choices[ballot.method]
            reason = "要先问消防" if ballot.method is Method.CONSENT and choice == (4,) else ""
            for voter in range(VOTERS):
                went = await home.press(box, str(voter), ballot.id, *choice, private=True, reason=reason)
                assert went.refusal is None
        yield home


async def opened(home: House, methods: Sequence[Method]) -> AsyncIterator[Ballot]:
    for turn, (method, basis) in enumerate(itertools.product(methods, Basis)):
        fit = fitting_secrecy(basis, method)
        for secrecy in fit if os.environ.get("THOROUGH") else [fit[(turn + turn // 3) % len(fit)]]:
            async with home.store.unit(NOW) as unit:
                draft = await ballots.draft(unit, home.building, home.leader_id, plan_of(method))
                await ballots.set_basis(unit, home.building, draft, basis)
                draft = await stored.get(unit.conn, draft.id)
                await ballots.set_secrecy(unit, draft, secrecy)
                yield await ballots.begin(unit, home.building, await stored.get(unit.conn, draft.id))


async def told(home: House, choices: Choices) -> dict[str, Any]:
    """All that leaves the house, by its way out."""
    async with home.store.unit(NOW) as unit:
        await meet_faults(unit.conn, choices)
    async with home.store.glance() as conn:
        said = {"cards": [each async for each in drawn(conn, home)]}
        data = dict((await export_building(conn, home.building.id, NOW)).data)
        seen = await figures(conn, NOW)
        metrics = Metrics().text(seen, NOW, in_office=True).decode().splitlines()
        said |= {
            "export": data,
            "verify": repr(verify(json.dumps(data).encode())),
            "status": asdict(seen),
            "metrics": [each for each in metrics if "_created" not in each and each.startswith("louyuhui")],
            "register": await register.gather(conn, home.building, NOW),
            "month": asdict(await months.gather(conn, home.building, NOW.date().replace(day=1), NOW)),
            "faults": [await veiled(conn, fault) for fault in await updates.list_faults(conn)],
        }
    return json.loads(json.dumps(said, ensure_ascii=False, default=repr, sort_keys=True))


async def drawn(conn: Connection, home: House) -> AsyncIterator[str]:
    """Every card of every ballot, in the group and in private for somebody who has not voted."""
    routes, words = all_routes(), Words()
    group = await people.chat_by_address(conn, GROUP)
    neighbour = await people.enter(conn, str(VOTERS), "private", "")
    assert group is not None
    for ballot in await stored.of_building(conn, home.building.id, State.OPEN):
        for chat, lang in ((group, "zh"), (neighbour, "en")):
            view = View(conn, words, lang, NOW, "louyuhui_bot", chat)
            for kind in ABOUT_BALLOTS:
                yield f"{kind} {ballot.method} {await _what(routes.cards[kind](view, ballot.id))}"
            yield f"picture {await _what(routes.makers['result_picture'](view, ballot.id))}"


async def _what(drawing: Awaitable[object]) -> str:
    """What was drawn, or why not."""
    try:
        return repr(await drawing)
    except Exception as error:  # noqa: BLE001 - the bot would record it: nothing leaves
        return repr(error)


async def meet_faults(conn: Connection, choices: Choices) -> None:
    """As if the press of each method had failed, and an error had quoted what was chosen."""
    for number, choice in enumerate(choices.values(), 1):
        sender = {"id": 0, "first_name": "示例住户", "is_bot": False}
        pressed = {
            "id": "9",
            "from": sender,
            "data": CastVote(number, choice[0]).pack(),
            "message": {"message_id": 5, "text": f"✅ {choice}", "reply_markup": {"rows": [[str(choice)]]}},
        }
        quoted = f'Traceback (most recent call last):\n  File "x.py", line 1, in y\nKeyError: {choice}'
        await updates.add_fault(conn, NOW, number, {"update_id": number, "callback_query": pressed}, quoted)
        wrote = {"from": sender, "text": f"{choice}", "chat": {"id": 0, "type": "private"}}
        await updates.add_fault(conn, NOW, -number, {"update_id": -number, "message": wrote}, quoted)


async def test_what_was_chosen_leaves_by_no_way_whatever_the_method_the_basis_and_the_secrecy(
    sqlite: str,
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in logs.OURS:
        caplog.set_level(logging.DEBUG, name)
    shutil.copy(sqlite_template, tmp_path / "other.db")
    said = []
    for address, choices in ((sqlite, ONE), (f"sqlite+aiosqlite:///{tmp_path}/other.db", OTHER)):
        caplog.clear()
        async with town(address, choices, monkeypatch) as home:
            said.append(await told(home, choices))
        lines = [
            logs._Line().format(one) for one in caplog.records if one.name.partition(".")[0] in logs.OURS
        ]
        said[-1]["logs"] = [line.partition("level=")[2] for line in lines]
    one, other = said
    for name, what in one.items():
        assert what == other[name], name
    assert len(one["cards"]) >= 300
    assert sum("已投 4" in card for card in one["cards"]) >= 30, "how many have voted is known"
    assert len(one["faults"]) == 2 * len(Method)
    assert "KeyError" in one["faults"][0]["traceback"]


async def test_the_same_ballots_differ_once_they_are_closed(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above compares what matters."""
    async with town(sqlite, OTHER, monkeypatch, *SOME) as home:
        async with home.store.glance() as conn:
            held = await stored.of_building(conn, home.building.id, State.OPEN)
            before = {each.id: await ballot_card(conn, each) for each in held}
        for ballot in held:
            await home.close(ballot)
        async with home.store.glance() as conn:
            for ballot in held:
                assert await ballot_card(conn, ballot) != before[ballot.id]


async def ballot_card(conn: Connection, ballot: Ballot) -> str:
    view = View(conn, Words(), "zh", NOW, "louyuhui_bot")
    return repr(await all_routes().cards["ballot"](view, ballot.id))
