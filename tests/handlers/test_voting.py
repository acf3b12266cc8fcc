"""Voting: a press in the group, a list ticked in private, a family, and every press that does not count."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.limits import Limits
from bot.program import running
from handlers.voting import CastVote
from rules.events import first_break
from sandbox import Person, Seen
from storage import ballots, log, outbox
from tests.scenes import Scene, bound_building, move_in, open_ballot, press, residents, say
from tests.stage import Stage

LIST = "选健身器材 | " + " | ".join(f"器材{number}" for number in range(1, 25))


async def open_list(stage: Stage, scene: Scene, most: int = 16) -> Seen:
    """A ballot on sixteen of twenty-four; its card in the group."""
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, f"/vote {LIST}")
    await press(stage, scene.leader, draft, "改成选几个")
    draft = await say(stage, scene.leader, chat, str(most))
    await press(stage, scene.leader, draft, "开始投票")
    assert scene.group.pinned is not None
    return scene.group.pinned


async def slip_of(stage: Stage, voter: Person, card: Seen) -> Seen:
    """The slip that the card's link lays before a voter."""
    await voter.open_link((await voter.press(card, "去投票")).url)
    await stage.settle()
    return voter.private().messages[-1]


async def stored(stage: Stage, ballot_id: int = 1) -> list[tuple[int, ...]]:
    """The choices that are stored."""
    async with stage.program.store.glance() as conn:
        return sorted(vote.choice for vote in await ballots.votes_of(conn, ballot_id))


async def test_a_vote_is_noted_counted_and_changed_and_no_figure_is_shown(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second = await residents(stage, scene, 2)
    card = await open_ballot(stage, scene)
    answer = await press(stage, first, card, "甲")
    assert answer.text == "已记下：甲（1单元101）。截止前可以改。"
    assert not answer.show_alert
    await press(stage, second, card, "乙")
    assert "已投 2 户 / 48 户" in card.text
    again = await press(stage, first, card, "丙")
    assert again.text.startswith("已记下：丙")
    assert "已投 2 户 / 48 户" in card.text
    assert await stored(stage) == [(2,), (3,)]
    assert not re.search(r"[甲乙丙].*\d+ ?[户票%]", card.text)


async def test_a_double_press_is_one_vote(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    presses = [voter.begin_press(card, CastVote(1, 1).pack()) for _ in range(3)]
    await stage.settle()
    assert {(await one.answer)["text"] for one in presses} == {"已记下：甲（1单元101）。截止前可以改。"}
    assert await stored(stage) == [(1,)]


async def test_of_two_quick_taps_on_different_options_the_last_counts(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    presses = [voter.begin_press(card, CastVote(1, option).pack()) for option in (1, 2)]
    await stage.settle()
    assert (await presses[1].answer)["text"].startswith("已记下：乙")
    assert await stored(stage) == [(2,)]


async def test_votes_outlive_a_restart(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second = await residents(stage, scene, 2)
    card = await open_ballot(stage, scene)
    await press(stage, first, card, "甲")
    await stage.restart()
    await press(stage, second, card, "乙")
    assert "已投 2 户 / 48 户" in card.text
    assert await stored(stage) == [(1,), (2,)]


async def test_a_family_member_is_asked_before_the_vote_is_changed(stage: Stage) -> None:
    scene = await bound_building(stage)
    (mother,) = await residents(stage, scene, 1)
    son = stage.sandbox.people.new("示例住户 1-101 之子")
    await son.join(scene.group)
    await move_in(stage, scene, son, "1", "101")
    card = await open_ballot(stage, scene)
    await press(stage, mother, card, "乙")
    asked = await press(stage, son, card, "甲")
    assert asked.text == "您家（1单元101）刚才由您的家人投了“乙”。要改成“甲”，请再按一次。"
    assert asked.show_alert
    double = await press(stage, son, card, "甲")
    assert "请再按一次" in double.text, "a quick second tap is no second thought"
    assert await stored(stage) == [(2,)]
    await stage.pass_time(seconds=5)
    assert (await press(stage, son, card, "甲")).text.startswith("已记下：甲")
    assert await stored(stage) == [(1,)]
    assert "家人" in (await press(stage, mother, card, "乙")).text


async def test_a_ballot_shows_only_on_its_own_roll_and_in_its_own_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    other = await bound_building(stage, name="4栋")
    (foreigner,) = await residents(stage, other, 1)
    await foreigner.join(scene.group)
    card = await open_ballot(stage, scene)
    foreign = await press(stage, foreigner, card, "甲")
    assert "不在这次投票的名册上" in foreign.text
    elsewhere = await voter_in(other, voter)
    anchor = next(message for message in other.group.messages if message.by_bot)
    outside = await elsewhere.press_forged(anchor, CastVote(1, 1).pack())
    assert "不属于这里的投票" in outside.text
    stranger = stage.sandbox.people.new("路人")
    await stranger.join(scene.group)
    unknown = await press(stage, stranger, card, "甲")
    assert "还没有登记" in unknown.text
    assert unknown.url.endswith("start=join")
    assert all(answer.show_alert for answer in (foreign, outside, unknown))
    assert await stored(stage) == []


async def voter_in(scene: Scene, voter: Person) -> Person:
    """Let a voter come into another building's group."""
    await voter.join(scene.group)
    return voter


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ("v:1:99", "没有这个选项"),
        ("v:1:0", "没有这个选项"),
        ("v:1:-1", "没有这个选项"),
        ("v:999:1", "不属于这里的投票"),
        ("v:1", "不用了"),
        ("v:1:1:1", "不用了"),
        ("v:一:1", "不用了"),
        (f"v:1:{10**30}", "不用了"),
        ("vh:1", "还没有选"),
        ("nonsense", "不用了"),
        ("", "不用了"),
        ("st:1:1", "私聊"),
        ("sk:1", "私聊"),
        ("sp:1:5", "私聊"),
        ("rm:1", "还没有截止"),
        ("ra:1", "私聊"),
        ("be:1", "组长"),
        ("bey:1", "组长"),
        ("bey:999", "没有这次投票"),
        ("bo:1", "组长"),
        ("bx:1", "组长"),
        ("bt:1:quarter", "组长"),
        ("bm:1:2", "组长"),
        ("bk:motion", "已经过了"),
        ("bp:1", "已经过了"),
    ],
)
async def test_a_forged_press_gets_its_own_answer_and_changes_nothing(
    stage: Stage, data: str, answer: str
) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    refused = await voter.press_forged(card, data)
    await stage.settle()
    assert answer in refused.text
    assert refused.show_alert
    assert await stored(stage) == []
    assert "已投 0 户" in card.text


async def test_a_press_after_the_deadline_is_refused_before_the_clock_comes_by(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    stage.now = stage.now.replace(hour=21)
    late = await press(stage, voter, card, "甲")
    assert late.text == "这次投票 11月20日（周五）21:00 已截止，您的票没有记入。"
    assert late.show_alert
    await stage.program.clock.tick()
    await stage.settle()
    assert "已截止，结果见下" in card.text
    assert card.buttons == []
    closed = await voter.press_forged(card, CastVote(1, 1).pack())
    assert "已截止" in closed.text
    assert await stored(stage) == []


async def test_fifty_people_press_while_the_leader_closes(stage: Stage) -> None:
    scene = await bound_building(stage, households=60)
    voters = await residents(stage, scene, 50)
    card = await open_ballot(stage, scene)
    await press(stage, scene.leader, card, "截止")
    asked = scene.group.messages[-1]
    close = asked.state.buttons[0][0]["callback_data"]
    pressed = [voter.begin_press(card, CastVote(1, 1).pack()) for voter in voters[:25]]
    closing = [scene.leader.begin_press(asked, close) for _ in range(2)]
    pressed += [voter.begin_press(card, CastVote(1, 2).pack()) for voter in voters[25:]]
    await stage.settle()
    texts = [(await one.answer)["text"] for one in pressed]
    noted = sum(text.startswith("已记下") for text in texts)
    assert noted + sum("已截止，您的票没有记入" in text for text in texts) == 50
    async with stage.program.store.glance() as conn:
        ballot = await ballots.get(conn, 1)
        events = await log.read(conn, "ballot:1")
    assert ballot.result is not None
    assert sum(ballot.result["votes"]) == ballot.voted == noted
    assert [event.kind for event in events].count("closed") == 1
    assert first_break(events) is None
    assert {(await one.answer).get("text", "")[:6] for one in closing} >= {"这次投票已经"}


async def test_a_list_is_ticked_in_private_looked_over_and_handed_in(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_list(stage, scene)
    slip = await slip_of(stage, voter, card)
    assert "已选 0 / 最多 16　第 1 页，共 3 页" in slip.text
    ticked = await press(stage, voter, slip, "器材3")
    assert ticked.text == "☑ 选上了 3 器材3。已选 1 / 最多 16"
    assert "☑ 3 器材3" in slip.labels
    await press(stage, voter, slip, "下一页")
    await press(stage, voter, slip, "器材12")
    await press(stage, voter, slip, "上一页")
    untick = await press(stage, voter, slip, "器材3")
    assert "☐ 去掉了" in untick.text
    await press(stage, voter, slip, "器材5")
    await stage.restart()
    await press(stage, voter, slip, "交票")
    assert "这是您的票" in slip.text
    assert "☑ 5 器材5\n☑ 12 器材12" in slip.text
    assert "已投 0 户" in card.text, "nothing is handed in before it was looked over"
    noted = await press(stage, voter, slip, "交票")
    assert noted.text == "已记下：5、12（1单元101）。截止前可以改。"
    assert re.search(r"回执 [2-9A-Z]{5}-[2-9A-Z]{5}", slip.text)
    assert "已投 1 户 / 48 户" in card.text
    await press(stage, voter, slip, "再改改")
    await press(stage, voter, slip, "器材1")
    assert await stored(stage) == [(5, 12)], "a change counts once it is handed in"
    await press(stage, voter, slip, "交票")
    await press(stage, voter, slip, "交票")
    assert await stored(stage) == [(1, 5, 12)]


async def test_quick_taps_lose_no_tick(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    slip = await slip_of(stage, voter, await open_list(stage, scene))
    taps = [voter.begin_press(slip, f"st:1:{option}") for option in range(1, 17)]
    await stage.settle()
    assert "已选 16 / 最多 16" in (await taps[-1].answer)["text"]
    over = await voter.press_forged(slip, "st:1:17")
    assert over.text == "最多选 16 项，您选了 17 项。请去掉几项再交。"
    await voter.press_forged(slip, "vh:1")
    await stage.settle()
    assert await stored(stage) == [tuple(range(1, 17))]


async def test_a_slip_is_cleared_and_nothing_empty_is_handed_in(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    slip = await slip_of(stage, voter, await open_list(stage, scene))
    await press(stage, voter, slip, "器材1")
    cleared = await press(stage, voter, slip, "清空")
    assert "都清空了" in cleared.text
    assert "清空" not in slip.labels
    for data in ("sk:1", "vh:1"):
        assert "还没有选" in (await voter.press_forged(slip, data)).text
    wrong = await voter.press_forged(slip, "st:1:99")
    assert "没有这个选项" in wrong.text
    assert await stored(stage) == []


async def test_a_slip_shows_what_the_family_did(stage: Stage) -> None:
    scene = await bound_building(stage)
    (mother,) = await residents(stage, scene, 1)
    son = stage.sandbox.people.new("示例住户 1-101 之子")
    await son.join(scene.group)
    await move_in(stage, scene, son, "1", "101")
    card = await open_list(stage, scene)
    slip = await slip_of(stage, mother, card)
    await press(stage, mother, slip, "器材2")
    await press(stage, mother, slip, "交票")
    await press(stage, mother, slip, "交票")
    his = await slip_of(stage, son, card)
    assert "您家（1单元101）现在的票：2 器材2（由家人投的）" in his.text
    assert "☑ 2 器材2" in his.labels


@pytest.mark.parametrize(
    ("payload", "answer"),
    [("b_999", "没有这次投票"), ("b_x", "没有这次投票"), ("b", "没有这次投票"), ("bh_1", "还没有截止")],
)
async def test_a_link_that_leads_nowhere_says_so(stage: Stage, payload: str, answer: str) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    await open_ballot(stage, scene)
    await voter.start(payload=payload)
    await stage.settle()
    assert answer in voter.private().messages[-1].text


async def test_a_slip_opened_after_the_closing_says_how_the_vote_stands(stage: Stage) -> None:
    scene = await bound_building(stage)
    voter, silent = await residents(stage, scene, 2)
    card = await open_list(stage, scene)
    link = (await voter.press(card, "去投票")).url
    slip = await slip_of(stage, voter, card)
    await press(stage, voter, slip, "器材2")
    await press(stage, voter, slip, "交票")
    await press(stage, voter, slip, "交票")
    await stage.pass_time(to=stage.now.replace(hour=21))
    for person, told in ((voter, "现在的票：2 器材2　回执"), (silent, "您家没有投票")):
        await person.open_link(link)
        await stage.settle()
        shown = person.private().messages[-1]
        assert "已截止。" in shown.text
        assert told in shown.text
        assert shown.labels == []
    stranger = stage.sandbox.people.new("路人")
    await stranger.open_link(link)
    await stage.settle()
    assert "还没有登记" in stranger.private().messages[-1].text


async def test_a_slip_is_for_who_is_on_the_roll(stage: Stage) -> None:
    scene = await bound_building(stage)
    card = await open_list(stage, scene)
    other = await bound_building(stage, name="4栋")
    (foreigner,) = await residents(stage, other, 1)
    stranger = stage.sandbox.people.new("路人")
    await stage.sandbox.people.join(scene.group, foreigner, stranger)
    for person, answer in ((foreigner, "不在这次投票的名册上"), (stranger, "还没有登记")):
        assert answer in (await slip_of(stage, person, card)).text
    stage.now = stage.now.replace(hour=21)
    (voter,) = await residents(stage, scene, 1)
    assert "已截止" in (await slip_of(stage, voter, card)).text


async def test_a_small_ballot_can_be_voted_in_private_too(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene)
    await voter.start(payload="b_1")
    await stage.settle()
    slip = voter.private().messages[-1]
    await press(stage, voter, slip, "全部专区")
    assert "您家（1单元101）现在的票：乙" in slip.text
    assert "✅ 乙 全部专区" in slip.labels
    assert "已投 1 户" in card.text


async def test_only_whose_slip_it_is_sees_it_renewed(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second = await residents(stage, scene, 2)
    card = await open_list(stage, scene)
    slips = [await slip_of(stage, voter, card) for voter in (first, second)]
    await press(stage, first, slips[0], "器材1")
    await press(stage, first, slips[0], "交票")
    await press(stage, first, slips[0], "交票")
    assert "票交好了" in slips[0].text
    async with stage.program.store.glance() as conn:
        shown = [await outbox.card(conn, number) for number in range(1, 5)]
    renewed = sorted(one.wanted for one in shown if one.kind == "slip")
    assert renewed[0] == 1, "the other voter's slip was left alone"
    assert "☐ 1 器材1" in slips[1].labels


async def test_many_votes_in_a_burst_are_few_edits(stage: Stage) -> None:
    scene = await bound_building(stage, households=60)
    voters = await residents(stage, scene, 50)
    card = await open_ballot(stage, scene)
    before = stage.sandbox.counters.methods["editMessageText"]
    await asyncio.gather(*(voter.press(card, "甲") for voter in voters))
    await stage.settle()
    assert "已投 50 户 / 60 户" in card.text
    assert stage.sandbox.counters.methods["editMessageText"] - before < 25


async def test_a_long_single_choice_is_made_in_private_page_by_page(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene, LIST)
    assert "24 选一" in card.text
    slip = await slip_of(stage, voter, card)
    await press(stage, voter, slip, "下一页")
    await voter.press_forged(slip, "sp:1:99")
    await stage.settle()
    assert "下一页 ➡" not in slip.labels, "there is no page beyond the last"
    noted = await press(stage, voter, slip, "器材24")
    assert noted.text.startswith("已记下：24")
    assert "✅ 24 器材24" in slip.labels
    assert await stored(stage) == [(24,)]


async def test_voting_goes_on_when_the_group_becomes_a_supergroup(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second = await residents(stage, scene, 2)
    card = await open_ballot(stage, scene)
    await press(stage, first, card, "甲")
    scene.group.upgrade()
    await stage.settle()
    card = next(message for message in reversed(scene.group.messages) if "甲" in message.labels)
    noted = await press(stage, second, card, "乙")
    assert noted.text.startswith("已记下：乙")
    assert "已投 2 户 / 48 户" in card.text
    assert await stored(stage) == [(1,), (2,)]


async def test_no_figure_leaves_before_the_closing_by_any_way_of_asking(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 5)
    card = await open_ballot(stage, scene)
    for voter in voters:
        await press(stage, voter, card, "丙")
    await press(stage, scene.leader, card, "截止")
    for payload in ("b_1", "bh_1", "bo_1", "bs_1", "bp_1"):
        await scene.leader.start(payload=payload)
        await stage.settle()
    for words in ("投票", "/vote", "纪要", "/mydata", "帮助"):
        await say(stage, scene.leader, scene.leader.private(), words)
        await say(stage, scene.leader, scene.group, words)
    answers = [(await scene.leader.press_forged(card, data)).text for data in ("rm:1", "ra:1", "bo:1")]
    shown = [message.words for message in (*scene.group.messages, *scene.leader.private().messages)]
    assert any("已投 5 户" in text for text in shown)
    figures = re.compile(r"丙[^\n]*\d+ *[票户%]|\d+ *[票户%][^\n]*丙")
    assert not [text for text in (*shown, *answers) if figures.search(text)]


async def test_a_list_in_private_follows_the_finger_while_group_cards_keep_their_pace(stage: Stage) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    slip = await slip_of(stage, voter, await open_list(stage, scene))
    await stage.stop()
    slow = Limits(all_per_second=10_000, chat_burst=10_000, group_per_minute=10_000, card_pace=3600)
    async with running(stage.settings, lambda: stage.now, slow) as program:
        for option in (1, 2, 3):
            await voter.press(slip, f"器材{option}")
            await asyncio.wait_for(program.quiet(), 10)
            assert f"☑ {option} 器材{option}" in slip.labels
    await stage.start()
