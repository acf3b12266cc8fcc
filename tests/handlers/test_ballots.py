"""Making a ballot: in one line, step by step, or from an item; read back, opened, or left."""

from __future__ import annotations

import pytest

from rules.ballots import State
from sandbox.conversations import Seen
from storage import ballots, homes, meetings, people
from tests.sandbox.plain import png
from tests.scenes import (
    Scene,
    bound_building,
    open_ballot,
    open_meeting,
    press,
    reply,
    residents,
    say,
    tap,
)
from tests.stage import Stage

LINE = "/vote 停车位怎么划 | 专区20 | 全部专区 | 专区15"


async def ballots_in(stage: Stage, scene: Scene, state: State = State.OPEN) -> list[str]:
    async with stage.program.store.glance() as conn:
        return [ballot.question for ballot in await ballots.of_building(conn, scene.building_id, state)]


async def recorder(stage: Stage, scene: Scene) -> None:
    """The second neighbour to register keeps the minutes."""
    person = list(scene.homes)[1]
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(person.id))
        assert known is not None
        await homes.appoint(unit.conn, scene.building_id, known.id, "recorder", stage.now)


async def test_a_line_is_read_back_and_opened_in_the_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), LINE)
    assert "请核对" in draft.text
    assert "三选一 · 一户一票 · 今晚 21:00 截止" in draft.text
    assert scene.group.pinned is None, "nothing is asked before it is confirmed"
    answer = await press(stage, scene.leader, draft, "开始投票")
    assert "已发到群里" in answer.text
    card = scene.group.pinned
    assert card is not None
    assert "甲 专区20\n乙 全部专区\n丙 专区15" in card.text
    assert "已投 0 户 / 48 户" in card.text
    assert card.buttons[0] == ["甲", "乙", "丙"]
    assert "投票已经开始" in draft.text
    assert draft.buttons == []


async def test_what_people_write_before_their_options_is_not_doubled(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 选哪个\n1. 长凳\n2、路灯\n甲. 花坛")
    assert "甲 长凳\n乙 路灯\n丙 花坛" in draft.text


async def test_a_motion_step_by_step_in_the_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    asked = await say(stage, scene.leader, scene.group, "投票")
    assert "现在没有正在进行的投票" in asked.text
    await press(stage, scene.leader, asked, "发起投票")
    question = scene.group.last
    assert question is not None
    kinds = await reply(stage, scene.leader, question, "同意装电动车棚吗？")
    draft = await press_and_see(stage, scene, kinds, "赞成还是反对")
    assert "赞成、反对还是弃权" in draft.text
    await press(stage, scene.leader, draft, "15 分钟")
    assert "今天 09:15 截止" in draft.text
    await press(stage, scene.leader, draft, "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert card.buttons[0] == ["赞成", "反对", "弃权"]


async def press_and_see(stage: Stage, scene: Scene, message: Seen, button: str) -> Seen:
    await press(stage, scene.leader, message, button)
    last = message.chat.last
    assert last is not None
    return last


async def test_several_of_a_list_step_by_step_survives_a_restart_in_the_middle(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    kinds = await say(stage, scene.leader, chat, "/vote 选健身器材")
    await press(stage, scene.leader, kinds, "选几样")
    await stage.restart()
    asked = await say(stage, scene.leader, chat, "\n".join(f"器材{number}" for number in range(1, 25)))
    assert "一共 24 项" in asked.text
    await stage.restart()
    draft = await say(stage, scene.leader, chat, "16项")
    assert "24 项里最多选 16 项" in draft.text
    assert "24 器材24" in draft.text
    await press(stage, scene.leader, draft, "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert card.buttons[0] == ["🗳 去投票"]
    assert "……共 24 项" in card.text


async def test_the_closing_time_is_chosen_or_written(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, LINE)
    await press(stage, scene.leader, draft, "明晚")
    assert "11月21日（周六）21:00 截止" in draft.text
    await press(stage, scene.leader, draft, "别的时间")
    wrong = await say(stage, scene.leader, chat, "下下礼拜五半夜里吧")
    assert "没看懂“下下礼拜五半夜里吧”" in wrong.text
    past = await say(stage, scene.leader, chat, "昨天晚上八点")
    assert "已经过了" in past.text
    unclear = await say(stage, scene.leader, chat, "明天七点")
    assert "11月21日（周六）07:00，还是 11月21日（周六）19:00" in unclear.text
    far = await say(stage, scene.leader, chat, "2027年11月20日 20:00")
    assert "最长 60 天" in far.text
    again = await say(stage, scene.leader, chat, "明天晚上八点")
    assert "11月21日（周六）20:00 截止" in again.text


async def test_how_many_may_be_chosen_is_set_on_the_draft(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), LINE)
    asked = await press_and_see(stage, scene, draft, "改成选几个")
    answer = await press(stage, scene.leader, asked, "2")
    assert "每户最多选 2 项" in answer.text
    assert "3 项里最多选 2 项" in draft.text
    await press(stage, scene.leader, draft, "选一个")
    assert "三选一" in draft.text
    await press(stage, scene.leader, draft, "改成选几个")
    wrong = await say(stage, scene.leader, scene.leader.private(), "4")
    assert "2 到 3 之间" in wrong.text
    none = await say(stage, scene.leader, scene.leader.private(), "很多")
    assert "2 到 3 之间" in none.text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/vote 怎么划 | 只有一个", "至少要有两个"),
        ("/vote 怎么划 | 一 | 二 | 一", "写了两次"),
        (f"/vote {'问' * 4000} | 一 | 二", "120"),
        (f"/vote 怎么划 | 一 | {'项' * 3000}", "500"),
        ("/vote 怎么划 | " + " | ".join(map(str, range(70))), "最多 60 个"),
        ("/vote | 一 | 二", "写"),
    ],
)
async def test_what_cannot_be_asked_gets_a_clear_answer(stage: Stage, text: str, answer: str) -> None:
    scene = await bound_building(stage)
    last = await say(stage, scene.leader, scene.leader.private(), text)
    assert answer in last.text
    assert await ballots_in(stage, scene, State.DRAFT) == []


async def test_markup_and_emoji_in_question_and_options_are_shown_as_they_are(stage: Stage) -> None:
    scene = await bound_building(stage)
    card = await open_ballot(stage, scene, "<b>怎么划</b> & 🚗？ | <i>甲案</i> | a < b 🎉")
    assert "<b>怎么划</b> & 🚗？" in card.text
    assert "甲 <i>甲案</i>\n乙 a < b 🎉" in card.text


async def test_a_draft_can_be_dropped_and_its_buttons_then_say_so(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), LINE)
    start = draft.state.buttons[-2][0]["callback_data"]
    await press(stage, scene.leader, draft, "先不弄了")
    assert "什么都没有发出去" in draft.text
    late = await scene.leader.press_forged(draft, start)
    assert "没有这次投票" in late.text
    assert await ballots_in(stage, scene) == []
    await press(stage, scene.leader, draft, "发起投票")
    left = await press_and_see(stage, scene, scene.leader.private().messages[-1], "先不弄了")
    assert "先不弄了" in left.text
    lost = await say(stage, scene.leader, scene.leader.private(), "这不再是问题了")
    assert "没看懂" in lost.text or "没有看懂" in lost.text or "看不懂" in lost.text or "帮助" in lost.text


async def test_pressing_start_twice_opens_one_ballot(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), LINE)
    start = draft.state.buttons[-2][0]["callback_data"]
    first = scene.leader.begin_press(draft, start)
    second = scene.leader.begin_press(draft, start)
    await stage.settle()
    assert "投票开始了" in (await first.answer)["text"]
    assert "已经开始了" in (await second.answer)["text"]
    assert await ballots_in(stage, scene) == ["停车位怎么划"]


async def test_only_the_leader_puts_something_to_the_vote(stage: Stage) -> None:
    scene = await bound_building(stage)
    neighbour, stranger = [*(await residents(stage, scene, 1)), stage.sandbox.people.new("路人")]
    refused = await say(stage, neighbour, neighbour.private(), LINE)
    assert "组长" in refused.text
    draft = await say(stage, scene.leader, scene.group, LINE)
    answer = await press(stage, neighbour, draft, "开始投票")
    assert "组长" in answer.text
    assert answer.show_alert
    await stranger.start()
    unbound = await say(stage, stranger, stranger.private(), "投票")
    assert "还没有" in unbound.text
    assert await ballots_in(stage, scene) == []


async def test_the_recorder_may_do_it_while_a_meeting_is_open(stage: Stage) -> None:
    scene = await bound_building(stage)
    _, helper = await residents(stage, scene, 2)
    await recorder(stage, scene)
    refused = await say(stage, helper, helper.private(), LINE)
    assert "组长" in refused.text
    await open_meeting(stage, scene)
    draft = await say(stage, helper, helper.private(), LINE)
    assert "请核对" in draft.text
    await press(stage, helper, draft, "开始投票")
    assert await ballots_in(stage, scene) == ["停车位怎么划"]


async def test_a_resident_is_shown_what_is_open_with_the_way_there(stage: Stage) -> None:
    scene = await bound_building(stage)
    (neighbour,) = await residents(stage, scene, 1)
    none = await say(stage, neighbour, neighbour.private(), "投票")
    assert "现在没有正在进行的投票" in none.text
    assert none.buttons == []
    await open_ballot(stage, scene)
    shown = await say(stage, neighbour, scene.group, "投票")
    assert shown.labels == ["停车位怎么划"]
    link = (await neighbour.press(shown, "停车位")).url
    slip = (await neighbour.open_link(link)).last
    assert slip is not None
    await stage.settle()
    assert "您家还没有投" in (neighbour.private().messages[-1].text)


async def test_an_item_is_put_to_the_vote_in_two_presses_with_its_pictures(stage: Stage) -> None:
    scene = await bound_building(stage)
    meeting_id = await open_meeting(stage, scene, "停车位")
    photo = await scene.leader.send_photo(scene.leader.private(), png(64, 48))
    file_id = photo.state.body["photo"][-1]["file_id"]
    async with stage.program.store.unit(stage.now) as unit:
        item = (await meetings.items_of(unit.conn, meeting_id))[0]
        for text, picture in (("专区20", file_id), ("全部专区", None), ("专区15", file_id)):
            await meetings.add_proposal(unit.conn, item.id, text, picture, 1, stage.now)
    await stage.settle()
    anchor = next(message for message in scene.group.messages if message.by_bot and message.labels)
    await scene.leader.press_forged(anchor, f"bn:{meeting_id}:{item.id}")
    await stage.settle()
    draft = scene.group.messages[-1]
    assert "甲 专区20\n乙 全部专区\n丙 专区15" in draft.text
    await press(stage, scene.leader, draft, "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert "🖼 看图" in card.labels
    album = [message for message in scene.group.messages if message.photo]
    assert len(album) == 2
    assert "依次是：甲、丙" in album[0].caption
    (neighbour,) = await residents(stage, scene, 1)
    answer = await press(stage, neighbour, card, "看图")
    assert "私聊" in answer.text
    assert len([message for message in neighbour.private().messages if message.photo]) == 2


@pytest.mark.parametrize("data", ["bn:999:1", "bn:1:999", "bn:1:1"])
async def test_an_item_that_is_not_there_or_not_on_is_refused(stage: Stage, data: str) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), LINE)
    answer = await scene.leader.press_forged(draft, data)
    assert "没有这个议题" in answer.text
    assert await ballots_in(stage, scene, State.DRAFT) == ["停车位怎么划"]


async def test_a_draft_whose_time_has_passed_asks_for_another(stage: Stage) -> None:
    scene = await bound_building(stage)
    draft = await say(stage, scene.leader, scene.leader.private(), LINE)
    await stage.pass_time(hours=13)
    answer = await press(stage, scene.leader, draft, "开始投票")
    assert "已经过了" in answer.text
    await press(stage, scene.leader, draft, "3 天")
    await press(stage, scene.leader, draft, "开始投票")
    assert await ballots_in(stage, scene) == ["停车位怎么划"]


async def test_an_english_building_is_asked_in_english(stage: Stage) -> None:
    scene = await bound_building(stage, name="Building 3", lang="en")
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote Which plan? | First | Second")
    assert "Choose one of 2 · one vote a household · closes tonight 21:00" in draft.text
    await press(stage, scene.leader, draft, "Begin the ballot")
    card = scene.group.pinned
    assert card is not None
    assert card.buttons[0] == ["A", "B"]


async def test_a_ballot_beside_the_agenda_is_in_the_minutes_all_the_same(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 3)
    meeting = await open_meeting(stage, scene, "电动车棚")
    card = await open_ballot(stage, scene, "车棚什么颜色 | 蓝 | 绿")
    for voter in voters:
        await press(stage, voter, card, "乙")
    for label in ("截止", "现在截止"):
        await tap(stage, scene.leader, scene.group, label)
    for label in ("散会", "✅ 散会"):
        await tap(stage, scene.leader, scene.group, label)
    async with stage.program.store.glance() as conn:
        (ballot,) = await ballots.of_meeting(conn, meeting)
    assert ballot.item_id is None
    minutes = next(m.text for m in reversed(scene.group.messages) if "会议纪要" in m.text)
    assert "2. 其他" in minutes
    assert "车棚什么颜色：乙 绿（3 户 / 48 户）" in minutes


async def test_a_ballot_written_during_an_item_belongs_to_it(stage: Stage) -> None:
    scene = await bound_building(stage)
    meeting = await open_meeting(stage, scene, "电动车棚")
    await say(stage, scene.leader, scene.group, "下一项")
    await say(stage, scene.leader, scene.group, "/vote 车棚什么颜色 | 蓝 | 绿")
    async with stage.program.store.glance() as conn:
        (item,) = await meetings.items_of(conn, meeting)
        (ballot,) = await ballots.of_meeting(conn, meeting)
    assert ballot.item_id == item.id
