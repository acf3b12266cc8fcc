"""The monthly digest: a few lines and a picture for the group, once a month."""

from __future__ import annotations

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

from handlers.routes import Routes
from handlers.speech import Made, Speech, View
from paper.digest import digest_picture
from rules.months import before
from services import monthly, months
from services.outbox import Rank
from storage import homes
from storage.outbox import Due

routes = Routes()

LISTED = 3  # of what was settled; the picture names more
_MONTHS = 100_000  # a picture is about a building and a month: 12 and 202611 are 12_02611


@routes.due(monthly.DIGEST)
async def post(speech: Speech, due: Due) -> None:
    """Tell the group what the month before came to; a month without anything is passed over."""
    this = await monthly.due_now(speech.unit, due)
    if this is None:
        return
    building, month = this.building, before(this.month)
    told = await months.post(speech.unit, building, month)
    if told is None:
        return
    about = building.id * _MONTHS + (month.year - 2000) * 100 + month.month
    picture = {"make": "digest_picture", "about": about, "lang": building.lang}
    await speech.say_to_building(
        building,
        "digest.text",
        rank=Rank.BULK,
        notice=True,
        key=due.key,
        more={"picture": picture},
        building=building,
        told=told,
        settled=told.settled[:LISTED],
        late=this.late,
    )


@routes.maker("digest_picture")
async def paint(view: View, about: int) -> Made:
    """The month as a picture; painted off the loop."""
    building_id, number = divmod(about, _MONTHS)
    month = date(2000 + number // 100, number % 100, 1)
    building = await homes.building(view.conn, building_id)
    told = await months.gather(view.conn, building, month, view.now)
    content = await asyncio.to_thread(
        digest_picture,
        told,
        ZoneInfo(building.zone),
        head=f"{building.community} · {building.name}",
        language=view.lang,
        font=view.font,
    )
    return Made(f"month-{month:%Y-%m}.png", content)
