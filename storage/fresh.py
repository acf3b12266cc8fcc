"""Makes an empty database whole in one go, in a tenth of the time that the revisions take one by one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn

from storage.tables import metadata

VERSION = Table(  # as Alembic makes it
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def is_empty(connection: Connection) -> bool:
    """Whether a database has no table at all."""
    return not inspect(connection).get_table_names()


def make(connection: Connection, revision: str) -> None:
    """Create every table, index and trigger of the code, and mark them as made by a revision."""
    metadata.create_all(connection, checkfirst=False)
    VERSION.create(connection, checkfirst=False)
    connection.execute(VERSION.insert().values(version_num=revision))


@compiles(CreateColumn, "sqlite")
def _create_column(create: CreateColumn, compiler: Any, **options: Any) -> str:
    """A column that a revision may have added to a table says itself to what it refers.

    SQLite adds it in no other way, and drops it again only where no line of the table names it: whatever a
    later revision does to a database that has grown, it can so do to one that was made here.
    """
    said: str = compiler.visit_create_column(create, **options)
    column: Column[Any] = create.element
    for constraint in column.table.foreign_key_constraints:
        if _is_said_by_its_column(constraint) and constraint.contains_column(column):
            (key,) = constraint.elements
            said += f" REFERENCES {key.column.table.name} ({key.column.name})"
    return said


@compiles(ForeignKeyConstraint, "sqlite")
def _refer(constraint: ForeignKeyConstraint, compiler: Any, **options: Any) -> str | None:
    if _is_said_by_its_column(constraint):
        return None
    said: str = compiler.visit_foreign_key_constraint(constraint, **options)
    return said


def _is_said_by_its_column(constraint: ForeignKeyConstraint) -> bool:
    ours = constraint.table.metadata is metadata
    return ours and len(constraint.columns) == 1 and all(column.nullable for column in constraint.columns)
