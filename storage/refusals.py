"""The triggers by which the database itself refuses what must never happen.

Each is listed under its name with its table, what is attempted, when that is wrong, and why.
"""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, event

_REFUSALS = {
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
    "urn_keep": ("urn", "UPDATE", "", "a sealed vote is not changed"),
    "urn_in_time": (
        "urn",
        "INSERT",
        "(SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'open'",
        "the ballot is not open",
    ),
    "urn_stays": (  # while it is open, it is laid anew in the order of its keys
        "urn",
        "DELETE",
        "(SELECT state FROM ballots WHERE id = OLD.ballot_id) <> 'open'",
        "a sealed vote is not deleted",
    ),
    "ballots_frozen": (
        "ballots",
        "UPDATE",
        (
            "OLD.state <> 'draft' AND (OLD.question <> NEW.question OR OLD.basis <> NEW.basis"
            " OR OLD.method <> NEW.method OR OLD.parking_counts <> NEW.parking_counts"
            " OR COALESCE(OLD.area_cm2, 0) <> COALESCE(NEW.area_cm2, 0)"
            " OR OLD.at_most <> NEW.at_most OR OLD.seats <> NEW.seats OR OLD.eligible <> NEW.eligible"
            " OR COALESCE(OLD.roll_hash, '') <> COALESCE(NEW.roll_hash, '')"
            " OR COALESCE(OLD.seed, '') <> COALESCE(NEW.seed, '')"
            " OR COALESCE(OLD.budget, 0) <> COALESCE(NEW.budget, 0)"
            " OR COALESCE(OLD.completion, '') <> COALESCE(NEW.completion, '') OR OLD.ties <> NEW.ties"
            " OR COALESCE(OLD.threshold, '') <> COALESCE(NEW.threshold, '')"
            " OR OLD.secrecy <> NEW.secrecy"
            " OR COALESCE(OLD.asked, '') <> COALESCE(NEW.asked, ''))"
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
    "agreements_frozen": (  # its words may be erased
        "agreements",
        "UPDATE",
        (
            "NEW.text <> OLD.text AND NEW.text <> '' OR OLD.state = 'in_force' AND NEW.state <> OLD.state"
            " OR OLD.number <> NEW.number OR OLD.mediation_id <> NEW.mediation_id"
        ),
        "the text of an agreement is not changed",
    ),
    "agreements_stay": ("agreements", "DELETE", "", "an agreement is not deleted"),
    "agreement_answers_in_time": (
        "agreement_answers",
        "INSERT",
        "(SELECT state FROM agreements WHERE id = NEW.agreement_id) <> 'asked'",
        "the text is in force, or was changed",
    ),
    "agreement_answers_keep": (
        "agreement_answers",
        "UPDATE",
        (
            "NEW.reason <> OLD.reason AND NEW.reason <> '' OR OLD.agreed <> NEW.agreed"
            " OR OLD.agreement_id <> NEW.agreement_id OR OLD.side_id <> NEW.side_id"
        ),
        "what a side answered is not changed",
    ),
    "agreement_answers_stay": ("agreement_answers", "DELETE", "", "what a side answered is not deleted"),
    "minutes_frozen": (
        "minutes",
        "UPDATE",
        "OLD.stage = 'approved'",
        "approved minutes are immutable",
    ),
}


def refusing_triggers(dialect: str) -> list[str]:
    """The statements by which "sqlite" or "postgresql" refuses changes to what is frozen."""
    statements = []
    for name, (table, verb, when, why) in _REFUSALS.items():
        if dialect == "sqlite":
            condition = f" WHEN {when}" if when else ""
            statements.append(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{condition}"
                f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
        else:
            returned = "OLD" if verb == "DELETE" else "NEW"
            statements.append(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {when or 'TRUE'} THEN RAISE restrict_violation USING MESSAGE = '{why}'; END IF;"
                f" RETURN {returned}; END $$"
            )
            statements.append(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
    return statements


def listen(metadata: MetaData) -> None:
    """Have the tables of `metadata` created together with their triggers."""
    for dialect in ("sqlite", "postgresql"):
        for statement in refusing_triggers(dialect):
            ddl: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(metadata, "after_create", ddl.execute_if(dialect=dialect))
