"""The Bot API's methods for polls."""

from typing import Any

from sandbox.call import Call
from sandbox.errors import bad_request
from sandbox.formatting import Formatted, parse, units
from sandbox.keyboards import keyboard
from sandbox.polls import Poll
from sandbox.posting import post

JSON = dict[str, Any]

MOST_OPTIONS = 12
LONGEST_QUESTION = 300
LONGEST_OPTION = 100
LONGEST_EXPLANATION = 200


def send_poll(call: Call) -> JSON:
    """Send a poll."""
    poll = asked(call)
    markup = keyboard(call.params)
    chat = call.chat()
    reply_to = call.reply_to(chat)
    call.spend(chat)
    return post(call.world, chat, call.bot, {}, keyboard=markup, reply_to=reply_to, poll=poll).as_json()


def asked(call: Call) -> Poll:
    """Return the poll a request asks for, if it is within Telegram's limits."""
    params = call.params
    given = params.objects("question_entities", "can't parse entities JSON object")
    question, entities = parse(params.text("question"), params.text("question_parse_mode"), given)
    if not question:
        raise bad_request("text must be non-empty")
    if units(question) > LONGEST_QUESTION:
        raise bad_request(f"poll question length must not exceed {LONGEST_QUESTION}")
    kind = params.text("type", "regular") or "regular"
    if kind not in {"regular", "quiz"}:
        raise bad_request("unsupported poll type specified")
    options = [shown_option(number, *option) for number, option in enumerate(read_options(call))]
    return Poll(
        id=str(next(call.world.ids.others)),
        question=question,
        question_entities=entities,
        options=options,
        anonymous=params.flag("is_anonymous", default=True),
        kind=kind,
        multiple=params.flag("allows_multiple_answers"),
        closed=params.flag("is_closed"),
        quiz=quiz(call, len(options)) if kind == "quiz" else {},
    )


def read_options(call: Call) -> list[Formatted]:
    """Return the options, each given as a text or as an InputPollOption."""
    given = call.params.nested("options", "can't parse options JSON object")
    if not isinstance(given, list):
        raise bad_request("expected an Array of InputPollOption as options")
    if len(given) < 1:
        raise bad_request("poll must have at least one answer option")
    if len(given) > MOST_OPTIONS:
        raise bad_request(f"poll can't have more than {MOST_OPTIONS} options")
    return [read_option(item) for item in given]


def read_option(item: Any) -> Formatted:
    """Return an option's text and entities."""
    item = item if isinstance(item, dict) else {"text": item}
    text, entities = parse(
        str(item.get("text") or ""), str(item.get("text_parse_mode") or ""), item.get("text_entities")
    )
    if not text:
        raise bad_request("text must be non-empty")
    if units(text) > LONGEST_OPTION:
        raise bad_request(f"poll options length must not exceed {LONGEST_OPTION}")
    return text, entities


def shown_option(number: int, text: str, entities: list[JSON]) -> JSON:
    """Return an option as polls show it."""
    shown: JSON = {"persistent_id": f"option{number}", "text": text}
    return shown | ({"text_entities": entities} if entities else {})


def quiz(call: Call, options: int) -> JSON:
    """Return what only a quiz has: the right answers and why they are right."""
    params = call.params
    right = params.nested("correct_option_ids", "can't parse correct option identifiers JSON object")
    right = right or ([params.number("correct_option_id")] if "correct_option_id" in params else [])
    if not isinstance(right, list) or not right or not all(option in range(options) for option in right):
        raise bad_request("wrong correct option ID specified")
    text, entities = parse(params.text("explanation"), params.text("explanation_parse_mode"), None)
    if units(text) > LONGEST_EXPLANATION:
        raise bad_request("poll explanation is too long")
    shown: JSON = {"correct_option_ids": right}
    return shown | ({"explanation": text, "explanation_entities": entities} if text else {})


def stop_poll(call: Call) -> JSON:
    """Close a poll and return its final state."""
    markup = keyboard(call.params, inline_only=True)
    message = call.chat().messages.get(call.params.number("message_id"))
    if message is None:
        raise bad_request("message with poll to stop not found")
    if message.poll is None:
        raise bad_request("message is not a poll")
    if message.sender is not call.bot:
        raise bad_request("poll can't be stopped")
    if message.poll.closed:
        raise bad_request("poll has already been closed")
    message.poll.closed = True
    message.keyboard = markup
    call.bot.updates.put("poll", message.poll.as_json())
    call.world.changes.tell("edit", message.chat, message)
    return message.poll.as_json()
