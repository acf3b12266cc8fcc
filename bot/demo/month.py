"""A month later: what comes by itself on its day, from the tasks of a meeting to the month's report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from bot.demo.building import shed_pictures
from bot.demo.play import Play, newest
from bot.demo.script import adjourn, gather
from sandbox.page_story import StoryState

EVENING = "/monthly 每月最后一个周三晚上七点半"


async def month(play: Play) -> AsyncIterator[StoryState]:
    """Tasks are reminded of, results take effect, the next meeting is asked about, the month reported."""
    leader, group, doer = play.cast.leader, play.cast.group, play.cast.neighbours[3]
    chat, desk = leader.private(), doer.private()
    yield play.tell(
        "例会定一次就够：每月最后一个周三晚上。", "The monthly evening is set once.", leader, chat
    )
    await play.say(leader, chat, EVENING)
    yield play.tell(
        "任务到期前两天，提醒承办人；办好了按一下，发张照片。",
        "Two days before a task is due, who does it is reminded: one press, and a photo.",
        doer,
        desk,
    )
    await play.jump(at(play, 8, 9))
    await play.press(doer, desk, "办好了")
    _, (_, picture), _ = await shed_pictures()
    await doer.send_photo(desk, picture, "尺寸量好了")
    await play.settle()
    await play.press(leader, chat, "确认办好")
    yield play.tell(
        "公示满七天没有异议，楼委会选举结果生效。",
        "Posted for seven days without an objection: the committee is elected.",
        leader,
        group,
    )
    for day, hour in ((10, 9), (11, 8), (11, 9)):
        await play.jump(at(play, day, hour))
    yield play.tell("月中，没办完的任务列给组长。", "Mid-month the leader gets the open tasks.", leader, chat)
    await play.jump(at(play, 15, 9))
    async for told in meet_again(play):
        yield told
    async for told in report(play):
        yield told


def at(play: Play, day: int, hour: int, minute: int = 1, month: int = 12, year: int = 2026) -> datetime:
    """A minute after a full hour of December, in the building's time."""
    return datetime(year, month, day, hour, minute, tzinfo=play.time.zone)


async def meet_again(play: Play) -> AsyncIterator[StoryState]:
    """A week ahead the leader is asked; two presses call the meeting, with what is still open on it."""
    leader, group, chat = play.cast.leader, play.cast.group, play.cast.leader.private()
    yield play.tell(
        "例会前一周，来问组长开不开。", "A week ahead the leader is asked whether to meet.", leader, chat
    )
    await play.jump(at(play, 19, 8))
    await play.jump(at(play, 23, 19, 31))
    yield play.tell(
        "按“就这天开”：地点、没办完的事，都在草稿里了。",
        "One press: the place and what is still open are in the draft.",
        leader,
        chat,
    )
    await play.press(leader, chat, "就这天开")
    await play.press(leader, chat, "发布通知")
    yield play.tell(
        "月底，第二次楼宇会：上次的任务回头看。", "The second meeting looks back at the tasks.", leader, group
    )
    for moment in (at(play, 27, 19, 31), at(play, 29, 19, 31), at(play, 30, 18, 31), at(play, 30, 19, 29)):
        await play.jump(moment)
    guests = await gather(play)
    await play.press(leader, group, "第一项")
    await guests[1].reply(newest(group, "表决"), "报价来了两家，第三家下周补上。")
    await play.settle()
    await adjourn(play)


async def report(play: Play) -> AsyncIterator[StoryState]:
    """After the holiday the leader's form is filled in from the month, and the group gets its digest."""
    leader, group, chat = play.cast.leader, play.cast.group, play.cast.leader.private()
    yield play.tell(
        "元旦放假，顺延到 1 月 4 日：组长报到，数字已经填好。",
        "New Year puts it off to 4 January: the leader's report, already filled in.",
        leader,
        chat,
    )
    for day in (1, 2, 3, 4):
        await play.jump(at(play, day, 9, month=1, year=2027))
    await play.press(leader, chat, "两分钟填完")
    await play.press(leader, chat, "走访 +1")
    await play.press(leader, chat, "交上去")
    yield play.tell(
        "群里也有一份月报：开了几次会，办成几件事，还有什么没办。",
        "The group gets its digest: meetings, what was settled, what is open.",
        leader,
        group,
    )
