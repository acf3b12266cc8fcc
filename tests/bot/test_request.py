"""Requests reach Telegram and come back; what failed tells whether it may have arrived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, InvalidToken, NetworkError, TimedOut

from bot.postman import Later, Unsure, fate
from bot.request import NeverLeft, Request, proxy_for
from sandbox import Person, Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=None) as sandbox:
        yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(
        sandbox.new_bot("demo_bot"),
        sandbox.bot_url,
        sandbox.file_url,
        request=Request(),
        get_updates_request=Request(1),
    ) as bot:
        yield bot


@pytest.fixture
async def resident(sandbox: Sandbox, bot: Bot) -> Person:
    resident = sandbox.people.new("示例住户 3-2-502")
    await resident.start()
    return resident


@asynccontextmanager
async def answering(*chunks: bytes, then_close: bool = True) -> AsyncIterator[str]:
    """A server that answers one request with these bytes, whatever it was asked."""
    done = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
        if not then_close:
            await reader.read()
        writer.close()
        await writer.wait_closed()
        done.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await done.wait()


async def ask(url: str, **more: float) -> tuple[int, bytes]:
    async with Request() as request:
        return await request.do_request(url, "POST", **more)


async def test_a_text_arrives_as_it_was_said(bot: Bot, resident: Person) -> None:
    said = "楼宇会 & 3栋 = 50% + 1；\n“好”"
    message = await bot.send_message(resident.id, said)
    assert message.text == said


async def test_a_hundred_at_once_share_the_connections(bot: Bot, resident: Person) -> None:
    sent = await asyncio.gather(*(bot.send_message(resident.id, str(n)) for n in range(100)))
    assert {message.text for message in sent} == {str(n) for n in range(100)}


async def test_a_file_keeps_its_chinese_name_and_its_bytes(bot: Bot, resident: Person) -> None:
    content = bytes(range(256)) * 8192  # two megabytes
    message = await bot.send_document(resident.id, InputFile(content, "3栋 会议纪要.pdf"), caption="请看")
    assert message.document is not None
    assert message.document.file_name == "3栋 会议纪要.pdf"
    assert message.caption == "请看"
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == content


async def test_an_open_file_is_sent_too(bot: Bot, resident: Person) -> None:
    sent = InputFile(BytesIO(b"a,b\n"), "roll.csv", read_file_handle=False)
    message = await bot.send_document(resident.id, sent)
    assert message.document is not None
    assert message.document.file_name == "roll.csv"


async def test_a_refusal_keeps_the_platforms_own_words(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(424242, "?")


async def test_a_wrong_token_is_told_as_such(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", sandbox.bot_url, request=Request(), get_updates_request=Request(1)):
            pass


async def test_what_found_nobody_listening_never_left(sandbox: Sandbox) -> None:
    await sandbox.stop()
    with pytest.raises(NeverLeft) as caught:
        await ask(sandbox.url)
    assert fate(caught.value) == Later(None)


async def test_a_cut_connection_leaves_it_unsure(sandbox: Sandbox, bot: Bot, resident: Person) -> None:
    sandbox.faults.next("drop_after", method="sendMessage")
    with pytest.raises(NetworkError) as caught:
        await bot.send_message(resident.id, "?")
    assert isinstance(fate(caught.value), Unsure)
    assert (await bot.send_message(resident.id, "again")).text == "again"


async def test_a_late_answer_leaves_it_unsure(sandbox: Sandbox, bot: Bot, resident: Person) -> None:
    sandbox.faults.latency_of["sendMessage"] = 30
    with pytest.raises(TimedOut) as caught:
        await bot.send_message(resident.id, "?", read_timeout=0.05)
    assert isinstance(fate(caught.value), Unsure)


async def test_waiting_in_vain_for_a_free_connection_never_left(sandbox: Sandbox, resident: Person) -> None:
    token = next(iter(sandbox.world.bots))
    async with Bot(token, sandbox.bot_url, request=Request(1), get_updates_request=Request(1)) as bot:
        sandbox.faults.latency_of["sendMessage"] = 30
        first = asyncio.create_task(bot.send_message(resident.id, "1"))
        await asyncio.sleep(0)
        with pytest.raises(NeverLeft):
            await bot.send_message(resident.id, "2", pool_timeout=0.02, connect_timeout=0.02)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_an_answer_in_chunks_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with answering(head, b'3\r\n{"o\r\n', b'8\r\nk":true}\r\n0\r\n\r\n') as url:
        assert await ask(url) == (200, b'{"ok":true}')


async def test_half_an_answer_is_an_error() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{") as url:
        with pytest.raises(NetworkError):
            await ask(url)


async def test_what_is_not_http_is_an_error() -> None:
    async with answering(b"SSH-2.0-OpenSSH_9.9\r\n\r\n") as url:
        with pytest.raises(NetworkError):
            await ask(url)


async def test_an_answer_that_stops_midway_times_out() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", then_close=False) as url:
        with pytest.raises(TimedOut):
            await ask(url, read_timeout=0.05)


async def test_it_does_not_follow_where_it_is_sent() -> None:
    async with answering(
        b"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n"
    ) as url:
        assert await ask(url) == (302, b"")


async def test_an_error_never_tells_the_token(sandbox: Sandbox, bot: Bot, resident: Person) -> None:
    await sandbox.stop()
    with pytest.raises(NetworkError) as caught:
        await bot.send_message(resident.id, "?")
    assert bot.token not in str(caught.value)


async def test_after_shutdown_it_can_be_used_again(bot: Bot, resident: Person) -> None:
    await bot.shutdown()
    await bot.initialize()
    assert (await bot.send_message(resident.id, "back")).text == "back"


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "https://api.telegram.org", None),
        ({"https_proxy": "http://127.0.0.1:7890"}, "https://api.telegram.org", "http://127.0.0.1:7890"),
        ({"all_proxy": "http://127.0.0.1:7890"}, "https://api.telegram.org", "http://127.0.0.1:7890"),
        ({"https_proxy": "http://127.0.0.1:7890"}, "http://127.0.0.1:8081", None),
        ({"all_proxy": "http://proxy:1", "no_proxy": "127.0.0.1"}, "http://127.0.0.1:8081", None),
    ],
)
def test_the_environment_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy
