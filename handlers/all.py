"""All routes of the bot, gathered from the files of this folder."""

from __future__ import annotations

from handlers import guests
from handlers.routes import Routes


def all_routes() -> Routes:
    """What the bot hears, and what it shows and makes."""
    everything = Routes()
    for file in (guests,):
        everything.include(file.routes)
    return everything
