"""Those who have not voted are reminded in private, at half time and a day before the end, once each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from sandbox.conversations import Seen
from sandbox.people import Person
from services.outbox import Rank
from storage import people
from storage.tables import cards, outbox
from tests.scenes import Scene, bound_building, move_in, press, residents, say
from tests.stage import SHANGHAI, Stage

FEW = "停车位怎么划 | 专区20 | 全部专区 | 专区15"
HALF = datetime(2026, 11, 22, 8, tzinfo=SHANGHAI)  # three in the morning, held to the end of quiet hours
LAST_DAY = datetime(2026, 11, 22, 21, tzinfo=SHANGHAI)
END = datetime(2026, 11, 23, 21, tzinfo=SHANGHAI)


async def three_days(stage: Stage, scene: Scene, line: str = FEW) -> Seen:
    """A ballot open from Friday morning to Monday evening; its card in the group."""
    draft = await say(stage, scene.leader, scene.leader.private(), f"/vote {line}")
    await press(stage, scene.leader, draft, "3 天")
    await press(stage, scene.leader, draft, "开始投票")
    assert scene.group.pinned is not None
    return scene.group.pinned


def reminded(person: Person) -> list[Seen]:
    return [message for message in person.private().messages if message.text.startswith("🗳 您家")]


async def test_only_households_without_a_vote_are_reminded(stage: Stage) -> None:
    scene = await bound_building(stage)
    voter, silent = await residents(stage, scene, 2)
    family = stage.sandbox.people.new("示例家人")
    await move_in(stage, scene, family, "1", "101")
    card = await three_days(stage, scene)
    await press(stage, voter, card, 0)
    await stage.pass_time(to=HALF)
    assert reminded(voter) == []
    assert reminded(family) == [], "the household has voted, whoever of it did"
    [reminder] = reminded(silent)
    assert "您家（1单元102）还没投票：停车位怎么划" in reminder.text
    assert "11月23日（周一）21:00 截止" in reminder.text


async def test_they_vote_from_the_reminder_and_are_left_in_peace(stage: Stage) -> None:
    scene = await bound_building(stage)
    first, second = await residents(stage, scene, 2)
    await three_days(stage, scene)
    await stage.pass_time(to=HALF)
    [reminder] = reminded(first)
    answer = await press(stage, first, reminder, 1)
    assert "已记下" in (answer.text or "")
    await stage.pass_time(to=LAST_DAY)
    assert len(reminded(first)) == 1
    assert len(reminded(second)) == 2


async def test_a_restart_reminds_nobody_twice(stage: Stage) -> None:
    scene = await bound_building(stage)
    [silent] = await residents(stage, scene, 1)
    await three_days(stage, scene)
    await stage.pass_time(to=HALF)
    await stage.restart()
    await stage.pass_time(minutes=10)
    assert len(reminded(silent)) == 1


async def test_a_long_list_is_opened_by_its_link(stage: Stage) -> None:
    scene = await bound_building(stage)
    [silent] = await residents(stage, scene, 1)
    await three_days(stage, scene, "健身器材选哪些 | " + " | ".join(f"器材{n}" for n in range(1, 25)))
    await stage.pass_time(to=HALF)
    [reminder] = reminded(silent)
    assert len(reminder.text) < 1000
    link = (await silent.press(reminder, "去投票")).url
    await silent.open_link(str(link))
    await stage.settle()
    assert "器材1" in "".join(silent.private().messages[-1].labels)


async def test_who_switched_reminders_off_is_left_in_peace(stage: Stage) -> None:
    scene = await bound_building(stage)
    [quiet] = await residents(stage, scene, 1)
    await three_days(stage, scene)
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(quiet.id))
        assert known is not None
        await people.change(unit.conn, known.id, reminders=False)
    await stage.pass_time(to=LAST_DAY)
    assert reminded(quiet) == []


async def test_after_the_end_nobody_is_reminded(stage: Stage) -> None:
    scene = await bound_building(stage)
    [silent] = await residents(stage, scene, 1)
    await three_days(stage, scene)
    await stage.settle()
    await stage.stop()
    stage.now = END
    await stage.start()
    await stage.pass_time(minutes=0)
    assert reminded(silent) == []


async def test_a_ballot_closed_early_reminds_nobody(stage: Stage) -> None:
    scene = await bound_building(stage)
    [silent] = await residents(stage, scene, 1)
    card = await three_days(stage, scene)
    await press(stage, scene.leader, card, "截止")
    await press(stage, scene.leader, scene.group.messages[-1], "现在截止")
    await stage.pass_time(to=LAST_DAY)
    assert reminded(silent) == []


async def test_after_a_night_without_power_one_reminder_stands_for_both(stage: Stage) -> None:
    scene = await bound_building(stage)
    [silent] = await residents(stage, scene, 1)
    await three_days(stage, scene)
    await stage.settle()
    await stage.stop()
    stage.now = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    await stage.start()
    await stage.pass_time(minutes=0)
    [reminder] = reminded(silent)
    assert "晚到" in reminder.text


async def test_a_result_goes_before_reminders_notices_and_what_comes_each_month(stage: Stage) -> None:
    """The ranks by which one overtakes another are those of what is really said."""
    scene = await bound_building(stage)
    await residents(stage, scene, 2)
    draft = await say(stage, scene.leader, scene.leader.private(), "/meeting 下周三晚上七点半 活动室 车棚")
    await press(stage, scene.leader, draft, "发布通知")
    await three_days(stage, scene)
    for moment in (HALF, LAST_DAY, END, datetime(2026, 12, 1, 9, 5, tzinfo=SHANGHAI)):
        await stage.pass_time(to=moment)
    async with stage.program.store.glance() as conn:
        result = await conn.scalars(select(cards.c.rank).where(cards.c.kind == "result"))
        said = (await conn.execute(select(outbox.c.key, outbox.c.rank).where(outbox.c.key != ""))).all()
    assert list(result) == [Rank.URGENT]
    for kind, count in (("notice:", 2), ("ballot:1:half:", 2), ("ballot:1:1d:", 2), ("digest:", 1)):
        ranks = [rank for key, rank in said if key.startswith(kind)]
        assert ranks == [Rank.BULK] * count, (kind, said)
