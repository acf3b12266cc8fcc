"""Photos of statements for paper: fetched from the platform when the minutes are made, and not kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from paper.photos import kind_of_photo
from services import statements
from storage.store import Connection

MOST_PRINTED = 40  # in one paper; the rest are counted in words and shown in the chat
MOST_BYTES = 20_000_000  # of all photos in one paper: the platform takes files of 50 MB

Fetch = Callable[
    [str], Awaitable[bytes | None]
]  # a photo by the platform's name of it; None: it has it no more


async def of_meeting(conn: Connection, meeting_id: int, fetch: Fetch | None) -> dict[int, tuple[bytes, ...]]:
    """The photos that stand with the statements of a meeting, by event; without `fetch` there are none."""
    found: dict[int, tuple[bytes, ...]] = {}
    if fetch is None:
        return found
    left, room = MOST_PRINTED, MOST_BYTES
    for said in await statements.with_photos(conn, meeting_id):
        for name in said.pictures[:left]:
            content = await fetch(name) if room > 0 else None
            if content and kind_of_photo(content):
                found[said.event] = (*found.get(said.event, ()), content)
                room -= len(content)
        left -= len(said.pictures[:left])
    return found
