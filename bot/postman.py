"""The postman: carries letters and cards to Telegram, and says what became of each in plain terms."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.gate import seconds_of
from bot.metrics import Metrics
from bot.request import NeverLeft, PlatformFailed
from handlers.routes import Name, Routes
from handlers.speech import Screen, View
from handlers.words import Words
from rules.people import Chat
from rules.thresholds import Charter
from services import photos
from storage.outbox import Card, Letter
from storage.store import Connection, Store


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived as this message; `picture` tells whether the message is one."""

    message: str
    picture: bool = False
    poll: str | None = None  # the platform's name of the poll in it


@dataclass(frozen=True, slots=True)
class Lost:
    """The message to be edited cannot be edited any more: it has to be sent anew.

    `outgrown`: it is there, but is no picture and has to be one, or the other way round.
    """

    outgrown: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be reached: the bot was blocked, removed, or never started."""

    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group became a supergroup with this address."""

    address: str


@dataclass(frozen=True, slots=True)
class Later:
    """It was certainly not sent; the platform says after how many seconds to try again, if it says so."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The platform answered that it failed: it was not sent, and may be soon."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """No answer came: it may have been sent."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform will never take it."""

    why: str


Delivery = Sent | Lost | Gone | Moved | Later | Failed | Unsure | Refused

log = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_LOST = (  # an edit cannot show it any more, a new message can
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message",
    "there is no caption in the message",
)


class Postman:
    """Sends through a Bot; draws cards and makes files when their turn comes."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        words: Words,
        routes: Routes,
        clock: Callable[[], datetime],
        font: Path | None,
        metrics: Metrics,
        charter: Charter,
    ) -> None:
        self._bot = bot
        self._metrics = metrics
        self._store = store
        self._words = words
        self._routes = routes
        self._clock = clock
        self._font = font
        self._charter = charter

    async def send(self, chat: Chat, letter: Letter) -> Delivery:
        """Carry a letter."""
        return await self._try("letter", lambda: self._send(chat, letter.payload))

    async def look_for(self, chat: Chat, letter: Letter, message: str) -> Delivery:
        """Whether a message is there and says what a letter does: Sent if so, else Lost or Refused."""
        payload = letter.payload
        file = payload.get("picture") or payload.get("document")
        edit = self._edit_caption if file else self._edit
        markup = _markup(payload["keys"])
        return await self._try("question", lambda: edit(chat.address, message, payload["text"], markup))

    async def look_for_card(self, chat: Chat, card: Card, message: str) -> Delivery:
        """Whether a message is there that shows a card, as it does then: Sent if so, else Lost or Refused."""
        screen = await self._draw(chat, card)
        if screen is None:
            return Sent("", card.picture)
        there = replace(card, message=message, picture=screen.picture is not None)
        delivery = await self._try("question", lambda: self._show(chat, there, screen))
        if card.pinned and not screen.over and isinstance(delivery, Sent):
            await self._pin(chat, message)
        return delivery

    async def _draw(self, chat: Chat, card: Card) -> Screen | None:
        async with self._store.glance() as conn:
            return await self._routes.cards[card.kind](self._view(conn, card.lang, chat), card.about_id)

    async def show(self, chat: Chat, card: Card) -> Delivery:
        """Carry a card as it looks now: a new message, or an edit of the one that is there."""
        screen = await self._draw(chat, card)
        if screen is None or (screen.over and card.shown and not card.message):
            return Sent(card.message or "", card.picture)
        return await self._try("card", lambda: self._show(chat, card, screen))

    def _view(self, conn: Connection, lang: str, chat: Chat | None = None) -> View:
        return View(
            conn,
            self._words,
            lang,
            self._clock(),
            self._bot.username,
            chat,
            self._font,
            self._charter,
        )

    async def _gather(self, wanted: Name, about: Any) -> dict[str, bytes]:
        """The photos of a file; no connection to the database is held while they are fetched."""
        async with self._store.glance() as conn:
            names = await wanted(conn, about)
        return await photos.gather(names, self._fetch)

    async def _fetch(self, name: str) -> bytes | None:
        """A photo by the platform's name of it; None where it does not give it."""
        for _ in range(2):
            try:
                file = await self._bot.get_file(name)
                return bytes(await file.download_as_bytearray())
            except BadRequest as error:
                log.info("a photo is no longer given: %s", error)
                return None
            except TelegramError as error:
                log.warning("a photo could not be fetched: %s", error)
        return None

    async def _try(self, what: str, act: Callable[[], Awaitable[Delivery]]) -> Delivery:
        began = time.monotonic()
        try:
            delivery = await act()
        except TelegramError as error:
            delivery = fate(error)
            if isinstance(delivery, Refused) and what != "question":
                log.warning("a message was refused: %s", error)
        self._metrics.delivery(what, type(delivery).__name__.lower(), time.monotonic() - began)
        if isinstance(delivery, Later) and delivery.seconds is not None:
            self._metrics.told_to_wait()
        return delivery

    async def _send(self, chat: Chat, payload: dict[str, Any]) -> Delivery:
        to, text, markup = chat.address, payload["text"], _markup(payload["keys"])
        if payload.get("edit"):
            return await self._edit(to, payload["edit"], text, markup)
        reply = (
            ReplyParameters(int(payload["reply_to"]), allow_sending_without_reply=True)
            if payload.get("reply_to")
            else None
        )
        more: dict[str, Any] = {
            "parse_mode": ParseMode.HTML,
            "reply_markup": markup,
            "reply_parameters": reply,
        }
        if payload.get("poll"):
            asked = payload["poll"]
            return _sent(
                await self._bot.send_poll(
                    to, asked["question"], asked["options"], is_anonymous=False, reply_markup=markup
                )
            )
        if payload.get("stop"):
            await self._stop(to, payload["stop"])
        if payload.get("album"):
            media = [
                InputMediaPhoto(picture, caption=text if index == 0 else None, parse_mode=ParseMode.HTML)
                for index, picture in enumerate(payload["album"])
            ]
            messages = await self._bot.send_media_group(to, media, reply_parameters=reply)
            return Sent(str(messages[0].message_id), picture=True)
        if payload.get("picture"):
            photo = await self._file(payload["picture"])
            return _sent(await self._bot.send_photo(to, photo, caption=text, **more))
        if payload.get("document"):
            document = await self._file(payload["document"])
            return _sent(await self._bot.send_document(to, document, caption=text or None, **more))
        return _sent(await self._bot.send_message(to, text, link_preview_options=_NO_PREVIEW, **more))

    async def _show(self, chat: Chat, card: Card, screen: Screen) -> Delivery:
        keys = [[key.pack() for key in row] for row in screen.keys]
        if card.message and card.picture != (screen.picture is not None):
            return Lost(outgrown=True)
        if card.message:
            edit = self._edit_caption if card.picture else self._edit
            delivery = await edit(chat.address, card.message, screen.text, _markup(keys))
            if card.pinned and screen.over:
                await self._unpin(chat, card.message)
            return delivery
        payload = {"text": screen.text, "keys": keys, "picture": screen.picture}
        delivery = await self._send(chat, payload)
        if card.pinned and not screen.over and isinstance(delivery, Sent):
            await self._pin(chat, delivery.message)
        return delivery

    async def _edit(self, to: str, message: str, text: str, markup: InlineKeyboardMarkup | None) -> Delivery:
        try:
            await self._bot.edit_message_text(
                text,
                to,
                int(message),
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            _unless_unmodified(error)
        return Sent(message)

    async def _edit_caption(
        self, to: str, message: str, text: str, markup: InlineKeyboardMarkup | None
    ) -> Delivery:
        try:
            await self._bot.edit_message_caption(
                to, int(message), caption=text, parse_mode=ParseMode.HTML, reply_markup=markup
            )
        except BadRequest as error:
            _unless_unmodified(error)
        return Sent(message, picture=True)

    async def _stop(self, to: str, message: str) -> None:
        """Stop a poll, where it still runs and the bot may."""
        try:
            await self._bot.stop_poll(to, int(message))
        except BadRequest as error:
            log.info("a poll was not stopped: %s", error)

    async def _pin(self, chat: Chat, message: str) -> None:
        """Pin it where the bot may; a group that does not let it still has the message."""
        try:
            await self._bot.pin_chat_message(chat.address, int(message), disable_notification=True)
        except TelegramError as error:
            log.info("a message was not pinned: %s", error)

    async def _unpin(self, chat: Chat, message: str) -> None:
        """Unpin it, if it is pinned and the bot may."""
        try:
            await self._bot.unpin_chat_message(chat.address, int(message))
        except TelegramError as error:
            log.info("a message was not unpinned: %s", error)

    async def _file(self, source: dict[str, Any]) -> str | InputFile:
        if "file" in source:
            return str(source["file"])
        wanted = self._routes.photos.get(source["make"])
        fetched = {} if wanted is None else await self._gather(wanted, source["about"])
        async with self._store.glance() as conn:
            view = replace(self._view(conn, source["lang"]), photos=fetched)
            made = await self._routes.makers[source["make"]](view, source["about"])
        return InputFile(made.content, filename=made.name)


def _sent(message: Message) -> Sent:
    poll = message.poll.id if message.poll else None
    return Sent(str(message.message_id), picture=bool(message.photo), poll=poll)


def _markup(rows: list[list[dict[str, str]]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(key["text"], callback_data=key.get("data"), url=key.get("url"))
                for key in row
            ]
            for row in rows
        ]
    )


def _unless_unmodified(error: BadRequest) -> None:
    """Pass over "message is not modified": it shows what it should."""
    if "message is not modified" not in error.message.lower():
        raise error


def fate(error: TelegramError) -> Delivery:  # noqa: PLR0911 - a table, written as a match
    """What an error of the platform means for what was to be sent."""
    match error:
        case RetryAfter():
            return Later(seconds_of(error))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Gone(error.message)
        case BadRequest() if any(words in error.message.lower() for words in _LOST):
            return Lost()
        case BadRequest():
            gone = "chat not found" in error.message.lower()
            return Gone(error.message) if gone else Refused(error.message)
        case PlatformFailed():
            return Failed(error.message)
        case NeverLeft() | InvalidToken():
            return Later(None)
        case _:
            return Unsure(error.message)
