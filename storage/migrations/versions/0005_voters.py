"""Voters: a roll holds households, persons or owners; owners with what they own and who speaks for them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHY = "an open ballot is frozen"
FROZEN_BEFORE = (
    "OLD.state <> 'draft' AND (OLD.question <> NEW.question OR OLD.method <> NEW.method"
    " OR OLD.at_most <> NEW.at_most OR OLD.seats <> NEW.seats OR OLD.eligible <> NEW.eligible"
    " OR COALESCE(OLD.roll_hash, '') <> COALESCE(NEW.roll_hash, '')"
    " OR COALESCE(OLD.seed, '') <> COALESCE(NEW.seed, '')"
    " OR COALESCE(OLD.budget, 0) <> COALESCE(NEW.budget, 0)"
    " OR COALESCE(OLD.completion, '') <> COALESCE(NEW.completion, '') OR OLD.ties <> NEW.ties)"
)
FROZEN = (
    "OLD.state <> 'draft' AND (OLD.question <> NEW.question OR OLD.basis <> NEW.basis"
    " OR OLD.method <> NEW.method OR OLD.parking_counts <> NEW.parking_counts"
    " OR COALESCE(OLD.area_cm2, 0) <> COALESCE(NEW.area_cm2, 0)"
    " OR OLD.at_most <> NEW.at_most OR OLD.seats <> NEW.seats OR OLD.eligible <> NEW.eligible"
    " OR COALESCE(OLD.roll_hash, '') <> COALESCE(NEW.roll_hash, '')"
    " OR COALESCE(OLD.seed, '') <> COALESCE(NEW.seed, '')"
    " OR COALESCE(OLD.budget, 0) <> COALESCE(NEW.budget, 0)"
    " OR COALESCE(OLD.completion, '') <> COALESCE(NEW.completion, '') OR OLD.ties <> NEW.ties)"
)
COLUMNS = (
    ("buildings", "parking_counts BOOLEAN DEFAULT {no} NOT NULL"),
    ("households", "owner_id INTEGER REFERENCES owners (id)"),
    ("ballots", "basis VARCHAR DEFAULT 'household' NOT NULL"),
    ("ballots", "area_cm2 BIGINT"),
    ("ballots", "parking_counts BOOLEAN DEFAULT {no} NOT NULL"),
)
VOTE = "choice, by_id, receipt, at, wanted, wanted_by_id, wanted_at, reason"


def upgrade() -> None:
    _make_owners()
    no = "0" if _on_sqlite() else "false"
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(no=no)}")
    op.create_index("ix_households_owner_id", "households", ["owner_id"])
    if _on_sqlite():
        _rebuild("household_id", "voter_id", None, ", area_cm2 BIGINT")
    else:
        op.execute("ALTER TABLE rolls DROP CONSTRAINT rolls_household_id_fkey")
        op.execute("ALTER TABLE rolls RENAME COLUMN household_id TO voter_id")
        op.execute("ALTER TABLE rolls ADD COLUMN area_cm2 BIGINT")
        op.execute("ALTER TABLE votes RENAME COLUMN household_id TO voter_id")
        op.execute(
            "ALTER TABLE votes RENAME CONSTRAINT votes_ballot_id_household_id_fkey"
            " TO votes_ballot_id_voter_id_fkey"
        )
    _freeze(FROZEN)


def downgrade() -> None:
    _freeze(FROZEN_BEFORE)
    if _on_sqlite():
        _rebuild("voter_id", "household_id", "households", "")
    else:
        op.execute(
            "ALTER TABLE votes RENAME CONSTRAINT votes_ballot_id_voter_id_fkey"
            " TO votes_ballot_id_household_id_fkey"
        )
        op.execute("ALTER TABLE votes RENAME COLUMN voter_id TO household_id")
        op.execute("ALTER TABLE rolls DROP COLUMN area_cm2")
        op.execute("ALTER TABLE rolls RENAME COLUMN voter_id TO household_id")
        op.create_foreign_key("rolls_household_id_fkey", "rolls", "households", ["household_id"], ["id"])
    op.drop_index("ix_households_owner_id", "households")
    for table, column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    for table in ("parkings", "owner_people", "owners"):
        op.drop_table(table)


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _make_owners() -> None:
    op.create_table(
        "owners",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), nullable=False),
        sa.Column("number", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("developer", sa.Boolean(), nullable=False),
        sa.Column("voter_id", sa.Integer(), sa.ForeignKey("people.id")),
        sa.UniqueConstraint("building_id", "number"),
    )
    op.create_index("ix_owners_building_id", "owners", ["building_id"])
    op.create_index("ix_owners_voter_id", "owners", ["voter_id"])
    op.create_table(
        "owner_people",
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("owners.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("names_id", sa.Integer(), sa.ForeignKey("people.id")),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("people.id")),
        sa.Column("at", Instant(), nullable=False),
    )
    op.create_index("ix_owner_people_person_id", "owner_people", ["person_id"])
    op.create_table(
        "parkings",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("buildings.id"), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("area_cm2", sa.BigInteger()),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("owners.id"), nullable=False),
        sa.UniqueConstraint("building_id", "place"),
    )
    op.create_index("ix_parkings_owner_id", "parkings", ["owner_id"])


def _rebuild(old: str, new: str, refers: str | None, area: str) -> None:
    """SQLite takes no foreign key off a table: rolls and votes are copied, votes dropped before rolls."""
    kept = {name: _triggers(name) for name in ("rolls", "votes")}
    reference = f" FOREIGN KEY({new}) REFERENCES {refers} (id)," if refers else ""
    op.execute(
        f"CREATE TABLE new_rolls (ballot_id INTEGER NOT NULL, {new} INTEGER NOT NULL{area},"
        f" PRIMARY KEY (ballot_id, {new}),{reference} FOREIGN KEY(ballot_id) REFERENCES ballots (id))"
    )
    op.execute(f"INSERT INTO new_rolls (ballot_id, {new}) SELECT ballot_id, {old} FROM rolls")
    op.execute(
        f"CREATE TABLE new_votes (ballot_id INTEGER NOT NULL, {new} INTEGER NOT NULL, choice JSON NOT NULL,"
        " by_id INTEGER NOT NULL, receipt VARCHAR NOT NULL, at DATETIME NOT NULL, wanted JSON,"
        f" wanted_by_id INTEGER, wanted_at DATETIME, reason TEXT DEFAULT '' NOT NULL,"
        f" PRIMARY KEY (ballot_id, {new}),"
        f" FOREIGN KEY(ballot_id, {new}) REFERENCES new_rolls (ballot_id, {new}),"
        " UNIQUE (ballot_id, receipt), FOREIGN KEY(by_id) REFERENCES people (id),"
        " FOREIGN KEY(wanted_by_id) REFERENCES people (id))"
    )
    op.execute(f"INSERT INTO new_votes (ballot_id, {new}, {VOTE}) SELECT ballot_id, {old}, {VOTE} FROM votes")
    op.execute("DROP TABLE votes")
    op.execute("DROP TABLE rolls")
    op.execute("ALTER TABLE new_rolls RENAME TO rolls")
    op.execute("ALTER TABLE new_votes RENAME TO votes")
    for statement in (*kept["rolls"], *kept["votes"]):
        op.execute(statement)


def _triggers(table: str) -> Iterable[str]:
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name ORDER BY name"
    return list(op.get_bind().scalars(sa.text(query), {"name": table}))


def _freeze(when: str) -> None:
    if _on_sqlite():
        op.execute("DROP TRIGGER ballots_frozen")
        op.execute(
            f"CREATE TRIGGER ballots_frozen BEFORE UPDATE ON ballots WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION ballots_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} THEN RAISE restrict_violation USING MESSAGE = '{WHY}'; END IF; RETURN NEW; END $$"
    )
