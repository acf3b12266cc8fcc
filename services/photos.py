"""Photos of statements for paper: fetched from the platform when the minutes are made, and not kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from paper.photos import kind_of_photo
from services import statements
from storage.store import Connection

MOST_PRINTED = 40  # in one paper; the rest are counted in words and shown in the chat
MOST_BYTES = 20_000_000  # of all photos in one paper: the platform takes files of 50 MB

Fetch = Callable[
    [str], Awaitable[bytes | None]
]  # a photo by the platform's name of it; None: it has it no more


async def named(conn: Connection, meeting_id: int) -> list[str]:
    """The platform's names of the photos that are printed with the statements of a meeting."""
    said = await statements.with_photos(conn, meeting_id)
    return [name for one in said for name in one.pictures][:MOST_PRINTED]


async def gather(names: Iterable[str], fetch: Fetch) -> dict[str, bytes]:
    """Those photos, by name, that the platform still has and that can be printed."""
    found: dict[str, bytes] = {}
    room = MOST_BYTES
    for name in names:
        content = await fetch(name) if room > 0 else None
        if content and kind_of_photo(content):
            found[name] = content
            room -= len(content)
    return found


async def of_meeting(
    conn: Connection, meeting_id: int, photos: Mapping[str, bytes]
) -> dict[int, tuple[bytes, ...]]:
    """Of the photos at hand, by name, those that stand with the statements of a meeting, by event."""
    said = await statements.with_photos(conn, meeting_id)
    found = {one.event: tuple(photos[name] for name in one.pictures if name in photos) for one in said}
    return {event: shown for event, shown in found.items() if shown}
