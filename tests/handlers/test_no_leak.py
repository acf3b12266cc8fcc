"""No figure of an open ballot leaves: two towns that differ in nothing but what was chosen say the same.

Buttons, commands, words and links are found from the routes, so that a way out added later is tried too.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from handlers.buttons import unpack
from handlers.polling import EndBallotNow
from handlers.speech import Screen, View
from sandbox.conversations import Conversation
from sandbox.people import Person
from services.export import export_building
from storage import ballots, homes, people
from storage.figures import figures
from storage.tables import metadata
from tests.faults.fast import FastStage
from tests.faults.strangers import every_button, every_text, rows_here
from tests.faults.test_strangers import batches
from tests.scenes import bound_building, open_ballot, open_meeting, press, residents, say
from tests.services.test_sealed import opened

OPTIONS = "甲乙丙"
Said = dict[str, Any]
Tamper = Callable[[FastStage], None]


async def town(
    folder: Path,
    choices: Sequence[int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tamper: Tamper | None = None,
) -> Said:
    """All that anybody but the voters themselves can get out of a town with two open ballots."""
    same = random.Random(11)
    monkeypatch.setattr(secrets, "randbelow", same.randrange)
    monkeypatch.setattr(secrets, "token_hex", lambda size: f"{same.getrandbits(8 * size):0{2 * size}x}")
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: f"{same.getrandbits(8 * size):x}")
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    async with FastStage(folder) as stage:
        scene = await bound_building(stage)
        *voters, neighbour, officer = await residents(stage, scene, len(choices) + 2)
        async with stage.program.store.unit(stage.now) as unit:
            known = await people.by_address(unit.conn, str(officer.id))
            assert known is not None
            for office in ("teller", "supervisor", "recorder"):
                await homes.appoint(unit.conn, scene.building_id, known.id, office, unit.now)
        await open_meeting(stage, scene, "停车位", "电动车棚")
        cards = [
            await open_ballot(stage, scene, "停车位怎么划 | 专区20 | 全部专区 | 专区15"),
            await opened(stage, scene, "车棚用什么顶 | 彩钢 | 玻璃 | 瓦", "记名"),
        ]
        if tamper is not None:
            tamper(stage)
        for card in cards:
            for voter, choice in zip(voters, choices, strict=True):
                await press(stage, voter, card, OPTIONS[choice])
        passer_by = stage.sandbox.people.new("示例路人")
        them = [passer_by, neighbour, officer, scene.leader]
        for person in them:
            await say(stage, person, person.private(), "帮助")
        toasts = await try_all(stage, scene.building_id, them)
        await stage.pass_time(hours=1)
        chats = [scene.group, *(person.private() for person in them)]
        async with stage.program.store.glance() as conn:
            told: Said = {
                "toasts": toasts,
                "chats": [heard(chat) for chat in chats],
                "export": dict((await export_building(conn, scene.building_id, stage.now)).data),
                "status": asdict(await figures(conn, stage.now)),
                "open": [str(one.state) for number in (1, 2) if (one := await ballots.find(conn, number))],
                "faults": await stage.faults(),
            }
        assert told["open"] == ["open", "open"], "the ballots are still open"
        lines = [logs._Line().format(one) for one in caplog.records]
        ours = [line.partition("level=")[2] for line in lines if f" at={_our(line)}." in line]
        told["logs"] = sorted(set(ours))
        return json.loads(json.dumps(told, ensure_ascii=False, default=str, sort_keys=True))


def _our(line: str) -> str:
    """The folder of ours that a log line is from; the libraries' lines hold nothing that was said."""
    return next((name for name in logs.OURS if f" at={name}." in line), "?")


async def try_all(stage: FastStage, building_id: int, persons: Sequence[Person]) -> list[str]:
    """Everybody presses all buttons, says all words and opens all links there are; what was answered."""
    async with stage.program.store.glance() as conn:
        ids = {name: await rows_here(conn, table, building_id) for name, table in metadata.tables.items()}
    toasts = []
    for person in persons:
        chat = person.private()
        shown = next(seen for seen in reversed(chat.messages) if seen.by_bot)
        tried = [data for data in every_button(ids, 1) if not isinstance(unpack(data), EndBallotNow)]
        for some in batches(tried):  # a closed ballot may be told: nobody ends one
            presses = [person.begin_press(shown, data) for data in some]
            await stage.settle()
            toasts += [f"{person.name} {one.answer.result()}" for one in presses]
        for some in batches(list(every_text(ids))):
            for words in some:
                await person.say(chat, words)
            await stage.settle()
    return toasts


def heard(chat: Conversation) -> list[str]:
    """What stands in a chat in the end."""
    return sorted(
        f"{seen.words} {seen.labels} {seen.document and len(seen.document)}" for seen in chat.messages
    )


async def test_what_was_chosen_changes_nothing_that_anybody_else_can_see(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = await town(tmp_path_factory.mktemp("one"), (0, 0, 0, 1), monkeypatch, caplog)
    other = await town(tmp_path_factory.mktemp("other"), (2, 2, 1, 2), monkeypatch, caplog)
    for name, told in one.items():
        assert told == other[name], name
    assert len(one["toasts"]) > 300
    assert any("已投 4 户" in words for words in one["chats"][0]), "how many have voted is known"


async def test_a_leak_would_be_found(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def leak(stage: FastStage) -> None:
        cards = stage.program.dispatcher._postman._routes.cards
        draw: Callable[[View, int], Awaitable[Screen | None]] = cards["ballot"]

        async def leaky(view: View, ballot_id: int) -> Screen | None:
            screen = await draw(view, ballot_id)
            first = sum(vote.choice == (1,) for vote in await ballots.votes_of(view.conn, ballot_id))
            return None if screen is None else replace(screen, text=f"{screen.text} ({first})")

        cards["ballot"] = leaky

    monkeypatch.setattr("tests.handlers.test_no_leak.try_all", _nobody)
    one = await town(tmp_path_factory.mktemp("one"), (0, 0), monkeypatch, caplog, leak)
    other = await town(tmp_path_factory.mktemp("other"), (2, 2), monkeypatch, caplog, leak)
    assert one["chats"] != other["chats"]


async def _nobody(*_: object) -> list[str]:
    return []
