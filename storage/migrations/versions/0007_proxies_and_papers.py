"""Proxies, paper votes, and how a vote came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_stacks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("teller_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["ballots.id"],
        ),
        sa.ForeignKeyConstraint(
            ["teller_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("paper_stacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_stacks_ballot_id"), ["ballot_id"], unique=False)

    op.create_table(
        "proxies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["ballots.id"],
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("proxies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proxies_ballot_id"), ["ballot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proxies_giver_id"), ["giver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proxies_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proxies_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "mandates",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("proxy_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id", "voter_id"],
            ["rolls.ballot_id", "rolls.voter_id"],
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proxy_id"],
            ["proxies.id"],
        ),
        sa.PrimaryKeyConstraint("ballot_id", "voter_id"),
    )
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandates_proxy_id"), ["proxy_id"], unique=False)

    op.create_table(
        "paper_slips",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("stack_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id", "voter_id"],
            ["rolls.ballot_id", "rolls.voter_id"],
        ),
        sa.ForeignKeyConstraint(
            ["stack_id"],
            ["paper_stacks.id"],
        ),
        sa.PrimaryKeyConstraint("ballot_id", "voter_id"),
    )
    with op.batch_alter_table("paper_slips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_slips_stack_id"), ["stack_id"], unique=False)

    op.create_table(
        "paper_witnesses",
        sa.Column("stack_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["stack_id"],
            ["paper_stacks.id"],
        ),
        sa.PrimaryKeyConstraint("stack_id", "person_id"),
    )
    op.add_column("drafts", sa.Column("proxy_id", sa.Integer(), server_default="0", nullable=False))
    op.add_column("votes", sa.Column("how", sa.String(), server_default="chat", nullable=False))


def downgrade() -> None:
    op.drop_column("votes", "how")
    op.drop_column("drafts", "proxy_id")

    op.drop_table("paper_witnesses")
    with op.batch_alter_table("paper_slips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_slips_stack_id"))

    op.drop_table("paper_slips")
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mandates_proxy_id"))

    op.drop_table("mandates")
    with op.batch_alter_table("proxies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proxies_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_proxies_holder_id"))
        batch_op.drop_index(batch_op.f("ix_proxies_giver_id"))
        batch_op.drop_index(batch_op.f("ix_proxies_ballot_id"))

    op.drop_table("proxies")
    with op.batch_alter_table("paper_stacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_stacks_ballot_id"))

    op.drop_table("paper_stacks")
