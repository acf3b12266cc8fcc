"""Whatever a bot sends, it gets an answer in the Bot API's form; the sandbox itself never breaks."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import Sandbox
from sandbox.formatting import html, units
from sandbox.methods import METHODS
from sandbox.params import Params, Upload
from tests.sandbox.plain import Clock, keyboard, png

NAMES = [
    "chat_id",
    "message_id",
    "user_id",
    "text",
    "caption",
    "entities",
    "caption_entities",
    "parse_mode",
    "reply_markup",
    "reply_parameters",
    "link_preview_options",
    "photo",
    "document",
    "media",
    "question",
    "options",
    "type",
    "correct_option_ids",
    "commands",
    "scope",
    "language_code",
    "description",
    "message_ids",
    "callback_query_id",
    "file_id",
    "action",
    "url",
    "secret_token",
    "allowed_updates",
    "offset",
    "limit",
    "max_connections",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        ["HTML", "MarkdownV2", "<b>x</b>", "attach://a", "photo", "quiz", "typing", "{", "[]", "100001"]
    ),
    st.sampled_from([100001, -4000001, 1, 2, 3]),
)
KEYS = st.sampled_from(
    ["type", "media", "text", "offset", "length", "message_id", "inline_keyboard", "url", "command"]
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)
ENTITIES = st.lists(st.dictionaries(st.sampled_from(["type", "offset", "length"]), LEAVES), max_size=2)
PARAMS = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6),
    st.fixed_dictionaries({"reply_parameters": st.dictionaries(st.just("message_id"), LEAVES)}),
    st.fixed_dictionaries({"entities": ENTITIES, "caption_entities": ENTITIES}),
    st.fixed_dictionaries({"reply_markup": st.fixed_dictionaries({"inline_keyboard": VALUES})}),
    st.fixed_dictionaries(
        {"question": st.just("?"), "options": VALUES, "type": st.just("quiz"), "correct_option_ids": VALUES}
    ),
    st.fixed_dictionaries({"media": st.just({"type": "photo", "media": "attach://a"}) | VALUES}),
)


async def furnished() -> tuple[Sandbox, str]:
    """A sandbox with a started chat and a group; it answers without being served."""
    sandbox = Sandbox(clock=Clock(), limits=None)
    token = sandbox.new_bot("echo_bot", "Echo")
    resident = sandbox.people.new("示例住户 1")
    await resident.start()
    sandbox.people.new_group("3栋", resident).add_bot(admin=True)
    return sandbox, token


@settings(max_examples=200, deadline=None)
@given(
    method=st.sampled_from([*METHODS, "setWebhook", "getWebhookInfo", "getUpdates", "sendPigeon"]),
    params=PARAMS,
    as_form=st.booleans(),
)
async def test_nonsense_is_answered_not_crashed_on(
    method: str, params: dict[str, Any], as_form: bool
) -> None:
    sandbox, token = await furnished()
    bot = sandbox.world.bots[token]
    said = {"chat_id": 100001, "text": "x", "message_id": 1, **params}
    if as_form:
        said = {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}
    files = {"a": Upload("a.png", "image/png", png())}
    status, body = await sandbox.api.effect(bot, method, Params(said | {"timeout": 0}, files))
    answer = json.loads(body)
    assert answer["ok"] == (status == 200)
    assert answer["ok"] or (answer["error_code"] == status and answer["description"])
    sandbox.api.webhooks.delete(bot)


TAGS = st.sampled_from(["b", "i", "u", "s", "code", "blockquote", "tg-spoiler"])
PLAIN = st.text(st.characters(exclude_characters="<>&", exclude_categories=("Cs",)), min_size=1, max_size=5)
NESTED = st.recursive(
    PLAIN.map(lambda text: (text, text)),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: TAGS.map(
            lambda tag: (f"<{tag}>{''.join(p[0] for p in parts)}</{tag}>", "".join(p[1] for p in parts))
        )
    ),
    max_leaves=10,
)


@given(NESTED)
def test_nested_markup_gives_back_its_text_and_entities_inside_it(nested: tuple[str, str]) -> None:
    markup, plain = nested
    text, entities = html(markup)
    assert text == plain
    assert len(entities) == markup.count("</")
    assert all(e["offset"] >= 0 and e["offset"] + e["length"] <= units(text) for e in entities)
    for first in entities:
        for second in entities:
            begins, ends = second["offset"], second["offset"] + second["length"]
            assert not first["offset"] < begins < first["offset"] + first["length"] < ends


async def test_a_keyboard_survives_every_way_of_sending_it() -> None:
    sandbox, token = await furnished()
    bot = sandbox.world.bots[token]
    for markup in (keyboard(), json.dumps(keyboard())):
        params = Params({"chat_id": "100001", "text": "x", "reply_markup": markup})
        _, body = await sandbox.api.effect(bot, "sendMessage", params)
        assert json.loads(body)["result"]["reply_markup"] == keyboard()
