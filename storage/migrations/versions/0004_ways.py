"""What the other ways of counting need: costs, a budget, its completion, the tie rule, a block's reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FROZEN = (
    "OLD.state <> 'draft' AND (OLD.question <> NEW.question OR OLD.method <> NEW.method"
    " OR OLD.at_most <> NEW.at_most OR OLD.seats <> NEW.seats OR OLD.eligible <> NEW.eligible"
    " OR COALESCE(OLD.roll_hash, '') <> COALESCE(NEW.roll_hash, '')"
    " OR COALESCE(OLD.seed, '') <> COALESCE(NEW.seed, '')"
)
_MORE = (
    " OR COALESCE(OLD.budget, 0) <> COALESCE(NEW.budget, 0)"
    " OR COALESCE(OLD.completion, '') <> COALESCE(NEW.completion, '') OR OLD.ties <> NEW.ties"
)


def upgrade() -> None:
    op.add_column("ballots", sa.Column("budget", sa.BigInteger()))
    op.add_column("ballots", sa.Column("completion", sa.String()))
    op.add_column("ballots", sa.Column("ties", sa.String(), nullable=False, server_default="meeting"))
    op.add_column("options", sa.Column("cost", sa.BigInteger()))
    for table in ("votes", "drafts"):
        op.add_column(table, sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    _freeze(f"{_FROZEN}{_MORE})")


def downgrade() -> None:
    _freeze(f"{_FROZEN})")
    for table in ("votes", "drafts"):
        op.drop_column(table, "reason")
    op.drop_column("options", "cost")
    for name in ("ties", "completion", "budget"):
        op.drop_column("ballots", name)


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
