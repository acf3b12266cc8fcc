"""Telegram's side of the handlers: an Update becomes Heard, finds its route, and is answered.

The only file of this folder that knows Telegram.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from telegram import Bot, ChatMember, Message, Update, User
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    PollAnswerHandler,
    filters,
)

from handlers import choosing, guests, record
from handlers.buttons import unpack
from handlers.here import Heard, Here, Quoted
from handlers.refusals import refuse
from handlers.routes import Route, Routes, read_command
from handlers.voting import BoxedVote, boxed_vote
from handlers.words import Words
from rules.refusals import Refusal
from rules.secrecy import Secrecy
from rules.thresholds import Charter
from services import statements, straws
from services.vote_box import VoteBox
from storage import ballots, homes, people, updates
from storage.store import Store, Unavailable, Unit

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
ANSWERS_AT_ONCE = 90  # of 128 connections: a burst of answers never keeps a letter waiting
PAUSES = (0.1, 0.5, 2.0)  # seconds before an update that the database turned away is tried again
GROUPS = {"group", "supergroup"}


class ButtonNoLongerInUse(Refusal):
    """A press on a button that nobody handles: forged, or of an earlier version."""


class PlatformSilent(Refusal):
    """Telegram did not tell in time whether somebody administers the group."""


@dataclass(slots=True)
class Reply:
    """What whoever brought an update is replied: the answer to its press, or that it was turned away."""

    answer: dict[str, Any] | None = None  # parameters of answerCallbackQuery
    turned_away: bool = False  # nothing was stored: it may be brought again


class Reception:
    """Receives updates of the library's Application, one unit of work each."""

    def __init__(
        self,
        store: Store,
        words: Words,
        routes: Routes,
        bot: Bot,
        clock: Clock,
        box: VoteBox,
        charter: Charter,
        past: Callable[..., Awaitable[None]],
    ) -> None:
        self.past = past  # bot.gate.Gate.past
        self.store = store
        self.words = words
        self.routes = routes
        self.bot = bot
        self.clock = clock
        self.box = box
        self.charter = charter
        self.turned_away = 0  # updates that the database could not take
        self._answers: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(ANSWERS_AT_ONCE)
        self._replies: dict[int, Reply] = {}

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Hear everything through the library's own handlers."""
        application.add_handler(CallbackQueryHandler(_of_people(self._pressed)))
        application.add_handler(ChatMemberHandler(_of_people(self._moved), ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _of_people(self._migrated)))
        said = filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
        application.add_handler(MessageHandler(said, _of_people(self._said)))
        application.add_handler(PollAnswerHandler(self._answered))
        application.add_error_handler(self._failed)

    @contextmanager
    def replying(self, update_id: int) -> Iterator[Reply]:
        """While this lasts, what an update is answered is not sent but put into the reply."""
        reply = self._replies[update_id] = Reply()
        try:
            yield reply
        finally:
            del self._replies[update_id]

    async def drain(self) -> None:
        """Wait until every answer to a press has left."""
        while self._answers:
            await asyncio.gather(*self._answers)

    async def _pressed(self, update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        heard = hear(update)
        query = update.callback_query
        assert query is not None
        button = unpack(query.data or "")
        route = self.routes.presses.get(type(button)) if button is not None else None
        if button is not None and (vote := await boxed_vote(self.store, heard, button, self.bot.username)):
            await self._vote(heard, vote)
        elif route is None:
            raise ButtonNoLongerInUse
        else:
            await self._run(heard, route, button)

    async def _vote(self, heard: Heard, vote: BoxedVote) -> None:
        toast = await self.box.put(vote.press, lambda outcome: vote.answer(self.words, outcome))
        self._answer(heard, toast)

    async def _said(self, update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        heard = hear(update)
        command = read_command(heard.text, self.bot.username)
        if heard.album and heard.picture and not heard.text and await self._is_on_record(heard):
            await self._run(heard, Route(record.hear_album))
        elif command is not None:
            await self._command(heard, *command)
        elif (route := self.routes.spoken(heard.text)) is not None:
            await self._run(heard, route, "")
        elif heard.chat_kind == "private" or (heard.quoted and heard.quoted.address is None):
            unread = not heard.text and heard.picture is None
            await self._run(heard, Route(guests.unread if unread else self._go_on))

    async def _is_on_record(self, heard: Heard) -> bool:
        """Whether the album this photo came in began with a statement on record: only its first has words."""
        async with self.store.glance() as conn:
            return await statements.of_album(conn, heard.user, heard.chat, heard.album or "") is not None

    async def _answered(self, update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Note what somebody chose in a straw poll; there is no chat to say anything in."""
        answer = update.poll_answer
        if answer is None or answer.user is None:
            return
        for pause in (*PAUSES, None):
            try:
                await self._note(update.update_id, answer.user, answer.poll_id, answer.option_ids)
            except Unavailable as error:
                log.warning("the database turned an answer away: %s", error)
                if pause is not None:
                    await asyncio.sleep(pause)
            else:
                return
        await self._turn_away(update)

    async def _note(self, number: int, user: User, poll: str, chosen: Sequence[int]) -> None:
        async with self.store.unit(self.clock()) as unit:
            if (await updates.seen(unit.conn, number))[0]:
                return
            name = user.full_name or "?"
            person = await people.meet(unit.conn, str(user.id), name, _language(user), unit.now)
            await straws.answer(unit, poll, person.id, chosen)
            await updates.record(unit.conn, number, None, unit.now)

    async def _command(self, heard: Heard, name: str, rest: str) -> None:
        if name == "start" and rest:
            prefix, _, payload = rest.partition("_")
            route = self.routes.links.get(prefix)
            await self._run(heard, route or Route(guests.unknown_link), payload)
            return
        route = self.routes.commands.get(name)
        if route is not None:
            await self._run(heard, route, rest)
        elif heard.chat_kind == "private":
            await self._run(heard, Route(guests.lost))

    async def _go_on(self, here: Here) -> None:
        """Hear a text within the dialogue its author is in; else offer help (in private)."""
        dialogue = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
        route = self.routes.dialogues.get(dialogue[0]) if dialogue else None
        if dialogue and route:
            await route.act(here, dialogue[1])
        elif here.heard.quoted and "reply" in self.routes.dialogues and here.chat.kind == "group":
            await self.routes.dialogues["reply"].act(here, {})
        elif here.chat.kind == "private" and (begun := self.routes.begun(here.heard.text)):
            await begun[0].act(here, begun[1])
        elif here.chat.kind == "private":
            await guests.lost(here)

    async def _moved(self, update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        change = update.my_chat_member
        assert change is not None
        present = change.new_chat_member.status not in {ChatMember.LEFT, ChatMember.BANNED}
        before = change.old_chat_member.status not in {ChatMember.LEFT, ChatMember.BANNED}
        act = guests.arrived if present and not before else guests.left if not present else guests.stayed
        await self._run(hear(update), Route(act))

    async def _migrated(self, update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        message = update.message
        if message is not None and message.migrate_to_chat_id is not None:
            await self._run(hear(update), Route(guests.moved_to), str(message.migrate_to_chat_id))

    async def _run(self, heard: Heard, route: Route, *args: object) -> None:
        """One update, one unit of work; a second delivery is answered as the first was."""
        if route.admin and heard.chat_kind == "group":
            admin = await self._is_admin(heard.chat, int(heard.user))
            heard = replace(heard, admin=admin, trusted=await self._is_admin(heard.chat, self.bot.id))
        for pause in PAUSES:
            try:
                return await self._once(heard, route, *args)
            except Unavailable as error:
                log.warning("the database turned an update away: %s", error)
                await asyncio.sleep(pause)
        return await self._once(heard, route, *args)

    async def _once(self, heard: Heard, route: Route, *args: object) -> None:
        ahead = await route.ahead(self.store, heard.user, args[0]) if route.ahead else None
        async with self.store.unit(self.clock()) as unit:
            seen, toast = await updates.seen(unit.conn, heard.update_id)
            if not seen:
                here = await self._arrive(unit, heard, *args[:1])
                here.ahead = ahead
                await route.act(here, *args)
                toast = here.toast
                await updates.record(unit.conn, heard.update_id, toast, unit.now)
        self._answer(heard, toast)

    async def _arrive(self, unit: Unit, heard: Heard, asked: object = None) -> Here:
        person = await people.meet(unit.conn, heard.user, heard.name, heard.lang, unit.now)
        chat = await people.enter(unit.conn, heard.chat, heard.chat_kind, heard.chat_title)
        if heard.chat != chat.address:  # from before it moved: its number may be another message's by now
            heard = replace(heard, message=None)
        if chat.kind == "private" and person.reach != "yes":
            await people.change(unit.conn, person.id, reach="yes")
        here = Here(unit, self.words, self.bot.username, heard, person, chat, None, self.charter)
        if chat.kind == "private":
            here.building, here.among = await choosing.meant(unit, person, chat, asked)
        elif chat.building_id is not None:
            here.building = await homes.building(unit.conn, chat.building_id)
        return here

    async def _is_admin(self, chat: str, user: int) -> bool:
        """Whether somebody administers a group. Raises PlatformSilent."""
        try:
            member = await self.bot.get_chat_member(chat, user)
        except (BadRequest, Forbidden):  # somebody of whom it knows nothing there
            return False
        except TelegramError as error:
            log.warning("it could not be asked who administers a group: %s", error)
            raise PlatformSilent from error
        return member.status in {ChatMember.ADMINISTRATOR, ChatMember.OWNER}

    async def _failed(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Answer a refusal in its own words; record anything else and apologise."""
        error = context.error
        if not isinstance(update, Update) or error is None:
            log.error("fault outside of any update", exc_info=error)
            return
        if isinstance(error, Unavailable):
            await self._turn_away(update)
            return
        if not isinstance(error, Refusal):
            log.error("fault in update %s", update.update_id, exc_info=error)
        try:
            await self._own_up(update, error)
        except Exception as again:  # done with it is only what is on record
            if not isinstance(again, Unavailable):
                log.exception("the fault of update %s cannot be kept", update.update_id)
            await self._turn_away(update)

    async def _own_up(self, update: Update, error: Exception) -> None:
        """Tell whoever sent it; where nobody can be told, still keep the fault. Raises Unavailable."""
        fault = None if isinstance(error, Refusal) else "".join(traceback.format_exception(error))
        kept = update.to_dict() if fault and not await self._is_sealed(update) else None
        if _comes_from_a_chat(update):
            try:
                await self._run(hear(update), Route(self._apologise), error, fault, kept)
            except Unavailable:
                raise
            except Exception:  # what the handler stumbled over may lie on the way to the apology, too
                fault = fault or traceback.format_exc()
                log.exception("fault in an apology for update %s", update.update_id)
            else:
                return
        await self.put_down(update.update_id, kept, fault)

    async def put_down(self, number: int, kept: dict[str, Any] | None, fault: str | None) -> None:
        """Be done with an update that nobody is answered, once, and keep its fault. Raises Unavailable."""
        async with self.store.unit(self.clock()) as unit:
            if (await updates.seen(unit.conn, number))[0]:
                return
            if fault:
                await updates.add_fault(unit.conn, unit.now, number, kept, fault)
            await updates.record(unit.conn, number, None, unit.now)

    async def _is_sealed(self, update: Update) -> bool:
        """Whether it was pressed on a sealed ballot's paper: what somebody ticks there is kept nowhere."""
        button = unpack(update.callback_query.data or "") if update.callback_query else None
        async with self.store.glance() as conn:
            ballot = await ballots.find(conn, getattr(button, "ballot", 0))
        return ballot is not None and ballot.secrecy is Secrecy.SEALED

    async def _turn_away(self, update: Update) -> None:
        """Nothing was stored: have it brought again where that can be, else tell the person."""
        self.turned_away += 1
        if update.update_id in self._replies:
            self._replies[update.update_id].turned_away = True
        elif _comes_from_a_chat(update):
            await self._say_unavailable(hear(update))

    async def _say_unavailable(self, heard: Heard) -> None:
        """Nothing can be stored, not even what to say: say so directly."""
        text = self.words.plain(heard.lang, "refusals.unavailable")
        if heard.press is not None:
            self._answer(heard, {"text": text, "alert": True})
            return
        try:
            say = partial(self.bot.send_message, heard.chat, text)
            await self.past(heard.chat, say, group=heard.chat_kind == "group")
        except TelegramError as error:
            log.warning("an apology could not be sent: %s", error)

    async def _apologise(
        self, here: Here, error: Exception, fault: str | None, payload: dict[str, Any] | None
    ) -> None:
        if isinstance(error, Refusal):
            await refuse(here, error)
            return
        await updates.add_fault(here.unit.conn, here.now, here.heard.update_id, payload, fault or "")
        await here.tell("refusals.fault", alert=True)

    def _answer(self, heard: Heard, toast: dict[str, Any] | None) -> None:
        """Answer a press, now that what it did is stored; nothing waits for the answer to arrive."""
        if heard.press is None:
            return
        if heard.update_id in self._replies:
            self._replies[heard.update_id].answer = _answer_to(heard.press, toast or {})
            return
        task = asyncio.create_task(self._send_answer(heard.press, toast or {}))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _send_answer(self, press: str, toast: dict[str, Any]) -> None:
        try:
            async with self._free:
                await self.bot.answer_callback_query(
                    press, text=toast.get("text"), show_alert=toast.get("alert"), url=toast.get("url")
                )
        except TelegramError as error:  # too old, or the network: what was pressed is stored all the same
            log.info("a press could not be answered: %s", error)


def _of_people(act: Callable[..., Awaitable[None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    """Hear what somebody does in a chat with people; a channel has none, and an inline message no chat."""

    async def heard(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        chat = update.effective_chat
        if update.effective_user is not None and chat is not None and chat.type != ChatType.CHANNEL:
            await act(update, context)

    return heard


def _comes_from_a_chat(update: Update) -> bool:
    """Whether somebody can be told something: an answer to a poll comes from no chat."""
    return update.effective_user is not None and update.effective_chat is not None


def _answer_to(press: str, toast: dict[str, Any]) -> dict[str, Any]:
    """The parameters of answerCallbackQuery."""
    more = {"text": toast.get("text"), "show_alert": toast.get("alert"), "url": toast.get("url")}
    return {"callback_query_id": press, **{name: value for name, value in more.items() if value}}


def hear(update: Update) -> Heard:
    """An update in no platform's terms."""
    user, chat, query = update.effective_user, update.effective_chat, update.callback_query
    assert user is not None
    assert chat is not None
    message = None if query else update.effective_message
    named = query.message if query else message
    quoted = message.reply_to_message if message else None
    return Heard(
        update_id=update.update_id,
        user=str(user.id),
        name=user.full_name or "?",  # the library has none for a deleted account
        lang=_language(user),
        chat=str(chat.id),
        chat_kind="group" if chat.type in GROUPS else "private",
        chat_title=chat.title or user.full_name or "?",
        message=str(named.message_id) if named else None,
        text=(message.text or message.caption or "") if message else "",
        picture=_picture(message),
        album=message.media_group_id if message else None,
        quoted=_quoted(quoted) if quoted else None,
        press=query.id if query else None,
    )


def _language(user: User) -> str:
    return "en" if (user.language_code or "").startswith("en") else "zh"


def _picture(message: Message | None) -> str | None:
    return message.photo[-1].file_id if message and message.photo else None


def _quoted(message: Message) -> Quoted:
    author = message.from_user
    mine = author is not None and author.is_bot
    return Quoted(
        message=str(message.message_id),
        text=message.text or message.caption or "",
        name=author.full_name if author else "",
        address=None if mine or author is None else str(author.id),
        picture=_picture(message),
        album=message.media_group_id,
    )
