"""Traces: every place that names a person by id, under what they are shown it, what forgetting leaves.

docs/privacy.md says why each that stays does stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Shown(StrEnum):
    """Under what a person finds it on their own page."""

    HOMES = "homes"
    OWNS = "owns"
    OFFICES = "offices"
    CLAIMS = "claims"
    VOTES = "votes"
    GIVEN = "given"  # proxies
    HELD = "held"
    NOTICES = "notices"
    CAME = "came"
    SAID = "said"
    MOODS = "moods"  # straw polls, and times that suit
    PAPERS = "papers"  # slips written down, or compared
    CONVENED = "convened"
    CONTACTS = "contacts"
    MEDIATIONS = "mediations"
    UNFINISHED = "unfinished"


class Fate(StrEnum):
    """What becomes of it when a person is forgotten."""

    GONE = "gone"
    NAMELESS = "nameless"  # it stays, with the number of somebody without name and address


@dataclass(frozen=True, slots=True)
class Trace:
    """A column that holds a person's id; `more` are those beside it that tell what the person did there."""

    place: str  # "table.column"
    shown: Shown
    fate: Fate
    more: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The table it stands in."""
        return self.place.partition(".")[0]

    @property
    def column(self) -> str:
        """The column that holds the id."""
        return self.place.partition(".")[2]


_GONE = (
    Trace("members.person_id", Shown.HOMES, Fate.GONE, ("household_id", "since", "how")),
    Trace("roles.person_id", Shown.OFFICES, Fate.GONE, ("building_id", "role", "since")),
    Trace("claims.person_id", Shown.CLAIMS, Fate.GONE, ("unit", "room", "state", "asked_at")),
    Trace("owner_people.person_id", Shown.OWNS, Fate.GONE, ("owner_id", "state", "at")),
    Trace("owner_people.names_id", Shown.OWNS, Fate.GONE, ("owner_id",)),
    Trace("owner_people.decided_by", Shown.CONVENED, Fate.GONE, ("owner_id", "at")),
    Trace("owners.voter_id", Shown.OWNS, Fate.GONE, ("number",)),
    Trace("deliveries.person_id", Shown.NOTICES, Fate.GONE, ("meeting_id", "sent_at", "seen_at")),
    Trace("time_answers.by_id", Shown.MOODS, Fate.GONE, ("slot_id", "answer", "at")),
    Trace("straw_answers.person_id", Shown.MOODS, Fate.GONE, ("straw_id", "option", "at")),
    Trace("contacts.person_id", Shown.CONTACTS, Fate.GONE, ("party", "name", "added_at", "gone_at")),
    Trace("side_people.person_id", Shown.MEDIATIONS, Fate.GONE, ("side_id",)),
    Trace("drafts.person_id", Shown.UNFINISHED, Fate.GONE, ("ballot_id", "choice", "reason")),
    Trace("dialogues.person_id", Shown.UNFINISHED, Fate.GONE, ("kind", "data", "at")),
)

_NAMELESS = (
    Trace("slips.used_by", Shown.HOMES, Fate.NAMELESS, ("household_id", "used_at")),
    Trace(
        "votes.by_id", Shown.VOTES, Fate.NAMELESS, ("ballot_id", "choice", "receipt", "at", "reason", "how")
    ),
    Trace("votes.wanted_by_id", Shown.VOTES, Fate.NAMELESS, ("ballot_id", "wanted", "wanted_at")),
    Trace(
        "proxies.giver_id",
        Shown.GIVEN,
        Fate.NAMELESS,
        ("ballot_id", "meeting_id", "state", "asked_at", "used_at"),
    ),
    Trace(
        "proxies.holder_id",
        Shown.HELD,
        Fate.NAMELESS,
        ("ballot_id", "meeting_id", "state", "asked_at", "used_at"),
    ),
    Trace("mandates.holder_id", Shown.HELD, Fate.NAMELESS, ("ballot_id", "proxy_id", "used_at")),
    Trace("attendance.person_id", Shown.CAME, Fate.NAMELESS, ("meeting_id", "how", "at", "left_at")),
    Trace("replies.by_id", Shown.CAME, Fate.NAMELESS, ("meeting_id", "coming", "at")),
    Trace(
        "proposals.by_id", Shown.SAID, Fate.NAMELESS, ("item_id", "number", "text", "picture", "at", "gone")
    ),
    Trace(
        "concerns.by_id",
        Shown.SAID,
        Fate.NAMELESS,
        ("proposal_id", "kind", "text", "at", "gone_at", "answer"),
    ),
    Trace(
        "objections.by_id", Shown.SAID, Fate.NAMELESS, ("about", "about_id", "text", "at", "state", "answer")
    ),
    Trace("merges.by_id", Shown.SAID, Fate.NAMELESS, ("item_id", "text", "at", "state")),
    Trace("merge_parts.person_id", Shown.SAID, Fate.NAMELESS, ("merge_id", "proposal_id", "agreed")),
    Trace("paper_stacks.teller_id", Shown.PAPERS, Fate.NAMELESS, ("ballot_id", "state", "made_at", "photos")),
    Trace("paper_witnesses.person_id", Shown.PAPERS, Fate.NAMELESS, ("stack_id", "at")),
    Trace("meetings.convener_id", Shown.CONVENED, Fate.NAMELESS, ("kind", "state", "place", "planned_at")),
    Trace("ballots.convener_id", Shown.CONVENED, Fate.NAMELESS, ("question", "state", "opened_at")),
    Trace("straws.by_id", Shown.CONVENED, Fate.NAMELESS, ("question", "opened_at")),
    Trace("time_polls.by_id", Shown.CONVENED, Fate.NAMELESS, ("topic", "at")),
    Trace("claims.decided_by", Shown.CONVENED, Fate.NAMELESS, ("state",)),
    Trace("mediations.caller_id", Shown.MEDIATIONS, Fate.NAMELESS, ("kind", "state")),
    Trace("mediations.mediator_id", Shown.MEDIATIONS, Fate.NAMELESS, ("kind", "state", "mediator_answer")),
    Trace("sides.by_id", Shown.MEDIATIONS, Fate.NAMELESS, ("mediation_id", "answer", "at")),
    Trace("mediation_notes.by_id", Shown.MEDIATIONS, Fate.NAMELESS, ("mediation_id", "text", "at")),
    Trace("agreements.by_id", Shown.MEDIATIONS, Fate.NAMELESS, ("mediation_id", "text", "at", "state")),
    Trace(
        "agreement_answers.by_id", Shown.MEDIATIONS, Fate.NAMELESS, ("agreement_id", "agreed", "reason", "at")
    ),
)

TRACES: Mapping[str, Trace] = {one.place: one for one in (*_GONE, *_NAMELESS)}
