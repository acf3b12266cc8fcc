"""Who can know what somebody chose: kept on the ballot, and the urn of those that are sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
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
)
_MORE = " OR OLD.secrecy <> NEW.secrecy"
_URN = (
    ("urn_keep", "UPDATE", "", "a sealed vote is not changed"),
    (
        "urn_in_time",
        "INSERT",
        "(SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'open'",
        "the ballot is not open",
    ),
    (
        "urn_stays",
        "DELETE",
        "(SELECT state FROM ballots WHERE id = OLD.ballot_id) <> 'open'",
        "a sealed vote is not deleted",
    ),
)


def upgrade() -> None:
    secrecy = sa.Column("secrecy", sa.String(), nullable=False, server_default="confidential")
    op.add_column("ballots", secrecy)
    _freeze(f"{_FROZEN}{_MORE})")
    op.create_table(
        "urn",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"]),
        sa.PrimaryKeyConstraint("ballot_id", "key"),
        sqlite_with_rowid=False,
    )
    for name, verb, when, why in _URN:
        _refuse(name, verb, when, why)


def downgrade() -> None:
    op.drop_table("urn")
    if op.get_context().dialect.name == "postgresql":
        for name, *_ in _URN:
            op.execute(f"DROP FUNCTION {name}()")
    _freeze(f"{_FROZEN})")
    op.drop_column("ballots", "secrecy")


def _refuse(name: str, verb: str, when: str, why: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        condition = f" WHEN {when}" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON urn{condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    returned = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when or 'TRUE'} THEN RAISE restrict_violation USING MESSAGE = '{why}'; END IF;"
        f" RETURN {returned}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON urn FOR EACH ROW EXECUTE FUNCTION {name}()")


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
