"""When a task is reminded of, and whom it means."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.tasks import Stage, Task, meant, reminders

ZONE = ZoneInfo("Asia/Shanghai")
GIVEN = datetime(2026, 11, 25, 20, 0, tzinfo=ZONE)


def test_a_task_is_reminded_of_before_on_and_after_its_day() -> None:
    found = reminders(date(2026, 12, 4), ZONE, GIVEN)
    assert {name: f"{moment:%m-%d %H:%M}" for name, moment in found.items()} == {
        "2d": "12-02 09:00",
        "0d": "12-04 09:00",
        "late": "12-05 09:00",
    }


def test_what_is_past_when_a_task_is_given_is_left_out() -> None:
    assert list(reminders(date(2026, 11, 25), ZONE, GIVEN)) == ["late"]
    assert list(reminders(date(2026, 11, 26), ZONE, GIVEN)) == ["0d", "late"]


KNOWN = [(1, ["示例住户", "2单元502", "Unit 2, 502"]), (2, ["李四", "物业", "property manager"])]


@pytest.mark.parametrize(
    ("who", "found"),
    [("物业", [2]), ("2 单元 502", [1]), ("Property Manager", [2]), ("unit 2, 502", [1]), ("王五", [])],
)
def test_a_task_means_a_name_a_door_or_a_party(who: str, found: list[int]) -> None:
    assert meant(who, KNOWN) == found


def test_a_task_is_overdue_the_day_after_until_somebody_says_it_is_done() -> None:
    task = Task(1, 1, "物业", "出图", date(2026, 12, 4), None, None, None)
    assert not task.is_overdue(date(2026, 12, 4))
    assert task.is_overdue(date(2026, 12, 5))
    done = Task(1, 1, "物业", "出图", date(2026, 12, 4), GIVEN, None, None)
    assert (done.stage, done.is_overdue(date(2026, 12, 5))) == (Stage.DONE, False)
