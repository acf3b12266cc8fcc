"""Paper votes (纸质票): a teller writes down a stack of slips, two witnesses compare them with the paper.

A paper vote stands over a vote from the chat (domain rule: chat, paper and proxy meet on the same roll).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.meetings import written
from rules.refusals import Refusal
from rules.ways import BLOCK, REASON_LIMIT, Choice

WITNESSES = 2  # of two households, neither the teller's nor one whose slip is in the stack
MOST_SLIPS = 30  # in one stack: what two people can compare at one sitting


class StackState(StrEnum):
    """How far a stack of paper votes has come; only a confirmed one counts."""

    OPEN = "open"  # the teller is writing
    WAITING = "waiting"  # for its witnesses
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"  # the ballot closed before two witnesses had confirmed it


@dataclass(frozen=True, slots=True)
class Slip:
    """One voter's paper vote as the teller wrote it down; `reason` is why they block."""

    voter_id: int
    choice: Choice
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Paper votes of a ballot, entered and confirmed together; `photos` are the platform's names."""

    id: int
    ballot_id: int
    teller_id: int
    state: StackState
    made_at: datetime
    photos: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()
    witnesses: tuple[int, ...] = ()  # who has confirmed it so far


class NotATeller(Refusal):
    """Paper votes are entered by a teller, whom the leader appoints."""


class TellerIsSponsor(Refusal):
    """Who asked the question, or proposed one of its options, does not enter its paper votes."""


class NoSuchStack(Refusal):
    """The stack does not exist, or belongs to another building or teller."""


class StackNotOpen(Refusal):
    """The stack was handed to the witnesses, or is over."""


class StackNotWaiting(Refusal):
    """The stack is confirmed, taken back, or over."""


class EmptyStack(Refusal):
    """A stack without a slip is not handed to witnesses."""


class TooManySlips(Refusal):
    """More slips than two people can compare at one sitting."""


class SlipNotClear(Refusal):
    """A line that is no door with a choice."""


class SlipTwice(Refusal):
    """The voter's slip was entered already."""


class DoorNotOnTheRoll(Refusal):
    """No voter of this ballot lives behind this door."""


class WitnessIsTeller(Refusal):
    """The teller, and who lives with him, cannot be a witness of his writing."""


class WitnessOfOwnSlip(Refusal):
    """The witness's own paper vote, or that of their home, is in the stack: somebody else must confirm it."""


class WitnessedAlready(Refusal):
    """The household has confirmed this stack already: two witnesses come from two households."""


class PaperNotForThisBallot(Refusal):
    """A ballot of persons takes no paper votes: a slip carries a door."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the teller wrote it: a door, and what is marked on its slip."""

    number: int
    door: str
    marks: str


_BETWEEN = re.compile(r"[\s,，、;；>＞]+")
_STARS = frozenset("012345")
_STARRED = re.compile(r"(.+?)([:=]?)([0-5])(?:星|颗星)?")
_DOOR = re.compile(r"^((?:\d{1,2}\s*(?:-|单元|栋)\s*)*\d{1,4}\s*(?:室|号)?)[\s:：,，]+(.+)$")


def read_lines(text: str) -> list[Line]:
    """The lines of a stack, as "2-502 甲". Raises SlipNotClear at the first that is none."""
    found = []
    for number, line in enumerate(unicodedata.normalize("NFKC", text).splitlines(), 1):
        if not line.strip():
            continue
        read = _DOOR.match(line.strip())
        if read is None:
            raise SlipNotClear(number=number, text=line.strip()[:40])
        found.append(Line(number, read[1].strip(), read[2].strip()))
    if not found:
        raise SlipNotClear(number=1, text=text.strip()[:40])
    return found


def read_marks(marks: str, labels: Sequence[str], number: int = 1, texts: Sequence[str] = ()) -> Choice:
    """The options by their labels or their whole `texts`, in the order written: 甲, "1 5 12", 丙>甲.

    Raises SlipNotClear where a word names none, or an option is named twice.
    """
    wanted = _known(labels, texts)
    words = [word for word in _BETWEEN.split(marks.lower()) if word]
    if all(len(label) == 1 and not label.isdigit() for label in labels):
        words = [letter for word in words for letter in ([word] if word in wanted else list(word))]
    chosen = [wanted.get(word, 0) for word in words]
    if not all(chosen) or len(set(chosen)) != len(chosen):
        raise SlipNotClear(number=number, text=marks[:40])
    return tuple(chosen)


def read_ranks(marks: str, labels: Sequence[str], number: int = 1, texts: Sequence[str] = ()) -> Choice:
    """A ranking in which "=" lets options stand level: 丙>甲=乙. Raises SlipNotClear."""
    found: list[int] = []
    for rank in _BETWEEN.split(re.sub(r"\s*=\s*", "=", marks)):
        for place, level in enumerate(rank.split("=") if rank else ()):
            first, *rest = read_marks(level, labels, number, texts) or (0,)
            found += [-first if place else first, *rest]
    if not all(found) or len(set(map(abs, found))) != len(found):
        raise SlipNotClear(number=number, text=marks[:40])
    return tuple(found)


def read_stars(marks: str, labels: Sequence[str], number: int = 1, texts: Sequence[str] = ()) -> Choice:
    """The stars of each option: 甲5 丙3, 1:5 3:2, or, for each in turn, "5 0 3". Raises SlipNotClear."""
    wanted = _known(labels, texts)
    words = [word for word in _BETWEEN.split(marks.lower()) if word]
    if len(words) == len(labels) and all(word in _STARS for word in words):
        return tuple(map(int, words))
    given: dict[int, int] = {}
    for word in words:
        read = _STARRED.fullmatch(word)
        option = wanted.get(read[1], 0) if read and (read[2] or not read[1].isdigit()) else 0
        if read is None or not option or option in given:
            raise SlipNotClear(number=number, text=marks[:40])
        given[option] = int(read[3])
    return tuple(given.get(option, 0) for option in range(1, len(labels) + 1))


def read_stance(marks: str, labels: Sequence[str], number: int = 1) -> tuple[Choice, str]:
    """Where somebody stands on a proposal, and why they block: 坚决反对 会挡住消防通道.

    Raises SlipNotClear, TextTooLong.
    """
    found = [label for label in labels if marks.lower().startswith(label.lower())]
    stance = max(found, key=len, default="")
    reason = marks[len(stance) :].strip(" ,，:：。")
    place = labels.index(stance) + 1 if stance else 0
    if not place or (reason and place != BLOCK):
        raise SlipNotClear(number=number, text=marks[:40])
    return (place,), written(reason, REASON_LIMIT) if reason else ""


def _known(labels: Sequence[str], texts: Sequence[str]) -> dict[str, int]:
    """The options by all that names them."""
    whole = {"".join(text.lower().split()): place for place, text in enumerate(texts, 1)}
    return whole | {label.lower(): place for place, label in enumerate(labels, 1)}


def check_room(stack: Stack, more: int) -> None:
    """Go on only while the stack is being written and can take so many more.

    Raises StackNotOpen, TooManySlips.
    """
    if stack.state is not StackState.OPEN:
        raise StackNotOpen
    if len(stack.slips) + more > MOST_SLIPS:
        raise TooManySlips(most=MOST_SLIPS)


def check_hand_over(stack: Stack) -> None:
    """Go on only with a stack that has slips and is still being written. Raises StackNotOpen, EmptyStack."""
    if stack.state is not StackState.OPEN:
        raise StackNotOpen
    if not stack.slips:
        raise EmptyStack


def check_witness(
    stack: Stack,
    person_id: int,
    own: Collection[int],
    homes: Collection[int],
    homes_of_others: Mapping[int, Collection[int]],
) -> None:
    """Go on only for a neighbour who can confirm a stack.

    `own` are the voters on its roll whom the witness votes for or lives with, `homes` the ids of their
    households; `homes_of_others` holds those of the teller and of who has confirmed it already.

    Raises StackNotWaiting, WitnessIsTeller, WitnessOfOwnSlip, WitnessedAlready.
    """
    if stack.state is not StackState.WAITING:
        raise StackNotWaiting
    if person_id == stack.teller_id or set(homes) & set(homes_of_others.get(stack.teller_id, ())):
        raise WitnessIsTeller
    if {slip.voter_id for slip in stack.slips} & set(own):
        raise WitnessOfOwnSlip
    if any(set(homes) & set(homes_of_others[other]) for other in stack.witnesses):
        raise WitnessedAlready
