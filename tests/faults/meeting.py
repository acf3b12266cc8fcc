"""A meeting from its call to its minutes, as a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Bot

from handlers.ballot_draft import StartBallot
from handlers.buttons import Button
from handlers.draft import Publish
from handlers.meeting import CheckIn, CloseMeeting, NextItem, OpenMeeting
from handlers.notice import Come
from handlers.polling import EndBallotNow
from handlers.voting import CastVote
from tests.faults.bots import Mortal
from tests.faults.village import Village, settled

HOUSEHOLDS = 6

Step = Callable[[Village], Awaitable[None]]


async def play(bot: Mortal, die_at: int = 0) -> None:
    """Play the whole script on a bot that dies at a point, or never; it is then started again."""
    village = await settled(bot, HOUSEHOLDS)
    await bot.start(die_at)
    await village.leader.say(village.leader.private(), "/help")
    async with Bot(bot.token, f"{bot.sandbox.url}/bot") as outside:  # something to press below, dead or alive
        await outside.send_message(village.group.id, "大家好")
    await bot.rest()
    for step in STEPS:
        await step(village)
        await bot.rest()


def pressing(who: slice, button: Button) -> Step:
    """Some press a button in the group, all at once."""

    async def act(village: Village) -> None:
        for person in [village.leader, *village.voters][who]:
            village.press(person, button.pack())

    return act


def saying(text: str) -> Step:
    """The leader says something in private."""

    async def act(village: Village) -> None:
        await village.leader.say(village.leader.private(), text)

    return act


def waiting(**delta: float) -> Step:
    """Time passes."""

    async def act(village: Village) -> None:
        village.bot.pass_time(**delta)

    return act


LEADER, FIRST_THREE, ALL = slice(0, 1), slice(1, 4), slice(1, None)
STEPS: tuple[Step, ...] = (
    saying("/meeting 下周三晚上七点半 活动室 电动车棚"),
    pressing(LEADER, Publish(1)),
    pressing(FIRST_THREE, Come(1)),
    waiting(days=4),
    waiting(days=1, hours=10, minutes=30),
    pressing(LEADER, OpenMeeting(1)),
    pressing(FIRST_THREE, CheckIn(1)),
    pressing(LEADER, NextItem(1, 0)),
    saying("/vote 修灯吗 | 修 | 不修"),
    pressing(LEADER, StartBallot(1)),
    pressing(ALL, CastVote(1, 1)),
    pressing(LEADER, EndBallotNow(1)),
    pressing(LEADER, CloseMeeting(1, 1)),
    waiting(days=4),
)
