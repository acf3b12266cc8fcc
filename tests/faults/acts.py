"""What people did in a round of killing, what they were told, and what may have come of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from handlers.buttons import Button
from handlers.voting import CastVote
from sandbox.people import Person
from sandbox.world import Press
from tests.faults.bots import Notice
from tests.faults.village import Village


class Told(Enum):
    """What somebody knows of their press."""

    NOTED = "it is stored"
    REFUSED = "it is not stored"
    NOTHING = "it may be stored"  # no answer came yet, or that it could not be noted


@dataclass(frozen=True, slots=True, eq=False)
class Vote:
    """An option that somebody pressed."""

    ballot: int
    person: Person
    option: int
    press: Press

    @property
    def told(self) -> Told:
        """What the toast said."""
        text = said(self.press)
        if "已记下" in text:
            return Told.NOTED
        return Told.NOTHING if not text or turned_away(self.press) else Told.REFUSED


@dataclass
class Round:
    """What was begun in a round, and what was done: enough to know what must be so after it."""

    number: int
    villages: list[Village]
    ballots: list[int]  # of the villages: one to go on, one closed by its leader, one by its time
    meeting: int  # of the first village, to be closed
    notices: list[Notice]
    votes: list[Vote] = field(default_factory=list)  # in the order of the presses
    ends: list[tuple[Village, Button, Press]] = field(default_factory=list)  # of a ballot and of a meeting

    @property
    def question(self) -> str:
        """What its ballots ask."""
        return question(self.number)

    def vote(self, village: Village, ballot: int, person: Person, option: int) -> None:
        """Press an option."""
        press = village.press(person, CastVote(ballot, option).pack())
        self.votes.append(Vote(ballot, person, option, press))

    def end(self, village: Village, button: Button) -> None:
        """The leader ends something."""
        self.ends.append((village, button, village.press(village.leader, button.pack())))

    def heard(self) -> dict[Vote, Told]:
        """What was pressed until now, and what was told of it."""
        return {vote: vote.told for vote in self.votes}

    def press_again(self) -> int:
        """Whoever was told that it could not be noted presses again; how many do."""
        count = 0
        for vote in {(one.ballot, one.person): one for one in self.votes}.values():
            if turned_away(vote.press):
                village = next(one for one in self.villages if vote.person in one.homes)
                self.vote(village, vote.ballot, vote.person, vote.option)
                count += 1
        for place, (village, button, press) in enumerate(self.ends):
            if turned_away(press):
                self.ends[place] = (village, button, village.press(village.leader, button.pack()))
                count += 1
        return count


def question(number: int) -> str:
    """What the ballots of a round ask."""
    return f"第{number}轮怎么划"


def said(press: Press) -> str:
    """What a press was answered, if it was."""
    answer = press.answer
    return str(answer.result().get("text") or "") if answer.done() and not answer.cancelled() else ""


def turned_away(press: Press) -> bool:
    """Whether the answer was that it could not be noted, and to try again."""
    return "现在记不下来" in said(press)


def outcomes(pressed: Iterable[tuple[int, Told]]) -> set[tuple[int, int]]:
    """What may stand after the presses of one voter, in their order.

    Pairs: the option, 0 where there is no vote, and how often the log says that a vote was cast or changed.
    """
    possible = {(0, 0)}
    for option, told in pressed:
        counted = {(option, casts + (option != before)) for before, casts in possible}
        if told is Told.NOTED:
            possible = counted
        elif told is Told.NOTHING:
            possible |= counted
    return possible


def by_voter(heard: Mapping[Vote, Told], village: Village, ballot: int) -> dict[int, list[tuple[int, Told]]]:
    """By household, what was pressed in a ballot and what was told of it, in order."""
    found: dict[int, list[tuple[int, Told]]] = {home: [] for home in village.homes.values()}
    for vote, told in heard.items():
        if vote.ballot == ballot:
            found[village.homes[vote.person]].append((vote.option, told))
    return found
