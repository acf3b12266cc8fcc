"""The outbox loop: sends what the bot has to say, in order within a chat and within Telegram's limits.

A letter is marked before and after it is sent; one found half-sent after a crash is sent again if it is a
notice, and let go if it is chatter. A card is drawn when its turn comes, so a burst of votes is one edit.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import TypeVar

from bot.limits import Limits
from bot.metrics import Metrics
from bot.postman import Delivery, Gone, Later, Lost, Moved, Postman, Refused, Sent, Unsure
from rules.people import Chat
from storage import marks, outbox, people, updates
from storage.outbox import Card, Letter
from storage.store import Connection, Piece, Store, Unavailable, Unit

T = TypeVar("T")
Undelivered = Gone | Later | Lost | Moved | Refused | Unsure

log = logging.getLogger(__name__)

AT_ONCE = 30  # requests under way
AHEAD = 8  # messages marked as leaving before the overall budget lets them, so that marking costs no time
ATTEMPTS = 5
LOOK = 5.0  # seconds after which it looks for what another process has put in
PATIENCE = 2.0  # seconds before what failed is tried again, doubled each time


@dataclass(slots=True)
class _Queue:
    """What one chat is to get: letters in order, and the cards that are behind."""

    chat: Chat
    letters: deque[Letter] = field(default_factory=deque)
    cards: dict[int, Card] = field(default_factory=dict)
    behind_since: dict[int, float] = field(default_factory=dict)  # by card
    busy: bool = False
    card_after: float = 0.0
    wait_until: float = 0.0

    def next(self, now: float) -> Letter | Card | None:
        """What goes first: letters in order; a card when none waits or it is more urgent."""
        letter = self.letters[0] if self.letters else None
        for card in self.cards.values():
            if letter is not None and card.rank >= letter.rank:
                continue
            if card.message is None or now >= self.card_after:
                return card
        return letter

    @property
    def rank(self) -> int:
        """The most urgent rank in it."""
        return min(
            [letter.rank for letter in itertools.islice(self.letters, 1)]
            + [card.rank for card in self.cards.values()],
            default=9,
        )


class Dispatcher:
    """Sends letters and cards until it is stopped."""

    def __init__(
        self,
        store: Store,
        postman: Postman,
        clock: Callable[[], datetime],
        limits: Limits,
        metrics: Metrics,
        speed: float = 1.0,  # how much faster than the wall clock time runs: in the demo and in tests
    ) -> None:
        self._store = store
        self._postman = postman
        self._clock = clock
        self._speed = speed
        self._limits = limits
        self._metrics = metrics
        self.idle = asyncio.Event()  # set while nothing waits to be sent
        self._queues: dict[int, _Queue] = {}
        self._ready: list[tuple[int, int, int]] = []  # (rank, order, chat id)
        self._later: list[tuple[float, int, int]] = []  # (when, order, chat id)
        self._order = itertools.count()
        self._delayed: list[tuple[datetime, int]] = []  # (not before, letter id)
        self._last = 0  # id of the newest letter taken in
        self._news = True  # something was committed since the last look
        self._wake = asyncio.Event()
        self._ahead: set[int] = set()  # chats whose message is marked and waits before the gate
        self._gate = asyncio.Lock()
        self._answered = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        store.on_commit(self._notice)

    def _tick(self) -> float:
        return time.monotonic() * self._speed

    def _notice(self) -> None:
        self._news = True
        self.idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what is under way then still arrives."""
        await self._recover()
        try:
            while True:
                self._wake.clear()
                if self._news:
                    await self._look()
                pause = self._start_ready()
                if not (self._sending or self._ready or self._later or self._wake.is_set()):
                    self.idle.set()
                try:
                    wait = LOOK if pause is None else min(LOOK, pause / self._speed)
                    async with asyncio.timeout(wait):  # wait_for may lose a cancellation, until Python 3.12
                        await self._wake.wait()
                except TimeoutError:
                    self._news = True
        finally:
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _look(self) -> None:
        self._news = False
        try:
            await self._pull()
        except Unavailable as error:
            log.warning("the outbox cannot be read: %s", error)
            self._news = True

    async def _recover(self) -> None:
        """Settle what was under way when the process ended: notices go again, chatter is let go."""
        async with self._store.unit(self._clock()) as unit:
            half_sent = [
                one for one in await outbox.open_letters(unit.conn, 0, 100_000) if one.state == "sending"
            ]
            again = [one.id for one in half_sent if one.notice]
            gone = [one.id for one in half_sent if not one.notice]
            await outbox.change_letters(unit.conn, again, state="queued")
            await outbox.change_letters(unit.conn, gone, state="dropped", why="unsure whether it was sent")

    async def _pull(self) -> None:
        """Take in what was committed since the last look, and what was put off until now."""
        now = self._clock()
        async with self._store.glance() as conn:
            while batch := await outbox.open_letters(conn, self._last):
                self._last = batch[-1].id
                for letter in batch:
                    if letter.not_before is not None and letter.not_before > now:
                        heapq.heappush(self._delayed, (letter.not_before, letter.id))
                    else:
                        await self._add(conn, letter)
            while self._delayed and self._delayed[0][0] <= now:
                await self._add(conn, await outbox.letter(conn, heapq.heappop(self._delayed)[1]))
            for card in await outbox.behind_cards(conn):
                await self._add(conn, card)

    async def _add(self, conn: Connection, job: Letter | Card) -> None:
        if job.chat_id not in self._queues:
            self._queues[job.chat_id] = _Queue(await people.chat(conn, job.chat_id))
        queue = self._queues[job.chat_id]
        before = queue.rank
        if isinstance(job, Letter):
            queue.letters.append(job)
        else:
            queue.cards[job.id] = job
            queue.behind_since.setdefault(job.id, self._tick())
        if queue.rank < before:
            self._list(job.chat_id)

    def _list(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        if not queue.busy:
            heapq.heappush(self._ready, (queue.rank, next(self._order), chat_id))

    def _start_ready(self) -> float | None:
        """Start what may leave now; how many seconds until there may be more, None if nothing waits."""
        now = self._tick()
        while self._later and self._later[0][0] <= now:
            self._list(heapq.heappop(self._later)[2])
        while self._ready:
            if len(self._sending) >= AT_ONCE or len(self._ahead) >= AHEAD:
                return None
            self._start(self._queues[heapq.heappop(self._ready)[2]], now)
        return self._pause(now)

    def _pause(self, now: float) -> float | None:
        waits = [self._later[0][0] - now] if self._later else []
        if self._delayed:
            waits.append((self._delayed[0][0] - self._clock()).total_seconds())
        return max(0.01, min(waits)) if waits else None

    def _start(self, queue: _Queue, now: float) -> None:
        if queue.busy or not (queue.letters or queue.cards):
            return
        group = queue.chat.kind == "group"
        job = queue.next(now)
        if job is None:
            when = max(queue.wait_until, queue.card_after)
        else:
            weight = self._postman.weight(job)
            free = self._limits.next_in(queue.chat.id, now, group=group, messages=weight)
            when = max(queue.wait_until, free)
        if when > now or job is None:
            heapq.heappush(self._later, (when, next(self._order), queue.chat.id))
            return
        queue.busy = True
        self._ahead.add(queue.chat.id)
        task = asyncio.create_task(self._send(queue, job))
        self._sending.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()

    async def _send(self, queue: _Queue, job: Letter | Card) -> None:
        try:
            if isinstance(job, Letter):
                await self._send_letter(queue, job)
            else:
                await self._show_card(queue, job)
        except Unavailable as error:
            log.warning("the outbox cannot be written: %s", error)
            queue.wait_until = self._tick() + PATIENCE
        except Exception:  # one chat's fault holds up no other's mail
            log.exception("fault while sending to chat %s", queue.chat.id)
            await self._drop(queue, job, traceback.format_exc())
        finally:
            self._passed(queue)
            queue.busy = False
            if queue.letters or queue.cards:
                self._list(queue.chat.id)

    async def _carry(
        self, queue: _Queue, job: Letter | Card, carry: Callable[[], Awaitable[Delivery]]
    ) -> Delivery:
        """Carry something when the budget of all chats together lets it leave: first come, first served."""
        weight = self._postman.weight(job)
        async with self._gate:
            while (free := self._limits.next_overall(self._tick(), weight)) > self._tick():
                await self._until(free)
            self._limits.leave(weight)
        self._passed(queue)
        try:
            return await carry()
        finally:
            self._limits.arrive(queue.chat.id, self._tick(), weight)
            self._answered.set()

    def _passed(self, queue: _Queue) -> None:
        """Let the next one come before the gate."""
        self._ahead.discard(queue.chat.id)
        self._wake.set()

    async def _until(self, free: float) -> None:
        """Wait until a moment, or until something under way is answered."""
        self._answered.clear()
        wait = None if free == inf else (free - self._tick()) / self._speed
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._answered.wait()

    async def _send_letter(self, queue: _Queue, letter: Letter) -> None:
        queue.chat = await self._mark(lambda conn: marks.set_out(conn, queue.chat.id, letter.id))
        delivery: Delivery = Gone("chat is gone")
        if queue.chat.state == "here":
            delivery = await self._carry(queue, letter, lambda: self._postman.send(queue.chat, letter))
        if isinstance(delivery, Sent):
            message, now = delivery.message, self._clock()
            await self._mark(lambda conn: marks.arrived(conn, letter.id, message, now))
            queue.letters.popleft()
            return
        async with self._store.unit(self._clock()) as unit:
            if await self._settle_letter(unit, queue, letter, delivery):
                queue.letters.popleft()

    async def _mark(self, mark: Callable[[Piece], T]) -> T:
        """Note something about a message, in one transaction with what is noted at the same time."""
        return await self._store.at_once(mark, tell=False)

    async def _settle_letter(self, unit: Unit, queue: _Queue, letter: Letter, delivery: Undelivered) -> bool:
        """Write down what became of a letter that was not sent; whether it is over with."""
        ids = [letter.id]
        match delivery:
            case Gone(why):
                await self._leave(unit, queue.chat)
                await outbox.change_letters(unit.conn, ids, state="dropped", why=why)
                return True
            case Refused(why):
                log.warning("a letter was refused: %s", why)
                await outbox.change_letters(unit.conn, ids, state="dropped", why=why)
                return True
            case Lost():
                payload = {key: value for key, value in letter.payload.items() if key != "edit"}
                await outbox.change_letters(unit.conn, ids, state="queued", payload=payload)
                queue.letters[0] = await outbox.letter(unit.conn, letter.id)
                return False
            case Unsure(why) if not letter.notice or letter.attempts >= 1:
                await outbox.change_letters(unit.conn, ids, state="dropped", why=why)
                return True
            case Unsure() | Later() | Moved():
                attempts = await self._again(unit, queue, letter.attempts, delivery)
                await outbox.change_letters(unit.conn, ids, state="queued", attempts=attempts)
                queue.letters[0] = await outbox.letter(unit.conn, letter.id)
                return False

    async def _show_card(self, queue: _Queue, card: Card) -> None:
        seen = card
        queue.chat, card = await self._mark(lambda conn: marks.look_at(conn, queue.chat.id, seen.id))
        delivery: Delivery = Gone("chat is gone")
        if card.state == "live" and queue.chat.state == "here":
            delivery = await self._carry(queue, card, lambda: self._postman.show(queue.chat, card))
        if queue.chat.kind == "group":  # a list that one person ticks in private is to follow the finger
            queue.card_after = self._tick() + self._limits.card_pace
        if isinstance(delivery, Sent):
            message, picture = delivery.message, delivery.picture
            await self._mark(lambda conn: marks.shown(conn, card, message, picture=picture))
        else:
            async with self._store.unit(self._clock()) as unit:
                if not await self._settle_card(unit, queue, card, delivery):
                    return
        self._metrics.card_lag(self._tick() - queue.behind_since.pop(card.id, self._tick()))
        if queue.cards[card.id].wanted > card.wanted:  # renewed while it was under way
            queue.behind_since[card.id] = self._tick()
        else:
            del queue.cards[card.id]

    async def _settle_card(self, unit: Unit, queue: _Queue, card: Card, delivery: Undelivered) -> bool:
        """Write down what became of a card that was not shown; whether it is done with for the present."""
        match delivery:
            case Gone():
                await self._leave(unit, queue.chat)
                await outbox.change_card(unit.conn, card.id, shown=card.wanted)
                return True
            case Refused(why):
                log.warning("a card was refused: %s", why)
                await outbox.change_card(unit.conn, card.id, shown=card.wanted)
                return True
            case Lost():
                await outbox.change_card(unit.conn, card.id, message=None)
                queue.cards[card.id] = await outbox.card(unit.conn, card.id)
                return False
            case Unsure() if card.message is None and card.attempts >= 1:
                await outbox.change_card(unit.conn, card.id, shown=card.wanted)
                return True
            case Unsure() | Later() | Moved():
                attempts = await self._again(unit, queue, card.attempts, delivery)
                await outbox.change_card(unit.conn, card.id, attempts=attempts)
                queue.cards[card.id] = await outbox.card(unit.conn, card.id)
                return False

    async def _again(self, unit: Unit, queue: _Queue, attempts: int, delivery: Delivery) -> int:
        """Put a delivery off; how many attempts there were that the platform did not forbid."""
        if isinstance(delivery, Moved):
            await outbox.move_chat(unit.conn, queue.chat.id, delivery.address)
            queue.chat = await people.chat(unit.conn, queue.chat.id)
            return attempts
        if isinstance(delivery, Later) and delivery.seconds is not None:
            self._limits.halt(queue.chat.id, self._tick() + delivery.seconds)
            return attempts
        queue.wait_until = self._tick() + PATIENCE * 2 ** min(attempts, ATTEMPTS)
        return attempts + 1

    async def _leave(self, unit: Unit, chat: Chat) -> None:
        """Note that a chat cannot be reached any more."""
        await people.change_chat(unit.conn, chat.id, state="gone")
        if chat.kind == "private":
            person = await people.by_address(unit.conn, chat.address)
            if person is not None:
                await people.change(unit.conn, person.id, reach="no")

    async def _drop(self, queue: _Queue, job: Letter | Card, trace: str) -> None:
        """Let go of what cannot be sent for a fault of ours, and record the fault."""
        async with self._store.unit(self._clock()) as unit:
            name = "letter" if isinstance(job, Letter) else "card"
            await updates.add_fault(unit.conn, unit.now, None, {name: job.id}, trace)
            if isinstance(job, Letter):
                queue.letters.popleft()
                await outbox.change_letters(unit.conn, [job.id], state="dropped", why="fault while sending")
            else:
                queue.cards.pop(job.id, None)
                queue.behind_since.pop(job.id, None)
                await outbox.change_card(unit.conn, job.id, shown=job.wanted)
