"""A group keeps the address it had before it moved, and a letter's number is never given again.

What was said to the old address may be heard after the move is known. And the outbox loop takes in letters by
their number: one that had the number of an erased letter was never seen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)  # in UTC
_COLUMNS = (
    "id, chat_id, rank, notice, key, payload, state, why, attempts, not_before, made_at, sent_at, message"
)


def upgrade() -> None:
    op.add_column("chats", sa.Column("former", sa.String()))
    op.create_index("ix_chats_former", "chats", ["former"])
    _make_outbox_anew(numbers_once=True)


def downgrade() -> None:
    _make_outbox_anew(numbers_once=False)
    op.drop_index("ix_chats_former", "chats")
    op.drop_column("chats", "former")


def _make_outbox_anew(*, numbers_once: bool) -> None:
    """SQLite gives the number of the last row again once that is deleted, unless told before."""
    if op.get_context().dialect.name != "sqlite":
        return
    op.create_table(
        "outbox_anew",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
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
        sqlite_autoincrement=numbers_once,
    )
    op.execute(f"INSERT INTO outbox_anew ({_COLUMNS}) SELECT {_COLUMNS} FROM outbox")
    op.drop_table("outbox")
    op.rename_table("outbox_anew", "outbox")
    op.create_index("outbox_open", "outbox", ["state", "id"])
