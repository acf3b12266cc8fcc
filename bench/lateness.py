"""How far behind cards are, as the platform sees it: from a press to the arrival of the edit that counts it.

A vote's lag is the time from its press until the first edit of its ballot's card arrives that counts it,
less the time in which the limits did not allow an edit: in which the platform had counted twenty messages and
edits in the group within the last minute. Nothing else is taken off: neither the bot's own pace, nor the time
in which other chats' messages used up the thirty a second of all chats.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

A_MINUTE = 20  # messages and edits in a group, by the Bot FAQ of Telegram
_COUNT = re.compile(r"已投 (\d+) 户")


def used_up(arrivals: Sequence[float], since: float, until: float) -> float:
    """For how many seconds of a span a group had got all that it may get in a minute; arrivals in order."""
    spent = 0.0
    for place in range(max(0, bisect_left(arrivals, since) - A_MINUTE), len(arrivals) - A_MINUTE + 1):
        first, last = arrivals[place], arrivals[place + A_MINUTE - 1]
        if last >= until:
            break
        following = arrivals[place + A_MINUTE : place + A_MINUTE + 1]
        spent += max(0.0, min(first + 60, until, *following) - max(last, since))
    return spent


class Lateness:
    """Notes presses, each somebody's first vote in a ballot, and what arrives; times in seconds."""

    def __init__(self) -> None:
        self._pressed: dict[str, list[float]] = defaultdict(list)  # by ballot
        self._counted: dict[str, int] = defaultdict(int)
        self._arrivals: dict[int, list[float]] = defaultdict(list)  # by group
        self._waits: list[tuple[int, float, float]] = []  # group, pressed, shown

    def press(self, data: str, now: float) -> None:
        """Somebody voted: votes of a ballot are counted in the order of their presses."""
        self._pressed[_ballot(data)].append(now)

    def spend(self, group: int, now: float) -> None:
        """The platform counted a message or an edit towards the limits."""
        self._arrivals[group].append(now)

    def show(self, group: int, now: float, text: str, keys: Sequence[Sequence[dict[str, str]]]) -> None:
        """A message of a group says something new."""
        count = _COUNT.search(text)
        if count is None or not keys:
            return
        ballot = _ballot(keys[0][0].get("callback_data", ""))
        shown = self._pressed[ballot][self._counted[ballot] : int(count[1])]
        self._waits += [(group, pressed, now) for pressed in shown]
        self._counted[ballot] += len(shown)

    def lags(self) -> list[float]:
        """Of each vote that was shown, the shortest first."""
        return sorted(
            until - since - used_up(self._arrivals[group], since, until)
            for group, since, until in self._waits
        )

    def uncounted(self) -> int:
        """Votes that no card has shown yet."""
        return sum(map(len, self._pressed.values())) - len(self._waits)


def _ballot(data: str) -> str:
    """What the buttons of one ballot have in common."""
    return data.rpartition(":")[0]
