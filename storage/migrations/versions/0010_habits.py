"""What comes monthly is a building's habit: its standing meeting by any rule, and the days of the rest."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_buildings = sa.table(
    "buildings",
    sa.column("id", sa.Integer),
    sa.column("standing_day", sa.Integer),
    sa.column("standing_time", sa.String),
    sa.column("report_day", sa.Integer),
)
_habits = sa.table(
    "habits",
    sa.column("building_id", sa.Integer),
    sa.column("standing_rule", sa.JSON(none_as_null=True)),
    sa.column("report_day", sa.Integer),
    sa.column("tasks_day", sa.Integer),
    sa.column("digest_day", sa.Integer),
)


def upgrade() -> None:
    for name in ("report_day", "tasks_day", "digest_day"):
        op.add_column("habits", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("habits", sa.Column("missing", sa.Boolean(), nullable=False, server_default=sa.true()))
    conn = op.get_bind()
    for row in conn.execute(sa.select(_buildings)).all():
        if row.standing_day is not None or row.report_day is not None:
            _take_over(conn, row)
    # the questions that wait are keyed by their month; those of a rule are keyed by their day
    conn.execute(
        sa.text("UPDATE dues SET state = 'dropped' WHERE kind = 'standing_meeting' AND state = 'waiting'")
    )
    for name in ("standing_day", "standing_time", "report_day"):
        op.drop_column("buildings", name)


def _take_over(conn: sa.Connection, row: Any) -> None:
    if conn.scalar(sa.select(_habits.c.building_id).where(_habits.c.building_id == row.id)) is None:
        conn.execute(_habits.insert().values(building_id=row.id))
    rule = None
    if row.standing_day is not None:
        rule = {"rule": f"m1d{row.standing_day}", "at": row.standing_time, "since": "2026-01-01"}
    values = {"standing_rule": rule, "report_day": row.report_day or 0, "tasks_day": 15, "digest_day": 1}
    conn.execute(_habits.update().where(_habits.c.building_id == row.id).values(**values))


def downgrade() -> None:
    op.add_column("buildings", sa.Column("standing_day", sa.Integer()))
    op.add_column("buildings", sa.Column("standing_time", sa.String()))
    op.add_column("buildings", sa.Column("report_day", sa.Integer()))
    conn = op.get_bind()
    for row in conn.execute(sa.select(_habits)).all():
        rule = json.loads(row.standing_rule) if isinstance(row.standing_rule, str) else row.standing_rule
        monthly = rule is not None and rule["rule"].removeprefix("m1d").isdigit()
        values = {
            "standing_day": int(rule["rule"].removeprefix("m1d")) if monthly else None,
            "standing_time": rule["at"] if monthly else None,
            "report_day": row.report_day or None,
        }
        conn.execute(_buildings.update().where(_buildings.c.id == row.building_id).values(**values))
    for name in ("missing", "digest_day", "tasks_day", "report_day"):
        op.drop_column("habits", name)
