"""What can go wrong on the way, and nothing else does."""

import asyncio

import httpx
import pytest

from sandbox import Faults, Person, Sandbox
from tests.sandbox.plain import Api


@pytest.mark.parametrize(("kind", "arrives"), [("drop_before", False), ("drop_after", True)])
async def test_a_connection_is_dropped_before_or_after_the_effect(
    sandbox: Sandbox, api: Api, resident: Person, kind: str, arrives: bool
) -> None:
    sandbox.faults.next(kind, method="sendMessage")
    await api("getMe")
    with pytest.raises(httpx.RemoteProtocolError):
        await api("sendMessage", chat_id=resident.id, text="x")
    assert [m.text for m in resident.private().messages if m.by_bot] == ["x"] * arrives
    await api("getMe")
    assert sandbox.faults.happened == {kind: 1}
    assert sandbox.counters.statuses[0] == 1


@pytest.mark.parametrize(("kind", "status"), [("error_500", 500), ("error_502", 502)])
async def test_a_broken_server_says_so_and_does_nothing(
    sandbox: Sandbox, api: Api, resident: Person, kind: str, status: int
) -> None:
    sandbox.faults.next(kind, 2)
    url = f"{sandbox.bot_url}{api.token}/sendMessage"
    for expected in (status, status, 200):
        answer = await api.client.post(url, json={"chat_id": resident.id, "text": "x"})
        assert answer.status_code == expected
    assert len([m for m in resident.private().messages if m.by_bot]) == 1


async def test_chances_are_drawn_from_a_seeded_source() -> None:
    faults, again = Faults(error_500=0.5), Faults(error_500=0.5)
    drawn = [faults.draw("sendMessage") for _ in range(100)]
    assert drawn == [again.draw("sendMessage") for _ in range(100)]
    assert 30 < drawn.count("error_500") < 70
    faults.clear()
    assert {faults.draw("sendMessage") for _ in range(100)} == {None}


async def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="there are drop_before"):
        Faults().next("earthquake")


async def test_latency_holds_back_the_methods_it_is_set_for(sandbox: Sandbox, api: Api) -> None:
    sandbox.faults.latency_of["getMe"] = 0.2
    await asyncio.gather(api("getMe"), api("getMyCommands"))
    assert [request.method for request in sandbox.requests] == ["getMyCommands", "getMe"]


async def test_updates_come_twice_or_out_of_order_but_none_is_lost(
    sandbox: Sandbox, api: Api, resident: Person
) -> None:
    words = [str(number) for number in range(50)]
    for word in words:
        await resident.say(resident.private(), word)
    sandbox.faults.duplicate = sandbox.faults.reorder = 1.0
    seen = [update["message"]["text"] for update in await api("getUpdates")]
    assert seen != sorted(seen, key=int)
    assert sorted(seen, key=int) == sorted(words * 2, key=int)


async def test_a_full_stop_refuses_connections_until_the_start_on_the_same_port(
    sandbox: Sandbox, api: Api, resident: Person
) -> None:
    poll = asyncio.create_task(api.post("getUpdates", timeout=50))
    await sandbox.listened_to()
    url = sandbox.url
    await sandbox.stop()
    with pytest.raises(httpx.TransportError):
        await poll
    with pytest.raises(httpx.ConnectError):
        await api("getMe")
    await resident.say(resident.private(), "喂")
    await sandbox.start()
    assert sandbox.url == url
    assert [update["message"]["text"] for update in await api.updates()] == ["喂"]
