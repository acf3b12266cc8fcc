"""What one chat is to get: what goes first."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.queues import Queue
from rules.people import Chat
from storage.outbox import Card, Letter

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def queue() -> Queue:
    return Queue(Chat(1, "-1", "group", "示例楼", "here", 1))


def card(number: int, rank: int = 2) -> Card:
    return Card(
        number, 1, "ballot", number, "zh", False, rank, str(number), False, 2, 1, "live", 0, leaving=False
    )


def behind(mine: Queue, since: float, shown: Card) -> None:
    mine.cards[shown.id] = shown
    mine.behind_since[shown.id] = since


def test_the_card_that_is_longest_behind_goes_first() -> None:
    mine = queue()
    behind(mine, 20.0, card(1))
    behind(mine, 10.0, card(2))
    assert mine.next(30.0) == card(2)


def test_a_ballot_in_which_all_vote_keeps_no_other_from_being_shown() -> None:
    """The card that was shown is behind again at once, and both keep their places in the queue."""
    mine, went = queue(), []
    behind(mine, 0.0, card(1))
    behind(mine, 1.0, card(2))
    for moment in (3.0, 6.0, 9.0, 12.0):
        shown = mine.next(moment)
        assert isinstance(shown, Card)
        went.append(shown.id)
        mine.behind_since[shown.id] = moment
    assert went == [1, 2, 1, 2]


def test_an_urgent_card_goes_before_one_that_is_longer_behind() -> None:
    mine = queue()
    behind(mine, 0.0, card(1))
    behind(mine, 9.0, card(2, rank=0))
    assert mine.next(10.0) == card(2, rank=0)


def test_a_letter_goes_before_a_card_of_no_higher_rank() -> None:
    mine = queue()
    letter = Letter(5, 1, 1, True, {"text": "通知", "keys": []}, "queued", 0, None, NOW)
    mine.letters.append(letter)
    behind(mine, 0.0, card(1))
    assert mine.next(10.0) == letter
    behind(mine, 9.0, card(2, rank=0))
    assert mine.next(10.0) == card(2, rank=0)
