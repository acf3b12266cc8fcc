"""Plain echo bots, written with two libraries as their guides say, work against the sandbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiogram
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import BufferedInputFile, CallbackQuery, InputMediaPhoto
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from sandbox import Limits, Request, Sandbox
from tests.sandbox.independents import check_request, check_requests
from tests.sandbox.plain import keyboard, png
from tests.sandbox.receiver import Receiver


@asynccontextmanager
async def bot_of_telegram(sandbox: Sandbox, token: str) -> AsyncIterator[None]:
    """An echo bot as python-telegram-bot's own examples write it."""

    async def echo(update: telegram.Update, _context: Any) -> None:
        assert update.message
        await update.message.reply_text(f"{update.message.text}!", reply_markup=keyboard())

    async def pressed(update: telegram.Update, _context: Any) -> None:
        assert update.callback_query
        await update.callback_query.answer("pressed")
        await update.callback_query.edit_message_text("edited")

    builder = Application.builder().token(token).base_url(sandbox.bot_url).base_file_url(sandbox.file_url)
    app = builder.build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.add_handler(CallbackQueryHandler(pressed))
    async with app:
        assert app.updater
        await app.updater.start_polling()
        await app.start()
        try:
            yield
        finally:
            await app.updater.stop()
            await app.stop()


def bot_of_aiogram(sandbox: Sandbox, token: str) -> aiogram.Bot:
    server = TelegramAPIServer(
        base=sandbox.bot_url + "{token}/{method}", file=sandbox.file_url + "{token}/{path}"
    )
    return aiogram.Bot(token, session=AiohttpSession(api=server))


@asynccontextmanager
async def echo_of_aiogram(sandbox: Sandbox, token: str) -> AsyncIterator[None]:
    """An echo bot as aiogram's own guide writes it."""
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message(aiogram.F.text)
    async def echo(message: aiogram.types.Message) -> None:
        await message.reply(f"{message.text}!", reply_markup=keyboard())

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("pressed")
        assert isinstance(query.message, aiogram.types.Message)
        await query.message.edit_text("edited")

    bot = bot_of_aiogram(sandbox, token)
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await polling


@pytest.mark.parametrize("library", [bot_of_telegram, echo_of_aiogram])
async def test_an_echo_bot_works_in_private_and_in_groups(library: Any) -> None:
    async with Sandbox() as sandbox:
        token = sandbox.new_bot("echo_bot", "Echo")
        resident = sandbox.people.new("示例住户 1")
        group = sandbox.people.new_group("3栋", resident)
        group.add_bot()
        async with library(sandbox, token):
            await sandbox.listened_to()
            await resident.start()
            private = resident.private()
            echoed = await private.wait_for("/start!")
            assert (await resident.press(echoed, "甲")).text == "pressed"
            await private.wait_for("edited")
            assert echoed.text == "edited"
            said = await resident.say(group, "/hello")
            echoed = await group.wait_for("/hello!")
            assert echoed.replies_to in {said, None}
            await resident.say(group, "not for bots")
            await sandbox.settled()
            assert [message for message in group.messages if message.by_bot] == [echoed]
        assert check_requests(sandbox) > 5


async def test_telegrams_library_takes_updates_by_webhook(sandbox: Sandbox) -> None:
    token = sandbox.new_bot("hook_bot", "Hook")
    receiver = Receiver()
    await receiver.server.start()
    resident = sandbox.people.new("示例住户 1")
    async with telegram.Bot(token, base_url=sandbox.bot_url, base_file_url=sandbox.file_url) as bot:
        await bot.set_webhook(receiver.url, secret_token="s", allowed_updates=telegram.Update.ALL_TYPES)
        await resident.start()
        update = telegram.Update.de_json(await receiver.next(), bot)
        assert update.message
        await update.message.reply_html("<b>您好</b>")
        await resident.private().wait_for("您好")
        await bot.delete_webhook()
    await receiver.server.stop()


async def test_aiogram_sees_every_refusal_as_its_own_kind(sandbox: Sandbox) -> None:
    bot = bot_of_aiogram(sandbox, sandbox.new_bot())
    resident = sandbox.people.new("示例住户 1")
    await resident.start()
    group = sandbox.people.new_group("3栋", resident)
    group.add_bot()
    old = group.id
    group.upgrade()
    async with bot.context():
        with pytest.raises(TelegramMigrateToChat) as moved:
            await bot.send_message(old, "x")
        assert moved.value.migrate_to_chat_id == group.id
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await bot.send_message(5, "x")
        for _ in range(4):
            await bot.send_message(resident.id, "x")
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(resident.id, "x")


async def test_both_libraries_send_files_albums_and_polls(sandbox: Sandbox) -> None:
    sandbox.world.limits = None
    token = sandbox.new_bot()
    resident = sandbox.people.new("示例住户 1")
    await resident.start()
    async with telegram.Bot(token, base_url=sandbox.bot_url, base_file_url=sandbox.file_url) as bot:
        photo = await bot.send_photo(resident.id, png(), caption="<i>一</i>", parse_mode="HTML")
        await bot.send_document(resident.id, b"%PDF", filename="纪要.pdf")
        album = await bot.send_media_group(
            resident.id,
            [telegram.InputMediaPhoto(png(3, 3)), telegram.InputMediaPhoto(photo.photo[-1].file_id)],
        )
        assert album[1].photo == photo.photo
        await photo.edit_media(telegram.InputMediaDocument(b"x", filename="x.txt"), reply_markup=keyboard())
        file = await bot.get_file(album[0].photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == png(3, 3)
        poll = await bot.send_poll(resident.id, "哪天?", ["周六", "周日"], is_anonymous=False)
        assert (await bot.stop_poll(resident.id, poll.id)).is_closed
        await bot.set_my_commands([("meeting", "开会")], scope=telegram.BotCommandScopeAllGroupChats())
        await bot.send_chat_action(resident.id, "typing")
        await bot.pin_chat_message(resident.id, photo.id, disable_notification=True)
    other = bot_of_aiogram(sandbox, token)
    async with other.context():
        sent = await other.send_photo(resident.id, BufferedInputFile(png(4, 4), "p.png"), caption="二")
        assert sent.photo
        await other.send_media_group(
            resident.id, [InputMediaPhoto(media=BufferedInputFile(png(), "a.png")) for _ in range(2)]
        )
        loaded = await other.download(sent.photo[-1].file_id)
        assert loaded
        assert loaded.read() == png(4, 4)
        asked = await other.send_poll(resident.id, "?", ["a", "b"])
        await other.stop_poll(resident.id, asked.message_id)
    assert {request.status for request in sandbox.requests} == {200}
    assert check_requests(sandbox) == len(sandbox.requests)


@pytest.mark.parametrize(
    "params",
    [
        {"chat_id": 1},
        {"chat_id": 1, "text": "x", "txet": "x"},
        {"chat_id": 1, "text": "x", "reply_markup": '{"inline_keyboard": [[{"label": "x"}]]}'},
        {"chat_id": 1, "text": "x", "disable_notification": "perhaps"},
    ],
)
def test_a_request_no_library_would_make_is_found(params: dict) -> None:
    with pytest.raises((AssertionError, ValueError)):
        check_request(Request(1, "sendMessage", params, (), 200))


async def test_limits_are_the_same_for_every_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with Sandbox(limits=Limits(a_chat_burst=1)) as sandbox:
        token = sandbox.new_bot()
        resident = sandbox.people.new("示例住户 1")
        await resident.start()
        async with telegram.Bot(token, base_url=sandbox.bot_url) as bot:
            await bot.send_message(resident.id, "x")
            with pytest.raises(telegram.error.RetryAfter):
                await bot.send_message(resident.id, "x")
