"""Month after month: the standing meeting is asked about, the leaders' report is asked for, each once."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from handlers.words import Words
from rules.habits import Standing, decode, encode
from sandbox.conversations import Seen
from sandbox.people import Person
from services.habits import read_rule
from storage.tables import dues, outbox
from tests.handlers.test_record import sitting
from tests.scenes import Scene, bound_building, open_meeting, press, reply, residents, say, tap
from tests.stage import SHANGHAI, Stage


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def asked(person: Person, about: str) -> list[Seen]:
    """The questions of the month that a leader got in private."""
    return [message for message in person.private().messages if message.text.startswith(about)]


async def standing(stage: Stage, line: str = "/monthly 每月5号晚上七点半") -> Scene:
    scene = await bound_building(stage)
    panel = await say(stage, scene.leader, scene.leader.private(), line)
    assert "下次" in panel.text
    return scene


async def test_the_standing_meeting_is_set_by_a_line(stage: Stage) -> None:
    scene = await bound_building(stage)
    panel = await say(stage, scene.leader, scene.leader.private(), "/monthly 每月5号晚上七点半")
    assert "例会：每月5号 19:30，下次 12月5日（周六）" in panel.text
    assert "报到：每月1号 09:00 提醒组长，下次 12月1日（周二）" in panel.text


async def test_the_standing_meeting_is_set_by_buttons_and_dropped_again(stage: Stage) -> None:
    scene = await bound_building(stage)
    panel = await say(stage, scene.leader, scene.leader.private(), "例会")
    assert "例会：没有定" in panel.text
    await press(stage, scene.leader, panel, "定例会日子")
    await stage.restart()
    await press(stage, scene.leader, panel, "31")
    await press(stage, scene.leader, panel, "20:00")
    await press(stage, scene.leader, panel, "20:15")
    assert "例会：每月31号 20:15，下次 11月30日（周一）" in panel.text
    await press(stage, scene.leader, panel, "不开例会")
    assert "例会：没有定" in panel.text
    await stage.pass_time(to=at(1, 10, 9, year=2027))
    assert asked(scene.leader, "📅 组长您好") == []


async def test_the_months_are_one_press_from_an_announced_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚")
    await press(stage, scene.leader, draft, "发布通知")
    await press(stage, scene.leader, draft, "每月的事")
    assert "例会：没有定" in draft.text


@pytest.mark.parametrize("line", ["每天晚上七点", "随便", "下周三晚上七点", "每月32号晚上七点"])
async def test_what_does_not_recur_by_week_or_month_is_explained(stage: Stage, line: str) -> None:
    scene = await bound_building(stage)
    answer = await say(stage, scene.leader, scene.leader.private(), f"/monthly {line}")
    assert "例会请说清日子和钟点" in answer.text


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("每月5号晚上七点", "每月5号", "day 5 of every month"),
        ("每月5号和20号晚上八点", "每月5号、20号", "day 5 and day 20 of every month"),
        ("每月最后一天晚上八点", "每月最后一天", "the last day of every month"),
        ("每月最后一个周五晚上七点", "每月最后一个周五", "the last Friday of every month"),
        ("每季度第一个周六上午九点", "每季度第一个周六", "the first Saturday of every quarter"),
        ("每周二、周四晚上八点", "每周二、周四", "every Tuesday and Thursday"),
        ("每两周周三晚上八点", "每两周周三", "every 2 weeks on Wednesday"),
        ("every two weeks on Wednesday at 8pm", "每两周周三", "every 2 weeks on Wednesday"),
        ("每两个月10号晚上八点", "每两个月10号", "day 10 of every 2 months"),
    ],
)
def test_a_rule_of_weeks_months_or_quarters_is_said_back(line: str, zh: str, en: str) -> None:
    rule = read_rule(line, at(11, 20, 9))
    assert isinstance(rule, Standing)
    assert decode(encode(rule.pattern)) == rule.pattern
    assert Standing.stored(rule.to_store()) == rule
    said = {lang: Words().html(lang, "monthly.recurs", pattern=rule.pattern) for lang in ("zh", "en")}
    assert said == {"zh": zh, "en": en}


async def test_a_rule_without_an_hour_is_asked_for_it(stage: Stage) -> None:
    scene = await bound_building(stage)
    asked = await say(stage, scene.leader, scene.leader.private(), "/monthly 每月最后一个周五")
    assert "每月最后一个周五，几点" in asked.text
    await stage.restart()
    await press(stage, scene.leader, asked, "19:00")
    await press(stage, scene.leader, asked, "19:30")
    assert "例会：每月最后一个周五 19:30，下次 11月27日" in asked.text


async def test_a_neighbour_sets_nothing(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    answer = await say(stage, neighbour, neighbour.private(), "/monthly 每月5号晚上七点半")
    assert "要由组长来办" in answer.text
    forged = await neighbour.press_forged(answer, "wsr:1:m1d5")
    assert "要由组长来办" in (forged.text or "")
    forged = await neighbour.press_forged(answer, "wy:1:20261205")
    assert "要由组长来办" in (forged.text or "")


async def test_a_week_ahead_the_leader_is_asked_and_one_press_begins_the_draft(stage: Stage) -> None:
    scene = await standing(stage)
    await stage.pass_time(to=at(11, 28, 19, 29))
    assert asked(scene.leader, "📅 组长您好") == []
    await stage.pass_time(to=at(11, 28, 19, 30))
    [question] = asked(scene.leader, "📅 组长您好")
    assert "12月5日（周六）19:30" in question.text
    await stage.restart()
    await press(stage, scene.leader, question, "就这天开")
    assert "在哪里开" in question.text
    await say(stage, scene.leader, scene.leader.private(), "活动室")
    added = await say(stage, scene.leader, scene.leader.private(), "年终总结")
    await press(stage, scene.leader, added, "完成")
    assert "12月5日（周六）19:30 · 还有7天" in added.text


async def test_pressing_twice_begins_one_draft(stage: Stage) -> None:
    scene = await standing(stage)
    await stage.pass_time(to=at(11, 28, 19, 30))
    [question] = asked(scene.leader, "📅 组长您好")
    await press(stage, scene.leader, question, "就这天开")
    await scene.leader.press_forged(question, "wy:1:20261205")
    await stage.settle()
    drafts = [one for one in scene.leader.private().messages if "草稿，还没发布" in one.text]
    assert len(drafts) == 1


async def test_another_day_is_chosen_on_the_calendar(stage: Stage) -> None:
    scene = await standing(stage)
    await stage.pass_time(to=at(11, 28, 19, 30))
    [question] = asked(scene.leader, "📅 组长您好")
    await press(stage, scene.leader, question, "换个时间")
    assert "哪天开楼宇会" in question.text
    await press(stage, scene.leader, question, "8")
    await press(stage, scene.leader, question, "19:00")
    await press(stage, scene.leader, question, "19:00")
    assert "在哪里开" in question.text


async def test_what_stands_on_each_agenda_and_what_was_left_over_is_on_the_draft(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    await say(stage, scene.leader, scene.group, "/monthly 每月最后一个周五晚上七点半")
    panel = await say(stage, scene.leader, chat, "每月安排")
    await press(stage, scene.leader, panel, "固定议题")
    many = await say(stage, scene.leader, chat, "\n".join("一二三四五六"))
    assert "最多 5 个" in many.text
    await stage.restart()
    panel = await say(stage, scene.leader, chat, "财务公布\n安全检查")
    assert "每次都有：财务公布、安全检查" in panel.text
    await open_meeting(stage, scene, "电动车棚", "楼道灯")
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "散会")
    await stage.pass_time(to=at(12, 18, 19, 30))
    question = asked(scene.leader, "📅 组长您好")[-1]
    await press(stage, scene.leader, question, "就这天开")
    assert "12月25日（周五）19:30" in question.text
    assert [title in question.text for title in ("楼道灯", "财务公布", "安全检查")] == [True] * 3
    assert "📍 社区活动室" in question.text


async def test_moving_one_leaves_the_rule_and_the_holiday_is_named(stage: Stage) -> None:
    scene = await standing(stage, "/monthly 每月1号晚上七点半")
    await stage.pass_time(to=at(12, 25, 19, 30))
    question = asked(scene.leader, "📅 组长您好")[-1]
    assert "1月1日（周五）19:30" in question.text
    assert "那天是元旦假期" in question.text
    await press(stage, scene.leader, question, "换个时间")
    unclear = await say(stage, scene.leader, scene.leader.private(), "过几天晚上七点")
    assert "没听懂是什么时候" in unclear.text
    await stage.restart()
    await press(stage, scene.leader, question, "8")
    await press(stage, scene.leader, question, "19:00")
    await press(stage, scene.leader, question, "19:00")
    await stage.pass_time(to=at(1, 25, 19, 30, year=2027))
    assert "2月1日（周一）19:30" in asked(scene.leader, "📅 组长您好")[-1].text


async def test_the_standing_meeting_is_of_any_kind_and_a_co_leader_hears_of_a_skip(
    stage: Stage,
) -> None:
    scene = await standing(stage, "/monthly 每月5号晚上七点半 党小组会")
    [second] = await residents(stage, scene, 1)
    await say(stage, second, scene.group, "我来了")
    await reply(stage, scene.leader, scene.group.messages[-1], "/leader")
    await stage.pass_time(to=at(11, 28, 19, 30))
    [question] = asked(scene.leader, "📅 组长您好")
    assert "下次党小组会是 12月5日" in question.text
    await press(stage, scene.leader, question, "这次不开")
    assert "12月5日（周六）的例会这次不开了" in second.private().messages[-1].text
    await stage.pass_time(to=at(12, 29, 19, 30))
    await press(stage, second, asked(second, "📅 组长您好")[-1], "就这天开")
    await say(stage, second, second.private(), "活动室")
    assert "学习" in second.private().messages[-1].text
    panel = await say(stage, scene.leader, scene.leader.private(), "每月安排")
    assert "例会（党小组会）" in panel.text
    await press(stage, scene.leader, panel, "换一种")
    await press(stage, scene.leader, panel, "业主大会")
    await stage.pass_time(to=at(1, 14, 19, 30, year=2027))  # fifteen days' notice, and a week to decide
    assert "下次业主大会是 2月5日" in asked(scene.leader, "📅 组长您好")[-1].text


async def test_quiet_hours_are_set_by_button_or_line_and_hold_what_is_not_urgent(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    page = await say(stage, scene.leader, chat, "免打扰")
    wrong = await say(stage, scene.leader, chat, "晚上")
    assert "22:00-7:30" in wrong.text
    await press(stage, scene.leader, page, "23:00–7:00")
    assert "免打扰：23:00–7:00" in page.text.replace("07:00", "7:00")
    panel = await say(stage, scene.leader, chat, "/quiet 20点到9点半")
    assert "免打扰：20:00–09:30" in panel.text
    await stage.pass_time(to=at(12, 1, 9, 29))
    assert asked(scene.leader, "⏰ 组长") == []
    await stage.pass_time(to=at(12, 1, 9, 30))
    [question] = asked(scene.leader, "⏰ 组长")
    assert "晚到" not in question.text
    panel = await say(stage, scene.leader, chat, "/quiet 0:00-0:00")
    assert "免打扰：不设" in panel.text


async def test_a_buildings_own_quiet_hours_hold_notices_and_let_the_last_hour_through(stage: Stage) -> None:
    scene = await bound_building(stage)
    await residents(stage, scene, 1)
    await say(stage, scene.leader, scene.leader.private(), "/quiet 19:00-9:30")
    await stage.pass_time(to=at(11, 20, 19, 30))
    draft = await say(stage, scene.leader, scene.leader.private(), "/meeting 下周三晚上八点 活动室 车棚")
    await press(stage, scene.leader, draft, "发布通知")
    async with stage.program.store.glance() as conn:
        letters = select(outbox.c.not_before).where(outbox.c.key.like("notice:%"))
        held = set((await conn.scalars(letters)).all())
        reminders = select(dues.c.due_at).where(dues.c.kind == "meeting_reminder").order_by(dues.c.due_at)
        due_at = (await conn.scalars(reminders)).all()
    assert held == {at(11, 21, 9, 30)}
    assert due_at == [at(11, 23, 9, 30), at(11, 25, 9, 30), at(11, 25, 19)]


async def test_what_is_switched_off_does_not_come(stage: Stage) -> None:
    scene = await bound_building(stage)
    panel = await say(stage, scene.leader, scene.leader.private(), "每月安排")
    await press(stage, scene.leader, panel, "不要报到提醒")
    assert "报到：不提醒" in panel.text
    await press(stage, scene.leader, panel, "任务清单")
    await press(stage, scene.leader, panel, "不要")
    assert "任务清单：不发" in panel.text
    await stage.pass_time(to=at(1, 20, 9, year=2027))
    assert asked(scene.leader, "⏰ 组长") == asked(scene.leader, "📋 组长您好") == []


async def test_what_is_open_is_listed_once_a_month_for_the_leader_and_for_who_does_it(stage: Stage) -> None:
    scene, [neighbour, *_], _ = await sitting(stage)
    await say(stage, scene.leader, scene.group, "/task 1单元101 量尺寸")
    await say(stage, scene.leader, scene.group, "/task 物业 修灯")
    await stage.pass_time(to=at(12, 15, 9))
    [mine] = asked(neighbour, "📋")
    assert "3栋有您没办完的任务：\n1. ⏳ 1单元101：量尺寸" in mine.text
    assert "修灯" not in mine.text
    [every] = asked(scene.leader, "📋 组长您好")
    assert "量尺寸" in every.text
    assert "修灯" in every.text
    await press(stage, neighbour, mine, "量尺寸")
    await tap(stage, neighbour, neighbour.private(), "办好了")
    await stage.restart()
    await stage.pass_time(to=at(12, 16, 9))
    await stage.pass_time(to=at(1, 15, 9, year=2027))
    assert len(asked(neighbour, "📋")) == 1
    assert "量尺寸（等组长确认）" in asked(scene.leader, "📋 组长您好")[-1].text
    assert len(asked(scene.leader, "📋 组长您好")) == 2


async def test_a_month_is_left_out_and_the_next_is_asked_about(stage: Stage) -> None:
    scene = await standing(stage)
    await stage.pass_time(to=at(11, 28, 19, 30))
    [question] = asked(scene.leader, "📅 组长您好")
    await press(stage, scene.leader, question, "这次不开")
    assert "12月5日（周六）的例会不开了，下次 1月5日（周二）" in question.text
    await stage.pass_time(to=at(12, 29, 19, 30))
    [_, second] = [*asked(scene.leader, "好的，12月"), *asked(scene.leader, "📅 组长您好")]
    assert "1月5日（周二）19:30" in second.text
    old = await scene.leader.press_forged(second, "wn:1:20261205")
    assert "已经过了" in (old.text or "")


async def test_the_31st_is_the_last_day_of_a_shorter_month(stage: Stage) -> None:
    scene = await standing(stage, "/monthly 每月31号晚上七点半")
    for month, day, year in ((11, 30, 2026), (12, 31, 2026), (1, 31, 2027), (2, 28, 2027)):
        await stage.pass_time(to=at(month, day, 19, 0, year=year))
        latest = asked(scene.leader, "📅 组长您好")[-1]
        assert f"{month}月{day}日" in latest.text
    assert len(asked(scene.leader, "📅 组长您好")) == 4


async def test_a_changed_day_is_asked_about_once_a_month(stage: Stage) -> None:
    scene = await standing(stage)
    await say(stage, scene.leader, scene.leader.private(), "/monthly 每月20号晚上八点")
    await say(stage, scene.leader, scene.leader.private(), "/monthly 每月10号晚上八点")
    for day in range(21, 31):
        await stage.pass_time(to=at(11, day, 21))
    for day in range(1, 32):
        await stage.pass_time(to=at(12, day, 21))
    [question] = asked(scene.leader, "📅 组长您好")
    assert "12月10日（周四）20:00" in question.text


async def test_after_months_without_power_only_the_month_ahead_is_asked_about(stage: Stage) -> None:
    scene = await standing(stage)
    await stage.settle()
    await stage.stop()
    stage.now = at(3, 1, 10, year=2027)
    await stage.start()
    await stage.pass_time(minutes=0)
    [question] = asked(scene.leader, "📅 组长您好")
    assert "3月5日（周五）19:30" in question.text
    assert "晚到" in question.text
    await stage.pass_time(to=at(3, 29, 19, 30, year=2027))
    [_, question] = asked(scene.leader, "📅 组长您好")
    assert "4月5日（周一）19:30" in question.text


async def test_a_question_that_is_late_says_so_and_waits_for_the_morning(stage: Stage) -> None:
    scene = await standing(stage)
    await stage.settle()
    await stage.stop()
    stage.now = at(11, 30, 23)
    await stage.start()
    await stage.pass_time(minutes=0)
    assert asked(scene.leader, "📅 组长您好") == []
    await stage.pass_time(to=at(12, 1, 8))
    [question] = asked(scene.leader, "📅 组长您好")
    assert "晚到" in question.text
