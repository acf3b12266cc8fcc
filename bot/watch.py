"""What those who watch the bot ask: does it live, is it ready, its metrics; no answer holds personal data."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.metrics import Metrics
from bot.office import Seat
from storage.figures import Figures, figures
from storage.store import Store, Unavailable

SECONDS_TO_ANSWER = 5.0  # for the database
STUCK_AFTER = timedelta(minutes=10)  # a letter has waited so long, and
SILENT_AFTER = 300.0  # seconds, in which nothing at all arrived


class Watch:
    """Looks at a running bot from outside; `parts` tells of each loop whether it runs."""

    def __init__(
        self,
        store: Store,
        metrics: Metrics,
        seat: Seat,
        parts: Callable[[], Mapping[str, bool]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._seat = seat
        self._parts = parts
        self._now = now

    def health(self) -> list[Route]:
        """The routes that tell whether it lives and is ready."""
        return [Route("/healthz", self._live), Route("/readyz", self._ready)]

    def routes(self) -> list[Route]:
        """All routes, the metrics among them."""
        return [*self.health(), Route("/metrics", self._tell)]

    async def troubles(self) -> list[str]:
        """What is not as it should be, a word each; empty when the bot is ready."""
        found = [name for name, runs in self._parts().items() if not runs]
        seen = await self._figures()
        if seen is None:
            return [*found, "database"]
        return [*found, "outbox"] if self._stuck(seen) else found

    def _stuck(self, seen: Figures) -> bool:
        """Whether something waits long, and nothing else arrives meanwhile: a long queue is no fault."""
        oldest = seen.oldest_unsent
        if not self._seat.held or oldest is None or self._now() - oldest < STUCK_AFTER:
            return False
        return time.monotonic() - self._metrics.delivered_at > SILENT_AFTER

    async def _figures(self) -> Figures | None:
        """The figures; None when the database does not answer."""
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER), self._store.glance() as conn:
                return await figures(conn, self._now())
        except (Unavailable, OSError):  # a time-out is an OSError too
            return None

    async def _in_office(self) -> str | None:
        """The name of the worker in office; None while there is none, or the database does not answer."""
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await self._seat.holder()
        except (Unavailable, OSError):
            return None

    async def _live(self, _request: Request) -> Response:
        return PlainTextResponse("ok, in office\n" if self._seat.held else "ok\n")

    async def _ready(self, _request: Request) -> Response:
        troubles = await self.troubles()
        found = {"worker": self._seat.worker, "in_office": await self._in_office()}
        return JSONResponse({"ready": not troubles, "troubles": troubles, **found}, 503 if troubles else 200)

    async def _tell(self, _request: Request) -> Response:
        text = self._metrics.text(await self._figures(), self._now(), in_office=self._seat.held)
        return Response(text, media_type=CONTENT_TYPE_LATEST)
