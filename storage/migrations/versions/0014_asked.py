"""The kind of question a ballot asks, as its convener said it: kept on the ballot and frozen with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
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
    " OR COALESCE(OLD.threshold, '') <> COALESCE(NEW.threshold, '')"
    " OR OLD.secrecy <> NEW.secrecy"
)
_MORE = " OR COALESCE(OLD.asked, '') <> COALESCE(NEW.asked, '')"


def upgrade() -> None:
    op.add_column("ballots", sa.Column("asked", sa.String()))
    _freeze(f"{_FROZEN}{_MORE})")


def downgrade() -> None:
    _freeze(f"{_FROZEN})")
    op.drop_column("ballots", "asked")


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
