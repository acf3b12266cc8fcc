"""An empty database gets its tables in one go: it is then what all revisions, one by one, make of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import migrate
from storage.engine import open_engine
from storage.store import Unavailable
from tests import postgres
from tests.storage.test_migrate import everything, go_down, parts, schema

MARK = text("SELECT version_num FROM alembic_version")


@pytest.fixture
def another(bare: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a second database with nothing in it, on the same engine."""
    if bare.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{tmp_path}/another.db"
    else:
        with postgres.database(request.getfixturevalue("postgres_server")) as address:
            yield address


@pytest.fixture
async def revised(another: str) -> AsyncIterator[AsyncEngine]:
    """A database to which every revision was applied."""
    engine = open_engine(another)
    await migrate.revise(engine)
    yield engine
    await engine.dispose()


async def mark(engine: AsyncEngine) -> list[str]:
    """The revisions that a database says it has."""
    async with engine.connect() as conn:
        return list(await conn.scalars(MARK))


async def test_tables_indices_triggers_and_rows_are_those_the_revisions_make(
    engine: AsyncEngine, revised: AsyncEngine
) -> None:
    await migrate.upgrade(engine)
    made, grown = await schema(engine, ()), await schema(revised, ())
    assert any(name.startswith("alembic_version") for name in made)
    assert {name: parts(sql) for name, sql in made.items()} == {
        name: parts(sql) for name, sql in grown.items()
    }
    assert await everything(engine) == await everything(revised)
    assert await mark(engine) == await mark(revised) == [migrate.newest()]


async def test_it_differs_in_nothing_from_the_code(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    assert await migrate.differences(engine) == []


async def test_every_revision_finds_what_it_takes_back_and_makes_again(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    made = await schema(engine)
    async with engine.connect() as conn:
        await conn.run_sync(go_down, "base")
        await conn.commit()
    assert await schema(engine) == {}
    await migrate.upgrade(engine)
    assert {name: parts(sql) for name, sql in (await schema(engine)).items()} == {
        name: parts(sql) for name, sql in made.items()
    }


async def test_of_several_that_start_together_one_makes_it(bare_postgresql: str) -> None:
    engines = [open_engine(bare_postgresql) for _ in range(3)]
    await asyncio.gather(*(migrate.upgrade(engine) for engine in engines))
    for engine in engines:
        assert await mark(engine) == [migrate.newest()]
        await engine.dispose()


async def test_what_fails_leaves_the_database_as_it_was(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await conn.execute(text("CREATE VIEW votes AS SELECT 1 AS mine"))  # no table: it is taken for empty
    with pytest.raises(Unavailable, match="votes"):
        await migrate.upgrade(engine)
    assert {name.partition(".")[0] for name in await schema(engine, ())} == {"votes"}
    assert await migrate.current(engine) is None
