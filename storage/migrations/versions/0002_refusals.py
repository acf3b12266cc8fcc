"""The triggers by which the database itself refuses what must never happen."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# name: table, verb, when, why
REFUSALS = {
    "events_keep": ("events", "UPDATE", "", "an event already written is not changed"),
    "events_stay": ("events", "DELETE", "", "an event already written is not deleted"),
    "rolls_keep": ("rolls", "UPDATE", "", "a frozen roll is not changed"),
    "rolls_closed": (
        "rolls",
        "INSERT",
        "(SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'draft'",
        "a frozen roll is not added to",
    ),
    "rolls_stay": (
        "rolls",
        "DELETE",
        "(SELECT state FROM ballots WHERE id = OLD.ballot_id) <> 'draft'",
        "nobody is taken off a frozen roll",
    ),
    "votes_stay": ("votes", "DELETE", "", "a vote that was cast is not deleted"),
    "votes_in_time": (
        "votes",
        "INSERT",
        "(SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'open'",
        "the ballot is not open",
    ),
    "votes_change_in_time": (
        "votes",
        "UPDATE",
        "(SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'open'",
        "the ballot is not open",
    ),
    "ballots_frozen": (
        "ballots",
        "UPDATE",
        (
            "OLD.state <> 'draft' AND (OLD.question <> NEW.question OR OLD.method <> NEW.method"
            " OR OLD.at_most <> NEW.at_most OR OLD.seats <> NEW.seats OR OLD.eligible <> NEW.eligible"
            " OR COALESCE(OLD.roll_hash, '') <> COALESCE(NEW.roll_hash, '')"
            " OR COALESCE(OLD.seed, '') <> COALESCE(NEW.seed, ''))"
        ),
        "an open ballot is frozen",
    ),
    "ballots_one_way": (
        "ballots",
        "UPDATE",
        "OLD.state = 'closed' AND NEW.state <> 'closed' OR OLD.state = 'open' AND NEW.state = 'draft'",
        "a ballot is opened once and closed once",
    ),
    "options_frozen": (
        "options",
        "UPDATE",
        "(SELECT state FROM ballots WHERE id = OLD.ballot_id) <> 'draft'",
        "the options of an open ballot are frozen",
    ),
    "options_closed": (
        "options",
        "INSERT",
        "(SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'draft'",
        "the options of an open ballot are frozen",
    ),
    "options_stay": (
        "options",
        "DELETE",
        "(SELECT state FROM ballots WHERE id = OLD.ballot_id) <> 'draft'",
        "the options of an open ballot are frozen",
    ),
    "minutes_frozen": (
        "minutes",
        "UPDATE",
        "OLD.stage = 'approved'",
        "approved minutes are immutable",
    ),
}


def upgrade() -> None:
    refuse = _refuse_on_sqlite if _on_sqlite() else _refuse_on_postgresql
    for name, refusal in REFUSALS.items():
        refuse(name, *refusal)


def downgrade() -> None:
    for name, (table, *_) in REFUSALS.items():
        op.execute(f"DROP TRIGGER {name}" if _on_sqlite() else f"DROP TRIGGER {name} ON {table}")
        if not _on_sqlite():
            op.execute(f"DROP FUNCTION {name}()")


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _refuse_on_sqlite(name: str, table: str, verb: str, when: str, why: str) -> None:
    condition = f" WHEN {when}" if when else ""
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _refuse_on_postgresql(name: str, table: str, verb: str, when: str, why: str) -> None:
    returned = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when or 'TRUE'} THEN RAISE restrict_violation USING MESSAGE = '{why}'; END IF;"
        f" RETURN {returned}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
