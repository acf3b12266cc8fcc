"""What every test may ask for."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import migrate
from storage.engine import open_engine
from tests import postgres
from tests.stage import Stage

ENGINES = ("sqlite", "postgresql")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The sandbox with the bot running on it."""
    async with Stage(tmp_path) as stage:
        yield stage


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server, one a session."""
    with postgres.postgres() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database at the newest schema, to be copied."""
    with postgres.database(postgres_server) as address:
        asyncio.run(_upgrade(address))
        yield address.rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file at the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    asyncio.run(_upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


async def _upgrade(address: str) -> None:
    engine = open_engine(address)
    await migrate.upgrade(engine)
    await engine.dispose()


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an empty SQLite database (test.db) at the newest schema."""
    shutil.copy(sqlite_template, tmp_path / "test.db")
    return f"sqlite+aiosqlite:///{tmp_path}/test.db"


@pytest.fixture
def postgresql(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database at the newest schema."""
    with postgres.database(postgres_server, postgres_template) as address:
        yield address


@pytest.fixture
def bare_postgresql(postgres_server: str) -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    with postgres.database(postgres_server) as address:
        yield address


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database at the newest schema: the test runs once on each engine."""
    address: str = request.getfixturevalue(request.param)
    return address
