"""The parties of a meeting: who speaks for each, what they answered to the notice, and whether they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.kinds import PARTIES, Party
from rules.refusals import Refusal

NAME_LIMIT = 20
MOST_CONTACTS = 12  # of a building


class Answer(StrEnum):
    """What a contact says to a notice."""

    ASKED = "asked"  # nothing yet
    COMES = "comes"
    SENDS = "sends"  # somebody else
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who speaks for a party of a building; without a person the name stands on paper only."""

    id: int
    building_id: int
    party: str
    name: str
    person_id: int | None

    @property
    def of(self) -> Party:
        """The party."""
        return PARTIES.get(self.party) or Party(self.party, self.party, self.party)


@dataclass(frozen=True, slots=True)
class Invited:
    """A contact invited to a meeting."""

    contact: Contact
    answer: Answer
    instead: str
    present_at: datetime | None


class NoSuchContact(Refusal):
    """There is no such contact in this building, or not any more."""


class NoSuchParty(Refusal):
    """What was pressed names no party."""


class LinkIsOver(Refusal):
    """The link was opened by somebody before, or replaced by a newer one."""


class NotTheContact(Refusal):
    """It is somebody else who was asked."""


class TooManyContacts(Refusal):
    """More contacts than a building's list shows."""


class PartyIsThere(Refusal):
    """The contact is on the list of those present."""


def parties_present(invited: Iterable[Invited]) -> int:
    """How many parties have at least one of their contacts there."""
    return len({one.contact.party for one in invited if one.present_at is not None})
