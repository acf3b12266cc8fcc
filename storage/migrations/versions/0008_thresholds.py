"""What it takes to decide, kept on the ballot and frozen with it; and straw polls with their answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_FROZEN = (
    "OLD.state <> 'draft' AND (OLD.question <> NEW.question OR OLD.basis <> NEW.basis"
    " OR OLD.method <> NEW.method OR OLD.parking_counts <> NEW.parking_counts"
    " OR COALESCE(OLD.area_cm2, 0) <> COALESCE(NEW.area_cm2, 0)"
    " OR OLD.at_most <> NEW.at_most OR OLD.seats <> NEW.seats OR OLD.eligible <> NEW.eligible"
    " OR COALESCE(OLD.roll_hash, '') <> COALESCE(NEW.roll_hash, '')"
    " OR COALESCE(OLD.seed, '') <> COALESCE(NEW.seed, '')"
    " OR COALESCE(OLD.budget, 0) <> COALESCE(NEW.budget, 0)"
    " OR COALESCE(OLD.completion, '') <> COALESCE(NEW.completion, '') OR OLD.ties <> NEW.ties"
)
_MORE = " OR COALESCE(OLD.threshold, '') <> COALESCE(NEW.threshold, '')"


def upgrade() -> None:
    op.add_column("ballots", sa.Column("threshold", sa.Text()))
    _freeze(f"{_FROZEN}{_MORE})")
    op.create_table(
        "straws",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("poll", sa.String()),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"]),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("poll"),
    )
    op.create_index("ix_straws_building_id", "straws", ["building_id"])
    op.create_table(
        "straw_answers",
        sa.Column("straw_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("option", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["straw_id"], ["straws.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("straw_id", "person_id"),
    )
    op.create_index("ix_straw_answers_person_id", "straw_answers", ["person_id"])


def downgrade() -> None:
    op.drop_table("straw_answers")
    op.drop_table("straws")
    _freeze(f"{_FROZEN})")
    op.drop_column("ballots", "threshold")


def _freeze(when: str) -> None:
    """Put the trigger that keeps an open ballot as it is in place of the one before."""
    why = "an open ballot is frozen"
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ballots_frozen")
        op.execute(
            f"CREATE TRIGGER ballots_frozen BEFORE UPDATE ON ballots WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION ballots_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} THEN RAISE restrict_violation USING MESSAGE = '{why}'; END IF;"
        " RETURN NEW; END $$"
    )
