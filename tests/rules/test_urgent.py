"""Nothing is decided that was not announced, except as the kind of meeting allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.kinds import KindDoesNotVote
from rules.meetings import Item, ItemState, Meeting, State
from rules.quorum import Standing
from rules.urgent import (
    NotAnnouncedItem,
    UrgentNeedsQuorum,
    check_votable,
    earlier,
    read_minutes,
)

MEETING = Meeting(1, 1, "building", State.OPEN, "", None, None, None, None, 1, 0)
URGENT = Item(1, 1, 1, "水管爆了", ItemState.OPEN, announced=False)
ENOUGH, FEW = Standing(3, 48, 3), Standing(2, 48, 3)


def test_what_was_announced_is_voted_on_in_every_kind_but_a_mediation() -> None:
    check_votable(replace(MEETING, kind="owners"), replace(URGENT, announced=True), FEW)
    with pytest.raises(KindDoesNotVote):
        check_votable(replace(MEETING, kind="bench"), replace(URGENT, announced=True), ENOUGH)


def test_an_urgent_item_follows_the_rule_of_its_kind() -> None:
    check_votable(MEETING, URGENT, ENOUGH)
    check_votable(replace(MEETING, kind="party_group"), URGENT, FEW)
    with pytest.raises(UrgentNeedsQuorum):
        check_votable(MEETING, URGENT, FEW)
    with pytest.raises(NotAnnouncedItem):
        check_votable(replace(MEETING, kind="owners"), URGENT, ENOUGH)


def test_a_waiting_item_moves_up_among_those_that_wait() -> None:
    agenda = [replace(URGENT, id=number, number=number, state=ItemState.WAITING) for number in (1, 2, 3)]
    agenda[0] = replace(agenda[0], state=ItemState.DONE)
    assert earlier(agenda, 3) == [1, 3, 2]
    assert earlier(agenda, 2) == [1, 2, 3]
    assert earlier(agenda, 1) == [1, 2, 3]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("电动车棚 15分钟", ("电动车棚", 15)),
        ("车棚（10分钟）", ("车棚", 10)),
        ("bike shed, 20 minutes", ("bike shed", 20)),
        ("15分钟", ("15分钟", None)),
        ("15分钟生活圈", ("15分钟生活圈", None)),
        ("车棚 999分钟", ("车棚 999分钟", None)),
    ],
)
def test_the_minutes_planned_are_read_from_the_title(title: str, expected: tuple[str, int | None]) -> None:
    assert read_minutes(title) == expected
