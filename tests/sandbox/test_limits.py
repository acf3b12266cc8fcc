"""How fast a bot may talk, on a clock that only the tests move."""

import json

from hypothesis import given
from hypothesis import strategies as st

from sandbox import Group, Limits, Person, Sandbox
from sandbox.limits import Meter
from tests.sandbox.plain import Api, Clock, png


async def test_a_short_burst_in_a_chat_passes_then_one_a_second(
    api: Api, resident: Person, clock: Clock
) -> None:
    for number in range(4):
        await api("sendMessage", chat_id=resident.id, text=str(number))
    refused = await api.post("sendMessage", chat_id=resident.id, text="5")
    assert refused["description"] == "Too Many Requests: retry after 1"
    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})
    clock.forward(1)
    await api("sendMessage", chat_id=resident.id, text="5")
    assert (await api.post("sendMessage", chat_id=resident.id, text="6"))["error_code"] == 429
    assert api.sandbox.counters.too_many == 2


async def test_edits_and_sends_share_the_budget_and_answers_are_free(api: Api, resident: Person) -> None:
    sent = await api("sendMessage", chat_id=resident.id, text="0")
    for number in range(1, 4):
        await api("editMessageText", chat_id=resident.id, message_id=sent["message_id"], text=str(number))
    assert (await api.post("sendMessage", chat_id=resident.id, text="x"))["error_code"] == 429
    await api("sendChatAction", chat_id=resident.id, action="typing")
    await api("deleteMessage", chat_id=resident.id, message_id=sent["message_id"])


async def test_an_album_counts_each_of_its_pictures(api: Api, resident: Person) -> None:
    media = json.dumps([{"type": "photo", "media": "attach://a"}] * 5)
    await api("sendMediaGroup", {"a": ("a.png", png())}, chat_id=resident.id, media=media)
    refused = await api.post("sendMessage", chat_id=resident.id, text="x")
    assert refused["parameters"] == {"retry_after": 2}


async def test_a_group_takes_twenty_a_minute(api: Api, group: Group, clock: Clock) -> None:
    for number in range(20):
        await api("sendMessage", chat_id=group.id, text=str(number))
        clock.forward(1)
    refused = await api.post("sendMessage", chat_id=group.id, text="x")
    assert 38 <= refused["parameters"]["retry_after"] <= 40
    clock.forward(refused["parameters"]["retry_after"])
    await api("sendMessage", chat_id=group.id, text="x")


async def test_all_chats_together_take_thirty_a_second(sandbox: Sandbox, api: Api, clock: Clock) -> None:
    people = [sandbox.people.new(f"示例住户 {number}") for number in range(31)]
    for person in people:
        await person.start()
    for person in people[:30]:
        await api("sendMessage", chat_id=person.id, text="x")
    assert (await api.post("sendMessage", chat_id=people[30].id, text="x"))["error_code"] == 429
    clock.forward(1)
    await api("sendMessage", chat_id=people[30].id, text="x")


async def test_what_is_refused_for_another_reason_costs_nothing(api: Api, resident: Person) -> None:
    for _ in range(10):
        await api.refusal("sendMessage", chat_id=resident.id, text="<b>", parse_mode="HTML")
    await api("sendMessage", chat_id=resident.id, text="x")


async def test_limits_can_be_off_or_only_counted() -> None:
    for limits, exceeded in ((None, 0), (Limits(enforce=False), 6)):
        async with Sandbox(clock=Clock(), limits=limits) as sandbox:
            api = Api(sandbox, sandbox.new_bot())
            person = sandbox.people.new("示例住户 1")
            await person.start()
            async with api.client:
                for number in range(10):
                    await api("sendMessage", chat_id=person.id, text=str(number))
            assert sum(meter.exceeded for meter in sandbox.world.meters.values()) == exceeded


@given(st.lists(st.tuples(st.integers(-3, 3).filter(bool), st.floats(0, 30)), max_size=200))
def test_whoever_waits_as_told_passes(steps: list[tuple[int, float]]) -> None:
    """Whatever a bot did before, after `retry_after` seconds of silence the same message passes."""
    clock = Clock()
    meter = Meter(Limits(), clock)
    for chat, pause in steps:
        clock.forward(pause)
        if wait := meter.take(chat):
            clock.forward(wait)
            assert meter.take(chat) == 0


@given(st.lists(st.tuples(st.integers(-3, 3).filter(bool), st.floats(0, 2)), max_size=200))
def test_no_window_ever_holds_more_than_its_limit(steps: list[tuple[int, float]]) -> None:
    clock = Clock()
    meter = Meter(Limits(), clock)
    passed: list[tuple[float, int]] = []
    for chat, pause in steps:
        clock.forward(pause)
        if not meter.take(chat):
            passed.append((clock.now, chat))
    for now, _ in passed:
        recent = [chat for time, chat in passed if now - 59 < time <= now]
        assert all(recent.count(group) <= 20 for group in (-1, -2, -3))
        assert len([time for time, _ in passed if now - 0.9 < time <= now]) <= 30
