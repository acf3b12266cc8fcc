"""Two votes of all: three seats of the building committee, and a matter for the owners by area and heads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.demo.play import Play, link_of, newest
from sandbox.page_story import StoryState
from sandbox.people import Person

CANDIDATES = (
    "示例老张（2单元）", "示例小李（5单元）", "示例王姐（8单元）", "示例陈叔（11单元）",
    "示例刘嫂（16单元）", "示例周工（21单元）", "示例吴老师（26单元）",
)  # fmt: skip
RANKED = {  # how many households put whom first, second, third
    "老张 王姐 刘嫂": 9,
    "老张 小李": 6,
    "小李 刘嫂 周工": 8,
    "陈叔 老张": 8,
    "王姐 老张": 6,
    "刘嫂 王姐 小李": 2,
    "刘嫂 小李": 2,
    "周工 王姐": 3,
    "吴老师 小李": 1,
}
ROOF = "动用维修资金大修屋面"
FOR, AGAINST = (18, 88), (60, 14)  # owners of large flats, of small ones; the developer is against it too


async def committee(play: Play) -> AsyncIterator[StoryState]:
    """Three of seven candidates are elected by single transferable vote."""
    leader, group, chat = play.cast.leader, play.cast.group, play.cast.leader.private()
    yield play.tell(
        "公示七天没有异议：车棚、车位、器材，结果生效。",
        "Posted for seven days, nobody objected: shed, parking and equipment stand.",
        leader,
        group,
    )
    await play.jump(datetime(2026, 12, 3, 8, 1, tzinfo=play.time.zone))
    yield play.tell(
        "选楼委会：七位候选人，选三位。怎么投、怎么算，小助手来提议。",
        "A building committee: 3 of 7. The bot proposes how to vote and to count.",
        leader,
        chat,
    )
    await play.jump(datetime(2026, 12, 3, 19, 0, tzinfo=play.time.zone))
    await play.say(leader, chat, "/vote 选楼委会委员")
    await play.press(leader, chat, "选几位")
    await play.say(leader, chat, "\n".join(CANDIDATES), "3")
    await play.press(leader, chat, "开始投票")
    reader, *others = play.cast.neighbours
    voters = [reader, *play.random.sample(others, sum(RANKED.values()) - 1)]
    yield play.tell(
        "按满意的先后点名字，交之前再看一遍。",
        "Tap the names in order, look the paper over, hand it in.",
        reader,
        reader.private(),
    )
    link = link_of(newest(group, "去投票"))
    papers = [names.split() for names, count in RANKED.items() for _ in range(count)]
    await play.at_once(rank(play, *paper, link) for paper in zip(voters, papers, strict=True))
    play.transcript.answered([(voter.name, "✅ 交票", "") for voter in voters])
    yield play.tell(
        "截止。够票数的当选，多出来的票转给下一位。",
        "Closed. Who reaches the quota is elected; what is over goes to the next choice.",
        leader,
        group,
    )
    await play.close(leader, group)
    yield play.tell(
        "怎么算出来的？一轮一轮，谁都能看。", "How was it counted? Round by round.", reader, reader.private()
    )
    await ask_how(play, reader)


async def rank(play: Play, voter: Person, names: Sequence[str], link: str) -> None:
    """Tap the names in order, read the vote, hand it in."""
    chat = await voter.open_link(link)
    await play.settle()
    slip = newest(chat, names[0])
    for name in names:
        await voter.press(slip, name)
    await play.settle()
    await voter.press(slip, "交票（")
    await play.settle()
    await voter.press(slip, "✅ 交票")


async def owners(play: Play) -> AsyncIterator[StoryState]:
    """A matter of Civil Code 278: most owners are for it, but those with the larger area are not."""
    leader, group, chat = play.cast.leader, play.cast.group, play.cast.leader.private()
    newcomer = play.cast.newcomer
    yield play.tell(
        "业主才有票的事，先说明自己是业主，组长确认。",
        "Where owners vote: one says to be an owner, the leader confirms.",
        newcomer,
        newcomer.private(),
    )
    await play.jump(datetime(2026, 12, 4, 19, 0, tzinfo=play.time.zone))
    await play.say(newcomer, newcomer.private(), "我是业主")
    await play.press(leader, chat, "✅")
    yield play.tell(
        "民法典278条：面积、人数都要过半。",
        "Civil Code 278: more than half by area and by heads.",
        leader,
        chat,
    )
    await play.say(leader, chat, f"/vote {ROOF}")
    await play.press(leader, chat, "赞成")
    await play.press(leader, chat, "业主双过半")
    await play.press(leader, chat, "门槛")
    await play.press(leader, chat, "业主一般事项")
    await play.press(leader, chat, "开始投票")
    card = newest(group, "赞成")
    yield play.tell(
        "小户多数赞成；大户和手里有 50 套房的开发商反对。",
        "Most small flats are for it; large ones and the developer with 50 flats are not.",
        play.cast.developer,
        group,
    )
    votes = [(newcomer, "赞成"), *_sides(play, "赞成", FOR), *_sides(play, "反对", AGAINST)]
    votes.append((play.cast.developer, "反对"))
    await play.all_press((voter, card, label) for voter, label in votes)
    yield play.tell(
        "截止：人数过半，面积没过半，不通过。还差多少，写得明白。",
        "Closed: carried by heads, not by area. The card says how much was missing.",
        leader,
        group,
    )
    await play.close(leader, group)
    await ask_how(play, newcomer)


async def ask_how(play: Play, reader: Person) -> None:
    """Somebody asks how the newest result came about."""
    label = "怎么算出来的"
    await reader.open_link((await reader.press(newest(play.cast.group, label), label)).url)
    await play.settle()


def _sides(play: Play, label: str, counts: tuple[int, int]) -> list[tuple[Person, str]]:
    """So many owners of large and of small flats who vote so: who is for it from the top of the lists."""
    large, small = counts
    if label == "赞成":
        chosen = [*play.cast.large[:large], *play.cast.small[:small]]
    else:
        chosen = [*play.cast.large[-large:], *play.cast.small[-small:]]
    return [(person, label) for person in chosen]
