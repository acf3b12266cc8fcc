"""What is said of a proposal, and proposals that become one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INDEXED = (
    ("concerns", "proposal_id"),
    ("merges", "item_id"),
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, primary_key=True)


def _ref(name: str, table: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    refers = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer(), refers, nullable=nullable, primary_key=primary_key)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _word(name: str, *, nullable: bool = False, unique: bool | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable, unique=unique)


def _at(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _yes(name: str, *, nullable: bool = True) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def upgrade() -> None:
    _make_tables()
    for table, column in _INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_tables() -> None:
    op.create_table(
        "concerns",
        *(_id(), _ref("proposal_id", "proposals"), _word("kind"), _text("text"), _ref("by_id", "people")),
        *(_at("at"), _at("gone_at", nullable=True), _text("answer", nullable=True)),
    )
    op.create_table(
        "merges",
        *(_id(), _ref("item_id", "items"), _text("text"), _ref("by_id", "people"), _at("at"), _word("state")),
    )
    op.create_table(
        "merge_parts",
        _ref("merge_id", "merges", primary_key=True),
        _ref("proposal_id", "proposals", primary_key=True),
        _ref("person_id", "people"),
        _yes("agreed"),
    )


def downgrade() -> None:
    made = ("concerns", "merges", "merge_parts")
    for table in reversed(made):
        op.drop_table(table)
