"""Runs the revisions on the connection that storage.migrate hands over."""

from typing import Any, Literal

from alembic import context

from storage.tables import Instant, metadata


def render(kind: str, what: Any, _autogenerate: Any) -> str | Literal[False]:
    """How a revision writes a type of our own: it must read the same when the code has moved on."""
    if kind == "type" and isinstance(what, Instant):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
