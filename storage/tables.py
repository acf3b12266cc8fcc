"""Every table, with the triggers of storage.refusals.

Times are UTC instants; choices and payloads are JSON; ids are ours, addresses are the platform's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage import refusals

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware moment, stored in UTC on either engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; a naive one is an error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **more: Any) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), **more)


def _when(table: str, moment: str) -> Index:
    """An index of the rows that have a moment, by it."""
    there = text(f"{moment} IS NOT NULL")
    return Index(f"{table}_{moment}", moment, sqlite_where=there, postgresql_where=there)


# Where people live

communities = Table("communities", metadata, _id(), Column("name", String, nullable=False, unique=True))

buildings = Table(
    "buildings",
    metadata,
    _id(),
    _ref("community_id", "communities", nullable=False),
    Column("name", String, nullable=False),
    Column("units", Integer, nullable=False),
    Column("zone", String, nullable=False),
    Column("lang", String, nullable=False),
    Column("parking_counts", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("community_id", "name"),
    sqlite_autoincrement=True,
)

habits = Table(  # what a building has set for itself
    "habits",
    metadata,
    Column("building_id", Integer, ForeignKey("buildings.id"), primary_key=True),
    Column("quiet", String),  # "22:00-08:00"; the same time twice: none; empty: as everywhere
    Column("standing_rule", JSON(none_as_null=True)),  # rules.habits.Standing; empty: none is held
    Column("standing_agenda", JSON),  # titles that stand on every draft of the standing meeting
    # days of the month, 1..31, clamped to its last; 0: never
    Column("report_day", Integer, nullable=False, default=0, server_default="0"),  # the leader's 报到
    Column("tasks_day", Integer, nullable=False, default=0, server_default="0"),
    Column("digest_day", Integer, nullable=False, default=0, server_default="0"),
    Column("missing", Boolean, nullable=False, default=True, server_default=true()),  # who has not reported
)

owners = Table(  # one head each, whatever they own (民法典278)
    "owners",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    Column("number", String),  # 业主编号, as the office numbers them
    Column("name", String, nullable=False),  # of all co-owners; empty where unknown
    Column("heads", Integer, nullable=False, default=1),  # how many own it together
    Column("developer", Boolean, nullable=False, default=False),
    _ref("voter_id", "people", index=True),  # who speaks for it; empty until there is one
    UniqueConstraint("building_id", "number"),
)

households = Table(
    "households",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    Column("unit", String),  # unknown until somebody claims it, when no roll was imported
    Column("room", String),
    Column("area_cm2", BigInteger),
    Column("owner", String),
    _ref("owner_id", "owners", index=True),
    UniqueConstraint("building_id", "unit", "room"),
)

parkings = Table(  # owned like a home, with no household in it
    "parkings",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False),
    Column("place", String, nullable=False),
    Column("area_cm2", BigInteger),
    _ref("owner_id", "owners", nullable=False, index=True),
    UniqueConstraint("building_id", "place"),
)

chats = Table(
    "chats",
    metadata,
    _id(),
    Column("address", String, nullable=False, unique=True),
    Column("former", String, index=True),  # of a supergroup: its address while it was a group
    Column("kind", String, nullable=False),  # "private" or "group"
    Column("title", String, nullable=False, default=""),
    Column("state", String, nullable=False, default="here"),  # "here", "gone"
    _ref("building_id", "buildings", index=True),  # of a group; in private, the one last spoken of
    Column("halted_until", Instant),  # the platform said to send nothing there before
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("address", String, unique=True),  # empty once forgotten
    Column("name", String, nullable=False),
    Column("lang", String, nullable=False),
    Column("reach", String, nullable=False, default="unknown"),  # "unknown", "yes", "no"
    Column("reminders", Boolean, nullable=False, default=True, server_default=true()),
    Column("consented_at", Instant),
    Column("met_at", Instant, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("household_id", Integer, ForeignKey("households.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True, index=True),
    Column("since", Instant, nullable=False),
    Column("how", String, nullable=False),  # "slip", "leader"
)

owner_people = Table(  # which persons an owner is
    "owner_people",
    metadata,
    Column("owner_id", Integer, ForeignKey("owners.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True, index=True),
    Column("state", String, nullable=False),  # "asked", "confirmed", "declined"
    _ref("names_id", "people"),  # whom this person wants to speak for the owner
    _ref("decided_by", "people"),
    Column("at", Instant, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    Column("building_id", Integer, ForeignKey("buildings.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("role", String, primary_key=True),  # of services.offices.OFFICES
    Column("since", Instant, nullable=False),
)

slips = Table(
    "slips",
    metadata,
    Column("code_hash", String, primary_key=True),
    _ref("household_id", "households", nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("used_at", Instant),
    _ref("used_by", "people"),
)

wrong_codes = Table(  # counted for an hour, so that codes cannot be guessed
    "wrong_codes",
    metadata,
    _id(),
    Column("who", String, nullable=False, index=True),  # sha256 of an address: forgetting resets nothing
    Column("at", Instant, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    _id(),
    _ref("person_id", "people", nullable=False),
    _ref("building_id", "buildings", nullable=False),
    Column("unit", String, nullable=False),  # empty in a building of one unit
    Column("room", String, nullable=False),
    Column("state", String, nullable=False, default="asked"),  # "asked", "confirmed", "declined"
    Column("asked_at", Instant, nullable=False),
    _ref("decided_by", "people"),
)

# What they do together

meetings = Table(
    "meetings",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),  # rules.meetings.State
    Column("place", String, nullable=False, default=""),
    Column("planned_at", Instant),
    Column("planned_end", Instant),
    Column("mode", String, nullable=False, default="both", server_default="both"),  # rules.sitting.Mode
    Column("room_key", String),  # what the codes shown in the room are made of
    Column("published_at", Instant),
    Column("opened_at", Instant),
    Column("closed_at", Instant),
    _ref("convener_id", "people", nullable=False),
    Column("sequence", Integer, nullable=False, default=0),  # of the .ics file: grows with each change
    Column("hurry", Text),  # why it is held inside the notice period of its kind
)

items = Table(
    "items",
    metadata,
    _id(),
    _ref("meeting_id", "meetings", nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("state", String, nullable=False, default="waiting"),  # rules.meetings.ItemState
    Column("minutes", Integer),  # planned for it
    Column("announced", Boolean, nullable=False, default=True, server_default=true()),
    UniqueConstraint("meeting_id", "number"),
)

proposals = Table(
    "proposals",
    metadata,
    _id(),
    _ref("item_id", "items", nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("picture", String),  # the platform's name of an uploaded picture
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
    Column("gone", String),  # "withdrawn", "merged"
    UniqueConstraint("item_id", "number"),
)

concerns = Table(  # what people say of a proposal before the vote
    "concerns",
    metadata,
    _id(),
    _ref("proposal_id", "proposals", nullable=False, index=True),
    Column("kind", String, nullable=False),  # rules.proposals.Voice
    Column("text", Text, nullable=False, default=""),
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
    Column("gone_at", Instant),  # taken back
    Column("answer", Text),  # of the proposer
)

merges = Table(  # proposals that are to become one, once those who made them consent
    "merges",
    metadata,
    _id(),
    _ref("item_id", "items", nullable=False, index=True),
    Column("text", Text, nullable=False),
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False),  # rules.proposals.MergeState
)

merge_parts = Table(
    "merge_parts",
    metadata,
    Column("merge_id", Integer, ForeignKey("merges.id"), primary_key=True),
    Column("proposal_id", Integer, ForeignKey("proposals.id"), primary_key=True),
    _ref("person_id", "people", nullable=False),  # whose consent it takes
    Column("agreed", Boolean),  # empty: not answered
)

replies = Table(  # who is coming
    "replies",
    metadata,
    Column("meeting_id", Integer, ForeignKey("meetings.id"), primary_key=True),
    Column("household_id", Integer, ForeignKey("households.id"), primary_key=True),
    Column("coming", Boolean, nullable=False),
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
)

deliveries = Table(  # the notice in private: sent to whom, and whether they pressed that they know
    "deliveries",
    metadata,
    Column("meeting_id", Integer, ForeignKey("meetings.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("sequence", Integer, nullable=False),  # of the meeting: a change is to be seen anew
    Column("sent_at", Instant, nullable=False),
    Column("seen_at", Instant),
)

contacts = Table(  # who speaks for a party (rules.kinds.PARTIES) of a building
    "contacts",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    Column("party", String, nullable=False),
    Column("name", String, nullable=False),
    _ref("person_id", "people"),  # empty: on paper, or the link was not opened yet
    Column("code_hash", String, unique=True),  # of the link, until it is opened
    Column("added_at", Instant, nullable=False),
    Column("gone_at", Instant),
)

party_replies = Table(  # the contacts invited to a meeting, what they answered, and whether they came
    "party_replies",
    metadata,
    Column("meeting_id", Integer, ForeignKey("meetings.id"), primary_key=True),
    Column("contact_id", Integer, ForeignKey("contacts.id"), primary_key=True),
    Column("answer", String, nullable=False, default="asked"),  # rules.parties.Answer
    Column("instead", String, nullable=False, default=""),  # who is sent
    Column("at", Instant),
    Column("present_at", Instant),
)

time_polls = Table(
    "time_polls",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    _ref("by_id", "people", nullable=False),
    Column("state", String, nullable=False),  # rules.time_polls.State
    Column("topic", String, nullable=False, default=""),
    Column("at", Instant, nullable=False),
    _ref("meeting_id", "meetings"),  # that was called from it
)

time_slots = Table(
    "time_slots",
    metadata,
    _id(),
    _ref("poll_id", "time_polls", nullable=False, index=True),
    Column("at", Instant, nullable=False),
    UniqueConstraint("poll_id", "at"),
)

time_answers = Table(
    "time_answers",
    metadata,
    Column("slot_id", Integer, ForeignKey("time_slots.id"), primary_key=True),
    Column("who", String, primary_key=True),  # "h12" a household, "p7" a person of none
    Column("answer", String, nullable=False),  # rules.time_polls.Answer
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
)

attendance = Table(
    "attendance",
    metadata,
    Column("meeting_id", Integer, ForeignKey("meetings.id"), primary_key=True),
    Column("household_id", Integer, ForeignKey("households.id"), primary_key=True),
    _ref("person_id", "people"),  # empty for one without a phone
    Column("name", String, nullable=False),
    Column("how", String, nullable=False),  # rules.attendance.Attendee
    Column("at", Instant, nullable=False),
    Column("left_at", Instant),
)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    _ref("meeting_id", "meetings", nullable=False, index=True),
    _ref("item_id", "items"),
    Column("who", String, nullable=False),
    Column("what", Text, nullable=False),
    Column("due", Date),
    Column("done_at", Instant),
    Column("photo", String),  # the platform's name of a picture of what was done
    Column("confirmed_at", Instant),
)

ballots = Table(
    "ballots",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    _ref("meeting_id", "meetings", index=True),
    _ref("item_id", "items"),
    Column("question", Text, nullable=False),
    Column("basis", String, nullable=False, default="household", server_default="household"),
    Column("method", String, nullable=False),  # rules.counting.Method
    Column("at_most", Integer, nullable=False, default=1),
    Column("seats", Integer, nullable=False, default=1),
    Column("state", String, nullable=False),  # "draft", "open", "closed"
    Column("convener_id", Integer, ForeignKey("people.id"), nullable=False),
    Column("opened_at", Instant),
    Column("closes_at", Instant),
    Column("closed_at", Instant),
    Column("eligible", Integer, nullable=False, default=0),
    Column("area_cm2", BigInteger),  # of all on the roll, where areas count
    Column("parking_counts", Boolean, nullable=False, default=False, server_default=false()),
    Column("voted", Integer, nullable=False, default=0),
    Column("roll_hash", String),
    Column("seed", String),  # hash of the log's head at opening: breaks ties replayably
    Column("result", JSON),
    Column("publication_until", Date),
    Column("budget", BigInteger),  # fen
    Column("completion", String),  # rules.counting.Completion, of equal shares
    Column("ties", String, nullable=False, default="meeting", server_default="meeting"),
    Column("threshold", Text),  # rules.thresholds.Threshold, whole; empty: of before there were any
    Column("secrecy", String, nullable=False, default="confidential", server_default="confidential"),
    Column("asked", String),  # rules.asked.Asked; empty: its convener did not say
)

straws = Table(  # straw polls: a mood, never a ballot
    "straws",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    _ref("chat_id", "chats", nullable=False),
    _ref("by_id", "people", nullable=False),
    Column("question", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("state", String, nullable=False, default="open"),  # "open", "closed"
    Column("poll", String, unique=True),  # the platform's name of it, once it was sent
    Column("opened_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("closed_at", Instant),
)

straw_answers = Table(
    "straw_answers",
    metadata,
    Column("straw_id", Integer, ForeignKey("straws.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True, index=True),
    Column("option", Integer, nullable=False),  # from 1
    Column("at", Instant, nullable=False),
)

options = Table(
    "options",
    metadata,
    Column("ballot_id", Integer, ForeignKey("ballots.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 1.. in the order shown
    Column("label", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("picture", String),
    Column("cost", BigInteger),  # fen
)

rolls = Table(  # who may vote, frozen at opening; the ballot's basis says whose ids these are
    "rolls",
    metadata,
    Column("ballot_id", Integer, ForeignKey("ballots.id"), primary_key=True),
    Column("voter_id", Integer, primary_key=True),
    Column("area_cm2", BigInteger),  # of an owner
)

votes = Table(
    "votes",
    metadata,
    Column("ballot_id", Integer, primary_key=True),
    Column("voter_id", Integer, primary_key=True),
    Column("choice", JSON, nullable=False),  # rules.ways says what it means
    _ref("by_id", "people", nullable=False),
    Column("receipt", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("wanted", JSON),  # what another member of the household asked to change it to
    _ref("wanted_by_id", "people"),
    Column("wanted_at", Instant),
    Column("reason", Text, nullable=False, default="", server_default=""),  # of who blocks
    Column("how", String, nullable=False, default="chat", server_default="chat"),  # "chat", "proxy", "paper"
    ForeignKeyConstraint(["ballot_id", "voter_id"], ["rolls.ballot_id", "rolls.voter_id"]),
    UniqueConstraint("ballot_id", "receipt"),
)

urn = Table(  # the votes of sealed ballots, apart from who cast them: no voter, no time, no order
    "urn",
    metadata,
    Column("ballot_id", Integer, ForeignKey("ballots.id"), primary_key=True),
    Column("key", String, primary_key=True),  # random, told to nobody before the closing
    Column("choice", JSON, nullable=False),
    sqlite_with_rowid=False,  # or the order of the rows would be that of the votes
)

drafts = Table(  # a paper being filled in, not yet handed in
    "drafts",
    metadata,
    Column("ballot_id", Integer, ForeignKey("ballots.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("choice", JSON, nullable=False),
    Column("page", Integer, nullable=False, default=0),
    Column("checking", Boolean, nullable=False, default=False),  # the whole is shown before it is handed in
    Column("reason", Text, nullable=False, default="", server_default=""),
    Column("proxy_id", Integer, nullable=False, default=0, server_default="0"),  # in whose name; 0: one's own
)

proxies = Table(  # who lets whom stand in for them, in a ballot or in a meeting
    "proxies",
    metadata,
    _id(),
    _ref("ballot_id", "ballots", index=True),
    _ref("meeting_id", "meetings", index=True),  # beside a ballot: given for the meeting it is held in
    _ref("giver_id", "people", nullable=False, index=True),
    _ref("holder_id", "people", nullable=False, index=True),
    Column("state", String, nullable=False),  # rules.proxies.ProxyState
    Column("asked_at", Instant, nullable=False),
    Column("used_at", Instant),
)

mandates = Table(  # the voters of a ballot for whom somebody else votes: one at most
    "mandates",
    metadata,
    Column("ballot_id", Integer, primary_key=True),
    Column("voter_id", Integer, primary_key=True),
    _ref("proxy_id", "proxies", nullable=False, index=True),
    _ref("holder_id", "people", nullable=False),
    Column("used_at", Instant),
    ForeignKeyConstraint(["ballot_id", "voter_id"], ["rolls.ballot_id", "rolls.voter_id"]),
)

paper_stacks = Table(  # paper votes that are entered and confirmed together
    "paper_stacks",
    metadata,
    _id(),
    _ref("ballot_id", "ballots", nullable=False, index=True),
    _ref("teller_id", "people", nullable=False),
    Column("state", String, nullable=False),  # rules.papers.StackState
    Column("made_at", Instant, nullable=False),
    Column("photos", JSON, nullable=False),  # the platform's names
)

paper_slips = Table(
    "paper_slips",
    metadata,
    Column("ballot_id", Integer, primary_key=True),
    Column("voter_id", Integer, primary_key=True),
    _ref("stack_id", "paper_stacks", nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("choice", JSON, nullable=False),
    Column("reason", Text, nullable=False, default="", server_default=""),  # of who blocks
    ForeignKeyConstraint(["ballot_id", "voter_id"], ["rolls.ballot_id", "rolls.voter_id"]),
)

paper_witnesses = Table(
    "paper_witnesses",
    metadata,
    Column("stack_id", Integer, ForeignKey("paper_stacks.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)

mediations = Table(  # apart from meetings: whatever lists those cannot tell of these
    "mediations",
    metadata,
    _id(),
    _ref("building_id", "buildings", nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),  # rules.mediations.State
    Column("subject", Text, nullable=False, default=""),
    Column("place", String, nullable=False, default=""),
    Column("planned_at", Instant),
    _ref("caller_id", "people", nullable=False),
    _ref("mediator_id", "people", nullable=False),
    Column("mediator_answer", String, nullable=False, default="asked"),  # rules.mediations.Answer
    Column("salt", String, nullable=False),  # of the fingerprints in its events; empty once erased
    Column("moves", Integer, nullable=False, default=0),
    Column("opened_at", Instant),
    Column("closed_at", Instant),
)

sides = Table(
    "sides",
    metadata,
    _id(),
    _ref("mediation_id", "mediations", nullable=False, index=True),
    _ref("household_id", "households", nullable=False),
    Column("answer", String, nullable=False, default="asked"),  # rules.mediations.Answer
    _ref("by_id", "people"),
    Column("at", Instant),
)

side_people = Table(  # who lived there, or was named, when the side was: nobody who moves in later
    "side_people",
    metadata,
    Column("side_id", Integer, ForeignKey("sides.id"), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True, index=True),
)

mediation_notes = Table(
    "mediation_notes",
    metadata,
    _id(),
    _ref("mediation_id", "mediations", nullable=False, index=True),
    Column("text", Text, nullable=False),
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
)

agreements = Table(
    "agreements",
    metadata,
    _id(),
    _ref("mediation_id", "mediations", nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False),  # rules.mediations.Wording
    UniqueConstraint("mediation_id", "number"),
)

agreement_answers = Table(  # the last of each side counts
    "agreement_answers",
    metadata,
    _id(),
    _ref("agreement_id", "agreements", nullable=False, index=True),
    _ref("side_id", "sides", nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    _ref("by_id", "people", nullable=False),
    Column("at", Instant, nullable=False),
)

objections = Table(
    "objections",
    metadata,
    _id(),
    Column("about", String, nullable=False),  # "ballot", "minutes", "addendum": to approved minutes
    Column("about_id", Integer, nullable=False),
    _ref("by_id", "people", nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False, default="open"),  # "open", "accepted", "declined", "answered"
    Column("answer", Text),
    Column("answered_at", Instant),
    Index("objections_about", "about", "about_id"),
)

minutes = Table(
    "minutes",
    metadata,
    Column("meeting_id", Integer, ForeignKey("meetings.id"), primary_key=True),
    Column("stage", String, nullable=False),  # rules.minutes.Stage
    Column("drafted_at", Instant, nullable=False),
    Column("objections_until", Instant, nullable=False),
    Column("approved_at", Instant),
    Column("content", JSON),  # frozen at approval
    Column("hash", String),  # sha256 of the canonical content
)

events = Table(
    "events",
    metadata,
    _id(),
    Column("stream", String, nullable=False),  # "meeting:12", "ballot:7", "building:1"
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    UniqueConstraint("stream", "number"),
)

# How the bot works

seen_updates = Table(
    "seen_updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("toast", JSON),  # what the press was answered, to answer a second delivery alike
)

faults = Table(
    "faults",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("update_id", BigInteger),
    Column("payload", JSON),
    Column("traceback", Text, nullable=False),
    Column("replayed_at", Instant),  # once mended, it was handled again
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _ref("chat_id", "chats", nullable=False),
    Column("rank", Integer, nullable=False),  # services.outbox.Rank: smaller goes first
    Column("notice", Boolean, nullable=False),  # tried again when it is unknown whether it was sent
    Column("key", String, unique=True),  # said once, whatever restarts
    Column("payload", JSON, nullable=False),
    Column("state", String, nullable=False, default="queued"),  # queued, sending, sent, dropped
    Column("why", String),  # of a dropped one, in the platform's words
    Column("cause", String),  # of a dropped one, one of storage.outbox.CAUSES
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Instant),
    Column("made_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("dropped_at", Instant),
    Column("message", String),  # the platform's name of the sent message
    Index("outbox_open", "state", "id"),
    _when("outbox", "sent_at"),
    _when("outbox", "dropped_at"),
    CheckConstraint("state in ('queued', 'sending', 'sent', 'dropped')"),
    sqlite_autoincrement=True,  # letters are taken in by their number: none is given twice
)

cards = Table(
    "cards",
    metadata,
    _id(),
    _ref("chat_id", "chats", nullable=False),
    Column("kind", String, nullable=False),
    Column("about_id", Integer, nullable=False),
    Column("lang", String, nullable=False),
    Column("pinned", Boolean, nullable=False, default=False),
    Column("rank", Integer, nullable=False),
    Column("message", String),  # the platform's name of the message that shows it
    Column("picture", Boolean, nullable=False, default=False),  # whether that message is a picture
    Column("wanted", Integer, nullable=False, default=1),  # grows when what it shows has changed
    Column("shown", Integer, nullable=False, default=0),  # the `wanted` that was last shown
    Column("shown_at", Instant),
    # whether a new message of it may be under way
    Column("leaving", Boolean, nullable=False, default=False, server_default=false()),
    Column("state", String, nullable=False, default="live"),  # "live", "gone"
    Column("attempts", Integer, nullable=False, default=0),
    UniqueConstraint("chat_id", "kind", "about_id"),
    Index("cards_about", "kind", "about_id"),
)

dues = Table(  # the schedule
    "dues",
    metadata,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("about_id", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String, nullable=False, default="waiting"),  # "waiting", "done", "dropped"
    Column("done_at", Instant),
    Index("dues_waiting", "state", "due_at"),
)

dialogues = Table(
    "dialogues",
    metadata,
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("chat_id", Integer, ForeignKey("chats.id"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", Instant, nullable=False),
)

refusals.listen(metadata)
