"""Updates of every shape the Bot API allows, and of some it does not, as strategies of hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from handlers.all import all_routes
from tests.handlers.test_buttons import HEARD, example

Strategy = st.SearchStrategy[Any]


KINDS = ("message", "callback_query", "my_chat_member", "poll", "poll_answer")  # what the bot asks for


def updates(people: list[int], groups: list[int]) -> Strategy:
    """An update without its number, by these people and others, in these groups and elsewhere."""
    users, chats = _users(people), _chats(people, groups)
    plain = _messages(users, chats)
    said = _messages(users, chats, reply_to_message=plain)
    presses = _presses(users, plain)
    shapes = dict(zip(KINDS, (said, presses, _changes(users, chats), _polls(), _answers(users)), strict=True))
    often = [*shapes.items(), ("message", said), *[("callback_query", presses)] * 3]
    return st.one_of(
        *(st.fixed_dictionaries({kind: shape}) for kind, shape in often), st.fixed_dictionaries({})
    )


def _polls() -> Strategy:
    option = st.fixed_dictionaries(
        {"text": _names(), "voter_count": st.integers(0, 3), "persistent_id": st.just("1")}
    )
    return st.fixed_dictionaries(
        {
            "id": st.sampled_from(["东密", "西密", "x", ""]),
            "question": _texts(),
            "options": st.lists(option, max_size=3),
            "total_voter_count": st.integers(0, 9),
            "is_closed": st.booleans(),
            "is_anonymous": st.booleans(),
            "type": st.sampled_from(["regular", "quiz"]),
            "allows_multiple_answers": st.booleans(),
            "allows_revoting": st.booleans(),
            "members_only": st.booleans(),
        }
    )


def _answers(users: Strategy) -> Strategy:
    return st.fixed_dictionaries(
        {
            "poll_id": st.sampled_from(["东密", "西密", "x", ""]),
            "option_ids": st.lists(st.integers(-1, 4), max_size=3),
            "option_persistent_ids": st.just([]),
        },
        optional={"user": users},
    )


def _users(known: list[int]) -> Strategy:
    number = st.one_of(st.sampled_from(known), st.sampled_from([1, 136817688, 1087968824, 2**40]))
    return st.fixed_dictionaries(
        {"id": number, "is_bot": st.booleans(), "first_name": _names()},
        optional={
            "last_name": _names(),
            "username": _names(),
            "language_code": st.sampled_from(["", "zh-hans", "en", "xx"]),
        },
    )


def _names() -> Strategy:
    return st.sampled_from(["示例住户", "", "<i>", "\x00", "字" * 200, "\u202e", "😀"])


def _chats(people: list[int], groups: list[int]) -> Strategy:
    private = st.fixed_dictionaries(
        {"id": st.sampled_from(people), "type": st.just("private")}, optional={"first_name": _names()}
    )
    shared = st.fixed_dictionaries(
        {
            "id": st.one_of(st.sampled_from(groups), st.sampled_from([-1, -4_999_999, -100_999_999_999_9])),
            "type": st.sampled_from(["group", "supergroup", "channel"]),
        },
        optional={"title": _names(), "is_forum": st.booleans()},
    )
    return st.one_of(private, private, shared)


def _messages(users: Strategy, chats: Strategy, **more: Strategy) -> Strategy:
    photo = {"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}
    return st.fixed_dictionaries(
        {
            "message_id": st.integers(0, 2**31),
            "date": st.sampled_from([0, 1, 1795139000, 2**31]),
            "chat": chats,
        },
        optional={
            "from": users,
            "sender_chat": chats,
            "text": _texts(),
            "caption": _texts(),
            "photo": st.sampled_from([[], [photo]]),
            "forward_origin": st.just({"type": "hidden_user", "date": 1, "sender_user_name": "x"}),
            "is_topic_message": st.booleans(),
            "migrate_to_chat_id": st.sampled_from([0, -100_123]),
            "new_chat_members": st.lists(users, max_size=2),
            "left_chat_member": users,
            **more,
        },
    )


def _texts() -> Strategy:
    routes = all_routes()
    words = [f"/{name}" for name in sorted(routes.commands)] + sorted(routes.plain)
    rest = st.sampled_from(
        ["", " ", " 1", " 甲 | 乙", " 下周三晚上七点半 活动室", " -1", " ٣", "@louyuhui_bot", "\x00"]
    )
    links = st.builds("/start {}_{}".format, st.sampled_from(sorted(routes.links)), st.integers(-1, 2**33))
    odd = st.sampled_from(["", "/", "/start", "<b>", "字" * 4096, "９" * 99, "3-2-502", "签到"])
    return st.one_of(st.builds(str.__add__, st.sampled_from(words), rest), links, odd, st.text(max_size=20))


def _presses(users: Strategy, messages: Strategy) -> Strategy:
    buttons = st.builds(
        lambda kind, number: example(kind, number).pack(),
        st.sampled_from(HEARD),
        st.sampled_from([-1, 0, 1, 2, 3, 4, 5, 6, 2**31 - 1]),
    )
    real = st.tuples(
        st.integers(0, 9999), st.one_of(st.none(), st.integers(0, 63)), st.sampled_from("0129:x\x00")
    )
    return st.fixed_dictionaries(
        {"id": st.just("1"), "from": users, "chat_instance": st.just("1")},
        optional={"message": messages, "data": st.one_of(real, real, buttons, st.text(max_size=64))},
    )


def _changes(users: Strategy, chats: Strategy) -> Strategy:
    member = st.fixed_dictionaries({"user": users, "status": st.sampled_from(["member", "left"])})
    return st.fixed_dictionaries(
        {
            "chat": chats,
            "from": users,
            "date": st.just(1),
            "old_chat_member": member,
            "new_chat_member": member,
        }
    )
