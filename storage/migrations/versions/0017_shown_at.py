"""When a card was last shown: it counts within the limits of a group, also after a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("shown_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("cards", "shown_at")
