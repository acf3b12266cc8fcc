"""A result: its card and picture, how it came about, one's own vote in it, and what is held against it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from handlers.words import Words
from sandbox import Person, Seen
from storage import ballots, homes, log, people
from storage import voters as rights
from tests.scenes import Scene, bound_building, open_ballot, open_meeting, press, residents, say
from tests.stage import Stage


async def closed_ballot(stage: Stage, scene: Scene, votes: str, line: str = "") -> tuple[Seen, list[Person]]:
    """A ballot in which one household after the other votes these labels; its result, and who voted."""
    voters = await residents(stage, scene, len(votes))
    card = await open_ballot(stage, scene, *([line] if line else []))
    for voter, label in zip(voters, votes, strict=True):
        await press(stage, voter, card, label)
    await stage.pass_time(to=stage.now.replace(hour=21))
    return scene.group.messages[-1], voters


async def follow(stage: Stage, person: Person, message: Seen, button: str) -> Seen:
    """Open a key's link; what is said there."""
    await person.open_link((await person.press(message, button)).url)
    await stage.settle()
    return person.private().messages[-1]


async def test_the_result_is_a_picture_with_figures_rule_and_turnout(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, _ = await closed_ballot(stage, scene, "丙丙甲丙乙")
    assert result.photo is not None
    assert result.photo.startswith(b"\x89PNG")
    assert "停车位怎么划 —— 结果\n丙 胜出\n专区15\n" in result.caption
    assert "🏆 丙 3 户 ▓▓▓▓▓▓░░░░ 60%\n甲 1 户" in result.caption
    assert "48 户应投，5 户参加。规则：一户一票，票多者胜。" in result.caption
    assert "这是协商意见。公示到 11月27日（周五）" in result.caption
    assert result.labels == ["怎么算出来的", "我的票算进去了吗", "提异议"]
    assert scene.group.pinned is None
    assert any("已截止，结果见下" in seen.text for seen in scene.group.messages if seen.by_bot)


@pytest.mark.parametrize(("lang", "said"), [("zh", "面积 没达到"), ("en", "Area not reached")])
def test_a_picture_says_in_words_what_its_font_cannot_draw(lang: str, said: str) -> None:
    ballot = SimpleNamespace(basis="owner", eligible=2, voted=2, method="motion", threshold=None)
    facts = {"ballot": ballot, "asked": None, "result": {"early": False}, "shown": True, "silence": None}
    reached = [{"area": True, "held": False, "parts": []}, {"area": False, "held": True, "parts": []}]
    text = Words().plain(lang, "results.picture_facts", reached=reached, **facts)
    assert said in text
    assert not {"✅", "❌"} & set(text)


async def test_the_count_is_explained_step_by_step(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲丙乙")
    told = await follow(stage, first, result, "怎么算出来的")
    assert "名册上 48 户" in told.text
    assert "丙 3 票，甲 1 票，乙 1 票" in told.text
    assert "所以结果是：丙" in told.text


async def test_a_tie_is_said_plainly_and_left_to_the_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "甲甲乙乙丙")
    assert "甲、乙 票数一样，由大会再定" in result.caption
    assert "🏆" not in result.caption
    told = await follow(stage, first, result, "怎么算出来的")
    assert "不抽签，由大会再定" in told.text


@pytest.mark.parametrize(
    ("votes", "outcome", "why"),
    [
        (("赞成", "赞成", "反对", "弃权"), "通过", "2 比 1 多，所以通过"),
        (("赞成", "反对", "弃权"), "没有通过", "一样多，不算通过"),
        (("反对", "反对", "赞成"), "没有通过", "1 比 2 少，所以没有通过"),
    ],
)
async def test_a_motion_says_how_it_went(
    stage: Stage, votes: tuple[str, ...], outcome: str, why: str
) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, len(votes))
    chat = scene.leader.private()
    kinds = await say(stage, scene.leader, chat, "/vote 同意装电动车棚吗")
    await press(stage, scene.leader, kinds, "赞成还是反对")
    await press(stage, scene.leader, chat.messages[-1], "开始投票")
    card = scene.group.pinned
    assert card is not None
    for voter, label in zip(voters, votes, strict=True):
        await press(stage, voter, card, label)
    await stage.pass_time(hours=12)
    result = scene.group.messages[-1]
    assert f"结果\n{outcome}" in result.caption
    assert why in (await follow(stage, voters[0], result, "怎么算出来的")).text


async def hand_in(stage: Stage, voter: Person, choice: Iterable[int]) -> None:
    """Somebody ticks these options of the first ballot in private and hands them in."""
    chat = await voter.start(payload="b_1")
    await stage.settle()
    for data in (*(f"st:1:{option}" for option in choice), "sk:1", "vh:1"):
        await voter.press_forged(chat.messages[-1], data)
    await stage.settle()


async def closed_list(stage: Stage, scene: Scene, line: str, choices: Iterable[Iterable[int]]) -> Seen:
    """A ballot on sixteen of a list, in which one household after the other votes so; its result."""
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, line)
    await scene.leader.press_forged(draft, "bm:1:16")
    await scene.leader.press_forged(draft, "bo:1")
    await stage.settle()
    choices = list(choices)
    for voter, choice in zip(await residents(stage, scene, len(choices)), choices, strict=True):
        await hand_in(stage, voter, choice)
    await stage.pass_time(to=stage.now.replace(hour=21))
    return next(message for message in reversed(scene.group.messages) if message.photo)


async def test_the_winners_of_a_long_list_are_named_wherever_they_are_told(stage: Stage) -> None:
    scene = await bound_building(stage)
    line = "/vote 选器材 | " + " | ".join(f"器材第{'一二三四五六七八'[n % 8]}{n}件" for n in range(1, 25))
    choices = [range(1, 17), range(1, 17), range(1, 17), range(16, 18)]
    result = await closed_list(stage, scene, line, choices)
    first = next(iter(scene.homes))
    assert "1 器材第二1件、2 器材第三2件、" in result.caption
    assert "16 器材第一16件 入选（16 项）" in result.caption
    assert "🏆 16 器材第一16件 4 户 ▓▓▓▓▓▓▓▓▓▓ 100%" in result.caption
    assert "……全部 24 项见图" in result.caption
    told = await follow(stage, first, result, "怎么算出来的")
    assert "16 器材第一16件 4 票，1 器材第二1件 3 票" in told.text
    assert "17 器材第二17件 1 票" in told.text
    mine = await press(stage, first, result, "我的票")
    assert mine.text.endswith("已算进结果：1、2、3、4、5、6、7、8、9、10、11、12、13、14、15、16。")
    receipt = re.findall(r"\w{5}-\w{5}", mine.text)[0]
    looked_up = await say(stage, first, first.private(), f"/receipt {receipt}")
    assert "16 器材第一16件" in looked_up.text


async def test_places_that_a_tie_leaves_open_are_said_beside_the_winners(stage: Stage) -> None:
    scene = await bound_building(stage)
    line = "/vote 选器材 | " + " | ".join(f"器材{n}" for n in range(1, 25))
    result = await closed_list(stage, scene, line, [range(1, 17), (*range(1, 16), 17), range(1, 16)])
    told = "15 器材15 入选；16 器材16、17 器材17 票数一样，还有 1 个名额，由大会再定"
    assert told in result.caption


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
async def test_the_card_of_the_longest_list_fits_under_its_picture(stage: Stage, lang: str) -> None:
    scene = await bound_building(stage, lang=lang)
    options = " | ".join(f"{n}{'名字很长的健身器材' * 5}" for n in range(1, 61))
    choices = [range(1, 17), range(17, 33), range(33, 49)]
    result = await closed_list(stage, scene, f"/vote {'选' * 120} | {options}", choices)
    assert "1 1名" in result.caption
    first = next(iter(scene.homes))
    told = await follow(stage, first, result, result.labels[0])
    assert "16 16名" in told.text
    assert len(first.private().messages[-1].text) <= 4096


async def test_nobody_voting_is_said(stage: Stage) -> None:
    scene = await bound_building(stage)
    await open_ballot(stage, scene)
    await stage.pass_time(hours=12)
    result = scene.group.messages[-1]
    assert "没有人投票，没有结果" in result.caption
    assert "没有人投票，所以没有结果" in (await follow(stage, scene.leader, result, "怎么算出来的")).text


async def test_below_three_votes_the_outcome_alone_is_shown(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, _) = await closed_ballot(stage, scene, "甲甲")
    assert "甲 胜出" in result.caption
    assert "不到 3 户，为了保密不公布各项票数" in result.caption
    assert "▓" not in result.caption
    told = await follow(stage, first, result, "怎么算出来的")
    assert "2 票" not in told.text
    assert "不公布各项票数" in told.text


async def test_ones_own_vote_is_told_to_oneself_alone(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    (late,) = await residents(stage, scene, 1)
    mine = await press(stage, first, result, "我的票")
    assert re.fullmatch(r"1单元101 的票（回执 \w{5}-\w{5}）已算进结果：丙。", mine.text)
    assert mine.show_alert
    assert "没有投票" in (await press(stage, late, result, "我的票")).text
    stranger = stage.sandbox.people.new("路人")
    await stranger.join(scene.group)
    assert "名册" in (await press(stage, stranger, result, "我的票")).text


async def test_a_leader_does_not_end_a_ballot_to_learn_the_first_votes(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    card = await open_ballot(stage, scene)
    await press(stage, scene.leader, card, "截止")
    asked = scene.group.messages[-1]
    for voter in voters[:2]:
        await press(stage, voter, card, "乙")
        for message, button in ((card, "截止"), (asked, "现在截止")):
            assert "大家就知道投的是什么" in (await press(stage, scene.leader, message, button)).text
    await stage.restart()
    assert "已投 2 户" in card.text
    await press(stage, voters[2], card, "甲")
    await press(stage, scene.leader, asked, "现在截止")
    assert "组长提前截止" in scene.group.messages[-1].caption


async def test_closing_early_is_the_leaders_and_is_said(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    card = await open_ballot(stage, scene)
    for voter in voters:
        await press(stage, voter, card, "乙")
    assert "组长" in (await press(stage, voters[0], card, "截止")).text
    await press(stage, scene.leader, card, "截止")
    asked = scene.group.messages[-1]
    assert "已投 3 户 / 48 户，原定 今晚 21:00 截止" in asked.text
    assert "组长" in (await press(stage, voters[0], asked, "现在截止")).text
    await press(stage, scene.leader, asked, "接着投")
    assert "接着投，今晚 21:00 截止" in asked.text
    await press(stage, scene.leader, card, "截止")
    asked = scene.group.messages[-1]
    await press(stage, scene.leader, asked, "现在截止")
    result = scene.group.messages[-1]
    assert "组长提前截止" in result.caption
    again = await scene.leader.press_forged(asked, "bey:1")
    assert "已经截止了" in again.text
    await stage.pass_time(to=stage.now.replace(hour=21))
    assert len([message for message in scene.group.messages if message.photo]) == 1


async def test_two_leaders_closing_at_once_make_one_result(stage: Stage) -> None:
    scene = await bound_building(stage)
    (second,) = await residents(stage, scene, 1)
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(second.id))
        assert known is not None
        await homes.appoint(unit.conn, scene.building_id, known.id, "leader", stage.now)
    card = await open_ballot(stage, scene)
    await press(stage, scene.leader, card, "截止")
    asked = scene.group.messages[-1]
    presses = [person.begin_press(asked, "bey:1") for person in (scene.leader, second)]
    await stage.settle()
    answers = [(await one.answer).get("text", "") for one in presses]
    assert sorted("已经截止了" in text for text in answers) == [False, True]
    assert len([message for message in scene.group.messages if message.photo]) == 1


async def test_a_ballot_that_fell_due_while_the_bot_was_down_is_closed_late(stage: Stage) -> None:
    scene = await bound_building(stage)
    await open_ballot(stage, scene)
    await stage.settle()
    await stage.stop()
    stage.now = stage.now.replace(day=22)
    await stage.start()
    await stage.program.clock.tick()
    await stage.settle()
    assert "结果" in scene.group.messages[-1].caption


async def test_an_objection_stops_the_clock_until_it_is_answered(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, second, *_) = await closed_ballot(stage, scene, "丙丙甲丙乙")
    await stage.pass_time(days=2)
    asked = await follow(stage, first, result, "提异议")
    assert "有什么异议" in asked.text
    await stage.restart()
    noted = await say(stage, first, first.private(), "二单元没有收到<b>通知</b> 😠")
    assert "记下了" in noted.text
    assert "有 1 件异议等答复，公示先停着" in result.caption
    twice = await follow(stage, first, result, "提异议")
    assert "还在等答复" in twice.text
    told = scene.leader.private().messages[-1]
    assert "“二单元没有收到<b>通知</b> 😠”" in told.text
    assert "公示先停着" in scene.group.messages[-1].text
    await stage.pass_time(days=10)
    assert "公示结束" not in result.caption, "the clock stands"
    await press(stage, scene.leader, told, "答复")
    answered = await say(stage, scene.leader, scene.leader.private(), "已补发通知，二单元都签收了。")
    assert "公示到 12月7日（周一）" in answered.text
    assert "有答复了：\n“已补发通知，二单元都签收了。”" in first.private().messages[-1].text
    said = scene.group.messages[-1].text
    assert "“已补发通知，二单元都签收了。”\n公示接着算，到 12月7日（周一）。" in said
    assert "异议 1 件，已答复 1 件" in result.caption
    late = await scene.leader.press_forged(told, "ra:1")
    assert "已经答复过了" in late.text
    listed = await follow(stage, second, result, "看异议和答复")
    assert "1. “二单元没有收到<b>通知</b> 😠”\n答复：“已补发通知，二单元都签收了。”" in listed.text
    assert "示例住户" not in listed.text
    await stage.pass_time(days=10)
    assert "公示结束，没有未答复的异议" in result.caption
    assert "提异议" not in result.labels


async def test_a_holiday_at_the_end_of_the_publication_moves_it_and_is_named(stage: Stage) -> None:
    scene = await bound_building(stage)
    await stage.pass_time(to=stage.now.replace(month=12, day=25))
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    assert "公示到 1月4日（周一）（1月1日（周五）是元旦假期，顺延），有异议请按下面" in result.caption
    await stage.restart()
    await stage.pass_time(to=stage.now.replace(year=2027, month=1, day=4, hour=20))
    await follow(stage, first, result, "提异议")
    assert "记下了" in (await say(stage, first, first.private(), "通知没贴")).text, "the last day counts"
    await stage.pass_time(days=30)
    assert "有 1 件异议等答复，公示先停着" in result.caption


async def test_a_supervisor_answers_instead_of_the_leader(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, second, *_) = await closed_ballot(stage, scene, "丙丙甲")
    async with stage.program.store.unit(stage.now) as unit:
        person = await people.meet(unit.conn, str(second.id), second.name, "zh", stage.now)
        await homes.appoint(unit.conn, scene.building_id, person.id, "supervisor", stage.now)
    await follow(stage, first, result, "提异议")
    await say(stage, first, first.private(), "没有收到通知")
    told = second.private().messages[-1]
    assert "没有收到通知" in told.text
    refused = await follow(stage, scene.leader, scene.group.messages[-1], "答复")
    assert "异议由监督员答复" in refused.text
    await press(stage, second, told, "答复")
    await say(stage, second, second.private(), "已补发")
    assert "“已补发”" in scene.group.messages[-1].text


async def test_without_objection_the_result_stands_after_seven_days(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    link = (await first.press(result, "提异议")).url
    await stage.pass_time(days=8)
    assert "公示结束，没有未答复的异议" in result.caption
    await first.open_link(link)
    await stage.settle()
    assert "公示已经结束（到 11月27日（周五））" in first.private().messages[-1].text
    async with stage.program.store.glance() as conn:
        kinds = [event.kind for event in await log.read(conn, "ballot:1")]
    assert kinds == ["opened", "cast", "cast", "cast", "closed", "stands"]


@pytest.mark.parametrize(("text", "answer"), [("异" * 600, "500"), ("先不弄了", "记下了")])
async def test_an_objection_is_some_words_long(stage: Stage, text: str, answer: str) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    await follow(stage, first, result, "提异议")
    assert answer in (await say(stage, first, first.private(), text)).text


async def test_an_objection_can_be_left_unwritten(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    asked = await follow(stage, first, result, "提异议")
    await press(stage, first, asked, "先不弄了")
    assert "先不写了" in asked.text
    await say(stage, first, first.private(), "这不是异议")
    assert "异议" not in result.caption.replace("有异议请按下面", "")


async def test_results_are_for_the_building_and_answers_for_its_leader(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    await follow(stage, first, result, "提异议")
    await say(stage, first, first.private(), "有异议")
    stranger = stage.sandbox.people.new("路人")
    for payload, answer in (
        ("bh_1", "登记过的住户"),
        ("bs_1", "登记过的住户"),
        ("bp_1", "登记过的住户"),
        ("bo_1", "名册"),
        ("ba_1", "组长"),
    ):
        await stranger.start(payload=payload)
        await stage.settle()
        assert answer in stranger.private().messages[-1].text, payload


async def test_the_meetings_record_has_the_figures_and_no_names(stage: Stage) -> None:
    scene = await bound_building(stage)
    meeting_id = await open_meeting(stage, scene, "停车位")
    voters = await residents(stage, scene, 4)
    anchor = next(message for message in scene.group.messages if message.by_bot and message.labels)
    await scene.leader.press_forged(anchor, f"bn:{meeting_id}:1")
    await stage.settle()
    draft = next(m for m in reversed(scene.group.messages) if "请核对" in m.text)
    await press(stage, scene.leader, draft, "开始投票")
    card = scene.group.pinned
    assert card is not None
    for voter, label in zip(voters, ("赞成", "赞成", "赞成", "弃权"), strict=True):
        await press(stage, voter, card, label)
    await press(stage, scene.leader, card, "截止")
    await press(stage, scene.leader, scene.group.messages[-1], "现在截止")
    async with stage.program.store.glance() as conn:
        events = await log.read(conn, f"meeting:{meeting_id}")
        ballot = await ballots.get(conn, 1)
        roll = await rights.roll(conn, 1)
    opened, closed = (event for event in events if event.kind.startswith("ballot_"))
    assert ballot.seed == opened.hash
    assert roll.voters == ballot.eligible == 48
    assert closed.data["carried"] is True
    assert [(row["label"], row["votes"]) for row in closed.data["counts"]] == [
        ("赞成", 3),
        ("反对", 0),
        ("弃权", 1),
    ]
    assert "示例" not in str(closed.data)


async def test_an_english_result_is_complete(stage: Stage) -> None:
    scene = await bound_building(stage, name="Building 3", lang="en")
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote Which plan? | First | Second")
    await press(stage, scene.leader, draft, "Begin the ballot")
    card = scene.group.pinned
    assert card is not None
    for voter in await residents(stage, scene, 3):
        await press(stage, voter, card, "B")
    await stage.pass_time(hours=12)
    result = scene.group.messages[-1]
    assert "Which plan? — result\nB wins\nSecond\n" in result.caption
    assert "48 households could vote, 3 did" in result.caption
    told = await follow(stage, scene.leader, result, "How was it counted?")
    assert "So the result is: B" in told.text


async def test_a_leader_who_cannot_be_reached_is_asked_for_in_the_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    result, (first, *_) = await closed_ballot(stage, scene, "丙丙甲")
    await scene.leader.block()
    await stage.settle()
    await follow(stage, first, result, "提异议")
    await say(stage, first, first.private(), "有异议")
    waits = scene.group.messages[-1]
    assert "公示先停着" in waits.text
    assert "有异议" not in waits.text
    await scene.leader.unblock()
    asked = await follow(stage, scene.leader, waits, "答复")
    assert "异议：“有异议”" in asked.text
    await say(stage, scene.leader, scene.leader.private(), "已说明")
    assert "已答复 1 件" in result.caption


async def test_a_ballot_needs_its_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 怎么划 | 一 | 二")
    await scene.leader.remove_bot(scene.group)
    await stage.settle()
    answer = await press(stage, scene.leader, draft, "开始投票")
    assert "还没有群" in answer.text
    await scene.leader.add_bot(scene.group, admin=True)
    await stage.settle()
    await press(stage, scene.leader, draft, "开始投票")
    assert "已投 0 户 / 48 户" in next(m for m in reversed(scene.group.messages) if "怎么划" in m.text).text


async def test_a_receipt_is_looked_up_after_the_closing_and_not_before(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, *others = await residents(stage, scene, 3)
    card = await open_ballot(stage, scene)
    for voter in (first, *others):
        await press(stage, voter, card, "丙")
    await first.start(payload="b_1")
    await stage.settle()
    found = re.search(r"回执 (\w{5}-\w{5})", first.private().messages[-1].text)
    assert found is not None
    early = await say(stage, first, first.private(), f"/receipt {found[1]}")
    assert "没有查到" in early.text
    await stage.pass_time(hours=12)
    asked = await say(stage, first, first.private(), "回执")
    assert "请把回执发给我" in asked.text
    wrong = await say(stage, first, first.private(), "AAAAA-AAAAA")
    assert "没有查到回执“AAAAA-AAAAA”" in wrong.text
    told = await say(stage, first, first.private(), f" {found[1].lower().replace('-', ' ')} ")
    assert f"回执 {found[1]} 已算进结果：\n停车位怎么划　丙" in told.text
    group = await say(stage, first, scene.group, f"/receipt {found[1]}")
    assert "私聊" in group.text
