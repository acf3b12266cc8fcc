"""The sandbox in a process of its own, used by HTTP."""

import asyncio
import socket
import sys
from base64 import b64encode
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.remote import Remote, RemoteError
from tests.sandbox.plain import keyboard, png


@pytest.fixture
async def served() -> AsyncIterator[tuple[Remote, str]]:
    """A sandbox started as a program, and the address to which its bot sends methods."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--bot",
        "echo_bot=42:secret",
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout
    api = (await program.stdout.readline()).decode().split()[2].removesuffix("<token>/<method>")
    assert "@echo_bot  42:secret" in (await program.stdout.readline()).decode()
    async with Remote(api.removesuffix("/bot")) as remote:
        yield remote, f"{api}42:secret"
    program.terminate()
    assert await program.wait() == 0


async def test_people_act_and_see_over_http(served: tuple[Remote, str]) -> None:
    remote, bot = served
    resident = await remote.new_person("示例住户 1")
    neighbour = await remote.new_person("示例住户 2")
    group = await remote.new_group("3栋", resident, members=[neighbour], bot="echo_bot", admin=True)
    private = await remote.act(resident, "start", payload="c0de")
    said = await remote.act(neighbour, "say", chat=group["key"], text="大家好")
    await remote.act(resident, "reply", chat=group["key"], message_id=said["message_id"], text="好")
    await remote.act(
        resident, "send_photo", chat=group["key"], content=b64encode(png()).decode(), caption="图"
    )
    async with httpx.AsyncClient(trust_env=False) as client:
        updates = (await client.get(f"{bot}/getUpdates")).json()["result"]
        assert [u["message"].get("text") for u in updates if "message" in u][-4:] == [
            "/start c0de",
            "大家好",
            "好",
            None,
        ]
        params = {"chat_id": group["id"], "text": "表决", "reply_markup": keyboard()}
        sent = (await client.post(f"{bot}/sendMessage", json=params)).json()["result"]
        where = {"chat": group["key"], "message_id": sent["message_id"], "button": "甲"}
        acts = [{"person": person, "verb": "press", **where} for person in (resident, neighbour)]
        pressing = asyncio.create_task(remote.acts(acts))
        offset = updates[-1]["update_id"] + 1
        answered = 0
        while answered < 2:
            url = f"{bot}/getUpdates?timeout=5&offset={offset}"
            for update in (await client.get(url)).json()["result"]:
                query = {"callback_query_id": update["callback_query"]["id"], "text": "已记下"}
                await client.post(f"{bot}/answerCallbackQuery", json=query)
                offset, answered = update["update_id"] + 1, answered + 1
        assert [answer["text"] for answer in await pressing] == ["已记下", "已记下"]
        await client.get(f"{bot}/getUpdates?offset={offset}")
    await remote.settled()
    found = await remote.wait_for(group["key"], "表决")
    assert found["message_id"] == sent["message_id"]
    seen = await remote.messages(group["key"], after=said["message_id"])
    assert [message.get("text") for message in seen["messages"]] == ["好", None, "表决"]
    assert (await remote.counters())["methods"]["answerCallbackQuery"] == 2
    assert private["key"] == f"{resident}:42"
    await remote.act(resident, "add_bot", chat=(await remote.new_group("4栋", resident))["key"])


@pytest.mark.parametrize(
    ("bot", "reason"),
    [("echo_bot", "choose another with --port"), ("echo_bot=secret", "a token is a number")],
)
async def test_a_start_that_cannot_be_is_explained(bot: str, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1] if bot == "echo_bot" else 0
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox", "--port", str(port), "--bot", bot, stderr=asyncio.subprocess.PIPE
        )
        _, said = await program.communicate()
    assert program.returncode == 1
    assert reason in said.decode()
    assert "Traceback" not in said.decode()


async def test_an_outage_ends_by_itself_and_forgets_nothing(served: tuple[Remote, str]) -> None:
    remote, bot = served
    resident = await remote.new_person("示例住户 1")
    await remote.act(resident, "start")
    async with httpx.AsyncClient(trust_env=False) as client:
        polling = asyncio.create_task(client.get(f"{bot}/getUpdates?timeout=30&offset=9"))
        await client.get(f"{bot}/getMe")
        await remote.ask("outage", seconds=0.05)
        with pytest.raises(httpx.TransportError):
            await polling
        while True:
            try:
                await client.get(f"{bot}/getMe")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.01)
    assert (await remote.messages(f"{resident}:42"))["messages"][0]["text"] == "/start"


async def test_faults_are_set_and_mistakes_explained(served: tuple[Remote, str]) -> None:
    remote, bot = served
    await remote.faults(error_500=1.0)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{bot}/getMe")).status_code == 500
        assert await remote.faults(error_500=0.0) == {"error_500": 1}
        assert (await client.get(f"{bot}/getMe")).status_code == 200
        from_a_page = await client.post(f"{remote.url}/control/counters", content="{}")
        assert from_a_page.status_code == 403
    for verb, asked, reason in [
        ("fly", {}, "there are the verbs"),
        ("faults", {"earthquake": 1}, "there are the faults"),
        ("act", {"person": 5, "verb": "say"}, "there is no person 5"),
        ("messages", {"chat": "x"}, "there is no chat x"),
        ("fail_next", {"kind": "x"}, "x is no fault"),
    ]:
        with pytest.raises(RemoteError, match=reason):
            await remote.ask(verb, **asked)
