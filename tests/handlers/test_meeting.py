"""A meeting is opened, people check in, the items come in turn, it is closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.conversations import Group, Seen
from sandbox.people import Person
from storage import ballots, homes, meetings, people
from tests.sandbox.plain import png
from tests.scenes import Scene, announced_meeting, answer, bound_building, open_meeting, residents, say, tap
from tests.stage import SHANGHAI, Stage


def card(group: Group) -> Seen:
    """The meeting's card."""
    return next(message for message in group.messages if "楼宇会" in message.text and "👥" in message.text)


def newest(group: Group) -> str:
    return group.messages[-1].words


async def meeting_day(stage: Stage, *titles: str, neighbours: int = 4) -> tuple[Scene, list[Person]]:
    scene = await bound_building(stage)
    living = await residents(stage, scene, neighbours)
    await open_meeting(stage, scene, *titles)
    return scene, living


async def test_a_meeting_from_its_opening_to_its_minutes(stage: Stage) -> None:
    scene, living = await meeting_day(stage, "电动车棚", "停车位")
    for neighbour in living[:3]:
        pressed = await tap(stage, neighbour, scene.group, "✋ 签到")
        assert "已签到" in pressed.text
    assert "到会 3 户 / 48 户" in card(scene.group).text
    assert "法定 3 户，已达到" in card(scene.group).text
    await tap(stage, scene.leader, scene.group, "第一项")
    assert newest(scene.group).startswith("▶️ ① 电动车棚")
    await tap(stage, scene.leader, scene.group, "下一项")
    assert newest(scene.group).startswith("▶️ ② 停车位")
    assert "✅ ① 电动车棚" in card(scene.group).text
    await tap(stage, scene.leader, scene.group, "这项议完了")
    assert "议题都议完了" in newest(scene.group)
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await stage.settle()
    asked = scene.group.messages[-1]
    assert "现在散会吗" in asked.text
    await scene.leader.press(asked, "✅ 散会")
    await stage.settle()
    assert "散会。谢谢大家" in asked.text
    assert "会议纪要（待确认）" in newest(scene.group)
    assert "已散会" in card(scene.group).text
    assert card(scene.group).labels == []


async def test_the_meeting_card_is_pinned(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    assert card(scene.group).pinned


async def test_long_before_the_time_it_is_asked_once_more(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene)
    await scene.leader.say(scene.group, "/open")
    await stage.settle()
    assert "现在还早" in newest(scene.group)
    await tap(stage, scene.leader, scene.group, "再等等")
    assert "先不动" in newest(scene.group)
    await scene.leader.say(scene.group, "/open")
    await tap(stage, scene.leader, scene.group, "▶️ 开始开会")
    assert "楼宇会进行中" in card(scene.group).text


async def test_half_an_hour_before_it_is_opened_at_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene)
    await stage.pass_time(to=(stage.now + timedelta(days=5)).replace(hour=19, minute=5))
    await scene.leader.say(scene.group, "开始开会")
    await stage.settle()
    assert "楼宇会进行中" in card(scene.group).text


async def test_only_the_leader_and_the_recorder_lead_the_meeting(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    for label in ("第一项", "加到会的", "✅ 散会"):
        pressed = await tap(stage, living[0], scene.group, label)
        assert "由组长来办" in pressed.text
        assert pressed.show_alert
    assert "▫️ ① 电动车棚和充电桩" in card(scene.group).text
    await appoint_recorder(stage, scene, living[0])
    await tap(stage, living[0], scene.group, "第一项")
    assert "▶️ ① 电动车棚和充电桩" in card(scene.group).text


async def appoint_recorder(stage: Stage, scene: Scene, person: Person) -> None:
    async with stage.program.store.unit(stage.now) as work:
        known = await people.by_address(work.conn, str(person.id))
        assert known is not None
        await homes.appoint(work.conn, scene.building_id, known.id, "recorder", work.now)


async def test_a_resident_does_not_open_a_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    await announced_meeting(stage, scene)
    await living[0].say(scene.group, "/open")
    await stage.settle()
    assert "由组长来办" in newest(scene.group)


async def test_a_household_is_counted_once_and_told_so(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await tap(stage, living[0], scene.group, "签到")
    again = await tap(stage, living[0], scene.group, "签到")
    assert "1单元101 已经在签到名单上" in again.text
    assert "到会 1 户" in card(scene.group).text


async def test_two_quick_presses_check_in_once(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    presses = [living[0].begin_press(card(scene.group), "ci:1") for _ in range(2)]
    await stage.settle()
    texts = [press.answer.result()["text"] for press in presses]
    assert sum("已签到" in text for text in texts) == 1
    assert sum("已经在签到名单上" in text for text in texts) == 1
    assert "到会 1 户" in card(scene.group).text


async def test_somebody_not_registered_is_led_to_the_registration(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    stranger = stage.sandbox.people.new("示例访客")
    await stranger.join(scene.group)
    pressed = await tap(stage, stranger, scene.group, "签到")
    assert pressed.url.endswith("start=join_b1")
    await stranger.say(scene.group, "签到")
    await stage.settle()
    assert "没有登记住户" in newest(scene.group)
    assert "到会 0 户" in card(scene.group).text


async def test_check_in_by_word_and_late(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await stage.pass_time(minutes=11)
    await living[0].say(scene.group, "签到")
    await stage.settle()
    assert "迟到也欢迎" in newest(scene.group)


async def test_check_in_without_a_meeting_names_the_next_one(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    await living[0].say(scene.group, "签到")
    await stage.settle()
    assert "现在没有在开的会" in newest(scene.group)
    await announced_meeting(stage, scene)
    await living[0].say(scene.group, "签到")
    await stage.settle()
    assert "11月25日（周三）19:30" in newest(scene.group)


async def test_the_leader_adds_those_without_a_phone(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await tap(stage, living[0], scene.group, "签到")
    await tap(stage, scene.leader, scene.group, "加到会的")
    await stage.restart()
    said = await answer(stage, scene.leader, scene.group, "2-502 王婆婆，2-503、1-101 9-101")
    assert "加上了：2单元502、2单元503" in said.text
    assert "已经在名单上：1单元101" in said.text
    assert "没有这一家，没有记入：9-101" in said.text
    assert "到会 3 户" in card(scene.group).text


async def test_a_door_that_is_none_is_asked_for_again(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    await tap(stage, scene.leader, scene.group, "加到会的")
    wrong = await answer(stage, scene.leader, scene.group, "二楼那家")
    assert "没看懂“二楼那家”" in wrong.text
    right = await answer(stage, scene.leader, scene.group, "2-201")
    assert "加上了：2单元201" in right.text


async def test_adding_somebody_can_be_dropped_by_the_leader_alone(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await tap(stage, scene.leader, scene.group, "加到会的")
    foreign = await tap(stage, living[0], scene.group, "不弄了")
    assert "不是问您的" in foreign.text
    await tap(stage, scene.leader, scene.group, "不弄了")
    assert "先不弄了" in newest(scene.group)


async def test_a_proxy_needs_a_holder_who_is_there(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await scene.leader.say(scene.group, "/present 2-301 委托 1-101")
    await stage.settle()
    assert "1-101 没有到会" in newest(scene.group)
    await tap(stage, living[0], scene.group, "签到")
    await scene.leader.say(scene.group, "/present 2-301 委托 1-101")
    await stage.settle()
    assert "加上了：2单元301" in newest(scene.group)
    await scene.leader.say(scene.group, "/present 2-302 委托 2-301")
    await stage.settle()
    assert "2-301 没有到会（或者自己也是委托的）" in newest(scene.group)


async def test_a_double_press_opens_one_item_only(stage: Stage) -> None:
    scene, _ = await meeting_day(stage, "电动车棚", "停车位", "楼道灯")
    presses = [scene.leader.begin_press(card(scene.group), "mn:1:0") for _ in range(2)]
    await stage.settle()
    texts = [press.answer.result()["text"] for press in presses]
    assert any("第1项开始" in text for text in texts)
    assert any("已经有人往下走了" in text for text in texts)
    assert "▶️ ① 电动车棚" in card(scene.group).text
    assert "▫️ ② 停车位" in card(scene.group).text


async def test_the_pictures_of_an_item_come_as_an_album(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    sent = [await living[0].send_photo(living[0].private(), png(width), "图") for width in (8, 12)]
    meeting = await announced_meeting(stage, scene)
    async with stage.program.store.unit(stage.now) as work:
        item = (await meetings.items_of(work.conn, meeting))[0]
        by = await people.by_address(work.conn, str(living[0].id))
        assert by is not None
        for text, photo in zip(("大门旁", "楼后空地"), sent, strict=True):
            file_id = photo.state.body["photo"][-1]["file_id"]
            await meetings.add_proposal(work.conn, item.id, text, file_id, by.id, work.now)
    await scene.leader.say(scene.group, "/open")
    await tap(stage, scene.leader, scene.group, "▶️ 开始开会")
    await tap(stage, scene.leader, scene.group, "第一项")
    first, second, _, _, shown = scene.group.messages[-5:]
    assert first.photo
    assert second.photo
    assert first.caption == "🖼 第1项的方案图：甲、乙"
    assert "甲 大门旁 🖼\n乙 楼后空地 🖼" in shown.text
    await living[0].reply(first, "支持甲")
    await stage.settle()
    assert "已记入纪要（第1项）" in newest(scene.group)


async def test_two_leaders_closing_at_once_close_it_once(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    async with stage.program.store.unit(stage.now) as work:
        second = await people.by_address(work.conn, str(living[0].id))
        assert second is not None
        await homes.appoint(work.conn, scene.building_id, second.id, "leader", work.now)
    presses = [person.begin_press(card(scene.group), "mx:1:1") for person in (scene.leader, living[0])]
    await stage.settle()
    texts = [press.answer.result().get("text", "") for press in presses]
    assert any("会已经散了（11月25日（周三）19:30）" in text for text in texts)
    minutes = [message for message in scene.group.messages if "会议纪要" in message.text]
    assert len(minutes) == 1


async def test_closing_can_be_left(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    await scene.leader.say(scene.group, "散会")
    await stage.settle()
    assert "还有 1 项没议：电动车棚和充电桩" in newest(scene.group)
    await tap(stage, scene.leader, scene.group, "还没开完")
    assert "进行中" in card(scene.group).text


async def test_an_inquorate_meeting_is_said_so(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await tap(stage, living[0], scene.group, "签到")
    assert "法定 3 户，还差 2 户" in card(scene.group).text
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    assert "没有达到（流会）" in card(scene.group).text
    assert "没有达到（流会）" in newest(scene.group)


async def test_the_next_date_is_set_at_closing(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "再定下次时间")
    await stage.restart()
    wrong = await answer(stage, scene.leader, scene.group, "下下礼拜五半夜三更")
    assert "没看懂" in wrong.text
    right = await answer(stage, scene.leader, scene.group, "下个月5号晚上七点半")
    assert "12月5日（周六）19:30" in right.text
    minutes = next(message for message in scene.group.messages if "会议纪要" in message.text)
    assert "下次会议：12月5日（周六）19:30" in minutes.text


async def test_old_keys_of_a_closed_meeting_are_answered(stage: Stage) -> None:
    scene, living = await meeting_day(stage)
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    for person, data in ((living[0], "ci:1"), (scene.leader, "mn:1:0"), (scene.leader, "ma:1")):
        pressed = await person.press_forged(card(scene.group), data)
        assert "会已经散了" in pressed.text


async def test_a_key_of_another_buildings_meeting_does_nothing(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    other = await bound_building(stage, name="5栋")
    pressed = await other.leader.press_forged(other.group.messages[-1], "mx:1:1")
    assert pressed.show_alert
    assert "进行中" in card(scene.group).text


async def test_an_open_ballot_keeps_the_meeting_open(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    async with stage.program.store.unit(stage.now) as work:
        leader = await people.by_address(work.conn, str(scene.leader.id))
        assert leader is not None
        held = await ballots.add(
            work.conn,
            [{"number": 1, "label": "赞成", "text": "", "picture": None}],
            building_id=scene.building_id,
            meeting_id=1,
            question="车棚建在哪里？",
            method="motion",
            convener_id=leader.id,
            closes_at=stage.now + timedelta(hours=1),
        )
        await ballots.change(work.conn, held.id, state="open")
    pressed = await tap(stage, scene.leader, scene.group, "✅ 散会")
    assert "“车棚建在哪里？”还在投票（11月25日（周三）20:30 截止）" in pressed.text
    assert "进行中" in card(scene.group).text


async def test_a_second_meeting_waits_for_the_first_to_close(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    await announced_meeting(stage, scene, "楼道灯")
    await scene.leader.say(scene.group, "/open")
    await stage.settle()
    assert "有一场会正在开" in newest(scene.group)


async def test_a_group_that_speaks_english_meets_in_english(stage: Stage) -> None:
    scene = await bound_building(stage, lang="en")
    await open_meeting(stage, scene, "Bicycle shed")
    shown = next(message.text for message in scene.group.messages if "👥" in message.text)
    assert "Building meeting under way" in shown
    assert "Quorum 3: 3 more needed" in shown
    await tap(stage, scene.leader, scene.group, "First item")
    await tap(stage, scene.leader, scene.group, "This item is done")
    await tap(stage, scene.leader, scene.group, "Close the meeting")
    await tap(stage, scene.leader, scene.group, "Close the meeting")
    assert "Minutes (draft)" in newest(scene.group)


async def test_the_notice_carries_the_key_that_opens_the_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 1)
    await say(stage, scene.leader, scene.group, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await tap(stage, scene.leader, scene.group, "发布")
    await stage.pass_time(to=datetime(2026, 11, 25, 19, 10, tzinfo=SHANGHAI))
    refused = await tap(stage, living[0], scene.group, "▶️ 开始开会")
    assert "由组长来办" in refused.text
    pressed = await tap(stage, scene.leader, scene.group, "▶️ 开始开会")
    assert pressed.text == "会议开始了"
    assert "进行中" in card(scene.group).text
    twice = await scene.leader.press_forged(card(scene.group), "mo:1:0")
    assert twice.show_alert


async def test_a_leader_leads_from_the_private_chat_as_well(stage: Stage) -> None:
    scene = await bound_building(stage)
    await announced_meeting(stage, scene)
    mine = scene.leader.private()
    await say(stage, scene.leader, mine, "/open")
    await tap(stage, scene.leader, mine, "▶️ 开始开会")
    await say(stage, scene.leader, mine, "下一项")
    assert "第1项开始" in mine.messages[-1].text
    assert newest(scene.group).startswith("▶️ ① 电动车棚和充电桩")
    await say(stage, scene.leader, mine, "散会")
    await tap(stage, scene.leader, mine, "✅ 散会")
    assert "会议纪要（待确认）" in newest(scene.group)


async def test_a_meeting_that_goes_on_past_midnight_says_its_last_day(stage: Stage) -> None:
    scene, _ = await meeting_day(stage)
    await stage.pass_time(hours=5)
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    assert "11月25日（周三）19:30—11月26日（周四）00:30" in card(scene.group).text


async def test_what_is_over_is_pinned_no_longer(stage: Stage) -> None:
    scene = await bound_building(stage)
    notice = await called(stage, scene)
    await stage.pass_time(to=(stage.now + timedelta(days=5)).replace(hour=19, minute=30))
    await say(stage, scene.leader, scene.group, "/open")
    assert (notice.pinned, card(scene.group).pinned) == (True, True)
    await closed(stage, scene)
    assert (notice.pinned, card(scene.group).pinned) == (False, False)


async def test_a_supergroup_is_shown_what_goes_on_and_not_what_is_over(stage: Stage) -> None:
    scene = await bound_building(stage)
    await called(stage, scene)
    await stage.pass_time(to=(stage.now + timedelta(days=5)).replace(hour=19, minute=30))
    await say(stage, scene.leader, scene.group, "/open")
    await tap(stage, scene.leader, scene.group, "第一项")
    await closed(stage, scene)
    await stage.pass_time(days=7)
    notice = await called(stage, scene)
    scene.group.upgrade()
    await stage.settle()
    shown = [message.text for message in scene.group.messages if message.text]
    assert shown == [notice.text], shown


async def test_a_bot_thrown_out_in_the_middle_goes_on_where_it_was(stage: Stage) -> None:
    scene, living = await meeting_day(stage, "电动车棚", "停车位")
    await tap(stage, living[0], scene.group, "✋ 签到")
    scene.group.remove_bot()
    await stage.restart()
    scene.group.add_bot(by=scene.leader, admin=True)
    await stage.settle()
    await tap(stage, living[1], scene.group, "✋ 签到")
    assert "到会 2 户 / 48 户" in card(scene.group).text
    await tap(stage, scene.leader, scene.group, "第一项")
    assert newest(scene.group).startswith("▶️ ① 电动车棚")


async def test_a_meeting_goes_on_when_the_group_becomes_a_supergroup(stage: Stage) -> None:
    scene, living = await meeting_day(stage, "电动车棚")
    await tap(stage, living[0], scene.group, "✋ 签到")
    scene.group.upgrade()
    await stage.settle()
    await tap(stage, living[1], scene.group, "✋ 签到")
    assert "到会 2 户 / 48 户" in card(scene.group).text
    await closed(stage, scene)
    assert "会议纪要（待确认）" in newest(scene.group)


async def called(stage: Stage, scene: Scene) -> Seen:
    """A meeting that the leader calls in private; its notice in the group."""
    chat = scene.leader.private()
    await say(
        stage, scene.leader, chat, f"/meeting {stage.now + timedelta(days=5):%m月%d日}晚上七点半 凉亭 修灯"
    )
    await tap(stage, scene.leader, chat, "发布通知")
    assert scene.group.pinned is not None
    return scene.group.pinned


async def closed(stage: Stage, scene: Scene) -> None:
    """The leader closes the meeting."""
    await say(stage, scene.leader, scene.group, "/close")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
