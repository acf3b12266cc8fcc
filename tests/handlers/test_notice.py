"""The notice in the group: who comes, the calendar file, the proposals."""

from __future__ import annotations

from icalendar import Calendar

from sandbox.conversations import Group, Seen
from sandbox.people import Person
from tests.sandbox.plain import png
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage

LINE = "/meeting 下周三晚上七点半，活动室，电动车棚 & <充电>; 一,二\n"


async def announced(stage: Stage, scene: Scene, line: str = LINE) -> Seen:
    """The notice of a meeting that the leader called by this line."""
    draft = await say(stage, scene.leader, scene.leader.private(), line)
    await press(stage, scene.leader, draft, "发布通知")
    return notice_in(scene.group)


def notice_in(group: Group) -> Seen:
    return next(message for message in group.messages if message.pinned)


def last_file(person: Person) -> tuple[str, Calendar]:
    """The last document somebody got in private, by name, read as a calendar."""
    sent = next(message for message in reversed(person.private().messages) if message.document)
    assert sent.document is not None
    return sent.file_name or "", Calendar.from_ical(sent.document)


async def test_households_say_whether_they_come_and_change_their_mind(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second, third = await residents(stage, scene, 3)
    notice = await announced(stage, scene)
    answer = await press(stage, first, notice, "我参加")
    assert "已记下：1单元101 参加" in (answer.text or "")
    await press(stage, second, notice, "我参加")
    await press(stage, third, notice, "来不了")
    assert "已报名 2 户 / 48 户" in notice.text
    assert "来不了 1 户" in notice.text
    changed = await press(stage, second, notice, "来不了")
    assert "刚才记的是参加" in (changed.text or "")
    assert "已报名 1 户 / 48 户" in notice.text


async def test_pressing_twice_counts_a_household_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    notice = await announced(stage, scene)
    await press(stage, neighbour, notice, "我参加")
    await press(stage, neighbour, notice, "我参加")
    assert "已报名 1 户" in notice.text


async def test_a_passer_by_is_told_to_register_first(stage: Stage) -> None:
    scene = await bound_building(stage)
    stranger = stage.sandbox.people.new("示例路人")
    await stranger.join(scene.group)
    notice = await announced(stage, scene)
    answer = await press(stage, stranger, notice, "我参加")
    assert "还没有登记" in (answer.text or "")
    assert answer.url == "https://t.me/louyuhui_bot?start=join_b1"
    assert "已报名 0 户" in notice.text


async def test_a_neighbour_of_another_building_changes_nothing(stage: Stage) -> None:
    scene = await bound_building(stage)
    other = await bound_building(stage, name="4栋")
    [foreign] = await residents(stage, other, 1)
    await announced(stage, scene)
    asked = await say(stage, other.leader, other.group, "/meeting 下周四晚上八点 凉亭 楼道")
    for data in ("ny:1", "nc:1", "np:1"):
        answer = await foreign.press_forged(asked, data)
        assert "没有找到这个会" in (answer.text or "")
    assert "已报名 0 户" in notice_in(scene.group).text


async def test_a_restart_forgets_no_answer(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    notice = await announced(stage, scene)
    await stage.restart()
    await press(stage, neighbour, notice, "我参加")
    await stage.restart()
    assert "已报名 1 户" in notice.text


async def test_the_calendar_file_says_when_and_where(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    notice = await announced(stage, scene)
    answer = await press(stage, neighbour, notice, "加进日历")
    assert "私聊" in (answer.text or "")
    name, calendar = last_file(neighbour)
    assert name == "3栋-20261125.ics"
    assert calendar["method"] == "PUBLISH"
    [event] = calendar.walk("VEVENT")
    assert f"{event.start:%Y-%m-%d %H:%M %z}" == "2026-11-25 19:30 +0800"
    assert event["location"] == "活动室"
    assert event["summary"] == "楼宇会：电动车棚 & <充电>等3项"
    assert event["description"] == "3栋楼宇会\n1. 电动车棚 & <充电>\n2. 一\n3. 二"
    assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]


async def test_who_has_no_private_chat_is_led_there(stage: Stage) -> None:
    scene = await bound_building(stage)
    stranger = stage.sandbox.people.new("示例路人")
    await stranger.join(scene.group)
    notice = await announced(stage, scene)
    answer = await press(stage, stranger, notice, "加进日历")
    assert answer.url == "https://t.me/louyuhui_bot?start=calendar_1"
    await stranger.open_link(answer.url)
    await stage.settle()
    told = stranger.private().messages[-1].text
    assert "您还没有登记住户" in told, "in private only for its people"


async def test_a_moved_meeting_updates_the_calendar_and_a_cancelled_one_leaves_it(stage: Stage) -> None:
    scene = await bound_building(stage)
    coming, away = await residents(stage, scene, 2)
    notice = await announced(stage, scene)
    await press(stage, coming, notice, "我参加")
    await press(stage, away, notice, "来不了")
    _, first = await _calendar(stage, coming, notice)
    control = await say(stage, scene.leader, scene.leader.private(), "改期")
    await press(stage, scene.leader, control, "改地点")
    asked = await say(stage, scene.leader, scene.leader.private(), "小区凉亭")
    await press(stage, scene.leader, asked, "就这样")
    assert "3栋楼宇会有改动" in coming.private().messages[-1].caption
    _, moved = last_file(coming)
    await press(stage, scene.leader, asked, "取消会议")
    await press(stage, scene.leader, asked, "确定取消")
    _, cancelled = last_file(coming)
    events = [calendar.walk("VEVENT")[0] for calendar in (first, moved, cancelled)]
    assert len({str(event["uid"]) for event in events}) == 1
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert events[1]["location"] == "小区凉亭"
    assert cancelled["method"] == "CANCEL"
    assert events[2]["status"] == "CANCELLED"
    assert not any(message.document for message in away.private().messages)


async def _calendar(stage: Stage, person: Person, notice: Seen) -> tuple[str, Calendar]:
    await press(stage, person, notice, "加进日历")
    return last_file(person)


async def test_after_it_was_called_off_nobody_comes(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    notice = await announced(stage, scene)
    draft = scene.leader.private().messages[-1]
    await press(stage, scene.leader, draft, "取消会议")
    await press(stage, scene.leader, draft, "确定取消")
    answer = await neighbour.press_forged(notice, "ny:1")
    assert "已经取消" in (answer.text or "")


async def test_proposals_are_shown_with_their_pictures_in_private(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    leader, chat = scene.leader, scene.leader.private()
    draft = await say(stage, leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚")
    assert "看方案" not in draft.labels
    await press(stage, leader, draft, "加方案")
    for caption in ("单元门口", "东墙边", ""):
        await leader.send_photo(chat, png(), caption)
        await stage.settle()
    added = await say(stage, leader, chat, "不建了")
    await press(stage, leader, added, "完成")
    await press(stage, leader, added, "发布通知")
    notice = notice_in(scene.group)
    assert "① 电动车棚（4个方案，附图）" in notice.text
    before = len(neighbour.private().messages)
    await press(stage, neighbour, notice, "看方案")
    text, *pictures = neighbour.private().messages[before:]
    assert "甲 单元门口" in text.text
    assert "丙 （见图）" in text.text
    assert "丁 不建了" in text.text
    assert len(pictures) == 3
    assert all(picture.photo for picture in pictures)
    assert "方案甲、乙、丙（依次）" in pictures[0].caption


async def test_a_single_picture_is_sent_by_itself(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    leader, chat = scene.leader, scene.leader.private()
    draft = await say(stage, leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await press(stage, leader, draft, "加方案")
    await leader.send_photo(chat, png(), "东墙边")
    await stage.settle()
    await press(stage, leader, chat.messages[-1], "完成")
    await press(stage, leader, chat.messages[-1], "发布通知")
    await press(stage, neighbour, notice_in(scene.group), "看方案")
    assert neighbour.private().messages[-1].photo
    assert "方案甲" in neighbour.private().messages[-1].caption


async def test_who_cannot_come_names_a_neighbour_with_the_next_press(stage: Stage) -> None:
    scene = await bound_building(stage)
    away, neighbour = await residents(stage, scene, 2)
    notice = await announced(stage, scene)
    await press(stage, away, notice, "来不了")
    await press(stage, away, notice, "来不了")
    offers = [one for one in away.private().messages if "请一位邻居代您签到、投票吗" in one.text]
    assert len(offers) == 1, "a second press asks no second time"
    await stage.restart()
    await press(stage, away, offers[0], "请一位邻居代我")
    await say(stage, away, away.private(), "1-102")
    await tap(stage, away, away.private(), neighbour.name)
    await tap(stage, neighbour, neighbour.private(), "愿意代")
    assert "委托有效" in "\n".join(one.text for one in away.private().messages)
