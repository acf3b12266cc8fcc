"""What comes back on the next agenda."""

from __future__ import annotations

from rules.carried import look_back, titles, unfinished
from rules.meetings import TITLE_LIMIT, Item, ItemState


def test_what_was_done_does_not_come_back_and_what_was_not_does() -> None:
    agenda = [
        Item(1, 1, 1, "电动车棚", ItemState.DONE),
        Item(2, 1, 2, "屋顶漏水", ItemState.WAITING),
        Item(3, 1, 3, "楼道灯", ItemState.OPEN),
    ]
    assert unfinished(agenda) == ["屋顶漏水", "楼道灯"]


def test_open_tasks_come_back_as_one_item() -> None:
    assert look_back(["画线", "换灯"], "zh") == "任务回头看：画线、换灯"
    assert look_back(["paint lines"], "en") == "Open tasks: paint lines"
    assert look_back([], "zh") is None


def test_many_tasks_still_fit_one_title() -> None:
    assert len(look_back(["很长的一件事" * 4] * 9, "zh") or "") == TITLE_LIMIT


def test_a_title_that_stands_and_comes_back_stands_once_and_one_place_stays_free() -> None:
    assert titles(["财务公示", "屋顶漏水"], ["屋顶漏水"], [], "zh") == ["屋顶漏水", "财务公示"]
    assert len(titles([f"第{n}项" for n in range(12)], [], [], "zh")) == 8
