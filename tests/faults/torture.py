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
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from handlers.buttons import Button
from handlers.meeting import CloseMeeting
from handlers.polling import EndBallotNow
from handlers.voting import CastVote
from rules.events import first_break
from sandbox.people import Person
from sandbox.world import Press
from services import calling, meeting, outbox
from storage import ballots, homes, log, meetings, people
from storage.store import Unit
from tests.faults.bots import Mortal, mortal
from tests.faults.village import Village, put_to_the_vote, settled
from tests.postgres import Cluster, cluster, named

HOUSEHOLDS = 16
NOTICES = 12
KILLS = 2
LONGEST = 0.4  # seconds until a kill


@dataclass
class Tally:
    """What came of some rounds; `lost` and `broken` are sentences, and must be none."""

    rounds: int = 0
    acknowledged: int = 0
    doubled: int = 0  # notices that came twice
    worst: int = 0  # how often too often the same notice came
    deaths: int = 0
    crashes: int = 0  # of the database
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line."""
        counts = {
            "rounds": self.rounds,
            "deaths": self.deaths,
            "crashes": self.crashes,
            "acknowledged": self.acknowledged,
            "lost": len(self.lost),
            "doubled": self.doubled,
            "broken": len(self.broken),
        }
        return "  ".join(f"{name} {count}" for name, count in counts.items())


@dataclass
class Round:
    """What was begun in a round: the ballots by village, and the meeting that is open."""

    villages: list[Village]
    ballots: list[int]
    meeting: int
    presses: list[tuple[int, Person, int, Press]] = field(default_factory=list)  # ballot, who, option
    ends: list[tuple[Village, Button, Press]] = field(default_factory=list)  # of a ballot and of a meeting


async def rounds(
    folder: Path, count: int, seed: int, *, server: Cluster | None = None, report: bool = False
) -> Tally:
    """Play some rounds on one database that grows: a file, or that of a server, which is killed too."""
    chance, tally = random.Random(seed), Tally()
    database = None if server is None else named(server.address, "postgres")
    async with mortal(folder, database) as bot:
        villages = [await settled(bot, HOUSEHOLDS, f"{number}栋") for number in (1, 2, 3)]
        for village in villages:
            await village.leader.say(village.group, "/help")
        await bot.rest()
        await bot.kill()
        for _ in range(count):
            await play(bot, villages, chance, tally, server)
            if report:
                print(tally, flush=True)  # noqa: T201 - what `make torture` is for
    return tally


async def play(
    bot: Mortal, villages: list[Village], chance: random.Random, tally: Tally, server: Cluster | None
) -> None:
    """One round: everything at once, something killed twice in the midst of it, and then at rest."""
    deaths = bot.deaths
    now = await begin(bot, villages, tally.rounds)
    acts = burst(villages, now, chance)
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
        acknowledged = [one for one in now.presses if noted(one[3])]
        await people_act
        await check_acknowledged(bot, acknowledged, tally)
    if not bot.alive:
        await bot.start()
    await bot.rest()
    while press_again(now):
        await bot.rest()
    await bot.kill()
    tally.rounds += 1
    tally.deaths += bot.deaths - deaths
    tally.acknowledged += sum(noted(press) for _, _, _, press in now.presses)
    await check_end(bot, villages, now, tally)


async def crash(server: Cluster) -> None:
    """The database is killed, and comes back after a moment."""
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


def press_again(now: Round) -> int:
    """Whoever was told that nothing was stored presses again; how many do."""
    count = 0
    for ballot, person, option, press in last_presses(now):
        if turned_away(press):
            village = next(one for one in now.villages if person in one.homes)
            vote(village, now, ballot, person, option)
            count += 1
    for place, (village, button, press) in enumerate(now.ends):
        if turned_away(press):
            again = village.press(village.leader, button.pack())
            now.ends[place] = (village, button, again)
            count += 1
    return count


def last_presses(now: Round) -> list[tuple[int, Person, int, Press]]:
    """What each pressed last in each ballot."""
    return list(
        {
            (ballot, person): (ballot, person, option, press) for ballot, person, option, press in now.presses
        }.values()
    )


def turned_away(press: Press) -> bool:
    """Whether the answer was that nothing was stored, and to try again."""
    return "现在记不下来" in said(press)


def noted(press: Press) -> bool:
    """Whether the toast said that the vote is noted."""
    return "已记下" in said(press)


def said(press: Press) -> str:
    """What a press was answered, if it was."""
    answer = press.answer
    return str(answer.result().get("text")) if answer.done() and not answer.cancelled() else ""


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
            await put_to_the_vote(village, unit, f"第{number}轮怎么划", hours)
            for village, hours in zip(villages, (100, 100, 2), strict=True)
        ]
        held = await open_meeting(villages[0], unit)
        for person in villages[0].voters[:NOTICES]:
            chat = await people.enter(unit.conn, str(person.id), "private", person.name)
            await outbox.say(unit, chat.id, {"text": f"第{number}轮通知", "keys": []}, notice=True)
    return Round(villages, opened, held)


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


def burst(villages: list[Village], now: Round, chance: random.Random) -> list[Callable[[], object]]:
    """Votes, some changed at once, the end of a ballot and of a meeting, in a random order."""
    acts: list[Callable[[], object]] = [
        partial(vote, village, now, ballot, person, chance.randint(1, 3))
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
        acts.insert(place, partial(end, village, now, button))
    third_is_over = partial(villages[0].bot.pass_time, hours=3)
    acts.insert(chance.randint(0, len(acts)), third_is_over)
    return acts


def end(village: Village, now: Round, button: Button) -> None:
    """The leader ends something; the press is kept."""
    now.ends.append((village, button, village.press(village.leader, button.pack())))


def vote(village: Village, now: Round, ballot: int, person: Person, option: int) -> None:
    """Press an option; the press is kept."""
    press = village.press(person, CastVote(ballot, option).pack())
    now.presses.append((ballot, person, option, press))


async def check_acknowledged(
    bot: Mortal, acknowledged: list[tuple[int, Person, int, Press]], tally: Tally
) -> None:
    """Whoever was told so has a vote; what it is, the last press of all says at the end."""
    async with bot.store() as store, store.glance() as conn:
        for ballot, person, _, _ in acknowledged:
            known = await people.by_address(conn, str(person.id))
            assert known is not None
            if not any(vote.by_id == known.id for vote in await ballots.votes_of(conn, ballot)):
                tally.lost.append(f"round {tally.rounds}: the vote of {person.name} in ballot {ballot}")


async def check_end(bot: Mortal, villages: list[Village], now: Round, tally: Tally) -> None:
    """Nothing is missing, nothing is there twice, and the logs are whole."""
    missing, doubled = await bot.notices()
    tally.lost.extend(f"round {tally.rounds}: the notice {notice}" for notice in missing)
    tally.doubled, tally.worst = doubled.total(), max(doubled.values(), default=0)
    async with bot.store() as store, store.glance() as conn:
        for village, ballot in zip(villages, now.ballots, strict=True):
            events = await log.read(conn, f"ballot:{ballot}")
            kinds = [event.kind for event in events]
            voted = {vote.voter_id: vote.choice for vote in await ballots.votes_of(conn, ballot)}
            wanted = last_wanted(village, now, ballot)
            checks = {
                "its log is broken": first_break(events) is not None,
                "it was opened or closed twice": kinds.count("opened") != 1 or kinds.count("closed") > 1,
                "its count is off": (await ballots.get(conn, ballot)).voted != len(voted),
                "a vote is not its voter's last": ballot == now.ballots[0] and voted != wanted,
                "it is not closed": ballot != now.ballots[0] and kinds[-1] != "closed",
            }
            tally.broken.extend(
                f"round {tally.rounds}, ballot {ballot}: {what}" for what, so in checks.items() if so
            )
        held = [event.kind for event in await log.read(conn, f"meeting:{now.meeting}")]
        if held.count("closed") != 1:
            tally.broken.append(f"round {tally.rounds}: the meeting was closed {held.count('closed')} times")


def last_wanted(village: Village, now: Round, ballot: int) -> dict[int, tuple[int, ...]]:
    """By household, what was pressed last."""
    return {village.homes[person]: (option,) for at, person, option, _ in last_presses(now) if at == ballot}


def main() -> int:
    """Play the rounds that were asked for, on either engine; 1 if anything was lost."""
    count, seed = int(os.environ.get("ROUNDS", "200")), int(os.environ.get("SEED", "1"))
    print("SQLite")  # noqa: T201 - what `make torture` is for
    with tempfile.TemporaryDirectory() as folder:
        tallies = [asyncio.run(rounds(Path(folder), count, seed, report=True))]
    print("PostgreSQL")  # noqa: T201 - as above
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        tallies += [asyncio.run(rounds(Path(folder), count, seed, server=server, report=True))]
    for tally in tallies:
        for sentence in [*tally.lost, *tally.broken]:
            print(sentence)  # noqa: T201 - as above
    return 1 if any(tally.lost or tally.broken for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
