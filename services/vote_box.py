"""The vote box: votes come in bursts, so presses wait here and are decided and stored together.

One transaction with a handful of set-wise statements takes all presses that came while the loop was busy.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rules.owners import check_right
from rules.people import NotAResident
from rules.proxies import check_mandates, check_own_votes
from rules.refusals import Refusal
from rules.secrecy import check_unsealed
from rules.voters import Voter
from rules.votes import (
    PROXY,
    AskFamily,
    Noted,
    NotThisBallot,
    OpenBallot,
    Vote,
    cast,
    check_no_paper,
    check_open,
)
from rules.ways import Choice, check_choice
from storage import box
from storage.box import Desk
from storage.store import Piece, Store, Unavailable

Toast = dict[str, Any]
_RECEIPT = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: people read it out
_MOST = 5000  # presses a transaction
_PAUSES = (0.05, 0.2, 1.0)  # seconds before a transaction that was turned away is tried again


@dataclass(frozen=True, slots=True)
class Press:
    """A vote as it came in: by whom, in which chat (addresses), what is chosen in which ballot, and why."""

    update_id: int
    user: str
    chat: str
    private: bool
    ballot_id: int
    choice: Choice
    reason: str = ""
    proxy: int = 0  # with which one votes for somebody else; 0: for oneself


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a press: for each voter spoken for, noted or asked; or a refusal of it all."""

    ballot: OpenBallot | None
    lang: str | None  # of the voter; None where he is not known
    doors: dict[str, Noted | AskFamily]
    refusal: Refusal | None = None


Answer = Callable[[Outcome], Toast]


@dataclass(slots=True)
class _Waiting:
    press: Press
    answer: Answer
    future: asyncio.Future[Toast]


class VoteBox:
    """Takes presses, stores them in groups, and tells each what to answer once it is stored."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.stored = 0  # votes cast or changed so far
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, press: Press, answer: Answer) -> Toast:
        """Store a press; what to answer, once it is committed. Raises Unavailable: nothing was stored."""
        waiting = _Waiting(press, answer, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty())
        return await waiting.future

    async def _empty(self) -> None:
        while self._waiting:
            count = 0
            while count < min(len(self._waiting), _MOST):  # as long as the loop has more to put in
                count = len(self._waiting)
                await asyncio.sleep(0)
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._take(sorted(group, key=lambda waiting: waiting.press.update_id))

    async def _take(self, group: list[_Waiting]) -> None:
        """Store a group, and should it fail, each press alone: a fault spoils only its own."""
        try:
            toasts = await self._patiently(group)
        except Unavailable as error:
            _fail(group, error)
        except Exception as error:  # noqa: BLE001 - it is handed to the one whose press it is
            if len(group) == 1:
                _fail(group, error)
            else:
                for waiting in group:
                    await self._take([waiting])
        else:
            for waiting, toast in zip(group, toasts, strict=True):
                if not waiting.future.done():
                    waiting.future.set_result(toast)

    async def _patiently(self, group: list[_Waiting]) -> list[Toast]:
        for pause in _PAUSES:
            try:
                return await self._store_group(group)
            except Unavailable:
                await asyncio.sleep(pause)
        return await self._store_group(group)

    async def _store_group(self, group: list[_Waiting]) -> list[Toast]:
        now = self._clock()
        toasts, stored = await self._store.at_once(lambda conn: self._decide_group(conn, group, now))
        self.stored += stored
        return toasts

    def _decide_group(self, conn: Piece, group: list[_Waiting], now: datetime) -> tuple[list[Toast], int]:
        """The whole transaction: what to answer each, and how many votes were stored."""
        presses = [waiting.press for waiting in group]
        desk = box.load(
            conn,
            {press.update_id for press in presses},
            {press.chat for press in presses if not press.private},
            {(press.user, press.ballot_id) for press in presses},
            {press.proxy for press in presses if press.proxy},
        )
        answers: dict[int, Toast] = {}
        toasts = [self._handle(desk, answers, waiting, now) for waiting in group]
        box.save(conn, desk, answers, now)
        return toasts, len(desk.cast)

    @staticmethod
    def _handle(desk: Desk, answers: dict[int, Toast], waiting: _Waiting, now: datetime) -> Toast:
        """Decide one press; a second delivery gets the answer of the first."""
        key = waiting.press.update_id
        if key in desk.seen:
            return desk.seen[key] or {}
        if key not in answers:
            answers[key] = waiting.answer(decide(desk, waiting.press, now))
        return answers[key]


def _fail(group: list[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.future.done():
            waiting.future.set_exception(error)


def decide(desk: Desk, press: Press, now: datetime) -> Outcome:
    """What becomes of a press, by the rules; the desk is changed accordingly."""
    ballot, lang = desk.ballots.get(press.ballot_id), desk.langs.get(press.user)
    try:
        voters = _authorise(desk, ballot, press, now)
        assert ballot is not None
        press = replace(press, choice=check_choice(ballot.way, press.choice, press.reason))
    except Refusal as refusal:
        return Outcome(ballot, lang, {}, refusal)
    desk.shown.add((ballot.id, press.user))
    if press.proxy:
        desk.used.add(press.proxy)
    return Outcome(ballot, lang, {voter.door: _cast(desk, ballot, press, voter.id, now) for voter in voters})


def _authorise(desk: Desk, ballot: OpenBallot | None, press: Press, now: datetime) -> list[Voter]:
    """Whom this press votes for. Raises what stands against it."""
    if ballot is None:
        raise NotThisBallot
    if not press.private and desk.groups.get(press.chat) != ballot.building_id:
        raise NotThisBallot
    check_open(ballot, now)
    person = desk.people.get(press.user)
    if person not in desk.residents:
        raise NotAResident
    voters = _voters(desk, ballot, press, person)
    if ballot.sealed:
        return check_unsealed(voters, (voter for held, voter in desk.votes if held == ballot.id))
    return check_no_paper(voters, (vote for one in voters if (vote := desk.votes.get((ballot.id, one.id)))))


def _voters(desk: Desk, ballot: OpenBallot, press: Press, person: int) -> list[Voter]:
    """Those who are not under a proxy of one's own voters, or, with a proxy, those it is for."""
    held = {voter: one for (ballot_id, voter), one in desk.mandates.items() if ballot_id == ballot.id}
    if press.proxy:
        return check_mandates([one for one in held.values() if one.proxy_id == press.proxy], person)
    own = check_right(ballot.basis, desk.voters.get((ballot.id, person), {}).values())
    return check_own_votes(own, held, ballot.basis)


def _cast(desk: Desk, ballot: OpenBallot, press: Press, voter_id: int, now: datetime) -> Noted | AskFamily:
    if ballot.sealed:
        return _throw_in(desk, ballot, press, voter_id)
    key = (ballot.id, voter_id)
    previous, by = desk.votes.get(key), desk.people[press.user]
    how = PROXY if press.proxy else "chat"
    outcome = cast(previous, voter_id, press.choice, by, new_receipt(), now, press.reason, ballot.basis, how)
    desk.votes[key] = outcome.vote
    if isinstance(outcome, AskFamily) and key not in desk.changed:
        desk.asked[key] = outcome.vote
        return outcome
    desk.asked.pop(key, None)
    desk.changed[key] = outcome.vote
    if isinstance(outcome, Noted):
        if previous is None:
            desk.first[ballot.id] += 1
        if previous is None or outcome.changed:
            desk.cast.append(key)
    return outcome


def _throw_in(desk: Desk, ballot: OpenBallot, press: Press, voter_id: int) -> Noted:
    """A sealed vote: beside its voter stands that they voted; what they chose lies in the urn."""
    how = PROXY if press.proxy else "chat"
    vote = Vote(voter_id, (), desk.people[press.user], new_receipt(), how=how)
    desk.votes[ballot.id, voter_id] = desk.changed[ballot.id, voter_id] = vote
    desk.urns[ballot.id][new_receipt()] = press.choice
    desk.first[ballot.id] += 1
    desk.cast.append((ballot.id, voter_id))
    return Noted(vote, changed=False)


def new_receipt() -> str:
    """Ten characters that tell a voter his vote among all, e.g. K7M3P-9QX2D."""
    number = secrets.randbelow(len(_RECEIPT) ** 10)
    text = "".join(_RECEIPT[number // len(_RECEIPT) ** place % len(_RECEIPT)] for place in range(10))
    return f"{text[:5]}-{text[5:]}"
