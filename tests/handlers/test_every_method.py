"""Each method as people meet it: from the kind of question to the proof that one's own vote is in the result.

The leader begins with the kind of question; a neighbour opens the paper, goes wrong once, looks it over,
hands it in and keeps the receipt; others vote; the time comes. Then the card, how it was counted (told to
one neighbour in Chinese, to another in English), and one's own vote, by the button and by the receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from handlers.buttons import Button
from handlers.slip import CheckSlip, Rate, Tick
from handlers.voting import CastVote, HandIn
from rules.counting import Method
from rules.ways import ONE_PRESS, Choice
from sandbox import Person, Seen
from tests.handlers.test_ways import how, mine, result_of, started, wizard
from tests.scenes import Scene, bound_building, move_in, press, residents, say, tap
from tests.stage import Stage

THREE = "花坛\n长凳\n车位"
MONEY = ("5000元", "换路灯 3200\n修长凳 1500\n种花 800")


@dataclass(frozen=True)
class Story:
    """One ballot. `taps` is how the first neighbour fills in the paper, `wrong` a press that is refused then.

    `kind` and `way` are what the leader presses, `written` what the leader is asked to write.
    """

    method: Method
    kind: str
    written: tuple[str, ...]
    proposed: str
    taps: tuple[str | Button, ...]
    wrong: Button
    refused: str
    looked: str
    noted: str
    others: tuple[Choice, ...]
    outcome: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    mine: str
    way: str = ""


STORIES = (
    Story(
        Method.MOTION,
        "赞成还是反对",
        (),
        "赞成比反对多就通过",
        ("▫️ 赞成",),
        CastVote(1, 9),
        "没有这个选项",
        "现在的票：赞成",
        "已记下：赞成",
        ((1,), (1,), (2,), (3,)),
        "结果\n通过",
        ("赞成 3 户，反对 1 户，弃权 1 户", "3 比 1 多，所以通过"),
        ("For 3, against 1, abstained 1", "3 is more than 1: carried"),
        "赞成",
    ),
    Story(
        Method.SINGLE,
        "选一个方案",
        (THREE,),
        "每户选一个，票多者胜",
        ("▫️ 乙 长凳",),
        CastVote(1, 9),
        "没有这个选项",
        "现在的票：乙",
        "已记下：乙",
        ((2,), (2,), (1,), (3,)),
        "结果\n乙 胜出\n长凳",
        ("乙 3 票，甲 1 票，丙 1 票", "票最多的一项胜出", "所以结果是：乙"),
        ("乙 3, 甲 1, 丙 1", "The one with most votes wins", "So the result is: 乙"),
        "乙",
    ),
    Story(
        Method.APPROVAL,
        "选几样",
        ("跷跷板\n单杠\n漫步机\n球台", "2"),
        "4 项里最多选 2 项",
        ("漫步机", "单杠"),
        Tick(1, 1),
        "最多选 2 项，您选了 3 项",
        "☑ 乙 单杠\n☑ 丙 漫步机\n共 2 项",
        "已记下：乙、丙",
        ((3,), (2, 3), (1, 2), (4,)),
        "乙 单杠、丙 漫步机 入选（2 项）",
        ("乙 单杠 3 票，丙 漫步机 3 票，甲 跷跷板 1 票，丁 球台 1 票", "票最多的 2 项入选"),
        ("乙 单杠 3, 丙 漫步机 3, 甲 跷跷板 1, 丁 球台 1", "The 2 with most votes are chosen"),
        "乙 单杠、丙 漫步机",
    ),
    Story(
        Method.SCORE,
        "给每样打星",
        ("保洁\n保安\n绿化",),
        "星加起来最多的胜出",
        (Rate(1, 1, 4), Rate(1, 3, 5)),
        Rate(1, 9, 2),
        "没有这个选项",
        "★★★★★ 丙 绿化\n★★★★☆ 甲 保洁\n没打星的算 0",
        "已记下：丙★★★★★、甲★★★★☆",
        ((0, 2, 5), (5, 0, 0), (1, 1, 1), (0, 0, 3)),
        "丙 绿化 胜出",
        ("丙 绿化 14 颗星，甲 保洁 10 颗星，乙 保安 3 颗星", "星最多的胜出"),
        ("丙 绿化 14, 甲 保洁 10, 乙 保安 3", "The most stars win"),
        "丙 绿化★★★★★、甲 保洁★★★★☆",
    ),
    Story(
        Method.SCHULZE,
        "选一个方案",
        (THREE,),
        "比谁都强的胜出",
        ("长凳", "花坛"),
        Tick(1, 9),
        "没有这个选项",
        "① 乙 长凳\n② 甲 花坛\n没排的算在最后",
        "已记下：①乙、②甲",
        ((2, 3), (1, 2), (3, 2), (2,)),
        "乙 长凳 胜出",
        (
            "乙 长凳 对 甲 花坛：4 比 1",
            "甲 花坛 对 丙 车位：2 比 2",
            "乙 长凳 强过 甲 花坛：最弱的一环 4 票，反过来没有路",
        ),
        (
            "乙 长凳 against 甲 花坛: 4 to 1",
            "乙 长凳 beats 甲 花坛: weakest link 4 votes, the other way there is none",
        ),
        "①乙 长凳、②甲 花坛",
        way="两两比",
    ),
    Story(
        Method.IRV,
        "选一个方案",
        (THREE,),
        "一轮一轮淘汰最少的",
        ("车位", "花坛"),
        Tick(1, 9),
        "没有这个选项",
        "① 丙 车位\n② 甲 花坛\n没排的算在最后",
        "已记下：①丙、②甲",
        ((1,), (1,), (2,), (2,)),
        "甲 花坛 胜出",
        (
            "第 1 轮：甲 花坛 2 票，乙 长凳 2 票，丙 车位 1 票",
            "丙 车位 票最少（1 票），淘汰；1 票转给 甲 花坛",
            "甲 花坛 得 3 票，过了半数，胜出",
        ),
        (
            "丙 车位 has fewest (1) and drops out; 1 went to 甲 花坛",
            "甲 花坛 has 3 votes, more than half: wins",
        ),
        "①丙 车位、②甲 花坛",
        way="逐轮淘汰",
    ),
    Story(
        Method.STV,
        "选几位",
        ("示例甲\n示例乙\n示例丙\n示例丁", "2位"),
        "多出来的票转给下一位",
        ("示例甲", "示例乙"),
        Tick(1, 9),
        "没有这个选项",
        "① 甲 示例甲\n② 乙 示例乙\n没排的算在最后",
        "已记下：①甲、②乙",
        ((1, 2), (1, 3), (4,), (3,)),
        "甲 示例甲、丙 示例丙 当选（2 位）",
        (
            "选 2 位，5 张票：至少要 2 票就当选",
            "甲 示例甲 得 3 票，够 2 票，当选",
            "甲 示例甲 多出 1 票，按比例转给下一位：0.66666 票给 乙 示例乙，0.33333 票给 丙 示例丙",
            "乙 示例乙 票最少（0.66666 票），淘汰；0.66666 票没有写下一位",
            "丙 示例丙 当选",
        ),
        (
            "2 places, 5 votes: 2 votes elect",
            "in proportion 0.66666 went to 乙 示例乙, 0.33333 went to 丙 示例丙",
            "乙 示例乙 has fewest (0.66666) and drops out; 0.66666 had no next choice",
            "丙 示例丙 elected",
        ),
        "①甲 示例甲、②乙 示例乙",
    ),
    Story(
        Method.EQUAL_SHARES,
        "分一笔钱",
        MONEY,
        "每户名下分一样多的钱",
        ("换路灯", "修长凳"),
        Tick(1, 3),
        "一共要 5,500 元，超过了总额 5,000 元",
        "☑ 甲 换路灯 3,200 元\n☑ 乙 修长凳 1,500 元\n一共 4,700 元（总额 5,000 元）",
        "已记下：甲、乙",
        ((1,), (1,), (2, 3), (3,)),
        "乙 修长凳、丙 种花 可以办（共 2,300 元，总额 5,000 元）",
        (
            "一共 5,000 元，5 户分，每户名下 1,000 元",
            "乙 修长凳、丙 种花 一样，花钱少的先：丙 种花",
            "丙 种花（800 元）：2 户支持，每户最多出 400 元，凑够了，可以办；还剩 4,200 元",
            "甲 换路灯（3,200 元）：3 户支持，剩 2,700 元，钱不够",
        ),
        (
            "5,000 yuan among 5 households: 1,000 yuan each",
            "丙 种花 (800 yuan): 2 support it and pay at most 400 each: funded; 4,200 yuan left",
            "甲 换路灯 (3,200 yuan): 3 support it, 2,700 yuan left are not enough",
        ),
        "甲 换路灯、乙 修长凳",
    ),
    Story(
        Method.GREEDY,
        "分一笔钱",
        MONEY,
        "从票最多的项目起，钱够就办",
        ("换路灯", "修长凳"),
        Tick(1, 3),
        "超过了总额 5,000 元",
        "一共 4,700 元（总额 5,000 元）",
        "已记下：甲、乙",
        ((1,), (1,), (2, 3), (3,)),
        "甲 换路灯、丙 种花 可以办（共 4,000 元，总额 5,000 元）",
        (
            "甲 换路灯（3,200 元）：3 户支持，钱够，可以办；还剩 1,800 元",
            "乙 修长凳（1,500 元）：2 户支持，剩 1,000 元，钱不够",
        ),
        ("甲 换路灯 (3,200 yuan): 3 support it and the money lasts: funded; 1,800 yuan left",),
        "甲 换路灯、乙 修长凳",
        way="票多先办",
    ),
    Story(
        Method.CONSENT,
        "大家都能接受",
        (),
        "没有人坚决反对就通过",
        ("▫️ 同意",),
        CastVote(1, 4),
        "理由",
        "现在的票：同意",
        "已记下：同意",
        ((1,), (2,), (3,), (1,)),
        "没有人坚决反对，通过",
        ("同意 3 户，不同意 1 户，坚决反对 0 户，弃权 1 户", "没有人坚决反对，所以通过"),
        ("Agree 3, disagree 1, block 0, abstained 1", "Nobody blocked: carried"),
        "同意",
    ),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.method))
async def test_a_ballot_is_followed_from_its_kind_to_ones_own_receipt(stage: Stage, story: Story) -> None:
    scene = await bound_building(stage)
    first, *others = await residents(stage, scene, 5)
    foreigner = await who_reads_english(stage, scene)
    draft = await proposed(stage, scene, story)
    assert story.proposed in draft.text
    card = await started(stage, scene, draft)
    receipt = await votes_with_care(stage, first, story)
    await vote(stage, card, story.method, dict(zip(others, story.others, strict=True)))
    assert "已投 5 户" in card.text
    result = await result_of(stage, scene)
    assert story.outcome in result.caption
    told = await how(stage, first, result)
    assert [words for words in story.zh if words not in told] == []
    told = await how(stage, foreigner, result)
    assert [words for words in story.en if words not in told] == []
    assert f"已算进结果：{story.mine}" in await mine(stage, first, result)
    found = (await say(stage, first, first.private(), f"/receipt {receipt}")).text
    assert "已算进结果：" in found
    assert story.mine in found


async def who_reads_english(stage: Stage, scene: Scene) -> Person:
    """A neighbour whose phone is set to English."""
    person = stage.sandbox.people.new("Example neighbour 2-101", language_code="en")
    await person.join(scene.group)
    await person.start()
    await move_in(stage, scene, person, "2", "101")
    return person


async def proposed(stage: Stage, scene: Scene, story: Story) -> Seen:
    """The draft that the wizard proposes, counted another way where the story says so."""
    draft = await wizard(stage, scene, "空地怎么办", story.kind, *story.written)
    if not story.way:
        return draft
    await press(stage, scene.leader, draft, "换一种选法")
    await tap(stage, scene.leader, scene.leader.private(), story.way)
    return scene.leader.private().messages[-1]


async def votes_with_care(stage: Stage, voter: Person, story: Story) -> str:
    """Somebody fills in the paper, goes wrong, looks it over while the bot restarts, and hands it in."""
    await voter.start(payload="b_1")
    await stage.settle()
    slip = voter.private().messages[-1]
    answer = ""
    for tapped in story.taps:
        answer = await pressed(stage, voter, slip, tapped)
    assert story.refused in await pressed(stage, voter, slip, story.wrong)
    if story.method not in ONE_PRESS:
        await press(stage, voter, slip, "交票（")
        if story.method is Method.APPROVAL:
            await stage.restart()
        assert "这是您的票，请看一遍" in slip.text
        assert story.looked in slip.text
        answer = (await press(stage, voter, slip, "✅ 交票")).text
        assert "票交好了" in slip.text
    else:
        assert story.looked in slip.text
    assert answer.startswith(story.noted)
    receipt = re.search(r"回执 (\w{5}-\w{5})", slip.text)
    assert receipt is not None
    return receipt[1]


async def pressed(stage: Stage, voter: Person, slip: Seen, what: str | Button) -> str:
    """What a press is answered."""
    if isinstance(what, str):
        return (await press(stage, voter, slip, what)).text
    answer = await voter.press_forged(slip, what.pack())
    await stage.settle()
    return answer.text


async def vote(stage: Stage, card: Seen, method: Method, choices: dict[Person, Choice]) -> None:
    """Neighbours vote so, all at the same time."""
    papers = dict.fromkeys(choices, card)
    if method not in ONE_PRESS:
        for voter in choices:
            await voter.start(payload="b_1")
        await stage.settle()
        papers = {voter: voter.private().messages[-1] for voter in choices}
    for voter, choice in choices.items():
        for button in marks(method, choice):
            voter.begin_press(papers[voter], button.pack())
    await stage.settle()
    for voter in choices if method not in ONE_PRESS else ():
        voter.begin_press(papers[voter], HandIn(1).pack())
    await stage.settle()


def marks(method: Method, choice: Sequence[int]) -> Iterator[Button]:
    """The presses that a choice takes."""
    if method in ONE_PRESS:
        yield CastVote(1, choice[0])
        return
    for place, number in enumerate(choice, 1):
        if method is not Method.SCORE:
            yield Tick(1, number)
        elif number:
            yield Rate(1, place, number)
    yield CheckSlip(1)
