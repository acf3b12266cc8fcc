"""The outbox loop: sends what the bot has to say, in order within a chat and within Telegram's limits.

A letter is marked before and after it is sent; one found half-sent after a crash is looked for (halfway.py).
A card is drawn when its turn comes, so a burst of votes is one edit.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from logging import INFO, WARNING
from math import inf
from typing import TypeVar

from bot.gate import Gate
from bot.halfway import Halfway
from bot.metrics import Metrics
from bot.office import NotInOffice, Seat, check_held, take_over
from bot.postman import Delivery, Failed, Gone, Later, Lost, Moved, Postman, Refused, Sent, Unsure
from bot.queues import Queue, Undelivered, is_over
from bot.turns import Turns
from rules.people import Chat
from storage import homes, marks, outbox, people, updates
from storage.outbox import Card, Letter
from storage.store import Connection, Piece, Store, Unavailable, Unit

T = TypeVar("T")

log = logging.getLogger(__name__)

AT_ONCE = 30  # requests under way
AHEAD = 2  # messages marked as leaving before the overall budget lets them, so that marking costs no time
SLOWEST = 5  # doublings of the pause after which what failed is tried again
LOOK = 5.0  # seconds after which it looks for what another process has put in
GRACE = 2.0  # seconds in which what another worker has under way arrives, or never
MOMENT = 0.1  # seconds after which a chat is looked at again to which something went past the outbox
PATIENCE = 2.0  # seconds before what failed is tried again, doubled each time


class Dispatcher:
    """Sends letters and cards until it is stopped."""

    def __init__(
        self,
        store: Store,
        postman: Postman,
        clock: Callable[[], datetime],
        gate: Gate,
        metrics: Metrics,
        seat: Seat,
        speed: float = 1.0,  # how much faster than the wall clock time runs: in the demo and in tests
    ) -> None:
        self._store = store
        self._postman = postman
        self._clock = clock
        self._speed = speed
        self._limits = gate.limits
        self._gate = gate
        self._tick = gate.tick
        self._metrics = metrics
        self._seat = seat
        self.idle = asyncio.Event()  # set while nothing waits to be sent
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self._halfway = Halfway(store, postman, gate.pause)
        self._sending: set[asyncio.Task[None]] = set()
        self._begin()
        store.on_commit(self.notice)

    def _begin(self) -> None:
        """Know of nothing yet: what was known in an earlier time in office is no longer so."""
        self._queues: dict[int, Queue] = {}
        self._ready = Turns()
        self._later: list[tuple[float, int, int]] = []  # (when, order, chat id)
        self._delayed: list[tuple[datetime, int]] = []  # (not before, letter id)
        self._last = 0  # id of the newest letter taken in
        self._look_at = -inf  # when to look into the outbox unless something is committed before
        self._unread = False  # the last look failed
        self._ahead: set[int] = set()  # chats whose message is marked and waits before the gate
        self._began = self._tick()
        self.idle.clear()

    def notice(self) -> None:
        """Look into the outbox: something was committed."""
        self._look_at = -inf
        self.idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what is under way then still arrives, and all else is left to the next."""
        self._begin()
        await self._take_over()
        try:
            while True:
                self._wake.clear()
                if self._until_look() <= 0:
                    await self._look()
                pause = min(self._start_ready(), self._until_look())
                if not (self._unread or self._sending or self._ready or self._later or self._wake.is_set()):
                    self.idle.set()
                with suppress(TimeoutError):  # wait_for may lose a cancellation, until Python 3.12
                    async with asyncio.timeout(max(0.01, pause) / self._speed):
                        await self._wake.wait()
        finally:
            await asyncio.gather(*self._sending, return_exceptions=True)

    def _until_look(self) -> float:
        """Seconds until it looks into the outbox: at news, when what was put off is due, and now and then."""
        known = self._delayed and not self._unread
        due = (self._delayed[0][0] - self._clock()).total_seconds() if known else inf
        return min(self._look_at - self._tick(), due)

    async def _look(self) -> None:
        self._look_at, self._unread = self._tick() + LOOK * self._speed, False
        try:
            await self._pull()
        except Unavailable as error:
            log.warning("the outbox cannot be read: %s", error)
            self._look_at, self._unread = min(self._look_at, self._tick() + PATIENCE), True

    async def _take_over(self) -> None:
        """Go on where another's work, or this one's before, has ended."""
        while True:
            try:
                grace, pace = GRACE / self._speed, self._limits.card_pace
                lately = await take_over(self._store, self._clock, self._seat, grace=grace, pace=pace)
                await self._halfway.look()
                break
            except (Unavailable, NotInOffice) as error:
                if not self._seat.shared:
                    raise  # it could not so much as begin
                log.warning("the outbox cannot be taken over: %s", error)
                await asyncio.sleep(PATIENCE)
        now, tick = self._clock(), self._tick()
        for one in lately.sent:
            ago = max(0.0, (now - one.at).total_seconds())  # the clock may have been set back
            self._limits.leave(one.messages)
            self._limits.arrive(one.address, tick - ago, one.messages)
        for address, until in lately.halted:
            self._limits.halt(address, tick + (until - now).total_seconds())

    async def _pull(self) -> None:
        """Take in what was committed since the last look, and what was put off until now."""
        now = self._clock()
        async with self._store.glance() as conn:
            while batch := await outbox.open_letters(conn, self._last):
                await self._add(conn, [one for one in batch if (one.not_before or now) <= now])
                for letter in batch:
                    if letter.not_before is not None and letter.not_before > now:
                        heapq.heappush(self._delayed, (letter.not_before, letter.id))
                self._last = batch[-1].id  # only now: what cannot be read to its end is read again
            if self._delayed and self._delayed[0][0] <= now:
                ripe = {number for moment, number in self._delayed if moment <= now}
                await self._add(conn, await outbox.letters(conn, ripe))
                self._delayed = [one for one in self._delayed if one[1] not in ripe]
                heapq.heapify(self._delayed)
            await self._add(conn, await outbox.behind_cards(conn))

    async def _add(self, conn: Connection, jobs: Sequence[Letter | Card]) -> None:
        await self._meet(conn, jobs)
        for job in jobs:
            self._enqueue(job)

    async def _meet(self, conn: Connection, jobs: Sequence[Letter | Card]) -> None:
        """Have a queue for the chat of each."""
        new = {job.chat_id for job in jobs} - self._queues.keys()
        buildings = await homes.buildings_by_chat(conn, new)
        for chat in await people.chats_among(conn, new):
            pace = self._limits.card_pace if chat.kind == "group" else 0.0  # one may just have been edited
            self._queues[chat.id] = Queue(chat, buildings.get(chat.id), card_after=self._began + pace)

    def _enqueue(self, job: Letter | Card) -> None:
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
            self._ready.add(queue.rank, queue.building, chat_id)

    def _start_ready(self) -> float:
        """Start what may leave now; how many seconds until there may be more."""
        now = self._tick()
        while self._later and self._later[0][0] <= now:
            self._list(heapq.heappop(self._later)[2])
        while self._ready:
            if len(self._sending) >= AT_ONCE or len(self._ahead) >= AHEAD:
                return inf
            self._start(self._queues[self._ready.pop()], now)
        return self._later[0][0] - now if self._later else inf

    def _start(self, queue: Queue, now: float) -> None:
        if queue.busy or not (queue.letters or queue.cards):
            return
        group = queue.chat.kind == "group"
        job = queue.next(now)
        if job is None:
            when = max(queue.wait_until, queue.card_after)
        else:
            free = self._limits.next_in(queue.chat.address, now, group=group, messages=job.weight)
            when = max(queue.wait_until, free)
        if queue.chat.address in self._gate.busy:
            when = max(when, now + MOMENT)
        if when > now or job is None:
            heapq.heappush(self._later, (when, next(self._order), queue.chat.id))
            return
        queue.busy = True
        self._gate.busy.add(queue.chat.address)
        self._ahead.add(queue.chat.id)
        task = asyncio.create_task(self._send(queue, job))
        self._sending.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()

    async def _send(self, queue: Queue, job: Letter | Card) -> None:
        address = queue.chat.address  # it may have another after
        try:
            if isinstance(job, Letter):
                await self._send_letter(queue, job)
            else:
                await self._show_card(queue, job)
        except (Unavailable, NotInOffice) as error:
            log.warning("the outbox cannot be written: %s", error)
            queue.wait_until = self._tick() + PATIENCE
        except Exception:  # one chat's fault holds up no other's mail
            log.exception("fault while sending to chat %s", queue.chat.id)
            queue.wait_until = self._tick() + PATIENCE  # it may be met again, where it cannot be recorded
            with suppress(Unavailable):
                await self._drop(queue, job, traceback.format_exc())
        finally:
            self._passed(queue)
            self._gate.busy.discard(address)
            queue.busy = False
            if queue.letters or queue.cards:
                self._list(queue.chat.id)

    async def _carry(
        self, queue: Queue, job: Letter | Card, carry: Callable[[], Awaitable[Delivery]]
    ) -> Delivery:
        """Carry something when the budget of all chats together lets it leave."""
        address = queue.chat.address
        return await self._gate.through(address, job.weight, lambda: self._passed(queue), carry)

    def _passed(self, queue: Queue) -> None:
        """Let the next one come before the gate."""
        self._ahead.discard(queue.chat.id)
        self._wake.set()

    async def _send_letter(self, queue: Queue, letter: Letter) -> None:
        if letter.state == "sending" and queue.unwritten is None:  # as it was when the process ended
            self._passed(queue)
            found = await self._halfway.find(queue.chat, letter, lambda ask: self._carry(queue, letter, ask))
            if found is None:  # it leaves now
                letter = queue.letters[0] = replace(letter, state="queued")
            else:
                queue.unwritten = (letter, found)
        if queue.unwritten is None:
            chat = await self._mark(lambda conn: self._set_out(conn, queue.chat.id, letter.id))
            if chat is None:
                await self._hand_over(queue)
                return
            queue.chat = chat
            delivery: Delivery = Gone("chat is gone")
            if chat.state == "here":
                delivery = await self._carry(queue, letter, lambda: self._postman.send(chat, letter))
            queue.unwritten = (letter, delivery)
        await self._note_letter(queue, letter, queue.unwritten[1])
        queue.unwritten = None

    def _set_out(self, conn: Piece, chat_id: int, letter_id: int) -> Chat | None:
        check_held(self._seat)
        return marks.set_out(conn, chat_id, letter_id)

    async def _note_letter(self, queue: Queue, letter: Letter, delivery: Delivery) -> None:
        """Write down what became of a letter, and go on to the next where it is over with."""
        if isinstance(delivery, Sent):
            message, now = delivery.message, self._clock()
            named = (letter.payload["poll"]["straw"], delivery.poll) if delivery.poll else None
            await self._mark(lambda conn: marks.arrived(conn, letter.id, message, now, named))
            queue.calm()
            queue.letters.popleft()
            return
        async with self._store.unit(self._clock()) as unit:
            await self._settle_letter(unit, queue, letter, delivery)
            open_still = await outbox.letters(unit.conn, [letter.id])
        if open_still:
            queue.letters[0] = open_still[0]
        else:
            queue.letters.popleft()

    async def _hand_over(self, queue: Queue) -> None:
        """The chat is no more: what it was to get belongs to the chat it became, or to none."""
        asked = {letter.id for letter in queue.letters}
        async with self._store.glance() as conn:
            letters = await outbox.letters(conn, asked)
            await self._meet(conn, letters)
        queue.letters = deque(letter for letter in queue.letters if letter.id not in asked)
        queue.cards.clear()
        queue.behind_since.clear()
        for letter in letters:
            self._enqueue(letter)

    async def _mark(self, mark: Callable[[Piece], T]) -> T:
        """Note something about a message, in one transaction with what is noted at the same time.

        Whoever comes into office later sees it: he can settle nothing before the transaction has ended.
        """
        return await self._store.at_once(mark, tell=False)

    async def _settle_letter(self, unit: Unit, queue: Queue, letter: Letter, delivery: Undelivered) -> None:
        """Write down what became of a letter that was not sent."""
        check_held(self._seat)
        harmless = letter.notice or bool(letter.payload.get("edit"))  # an edit done twice is one
        over = is_over(queue, delivery, again=harmless and letter.attempts < 1)
        still = letter.state if isinstance(delivery, Later | Failed) else "queued"  # it is looked for again
        changes: dict[str, object] = {"state": still}
        match delivery:
            case Gone(why) | Refused(why) | Failed(why) | Unsure(why) if over:
                cause = type(delivery).__name__.lower()
                changes = outbox.dropped(unit.now, cause, why)
                log.log(INFO if cause == "gone" else WARNING, "a letter was let go: %s %s", letter.id, cause)
            case Unsure():
                changes["attempts"] = letter.attempts + 1
            case Lost():
                changes["payload"] = {key: value for key, value in letter.payload.items() if key != "edit"}
        await self._heed(unit, queue, delivery, over=over)
        await outbox.change_letters(unit.conn, [letter.id], **changes)

    async def _show_card(self, queue: Queue, card: Card) -> None:
        if queue.unwritten is None:
            looked = await self._mark(lambda conn: marks.look_at(conn, queue.chat.id, card.id))
            if looked is None:
                await self._hand_over(queue)
                return
            queue.chat, seen = looked
            delivery: Delivery = Gone("chat is gone")
            if seen.state == "live" and queue.chat.state == "here":
                delivery = await self._carry_card(queue, seen)
            if queue.chat.kind == "group":  # a list that one person ticks in private is to follow the finger
                queue.card_after = self._tick() + self._limits.card_pace
            queue.unwritten = (seen, delivery)
            card = seen
        await self._note_card(queue, card, queue.unwritten[1])
        queue.unwritten = None

    async def _carry_card(self, queue: Queue, card: Card) -> Delivery:
        """Carry a card; one that was leaving when the process ended is looked for before."""
        chat, found = queue.chat, None
        if card.leaving and card.message is None:
            self._passed(queue)
            found = await self._halfway.find_card(chat, card, lambda ask: self._carry(queue, card, ask))
        return found or await self._carry(queue, card, lambda: self._postman.show(chat, card))

    async def _note_card(self, queue: Queue, card: Card, delivery: Delivery) -> None:
        """Write down what became of a card, and whether it is still behind."""
        if isinstance(delivery, Sent):
            message, picture, now = delivery.message, delivery.picture, self._clock()
            await self._mark(lambda conn: marks.shown(conn, card, message, now, picture=picture))
            queue.calm()
        else:
            async with self._store.unit(self._clock()) as unit:
                over = await self._settle_card(unit, queue, card, delivery)
                now_as = None if over else await outbox.card(unit.conn, card.id)
            if now_as is not None:
                queue.cards[card.id] = now_as
                return
        self._metrics.card_lag(self._tick() - queue.behind_since.pop(card.id, self._tick()))
        if queue.cards[card.id].wanted > card.wanted:  # renewed while it was under way
            queue.behind_since[card.id] = self._tick()
        else:
            del queue.cards[card.id]

    async def _settle_card(self, unit: Unit, queue: Queue, card: Card, delivery: Undelivered) -> bool:
        """Write down what became of a card that was not shown; whether it is done with for the present."""
        over = is_over(queue, delivery, again=bool(card.message) or card.attempts < 1)
        still = card.leaving and isinstance(delivery, Later | Failed)  # it is looked for again
        changes: dict[str, object] = {"leaving": still}
        match delivery:
            case Gone():
                pass  # it stays behind: the chat may be back
            case _ if over:
                changes["shown"] = card.wanted
            case Unsure():
                changes["attempts"] = card.attempts + 1
            case Lost(outgrown):
                changes |= {"message": None} | ({"shown": 0} if outgrown else {})
        await self._heed(unit, queue, delivery, over=over)
        await outbox.change_card(unit.conn, card.id, **changes)
        return over

    async def _heed(self, unit: Unit, queue: Queue, delivery: Undelivered, *, over: bool) -> None:
        """Keep to what the platform said: the chat is gone, is elsewhere, or is to wait."""
        match delivery:
            case Gone():
                await self._leave(unit, queue.chat)
            case Moved(address):
                await outbox.move_chat(unit.conn, queue.chat.id, address)
            case Later(seconds) if seconds is not None:
                self._limits.halt(queue.chat.address, self._tick() + seconds)
                until = self._clock() + timedelta(seconds=seconds)
                await people.change_chat(unit.conn, queue.chat.id, halted_until=until)
            case Later() | Failed() | Unsure() if not over:
                queue.wait_until = self._tick() + PATIENCE * 2 ** min(queue.troubles, SLOWEST)
                queue.trouble(delivery)
            case Failed():
                queue.calm()  # what comes next has its own time

    async def _leave(self, unit: Unit, chat: Chat) -> None:
        """Note that a chat cannot be reached any more."""
        await people.change_chat(unit.conn, chat.id, state="gone")
        if chat.kind == "private":
            person = await people.by_address(unit.conn, chat.address)
            if person is not None:
                await people.change(unit.conn, person.id, reach="no")

    async def _drop(self, queue: Queue, job: Letter | Card, trace: str) -> None:
        """Let go of what cannot be sent for a fault of ours, and record the fault."""
        async with self._store.unit(self._clock()) as unit:
            name = "letter" if isinstance(job, Letter) else "card"
            await updates.add_fault(unit.conn, unit.now, None, {name: job.id}, trace)
            if isinstance(job, Letter):
                ended = outbox.dropped(unit.now, "fault", "fault while sending")
                await outbox.change_letters(unit.conn, [job.id], **ended)
            else:
                await outbox.change_card(unit.conn, job.id, shown=job.wanted)
        queue.unwritten = None
        if isinstance(job, Letter):
            queue.letters.popleft()
        else:
            queue.cards.pop(job.id, None)
            queue.behind_since.pop(job.id, None)
