"""A simulated year: all that comes by itself, once, on its day, at its hour, never in quiet hours.

Time is made to run from due to due through the bot's own clock, with a restart in the midst; what came is
compared with a list that a calendar of the test's own makes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heapify, heappop, heappush
from json import dumps
from random import Random

import pytest
from sqlalchemy import text

from bot.clock import Clock
from handlers.all import all_routes
from handlers.words import Words
from rules import schedule
from rules.habits import Habits, Standing
from rules.homes import Building
from rules.meetings import State
from rules.reminders import Kind, Reminder
from services import habits, monthly, reports
from storage import contacts, homes, meetings, outbox, people, records
from storage import habits as stored
from storage.engine import open_engine
from storage.store import Store, Unit
from tests.services import calendar_of_2026 as plain
from tests.services.calendar_of_2026 import CHINA, Quiet

Came = tuple[str, str, datetime]  # what, to whom, when

RULES = {
    "每月5号晚上七点半": lambda year, _: [plain.clamped(*month, 5) for month in plain.around(year)],
    "每月31号晚上七点半": lambda year, _: [plain.clamped(*month, 31) for month in plain.around(year)],
    "每月最后一个周五晚上七点半": lambda year, _: [plain.last_friday(*each) for each in plain.around(year)],
    "每季度第一个周六晚上七点半": lambda year, _: plain.quarterly(year, plain.first_saturday),
    "每两周周三晚上七点半": lambda _, begun: plain.every_other_wednesday(begun),
}
HALF_PAST_SEVEN = 19 * 60 + 30


@dataclass(frozen=True)
class Wish:
    """What a building has set; its leader reports in months divisible by `reports`."""

    rule: str
    report: int = 1
    tasks: int = 15
    digest: int = 1
    quiet: Quiet = (22 * 60, 8 * 60)
    reports: int = 13

    @property
    def hours(self) -> str:
        """The quiet hours as a leader writes them."""
        start, end = self.quiet
        return f"{start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}"


class Town:
    """Buildings with a leader and a group each, an open task, one community office, and a clock that runs."""

    def __init__(self, database: str, begins: datetime) -> None:
        self.database = database
        self.now = begins
        self.switch_on()

    def switch_on(self) -> None:
        """Start the bot's clock on its database."""
        self.store = Store(open_engine(self.database))
        self.clock = Clock(self.store, Words(), all_routes(), lambda: "louyuhui_bot", lambda: self.now)

    async def restart(self) -> None:
        """Stop it and start it again."""
        await self.store.close()
        self.switch_on()

    async def settle(self, wishes: dict[int, Wish]) -> None:
        """Found the buildings 1, 2, 3 and so on."""
        async with self.store.unit(self.now) as unit:
            community = await homes.community(unit.conn, "示例小区")
            office = await _meet(unit, "office")
            for number, wish in wishes.items():
                await _found(unit, community, office, number, wish)

    async def run(self, until: datetime) -> None:
        """Let time pass, from what is due to what is due next."""
        while True:
            await self.clock.tick()
            async with self.store.glance() as conn:
                following = await outbox.next_due(conn)
            if following is None or following >= until:
                self.now = until
                return
            self.now = max(following, self.now)

    async def hand_in(self, number: int, month: tuple[int, int]) -> None:
        """A building's leader reports for a month."""
        async with self.store.unit(self.now) as unit:
            leader = await people.by_address(unit.conn, f"leader {number}")
            assert leader is not None
            building = await homes.building(unit.conn, number)
            form = await reports.start(unit, building, date(*month, 1), leader.id)
            await reports.hand_in(unit, building, form, leader.id)

    async def came(self) -> Counter[Came]:
        """All that was said, each with the moment at which it may be sent."""
        async with self.store.glance() as conn:
            assert (await conn.execute(text("SELECT traceback FROM faults"))).all() == []
            late = text("SELECT key FROM outbox WHERE CAST(payload AS TEXT) LIKE :late")
            assert (await conn.execute(late, {"late": f"%{dumps('晚到')[1:-1]}%"})).all() == []
            rows = await conn.execute(
                text(
                    "SELECT outbox.key, chats.address, coalesce(not_before, made_at) FROM outbox"
                    " JOIN chats ON chats.id = chat_id"
                )
            )
            return Counter((_kind(key), to, _moment(when)) for key, to, when in rows)


def _kind(key: str) -> str:
    """What a letter is, by its key: of the lists for the office, also of which month."""
    kind, _, month, *rest = key.split(":")
    if kind != reports.MISSING:
        return kind
    return "again" if rest[0] == "2d" else f"list of {month}"


def _moment(stored: str | datetime) -> datetime:
    """SQLite gives what it has stored, PostgreSQL what it means."""
    if isinstance(stored, datetime):
        return stored.astimezone(CHINA)
    return datetime.fromisoformat(f"{stored}+00:00").astimezone(CHINA)


async def _meet(unit: Unit, address: str) -> int:
    person = await people.meet(unit.conn, address, f"示例 {address}", "zh", unit.now)
    await people.change(unit.conn, person.id, reach="yes")
    return person.id


async def _found(unit: Unit, community: int, office: int, number: int, wish: Wish) -> None:
    building = await homes.add_building(
        unit.conn, community_id=community, name=f"{number}栋", units=1, zone="Asia/Shanghai", lang="zh"
    )
    assert building.id == number
    leader = await _meet(unit, f"leader {number}")
    await homes.appoint(unit.conn, number, leader, "leader", unit.now)
    group = await people.enter(unit.conn, f"group {number}", "group", f"{number}栋邻里群")
    await people.change_chat(unit.conn, group.id, building_id=number)
    await contacts.add(
        unit.conn, building_id=number, party="community", name="示例", person_id=office, added_at=unit.now
    )
    past = await meetings.add(
        unit.conn, building_id=number, kind="building", state=State.CLOSED, convener_id=leader, sequence=0
    )
    await records.add_task(unit.conn, past.id, None, "物业", "修灯", None)
    await _set(unit, number, wish)


async def _set(unit: Unit, number: int, wish: Wish) -> None:
    days = {"report_day": wish.report, "tasks_day": wish.tasks, "digest_day": wish.digest}
    await stored.change(unit.conn, number, **days)
    building = await habits.set_quiet(unit, await homes.building(unit.conn, number), wish.hours)
    rule = habits.read_rule(wish.rule, building.local(unit.now))
    assert isinstance(rule, Standing)
    await habits.set_standing(unit, building, rule)


def expected(number: int, wish: Wish, begins: datetime, ends: datetime) -> Iterator[Came]:
    """What a building is to hear between two moments, but for what the office gets."""
    leader, year = f"leader {number}", begins.year + 1
    held = RULES[wish.rule](year, begins.date())
    every = [(str(Kind.STANDING_MEETING), leader, when) for when in asked(held, wish)]
    for month, when in plain.monthly(year, wish.report, wish.quiet).items():
        every.append((monthly.REPORT, leader, when))
        if begins < when and month[1] % wish.reports:
            every.append(("again", leader, plain.lists(when, wish.quiet)[1]))
    every += [(monthly.TASKS, leader, at) for at in plain.monthly(year, wish.tasks, wish.quiet).values()]
    group = f"group {number}"
    every += [(monthly.DIGEST, group, at) for at in plain.monthly(year, wish.digest, wish.quiet).values()]
    return (one for one in every if begins < one[2] < ends)


def asked(held: list[date], wish: Wish) -> list[datetime]:
    """When the leader is asked about the standing meetings."""
    return plain.a_week_before(held, HALF_PAST_SEVEN, wish.quiet)


def listed(wishes: dict[int, Wish], begins: datetime, ends: datetime) -> set[Came]:
    """When the office hears who has not reported: once a day, when the first of the buildings is due."""
    moments: dict[tuple[str, date, int], datetime] = {}
    for wish in wishes.values():
        for month, when in plain.monthly(begins.year + 1, wish.report, wish.quiet).items():
            if begins < when and month[1] % wish.reports:
                for stage, at in enumerate(plain.lists(when, wish.quiet)):
                    key = (f"list of {month[0]}-{month[1]:02}", at.date(), stage)
                    moments[key] = min(at, moments.get(key, at))
    return {(what, "office", at) for (what, _, _), at in moments.items() if at < ends}


def check_hours(came: Counter[Came], wishes: dict[int, Wish]) -> None:
    """Nothing came twice, nor in the quiet hours of who got it."""
    assert set(came.values()) == {1}
    for _, to, when in came:
        name, _, number = to.partition(" ")
        start, end = wishes[int(number or 1)].quiet
        assert end <= when.hour * 60 + when.minute < start, (name, when)


def town_of(*wishes: Wish) -> dict[int, Wish]:
    return dict(enumerate(wishes, 1))


YEARS = {
    2026: town_of(
        Wish("每月5号晚上七点半", reports=2),
        Wish("每月31号晚上七点半", report=31, tasks=30, digest=29, quiet=(19 * 60, 9 * 60 + 30)),
        Wish("每月最后一个周五晚上七点半", report=15, digest=5, quiet=(21 * 60, 7 * 60)),
    ),
    2028: town_of(
        Wish("每月31号晚上七点半", report=31, tasks=29, digest=30),
        Wish("每季度第一个周六晚上七点半", report=28, tasks=1),
        Wish("每两周周三晚上七点半", report=10, digest=31, reports=3),
    ),
}


BUILDINGS = int(os.environ.get("LOUYUHUI_YEAR_BUILDINGS", "0"))  # so many drawn by lot, in place of these


@pytest.mark.parametrize(
    ("database", "year"),
    [("sqlite", 2026), ("sqlite", 2028), ("postgresql", 2026)],
    indirect=["database"],
)
async def test_a_year_comes_as_the_calendar_says_whatever_restarts(database: str, year: int) -> None:
    begins, ends = datetime(year - 1, 12, 24, 12, tzinfo=CHINA), datetime(year, 12, 31, 23, tzinfo=CHINA)
    draw, town = Random(year), Town(database, begins)
    wishes = {number: _any_wish(draw) for number in range(1, BUILDINGS + 1)} or YEARS[year]
    await town.settle(wishes)
    for month in range(1, 13):
        for number, moment in sorted(reporting(wishes, (year, month)).items(), key=lambda one: one[1]):
            await town.run(until=moment)
            await town.hand_in(number, (year, month))
        if month == 7:
            await town.clock.tick()
            await town.restart()
            await town.clock.tick()  # what was done a moment ago is not done again
    await town.run(until=ends)
    came = await town.came()
    await town.store.close()
    wanted = Counter(listed(wishes, begins, ends))
    for number, wish in wishes.items():
        wanted.update(expected(number, wish, begins, ends))
    assert came == wanted
    check_hours(came, wishes)


def reporting(wishes: dict[int, Wish], month: tuple[int, int]) -> dict[int, datetime]:
    """Which leaders report in a month, and when: an hour after they were asked."""
    return {
        number: plain.monthly(month[0], wish.report, wish.quiet)[month] + timedelta(hours=1)
        for number, wish in wishes.items()
        if not month[1] % wish.reports
    }


def test_a_year_in_a_thousand_buildings() -> None:
    """The schedule alone, by the rules that the bot's clock follows, with nobody to talk to."""
    draw, begins = Random(2026), datetime(2025, 12, 24, 12, tzinfo=CHINA)
    ends = datetime(2026, 12, 31, 23, tzinfo=CHINA)
    wishes = {number: _any_wish(draw) for number in range(1, 1001)}
    came, waiting = Counter[Came](), dict[str, Reminder]()
    places = {number: _place(number, wish, begins) for number, wish in wishes.items()}
    for building, set_by_it in places.values():
        for kind in schedule.KINDS:
            _wait(waiting, schedule.first(building, set_by_it, kind, begins))
    for month in range(1, 14):
        until = datetime(2026, month, 1, tzinfo=CHINA) if month < 13 else ends
        _run(waiting, came, places, until)
        waiting = {key: replace(one) for key, one in waiting.items()}  # a restart: all it knows is stored
    wanted = Counter[Came]()
    for number, wish in wishes.items():
        wanted.update(one for one in expected(number, wish, begins, ends) if one[0] != "again")
    assert came == wanted
    check_hours(came, wishes)
    assert sum(came.values()) > 45_000


def _any_wish(draw: Random) -> Wish:
    quiet = (draw.randrange(19 * 60, 24 * 60, 15), draw.randrange(5 * 60, 11 * 60, 15))
    day = partial(draw.randint, 1, 31)
    return Wish(draw.choice(list(RULES)), day(), day(), day(), quiet)


def _place(number: int, wish: Wish, now: datetime) -> tuple[Building, Habits]:
    start, end = wish.quiet
    quiet = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    building = Building(number, 1, "示例小区", f"{number}栋", 1, "Asia/Shanghai", "zh", quiet=quiet)
    rule = habits.read_rule(wish.rule, building.local(now))
    assert isinstance(rule, Standing)
    return building, Habits(number, rule, (), wish.report, wish.tasks, wish.digest)


def _wait(waiting: dict[str, Reminder], reminder: Reminder | None) -> None:
    assert reminder is not None
    assert reminder.key not in waiting, "scheduled twice"
    waiting[reminder.key] = reminder


def _run(
    waiting: dict[str, Reminder],
    came: Counter[Came],
    places: dict[int, tuple[Building, Habits]],
    until: datetime,
) -> None:
    """Do what is due before a moment, one after the other; each plans its successor."""
    line = [(one.due, one.key) for one in waiting.values()]
    heapify(line)
    while line and line[0][0] < until:
        now, key = heappop(line)
        reminder = waiting.pop(key)
        number = reminder.about
        to = f"group {number}" if reminder.kind is Kind.DIGEST else f"leader {number}"
        came[str(reminder.kind), to, now] += 1
        following = schedule.after(*places[number], reminder.kind, key)
        _wait(waiting, following)
        assert following is not None
        heappush(line, (following.due, following.key))
