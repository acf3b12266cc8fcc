"""A busy hour of two hundred groups: every answer 429 is our fault, every card that stays behind too.

Each group decides two ballots within two minutes, one ten seconds after the other: all of its sixty
households vote in both, which is 72 first votes a minute where a group may get twenty messages; eight letters
come in between. Six or seven groups vote at any time. Four times in the hour all two hundred get a circular
at once, where thirty messages a second may leave.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from bench.fast_time import fast_clock
from bench.figure import Figure, at_most, shown
from bench.ours import another_ballot, build_town, ours
from bench.telegram import Telegram, telegram
from bench.town import Town
from bot.limits import Limits
from bot.program import Program
from services.outbox import Rank

GROUPS, HOMES = 200, 60
HOUR, WINDOW, SPEED = 3600, 120, 15.0  # seconds, simulated; how much faster than the wall clock's
REST = 10  # seconds between the last vote of a ballot and the first of the next
LETTERS = 8  # to a group while it votes
CIRCULARS = (600, 1500, 2400, 3300)
STRETCH = range(1410, 1590)  # three of its minutes, for a bot without limits
BARE_SPEED = 5.0  # of these: a bot that is pressed for time makes one edit of several votes
NO_LIMITS = Limits(all_per_second=10**6, chat_burst=10**6, group_per_minute=10**6, card_pace=0.0)
ALL = ""

_SAY = """INSERT INTO outbox (chat_id, rank, notice, key, payload, state, attempts, made_at)
  SELECT id, :rank, 1, 'bench:' || id || ':' || :key,
         '{"text": "下周三晚上七点半，三楼会议室开会。", "keys": []}', 'queued', 0, :now
  FROM chats WHERE kind = 'group' AND :group IN ('', address)"""


@dataclass(frozen=True, slots=True)
class Hour:
    """What happens in each second of it: who presses, and which groups get a letter."""

    presses: Sequence[list[tuple[int, int, str]]]
    letters: Sequence[list[str]]  # a group's address, or ALL


async def busy_hour(folder: Path) -> list[Figure]:
    """429 answers, and those a bot without limits gets; how late votes were shown, in simulated seconds."""
    async with telegram(SPEED, limits=True) as platform:
        clock, database = fast_clock(SPEED), folder / "hour.db"
        hour = await _settle(platform, database, clock)
        await platform.ask("watch")
        async with ours(platform, database, clock, speed=SPEED) as bot:
            spent = await _play(platform, bot, clock, hour, range(HOUR), SPEED)
            await bot.dispatcher.idle.wait()
            assert bot.reception.box.stored == 2 * GROUPS * HOMES, "every vote is stored"
        counted, late = await platform.ask("counters"), await platform.ask("late")
    assert late["uncounted"] == 0, "every vote is shown"
    bare = await _without_limits(folder)
    assert bare > 0, "the limits would be broken if nobody kept them"
    lags, methods = late["lags"], counted["methods"]
    said = f"{2 * GROUPS * HOMES:,} first votes, {methods['editMessageText']:,} edits of cards,"
    said += f" {methods['sendMessage']:,} letters, in {spent / 60:.1f} simulated minutes"
    name = f"429 answers in a busy hour of {GROUPS} groups"
    seen = "simulated, from the press to the edit, as the sandbox sees it"
    bare_name = f"the same without our limits, {len(STRETCH) // 60} minutes of it"
    return [
        at_most(name, [counted["statuses"].get("429", 0)], 0, "", said),
        shown(bare_name, [bare], "", "each is heeded"),
        at_most("how late a vote was shown where the limits allowed it, slowest", [lags[-1]], 5.0, "s", seen),
        shown("the same, p99", [lags[int(len(lags) * 0.99)]], "s"),
    ]


async def _without_limits(folder: Path) -> int:
    """429 answers to a bot that knows no limits and heeds those answers, in some minutes of the same hour."""
    async with telegram(BARE_SPEED, limits=True) as platform:
        clock, database = fast_clock(BARE_SPEED), folder / "bare.db"
        hour = await _settle(platform, database, clock)
        async with ours(platform, database, clock, NO_LIMITS, BARE_SPEED) as bot:
            await _play(platform, bot, clock, hour, STRETCH, BARE_SPEED)
            counted = await platform.ask("counters")
    return int(counted["statuses"].get("429", 0))


async def _settle(platform: Telegram, database: Path, clock: Callable[[], datetime]) -> Hour:
    first = await build_town(platform, database, GROUPS, GROUPS * HOMES, now=clock)
    return plan([first, await another_ballot(platform, database, first, clock)])


def plan(rounds: Sequence[Town]) -> Hour:
    """The hour, the same whenever it is planned; `rounds` are the ballots that follow each other."""
    random = Random(1)  # noqa: S311 - repeatable, not secret
    hour = Hour([[] for _ in range(HOUR)], [[] for _ in range(HOUR)])
    groups = rounds[0].groups
    starts = {group: place * (HOUR - WINDOW) / (len(groups) - 1) for place, group in enumerate(groups)}
    for number, town in enumerate(rounds):
        for press in town.presses(len(town.people)):
            passed = number * WINDOW / len(rounds) + random.random() * (WINDOW / len(rounds) - REST)
            hour.presses[int(starts[press[1]] + passed) % HOUR].append(press)
    for group, start in starts.items():
        for _ in range(LETTERS):
            hour.letters[int(start + random.random() * WINDOW) % HOUR].append(str(group))
    for second in CIRCULARS:
        hour.letters[second].append(ALL)
    return hour


async def _play(
    platform: Telegram,
    bot: Program,
    clock: Callable[[], datetime],
    hour: Hour,
    seconds: range,
    speed: float,
) -> float:
    """Let some seconds of the hour happen and all presses be answered; how many simulated ones it took."""
    begun = time.monotonic()
    for passed, second in enumerate(seconds):
        await asyncio.sleep(begun + passed / speed - time.monotonic())
        for number, group in enumerate(hour.letters[second]):
            await _say(bot, clock, group, f"{second}:{number}")
        if hour.presses[second]:
            await platform.ask("press", presses=hour.presses[second])
    await platform.ask("answered")
    return (time.monotonic() - begun) * speed


async def _say(bot: Program, clock: Callable[[], datetime], group: str, key: str) -> None:
    """Put a letter to a group, or a circular to all, into the outbox."""
    rank = Rank.BULK if group == ALL else Rank.ANSWER
    now = clock().replace(tzinfo=None).isoformat(sep=" ")
    said = {"rank": int(rank), "group": group, "key": key, "now": now}
    await bot.store.at_once(lambda conn: conn.exec_driver_sql(_SAY, said))
