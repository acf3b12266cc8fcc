"""PostgreSQL opened so that, as on SQLite, one writes after the other, and each sees what came before."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Connection, NullPool, event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.store import Closing, Unavailable

WRITERS = 7_078_770  # the advisory lock that whoever writes holds until the commit; any number of ours

_SETTINGS = {
    "application_name": "louyuhui",
    "timezone": "UTC",
    "lock_timeout": "5s",  # as long as SQLite waits
    "idle_in_transaction_session_timeout": "10s",  # a frozen process must not keep the others out
    "jit": "off",  # many small statements: compiling them costs more than running them
}
_TO_CONNECT = 10.0  # seconds
_TO_BE_CUT = {  # after ten seconds in which the other side is not heard of, a connection is given up
    "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 10_000,
}
_UNHURRIED = ("SET LOCAL lock_timeout = '10min'", "SET LOCAL idle_in_transaction_session_timeout = 0")

# Classes and codes of SQLSTATE that tell of the server's state, not of a fault in what was asked of it
_PASSING = ("08", "40", "53", "55", "57", "58", "25006", "25P03", "XX")


def open_postgres(url: URL) -> AsyncEngine:
    """An engine for `postgresql+asyncpg://…`; whatever it cannot do for now is raised as Unavailable."""
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"), hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "checkout", _check_alive)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "handle_error", _tell)
    return engine


def _connect(dialect: Dialect, _record: Any, arguments: Any, options: dict[str, Any]) -> Any:
    options.setdefault("timeout", _TO_CONNECT)
    options["server_settings"] = _SETTINGS | options.get("server_settings", {})
    try:
        connection = dialect.connect(*arguments, **options)
    except (OSError, dialect.loaded_dbapi.Error) as error:  # a time-out is an OSError
        raise Unavailable(str(error) or "no answer") from error
    _keep_alive(connection.driver_connection)
    return connection


def _keep_alive(connection: Any) -> None:
    """Have the system find out when the other side is gone: no statement has a time limit of its own."""
    line = connection._transport.get_extra_info("socket")
    if line is None or line.family == getattr(socket, "AF_UNIX", None):
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _TO_BE_CUT.items():
        if hasattr(socket, name):  # not every system has all of them
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def open_session(url: URL, settings: Mapping[str, str]) -> Any:
    """A connection of asyncpg's own, outside of any transaction, with these settings. Raises Unavailable."""
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": settings},
    )
    event.listen(engine.sync_engine, "do_connect", _connect)
    connection = await engine.raw_connection()
    session = connection.driver_connection
    connection.detach()
    return session


def _check_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool replace a connection that the server has closed, as it does when it is restarted."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _begin(connection: Connection) -> None:
    """One writes after the other, whatever process it is in: what a decision was read from stays so.

    The numbers that the database gives (events, letters) are then seen in their order, too. Who only reads
    sees one state and waits for nobody. Who is `unhurried` (a migration, a move) waits for minutes, and may
    take as long between two statements.
    """
    options = connection.get_execution_options()
    if options.get("unhurried", False):
        for setting in _UNHURRIED:
            connection.exec_driver_sql(setting)
    if options.get("reading", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")


def _tell(context: ExceptionContext) -> Unavailable | None:
    if type(context.original_exception).__name__ == "InternalClientError":
        context.is_disconnect = True  # the server's last word has been read, but not yet the end of the line
        return Closing(str(context.original_exception))
    if context.sqlalchemy_exception is None:
        return None  # no error of the database's: a cancellation is to stay one
    code = getattr(context.original_exception, "sqlstate", None) or ""
    if context.is_disconnect or code.startswith(_PASSING):
        return Unavailable(str(context.original_exception))
    return None
