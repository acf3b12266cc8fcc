"""Telegram's own polls."""

import pytest

from sandbox import ApiError, Group, Person, Sandbox
from tests.sandbox.plain import Api


async def test_people_vote_and_the_bot_hears_who_chose_what(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    neighbour = sandbox.people.new("示例住户 2")
    await neighbour.join(group)
    await api.updates()
    sent = await api(
        "sendPoll", chat_id=group.id, question="哪天?", options=["周六", {"text": "周日"}], is_anonymous=False
    )
    poll = group.messages[-1]
    await resident.vote_in_poll(poll, "周日")
    await neighbour.vote_in_poll(poll, 0)
    await neighbour.vote_in_poll(poll)
    updates = await api.updates()
    assert [u["poll_answer"]["option_ids"] for u in updates if "poll_answer" in u] == [[1], [0], []]
    assert [u["poll"]["total_voter_count"] for u in updates if "poll" in u] == [1, 2, 1]
    stopped = await api("stopPoll", chat_id=group.id, message_id=sent["message_id"])
    assert stopped["is_closed"]
    assert [option["voter_count"] for option in stopped["options"]] == [0, 1]
    assert (await api.updates())[-1]["poll"]["is_closed"]
    with pytest.raises(ApiError, match="poll has already been closed"):
        await resident.vote_in_poll(poll, 0)


async def test_an_anonymous_poll_tells_only_counts(api: Api, group: Group, resident: Person) -> None:
    await api("sendPoll", chat_id=group.id, question="?", options=["a", "b"])
    await resident.vote_in_poll(group.messages[-1], 0)
    assert [next(k for k in u if k != "update_id") for u in await api.updates()] == ["poll"]


async def test_a_quiz_takes_one_answer(api: Api, group: Group, resident: Person) -> None:
    params = {"question": "?", "options": ["a", "b"], "type": "quiz", "explanation": "because"}
    refused = await api.refusal("sendPoll", chat_id=group.id, **params)
    assert refused == "Bad Request: wrong correct option ID specified"
    sent = await api("sendPoll", chat_id=group.id, correct_option_ids=[1], **params)
    assert sent["poll"]["correct_option_ids"] == [1]
    await resident.vote_in_poll(group.messages[-1], 0)
    with pytest.raises(ApiError, match="REVOTE_NOT_ALLOWED"):
        await resident.vote_in_poll(group.messages[-1], 1)


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"question": "", "options": ["a"]}, "text must be non-empty"),
        ({"question": "q" * 301, "options": ["a"]}, "poll question length must not exceed 300"),
        ({"question": "q", "options": []}, "poll must have at least one answer option"),
        ({"question": "q", "options": [str(n) for n in range(13)]}, "poll can't have more than 12 options"),
        ({"question": "q", "options": ["a", " "]}, "text must be non-empty"),
        ({"question": "q", "options": ["a" * 101]}, "poll options length must not exceed 100"),
        ({"question": "q", "options": "a"}, "can't parse options JSON object"),
        ({"question": "q", "options": ["a"], "type": "duel"}, "unsupported poll type specified"),
    ],
)
async def test_a_bad_poll_is_refused(api: Api, group: Group, params: dict, complaint: str) -> None:
    assert await api.refusal("sendPoll", chat_id=group.id, **params) == f"Bad Request: {complaint}"


async def test_twelve_options_pass(api: Api, group: Group) -> None:
    sent = await api("sendPoll", chat_id=group.id, question="q", options=[str(n) for n in range(12)])
    assert len(sent["poll"]["options"]) == 12


async def test_only_an_own_open_poll_can_be_stopped(api: Api, group: Group) -> None:
    text = await api("sendMessage", chat_id=group.id, text="x")
    poll = await api("sendPoll", chat_id=group.id, question="q", options=["a"])
    stop = {"chat_id": group.id}
    refused = await api.refusal("stopPoll", message_id=999, **stop)
    assert refused == "Bad Request: message with poll to stop not found"
    refused = await api.refusal("stopPoll", message_id=text["message_id"], **stop)
    assert refused == "Bad Request: message is not a poll"
    await api("stopPoll", message_id=poll["message_id"], **stop)
    refused = await api.refusal("stopPoll", message_id=poll["message_id"], **stop)
    assert refused == "Bad Request: poll has already been closed"
