"""A building meets: what its residents do in the chat, chapter by chapter, through the sandbox alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from bot.demo.building import EQUIPMENT, parking_pictures, shed_pictures
from bot.demo.play import Play, link_of, newest
from sandbox.page_story import StoryState
from sandbox.people import Person

AT_THE_TABLE = 21  # as on 14 June in the building this is modelled on


async def bind(play: Play) -> AsyncIterator[StoryState]:
    """The bot comes into the group and is bound to the building."""
    leader, group = play.cast.leader, play.cast.group
    yield play.tell("组长把小助手加进群。", "The leader adds the bot to the group.", leader, group)
    await leader.start()
    await leader.add_bot(group, admin=True)
    await play.settle()
    yield play.tell("两下就绑定了本楼。", "Two presses bind it to the building.", leader, group)
    await play.press(leader, group, "绑定本楼栋")
    await play.press(leader, group, play.cast.building.name)


async def join(play: Play) -> AsyncIterator[StoryState]:
    """The last household joins with the paper slip from its door."""
    newcomer, group = play.cast.newcomer, play.cast.group
    chat = newcomer.private()
    yield play.tell(
        "最后一户扫了门口纸条上的二维码。", "The last household scans the slip on its door.", newcomer, group
    )
    await newcomer.open_link(f"https://t.me/louyuhui_bot?start=h_{play.cast.slip_code.replace(' ', '')}")
    await play.settle()
    yield play.tell(
        "看清楚记些什么，同意，就登记好了。",
        "It reads what is stored, agrees, and has joined.",
        newcomer,
        chat,
    )
    await play.press(newcomer, chat, "同意并加入")


async def call(play: Play) -> AsyncIterator[StoryState]:
    """The leader calls a meeting in one line, adds two more topics and pictures, and publishes."""
    leader, group, chat = play.cast.leader, play.cast.group, play.cast.leader.private()
    yield play.tell(
        "组长写一行字，就起草了一个会。", "One line from the leader drafts a meeting.", leader, chat
    )
    await play.say(leader, chat, "/meeting 下周三晚上七点半 社区活动室 电动车棚和充电桩")
    yield play.tell("再加两个议题。", "Two more topics.", leader, chat)
    await play.press(leader, chat, "加议题")
    await play.say(leader, chat, "新车位怎么划", "选16件健身器材")
    await play.press(leader, chat, "完成")
    yield play.tell("每个方案配一张图。", "Every proposal gets a picture.", leader, chat)
    for topic, pictures in (("电动车棚", await shed_pictures()), ("新车位", await parking_pictures())):
        await play.press(leader, chat, "加方案")
        await play.press(leader, chat, topic)
        for text, picture in pictures:
            await leader.send_photo(chat, picture, text)
            await play.settle()
        await play.press(leader, chat, "完成")
    yield play.tell(
        "核对无误，发布。通知在群里置顶。", "Checked and published: pinned in the group.", leader, chat
    )
    await play.press(leader, chat, "发布通知")
    guests = play.cast.neighbours[: AT_THE_TABLE + 6]
    yield play.tell(
        "各户报名，通知随时更新。", "Households say they come; the notice keeps up.", guests[0], group
    )
    notice = newest(group, "我参加")
    await play.all_press((guest, notice, "我参加") for guest in guests)


async def meet(play: Play) -> AsyncIterator[StoryState]:
    """The evening: the reminder, 21 households check in, the shed is discussed and decided."""
    leader, group = play.cast.leader, play.cast.group
    start = datetime(2026, 11, 25, 19, 30, tzinfo=play.time.zone)
    yield play.tell(
        "五天后，会前一小时，自动提醒。", "Five days later, an hour before: a reminder.", leader, group
    )
    for before in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=2)):
        await play.jump(start - before)
    yield play.tell(
        "组长宣布开会，二十一户签到。", "The leader opens; 21 households check in.", leader, group
    )
    table = await gather(play)
    yield play.tell(
        "第一项：车棚建在哪儿？大家发言，记录在案。", "First item: where to build the shed?", table[3], group
    )
    await play.press(leader, group, "第一项")
    item = newest(group, "表决")
    for guest, words in (
        (table[3], "大门旁最方便，可是早晚高峰会堵。"),
        (table[8], "楼后离楼道远，充电起火也烧不到人，我赞成楼后。"),
        (table[14], "沿围墙不占绿地，就是充电口少了点。"),
    ):
        await guest.reply(item, words)
        await play.settle()
    async for told in ballot(play, "电动车棚", [40, 128, 61]):
        yield told


async def gather(play: Play) -> list[Person]:
    """The leader opens the meeting, and those at the table check in."""
    leader, group = play.cast.leader, play.cast.group
    await play.say(leader, group, "开始开会")
    card = newest(group, "签到")
    table = [leader, *play.cast.neighbours[1:AT_THE_TABLE]]
    await play.all_press((guest, card, "签到") for guest in table)
    return table


async def adjourn(play: Play) -> None:
    """The leader ends the meeting, and reads that it is meant."""
    for _ in range(2):
        await play.press(play.cast.leader, play.cast.group, "✅ 散会")


async def parking(play: Play) -> AsyncIterator[StoryState]:
    """The 30 new parking places: three layouts, chosen between."""
    leader, group = play.cast.leader, play.cast.group
    yield play.tell(
        "第二项：30 个新车位怎么划。", "Second item: how to lay out 30 new places.", leader, group
    )
    await play.press(leader, group, "下一项")
    async for told in ballot(play, "新车位", [83, 41, 102]):
        yield told


async def ballot(play: Play, topic: str, votes: Sequence[int]) -> AsyncIterator[StoryState]:
    """From an item to its result: two presses open the ballot, the households vote, the leader ends it."""
    leader, group, neighbours = play.cast.leader, play.cast.group, play.cast.neighbours
    yield play.tell("按两下，就开始投票。", "Two presses open the ballot.", leader, group)
    await play.press(leader, group, "表决")
    await play.press(leader, group, "开始投票")
    card = newest(group, "丙")
    yield play.tell(
        "一户一票，截止前不公布票数。", "One vote a household; no figures yet.", neighbours[0], group
    )
    choices = [label for label, count in zip("甲乙丙", votes, strict=True) for _ in range(count)]
    play.random.shuffle(choices)
    voters = play.random.sample(neighbours, len(choices))
    await play.all_press((voter, card, label) for voter, label in zip(voters, choices, strict=True))
    yield play.tell(f"{topic}：截止，结果和图都来了。", "Closed: the result and its picture.", leader, group)
    await play.close(leader, group)


async def fitness(play: Play) -> AsyncIterator[StoryState]:
    """Sixteen pieces of fitness equipment out of 24, ticked in private."""
    leader, group = play.cast.leader, play.cast.group
    yield play.tell(
        "第三项：24 件健身器材里选 16 件。", "Third item: 16 of 24 pieces of equipment.", leader, group
    )
    await play.press(leader, group, "下一项")
    await play.say(leader, group, "/vote 选哪16件健身器材 | " + " | ".join(EQUIPMENT))
    await play.press(leader, group, "选几个")
    await leader.reply(newest(group, "不"), "16")
    await play.settle()
    await play.press(leader, group, "开始投票")
    card = newest(group, "去投票")
    voters = play.cast.neighbours[:9]
    yield play.tell(
        "单子长，在私聊里打勾，交之前再看一遍。",
        "A long list is ticked in private.",
        voters[0],
        voters[0].private(),
    )
    link = link_of(card)
    await asyncio.gather(*(tick(play, voter, link, index) for index, voter in enumerate(voters)))
    yield play.tell("截止，得票最多的 16 件入选。", "Closed: the 16 with the most votes.", leader, group)
    await play.close(leader, group)


async def tick(play: Play, voter: Person, link: str, taste: int) -> None:
    """Tick sixteen pieces - the first ones but for two of one's own taste -, read the vote, hand it in."""
    chat = await voter.open_link(link)
    await play.settle()
    wanted = {*EQUIPMENT[:16], EQUIPMENT[16 + taste % 8]} - {EQUIPMENT[taste]}
    while True:
        slip = newest(chat, "☐")
        for label in slip.labels:
            if label.startswith("☐") and any(piece in label for piece in wanted):
                await voter.press(slip, label)
        await play.settle()
        if not any("下一页" in label for label in slip.labels):
            break
        await play.press(voter, chat, "下一页")
    await play.press(voter, chat, "交票（")
    await play.press(voter, chat, "✅ 交票")


async def minutes(play: Play) -> AsyncIterator[StoryState]:
    """A task, the end, the minutes, a correction, and three days later their approval."""
    leader, group, guest = play.cast.leader, play.cast.group, play.cast.neighbours[3]
    yield play.tell("任务到人，然后散会。", "Tasks for somebody, then the meeting ends.", leader, group)
    await play.say(leader, group, "/task 物业 请三家公司给楼后车棚报价 12月10日")
    await play.say(leader, group, "/task 1单元202 量好楼后空地的尺寸 12月10日")
    await adjourn(play)
    yield play.tell(
        "纪要马上就有，照记录生成。", "The minutes are there at once, from the record.", guest, group
    )
    await play.press(guest, group, "我要更正")
    await guest.reply(play.cast.group.messages[-1], "我说的是早晚高峰，不是只有早高峰。")
    await play.settle()
    yield play.tell(
        "到会的人可以更正，组长当众答复。", "Who was there may correct; the leader answers.", leader, group
    )
    await play.press(leader, group, "✅ 采纳")
    yield play.tell(
        "几天后自动确认，从此不能再改。", "Days later it is approved, immutable from then.", leader, group
    )
    for days in (1, 2, 3, 4, 5):
        await play.jump(datetime(2026, 11, 25, 9, 1, tzinfo=play.time.zone) + timedelta(days=days))
    yield play.tell(
        "每月一号早上，群里有一份月报。",
        "On the first of a month the group gets a digest of the last.",
        leader,
        group,
    )
    await play.jump(datetime(2026, 12, 1, 9, 1, tzinfo=play.time.zone))
    chat = leader.private()
    yield play.tell(
        "组长“报到”，数字已经填好，两下就交。",
        "The leader's report is filled in: two presses hand it in.",
        leader,
        chat,
    )
    await play.press(leader, chat, "两分钟填完")
    await play.press(leader, chat, "交上去")
