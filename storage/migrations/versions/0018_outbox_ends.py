"""When letters were sent or let go, to be found quickly, and why; until when a chat is to be left alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chats", sa.Column("halted_until", sa.DateTime(timezone=True)))
    op.add_column("outbox", sa.Column("dropped_at", sa.DateTime(timezone=True)))
    op.add_column("outbox", sa.Column("cause", sa.String()))
    for moment in ("sent_at", "dropped_at"):
        there = sa.text(f"{moment} IS NOT NULL")
        op.create_index(f"outbox_{moment}", "outbox", [moment], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for moment in ("dropped_at", "sent_at"):
        op.drop_index(f"outbox_{moment}", "outbox")
    op.drop_column("outbox", "cause")
    op.drop_column("outbox", "dropped_at")
    op.drop_column("chats", "halted_until")
