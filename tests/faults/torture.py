"""Rounds of killing: `make torture` (ROUNDS=200 SEED=1) prints what was acknowledged, lost and doubled.

Each round people vote in three ballots at once and change their minds, a ballot is closed by its leader and
another by its time, a meeting is closed, and notices go out; at two random moments in the midst of it the bot
is killed or, on PostgreSQL, as often the database.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from handlers.buttons import Button
from handlers.meeting import CloseMeeting
from handlers.polling import EndBallotNow
from services import calling, meeting, outbox
from storage import homes, meetings, people
from storage.store import Unit
from tests.faults.acts import Round, Told, question
from tests.faults.audit import Tally, check_after_death, check_all, check_at_rest, count_notices
from tests.faults.bots import Mortal, Notice, mortal
from tests.faults.village import Village, put_to_the_vote, settled
from tests.postgres import Cluster, cluster, named

HOUSEHOLDS = 16
NOTICES = 12
KILLS = 2
LONGEST = 0.4  # seconds until a kill


async def rounds(
    folder: Path, count: int, seed: int, *, server: Cluster | None = None, report: bool = False
) -> Tally:
    """Play some rounds on one database that grows: a file, or that of a server, which is killed too."""
    chance, tally = random.Random(seed), Tally()
    database = None if server is None else named(server.address, "postgres")
    async with mortal(folder, database) as bot:
        villages = await town(bot)
        played = []
        for _ in range(count):
            played.append(await play(bot, villages, chance, tally, server))
            if report:
                print(tally, flush=True)  # noqa: T201 - what `make torture` is for
        await check_all(bot, played, tally)
    return tally


async def town(bot: Mortal) -> list[Village]:
    """Three buildings in whose groups the bot has said something, and no bot that runs."""
    villages = [await settled(bot, HOUSEHOLDS, f"{number}栋") for number in (1, 2, 3)]
    for village in villages:
        await village.leader.say(village.group, "/help")
    await bot.rest()
    await bot.kill()
    return villages


async def play(
    bot: Mortal, villages: list[Village], chance: random.Random, tally: Tally, server: Cluster | None = None
) -> Round:
    """One round: everything at once, something killed twice in the midst of it, and then at rest."""
    deaths = bot.deaths
    now = await begin(bot, villages, tally.rounds)
    acts = burst(now, chance)
    for number in range(KILLS):
        if not bot.alive:
            await bot.start()
            await bot.sandbox.listened_to(bot.token)
        part = acts[number * len(acts) // KILLS : (number + 1) * len(acts) // KILLS]
        people_act = asyncio.create_task(do(part, chance))
        await asyncio.sleep(chance.uniform(0.0, LONGEST))
        if server is not None and chance.random() < 0.5:
            await crash(server)
            tally.crashes += 1
        else:
            await bot.kill()
        alive = bot.alive
        await check_after_death(bot, now, now.heard(), tally, alive=alive)
        await people_act
    if not bot.alive:
        await bot.start()
    await bot.rest()
    while now.press_again():
        await bot.rest()
    await bot.kill()
    tally.rounds += 1
    tally.deaths += bot.deaths - deaths
    tally.acknowledged += sum(told is Told.NOTED for told in now.heard().values())
    count_notices(bot, now, tally)
    await check_at_rest(bot, now, tally)
    return now


async def crash(server: Cluster) -> None:
    """The database is killed, and comes back after a moment."""
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def do(acts: list[Callable[[], object]], chance: random.Random) -> None:
    """Everything is done in small bursts, whether or not a bot is there."""
    while acts:
        count = chance.randint(1, 12)
        for act in acts[:count]:
            act()
        acts = acts[count:]
        await asyncio.sleep(chance.uniform(0.0, LONGEST / 8))


async def begin(bot: Mortal, villages: list[Village], number: int) -> Round:
    """What the round is about is put into the database while no bot runs."""
    bot.pass_time(days=6)
    async with bot.store() as store, store.unit(bot.now) as unit:
        opened = [
            await put_to_the_vote(village, unit, question(number), hours)
            for village, hours in zip(villages, (100, 100, 2), strict=True)
        ]
        held = await open_meeting(villages[0], unit)
        notices = await notify(villages, unit, f"第{number}轮通知")
    return Round(number, villages, opened, held, notices)


async def notify(villages: list[Village], unit: Unit, text: str) -> list[Notice]:
    """A notice to some in private, and to every group; where each is to arrive."""
    chats = [
        await people.enter(unit.conn, str(one.id), "private", one.name)
        for one in villages[0].voters[:NOTICES]
    ]
    chats += [await people.enter(unit.conn, str(one.group.id), "group", one.group.title) for one in villages]
    for chat in chats:
        await outbox.say(unit, chat.id, {"text": text, "keys": []}, notice=True)
    return [(chat.address, text) for chat in chats]


async def open_meeting(village: Village, unit: Unit) -> int:
    """A meeting that is under way; its id."""
    building = await homes.building(unit.conn, village.building_id)
    leader = await people.by_address(unit.conn, str(village.leader.id))
    assert leader is not None
    draft = await calling.begin(unit, building, leader.id)
    planned = unit.now + timedelta(days=4)
    await calling.set_time(unit, draft, planned)
    await calling.set_place(unit, draft, "活动室")
    await calling.add_item(unit, draft, "电动车棚")
    draft = await meetings.get(unit.conn, draft.id)
    await calling.publish(unit, draft, building, leader.id)
    await meeting.start(replace(unit, now=planned), building, leader, draft.id)
    return draft.id


def burst(now: Round, chance: random.Random) -> list[Callable[[], object]]:
    """Votes, some changed at once, the end of a ballot and of a meeting, in a random order."""
    villages = now.villages
    acts: list[Callable[[], object]] = [
        partial(now.vote, village, ballot, person, chance.randint(1, 3))
        for village, ballot in zip(villages, now.ballots, strict=True)
        for person in village.voters * 2
    ]
    chance.shuffle(acts)
    ends: list[tuple[Village, Button]] = [
        (villages[1], EndBallotNow(now.ballots[1])),
        (villages[0], CloseMeeting(now.meeting, 1)),
    ]
    for village, button in ends:
        place = chance.randint(len(acts) // 4, len(acts) - 1)
        acts.insert(place, partial(now.end, village, button))
    third_is_over = partial(villages[0].bot.pass_time, hours=3)
    acts.insert(chance.randint(0, len(acts)), third_is_over)
    return acts


def main() -> int:
    """Play the rounds that were asked for, on either engine; 1 if anything is lost, there twice or broken."""
    count, seed = int(os.environ.get("ROUNDS", "200")), int(os.environ.get("SEED", "1"))
    print("SQLite")  # noqa: T201 - what `make torture` is for
    with tempfile.TemporaryDirectory() as folder:
        tallies = [asyncio.run(rounds(Path(folder), count, seed, report=True))]
    print("PostgreSQL")  # noqa: T201 - as above
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        tallies += [asyncio.run(rounds(Path(folder), count, seed, server=server, report=True))]
    for tally in tallies:
        for sentence in tally.sentences:
            print(sentence)  # noqa: T201 - as above
    return max(tally.status for tally in tallies)


if __name__ == "__main__":
    sys.exit(main())
