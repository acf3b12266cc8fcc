"""All routes of the bot, gathered from the files of this folder."""

from __future__ import annotations

from handlers import (
    agenda,
    asking,
    ballot_draft,
    ballots,
    calling,
    claims,
    contacts,
    deliveries,
    draft,
    floor,
    guests,
    help,  # noqa: A004 - the word of the field
    joining,
    meeting,
    minutes,
    monthly,
    notice,
    offices,
    owners,
    papers,
    parties,
    planning,
    polling,
    privacy,
    proxies,
    record,
    reminders,
    reporting,
    results,
    room,
    slip,
    slip_page,
    straws,
    tasks,
    thresholds,
    time_polls,
)
from handlers.routes import Routes


def all_routes() -> Routes:
    """What the bot hears, and what it shows and makes."""
    everything = Routes()
    for file in (
        guests,
        help,
        joining,
        claims,
        privacy,
        offices,
        owners,
        asking,
        meeting,
        room,
        floor,
        record,
        tasks,
        minutes,
        calling,
        planning,
        agenda,
        draft,
        notice,
        parties,
        deliveries,
        contacts,
        reminders,
        monthly,
        reporting,
        ballots,
        ballot_draft,
        thresholds,
        straws,
        polling,
        slip,
        slip_page,
        proxies,
        papers,
        results,
        time_polls,
    ):
        everything.include(file.routes)
    return everything
