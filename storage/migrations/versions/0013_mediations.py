"""Mediations, apart from meetings; and why a meeting is called inside its notice period."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXED = (
    ("mediations", "building_id"),
    ("sides", "mediation_id"),
    ("side_people", "person_id"),
    ("mediation_notes", "mediation_id"),
    ("agreements", "mediation_id"),
    ("agreement_answers", "agreement_id"),
)
_REFUSED = (
    (
        "agreements_frozen",
        "agreements",
        "UPDATE",
        (
            "NEW.text <> OLD.text AND NEW.text <> '' OR OLD.state = 'in_force' AND NEW.state <> OLD.state"
            " OR OLD.number <> NEW.number OR OLD.mediation_id <> NEW.mediation_id"
        ),
        "the text of an agreement is not changed",
    ),
    ("agreements_stay", "agreements", "DELETE", "", "an agreement is not deleted"),
    (
        "agreement_answers_in_time",
        "agreement_answers",
        "INSERT",
        "(SELECT state FROM agreements WHERE id = NEW.agreement_id) <> 'asked'",
        "the text is in force, or was changed",
    ),
    (
        "agreement_answers_keep",
        "agreement_answers",
        "UPDATE",
        (
            "NEW.reason <> OLD.reason AND NEW.reason <> '' OR OLD.agreed <> NEW.agreed"
            " OR OLD.agreement_id <> NEW.agreement_id OR OLD.side_id <> NEW.side_id"
        ),
        "what a side answered is not changed",
    ),
    ("agreement_answers_stay", "agreement_answers", "DELETE", "", "what a side answered is not deleted"),
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, primary_key=True)


def _ref(name: str, table: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    refers = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer(), refers, nullable=nullable, primary_key=primary_key)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("meetings", sa.Column("hurry", sa.Text(), nullable=True))
    _make_tables()
    for table, column in _INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for refused in _REFUSED:
        _refuse(*refused)


def _make_tables() -> None:
    op.create_table(
        "mediations",
        *(_id(), _ref("building_id", "buildings"), _word("kind"), _word("state"), _text("subject")),
        *(_word("place"), _at("planned_at", nullable=True), _ref("caller_id", "people")),
        *(_ref("mediator_id", "people"), _word("mediator_answer"), _word("salt"), _number("moves")),
        *(_at("opened_at", nullable=True), _at("closed_at", nullable=True)),
    )
    op.create_table(
        "sides",
        *(_id(), _ref("mediation_id", "mediations"), _ref("household_id", "households"), _word("answer")),
        *(_ref("by_id", "people", nullable=True), _at("at", nullable=True)),
    )
    op.create_table(
        "side_people",
        _ref("side_id", "sides", primary_key=True),
        _ref("person_id", "people", primary_key=True),
    )
    op.create_table(
        "mediation_notes",
        *(_id(), _ref("mediation_id", "mediations"), _text("text"), _ref("by_id", "people"), _at("at")),
    )
    op.create_table(
        "agreements",
        *(_id(), _ref("mediation_id", "mediations"), _number("number"), _text("text")),
        *(_ref("by_id", "people"), _at("at"), _word("state")),
        sa.UniqueConstraint("mediation_id", "number"),
    )
    op.create_table(
        "agreement_answers",
        *(_id(), _ref("agreement_id", "agreements"), _ref("side_id", "sides")),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        *(_text("reason"), _ref("by_id", "people"), _at("at")),
    )


def downgrade() -> None:
    for table in (
        "agreement_answers",
        "agreements",
        "mediation_notes",
        "side_people",
        "sides",
        "mediations",
    ):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for name, *_ in _REFUSED:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("meetings", "hurry")


def _refuse(name: str, table: str, verb: str, when: str, why: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        condition = f" WHEN {when}" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{condition}"
            f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    returned = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when or 'TRUE'} THEN RAISE restrict_violation USING MESSAGE = '{why}'; END IF;"
        f" RETURN {returned}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
