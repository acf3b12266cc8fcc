"""What a sitting needs: its planned end, how it is held, codes, minutes, leavers, proposals gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NEW = (
    ("meetings", "planned_end", sa.DateTime(timezone=True)),
    ("meetings", "room_key", sa.String()),
    ("items", "minutes", sa.Integer()),
    ("attendance", "left_at", sa.DateTime(timezone=True)),
    ("proposals", "gone", sa.String()),
)


def upgrade() -> None:
    for table, name, kind in _NEW:
        op.add_column(table, sa.Column(name, kind))
    op.add_column("meetings", sa.Column("mode", sa.String(), nullable=False, server_default="both"))
    op.add_column("items", sa.Column("announced", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("items", "announced")
    op.drop_column("meetings", "mode")
    for table, name, _ in reversed(_NEW):
        op.drop_column(table, name)
