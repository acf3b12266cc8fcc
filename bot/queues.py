"""What one chat is to get, and which of it goes first."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, field

from bot.postman import Delivery, Failed, Gone, Later, Lost, Moved, Refused, Unsure
from rules.people import Chat
from storage.outbox import Card, Letter

Undelivered = Failed | Gone | Later | Lost | Moved | Refused | Unsure

DEEPEST = 20  # letters that are looked through for an urgent one: as many as a group gets in a minute
GIVE_UP = 100  # answers in a row, over almost two hours, that the platform failed: it is taken to for ever


@dataclass(slots=True)
class Queue:
    """What one chat is to get: letters in order, and the cards that are behind."""

    chat: Chat
    building: int | None = None  # whose turn it is when it is this chat's
    letters: deque[Letter] = field(default_factory=deque)
    cards: dict[int, Card] = field(default_factory=dict)
    behind_since: dict[int, float] = field(default_factory=dict)  # by card
    busy: bool = False
    card_after: float = 0.0
    wait_until: float = 0.0
    troubles: int = 0  # times in a row that something did not arrive, whatever was to blame
    failures: int = 0  # times in a row that the platform itself answered that it failed
    unwritten: tuple[Letter | Card, Delivery] | None = None  # carried, but not yet noted

    def trouble(self, delivery: Undelivered) -> None:
        """Note that something did not arrive and is tried again."""
        self.troubles += 1
        self.failures += isinstance(delivery, Failed)

    def calm(self) -> None:
        """Note that something arrived, or was given up."""
        self.troubles = self.failures = 0

    def next(self, now: float) -> Letter | Card | None:
        """What goes first: letters in order; a card when none waits or it is more urgent.

        Of several cards it is the one that is longest behind: under another people may vote all the time.
        """
        if self.unwritten is not None:
            return self.unwritten[0]
        letter = self.letters[0] if self.letters else None
        for card in sorted(self.cards.values(), key=self._order):
            if letter is not None and card.rank >= letter.rank:
                continue
            if card.message is None or now >= self.card_after:
                return card
        return letter

    def _order(self, card: Card) -> tuple[int, float]:
        return card.rank, self.behind_since.get(card.id, 0.0)

    @property
    def rank(self) -> int:
        """The most urgent rank in it: what goes before that in its chat has to leave early with it."""
        letters = [letter.rank for letter in itertools.islice(self.letters, DEEPEST)]
        return min(letters + [card.rank for card in self.cards.values()], default=9)


def is_over(queue: Queue, delivery: Undelivered, *, again: bool) -> bool:
    """Whether something is let go; `again`: it may be sent once more where it may have arrived."""
    match delivery:
        case Gone() | Refused():
            return True
        case Failed():
            return queue.failures >= GIVE_UP
        case Unsure():
            return not again
        case _:
            return False
