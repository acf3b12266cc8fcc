"""What becomes of a task: a photo of what was done, and when the leader confirmed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("photo", sa.String()))
    op.add_column("tasks", sa.Column("confirmed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("tasks", "confirmed_at")
    op.drop_column("tasks", "photo")
