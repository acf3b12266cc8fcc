"""The first schema: every table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)  # in UTC

TABLES = (
    "communities",
    "buildings",
    "households",
    "chats",
    "people",
    "members",
    "roles",
    "slips",
    "wrong_codes",
    "claims",
    "meetings",
    "items",
    "proposals",
    "replies",
    "attendance",
    "tasks",
    "ballots",
    "options",
    "rolls",
    "votes",
    "drafts",
    "objections",
    "minutes",
    "events",
    "seen_updates",
    "faults",
    "dues",
    "dialogues",
    "outbox",
    "cards",
)


def upgrade() -> None:
    _homes()
    _members()
    _meetings()
    _sittings()
    _ballots()
    _record()
    _intake()
    _outbox()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True)


def _homes() -> None:
    """Where people live."""
    op.create_table(
        "communities",
        _id(),
        sa.Column("name", sa.String(), nullable=False),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "buildings",
        _id(),
        sa.Column("community_id", sa.Integer(), sa.ForeignKey("communities.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("standing_day", sa.Integer()),
        sa.Column("standing_time", sa.String()),
        sa.Column("report_day", sa.Integer()),
        sa.UniqueConstraint("community_id", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "households",
        _id(),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), nullable=False),
        sa.Column("unit", sa.String()),
        sa.Column("room", sa.String()),
        sa.Column("area_cm2", sa.BigInteger()),
        sa.Column("owner", sa.String()),
        sa.UniqueConstraint("building_id", "unit", "room"),
    )
    op.create_index("ix_households_building_id", "households", ["building_id"])
    op.create_table(
        "chats",
        _id(),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id")),
        sa.UniqueConstraint("address"),
    )
    op.create_index("ix_chats_building_id", "chats", ["building_id"])
    op.create_table(
        "people",
        _id(),
        sa.Column("address", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("consented_at", MOMENT),
        sa.Column("met_at", MOMENT, nullable=False),
        sa.UniqueConstraint("address"),
    )


def _members() -> None:
    """Who lives where, and who holds which office."""
    op.create_table(
        "members",
        sa.Column("household_id", sa.Integer(), sa.ForeignKey("households.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("how", sa.String(), nullable=False),
    )
    op.create_index("ix_members_person_id", "members", ["person_id"])
    op.create_table(
        "roles",
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("role", sa.String(), primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
    )
    op.create_table(
        "slips",
        sa.Column("code_hash", sa.String(), primary_key=True),
        sa.Column("household_id", sa.Integer(), sa.ForeignKey("households.id"), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("used_by", sa.Integer(), sa.ForeignKey("people.id")),
    )
    op.create_index("ix_slips_household_id", "slips", ["household_id"])
    op.create_table(
        "wrong_codes",
        _id(),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_wrong_codes_who", "wrong_codes", ["who"])
    op.create_table(
        "claims",
        _id(),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("people.id")),
    )


def _meetings() -> None:
    """Meetings and their agendas."""
    op.create_table(
        "meetings",
        _id(),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("planned_at", MOMENT),
        sa.Column("published_at", MOMENT),
        sa.Column("opened_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("convener_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
    )
    op.create_index("ix_meetings_building_id", "meetings", ["building_id"])
    op.create_table(
        "items",
        _id(),
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.UniqueConstraint("meeting_id", "number"),
    )
    op.create_index("ix_items_meeting_id", "items", ["meeting_id"])
    op.create_table(
        "proposals",
        _id(),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("picture", sa.String()),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("item_id", "number"),
    )
    op.create_index("ix_proposals_item_id", "proposals", ["item_id"])


def _sittings() -> None:
    """Who is coming, who was there, who does what."""
    op.create_table(
        "replies",
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("household_id", sa.Integer(), sa.ForeignKey("households.id"), primary_key=True),
        sa.Column("coming", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "attendance",
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("household_id", sa.Integer(), sa.ForeignKey("households.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id")),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "tasks",
        _id(),
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id"), nullable=False),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id")),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("ix_tasks_meeting_id", "tasks", ["meeting_id"])


def _ballots() -> None:
    """Ballots, their rolls and votes."""
    op.create_table(
        "ballots",
        _id(),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), nullable=False),
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id")),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id")),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("convener_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("opened_at", MOMENT),
        sa.Column("closes_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("voted", sa.Integer(), nullable=False),
        sa.Column("roll_hash", sa.String()),
        sa.Column("seed", sa.String()),
        sa.Column("result", sa.JSON()),
        sa.Column("publication_until", sa.Date()),
    )
    op.create_index("ix_ballots_building_id", "ballots", ["building_id"])
    op.create_index("ix_ballots_meeting_id", "ballots", ["meeting_id"])
    op.create_table(
        "options",
        sa.Column("ballot_id", sa.Integer(), sa.ForeignKey("ballots.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("picture", sa.String()),
    )
    op.create_table(
        "rolls",
        sa.Column("ballot_id", sa.Integer(), sa.ForeignKey("ballots.id"), primary_key=True),
        sa.Column("household_id", sa.Integer(), sa.ForeignKey("households.id"), primary_key=True),
    )
    op.create_table(
        "votes",
        sa.Column("ballot_id", sa.Integer(), primary_key=True),
        sa.Column("household_id", sa.Integer(), primary_key=True),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("wanted", sa.JSON()),
        sa.Column("wanted_by_id", sa.Integer(), sa.ForeignKey("people.id")),
        sa.Column("wanted_at", MOMENT),
        sa.ForeignKeyConstraint(["ballot_id", "household_id"], ["rolls.ballot_id", "rolls.household_id"]),
        sa.UniqueConstraint("ballot_id", "receipt"),
    )
    op.create_table(
        "drafts",
        sa.Column("ballot_id", sa.Integer(), sa.ForeignKey("ballots.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("checking", sa.Boolean(), nullable=False),
    )


def _record() -> None:
    """What is kept of it all."""
    op.create_table(
        "objections",
        _id(),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at", MOMENT),
    )
    op.create_index("objections_about", "objections", ["about", "about_id"])
    op.create_table(
        "minutes",
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("objections_until", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT),
        sa.Column("content", sa.JSON()),
        sa.Column("hash", sa.String()),
    )
    op.create_table(
        "events",
        _id(),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.UniqueConstraint("stream", "number"),
    )


def _intake() -> None:
    """What was handled, and what is to be done."""
    op.create_table(
        "seen_updates",
        sa.Column("update_id", sa.BigInteger(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("toast", sa.JSON()),
    )
    op.create_index("ix_seen_updates_at", "seen_updates", ["at"])
    op.create_table(
        "faults",
        _id(),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("update_id", sa.BigInteger()),
        sa.Column("payload", sa.JSON()),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.Column("replayed_at", MOMENT),
    )
    op.create_table(
        "dues",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("dues_waiting", "dues", ["state", "due_at"])
    op.create_table(
        "dialogues",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("chat_id", sa.Integer(), sa.ForeignKey("chats.id"), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _outbox() -> None:
    """What is to be said."""
    op.create_table(
        "outbox",
        _id(),
        sa.Column("chat_id", sa.Integer(), sa.ForeignKey("chats.id"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String()),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("message", sa.String()),
        sa.CheckConstraint("state in ('queued', 'sending', 'sent', 'dropped')"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_open", "outbox", ["state", "id"])
    op.create_table(
        "cards",
        _id(),
        sa.Column("chat_id", sa.Integer(), sa.ForeignKey("chats.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("message", sa.String()),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.UniqueConstraint("chat_id", "kind", "about_id"),
    )
    op.create_index("cards_about", "cards", ["kind", "about_id"])
