"""People and the chats they are met in, whatever the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has spoken to the bot; `reach`: do private messages arrive ("yes", "no", "unknown")."""

    id: int
    address: str | None
    name: str
    lang: str
    reach: str
    reminders: bool
    consented_at: datetime | None


@dataclass(frozen=True, slots=True)
class Chat:
    """A group or a private chat; `state` is "gone" once the bot was removed or blocked."""

    id: int
    address: str
    kind: str
    title: str
    state: str
    building_id: int | None


class WhichBuilding(Refusal):
    """It could be about several buildings, and the person has not said which."""


class NotTheLeader(Refusal):
    """Only the party group leader (or who stands in for him) may do this."""


class NotAnAdministrator(Refusal):
    """Only an administrator of the group may do this."""


class NotBound(Refusal):
    """The group belongs to no building yet."""


class NotAResident(Refusal):
    """Whoever asks is not a verified member of a household of this building."""


class OnlyInAGroup(Refusal):
    """This is done in the building's group chat."""


class OnlyInPrivate(Refusal):
    """This is done in a private chat with the bot."""
