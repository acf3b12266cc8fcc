"""What is asked on one way only guards nothing that comes after both."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.faults.paths import Paths

GUARDED = [
    "await doors.check(here)\nawait doors.open(here)",
    "if await doors.check(here):\n    pass\nawait doors.open(here)",
    "if here.late:\n    await doors.check(here)\nelse:\n    return\nawait doors.open(here)",
    "try:\n    await doors.check(here)\nexcept KeyError:\n    raise\nawait doors.open(here)",
    "await checked(here)\nawait doors.open(here)",
    "await doors.open(await doors.check(here))",
    "await doors.room(here.the_building(), 1)\nawait doors.open(here)",
]
UNGUARDED = [
    "await doors.open(here)\nawait doors.check(here)",
    "if here.late:\n    await doors.check(here)\nawait doors.open(here)",
    "for one in here.all:\n    await doors.check(one)\nawait doors.open(here)",
    "try:\n    await doors.check(here)\nexcept KeyError:\n    pass\nawait doors.open(here)",
    "with suppress(KeyError):\n    await doors.check(here)\nawait doors.open(here)",
    "here.late and await doors.check(here)\nawait doors.open(here)",
    "match here.kind:\n    case 1:\n        await doors.check(here)\nawait doors.open(here)",
    "await half(here)\nawait doors.open(here)",
    "await run(opened)",
    "here.building = 1\nawait doors.room(here.the_building(), 1)\nawait doors.open(here)",
]
MORE = """
    async def checked(here):
        if here.late:
            await doors.check(here)
            return 1
        return await doors.check(here)

    async def half(here):
        if here.late:
            return 1
        await doors.check(here)

    async def opened(here):
        await doors.open(here)

    @routes.press(Press)
    async def press(here, button):
"""


def ways(folder: Path, body: str) -> list[str]:
    """The ways to `doors.open` that nothing guards, of a handler with this body."""
    head = "from services import doors\n" + dedent(MORE)
    (folder / "page.py").write_text(head + indent(body, "    "), "utf-8")
    scoped = {"services:doors.room": True}
    return Paths(folder).unguarded({"services:doors.open"}, {"services:doors.check"}, scoped)


@pytest.mark.parametrize("body", GUARDED)
def test_what_is_asked_on_every_way_guards_what_comes_after(tmp_path: Path, body: str) -> None:
    assert ways(tmp_path, body) == []


@pytest.mark.parametrize("body", UNGUARDED)
def test_what_is_asked_on_some_ways_or_after_guards_nothing(tmp_path: Path, body: str) -> None:
    assert len(ways(tmp_path, body)) == 1
