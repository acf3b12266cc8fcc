"""Buttons pressed and polls voted in: what a bot hears of it, and its answer."""

import asyncio
from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.errors import bad_request
from sandbox.messages import Message
from sandbox.world import Press, World

JSON = dict[str, Any]

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def press(world: World, person: Account, message: Message, data: str) -> Press:
    """Press a button and tell the bot that sent the message."""
    bot = message.sender
    assert isinstance(bot, BotAccount)
    answer: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
    pressed = Press(str(next(world.ids.others)), person, message, data, world.clock(), answer)
    world.presses[pressed.id] = pressed
    bot.updates.put("callback_query", pressed.as_json())
    return pressed


def answer(world: World, bot: BotAccount, query_id: str, content: JSON) -> None:
    """Give the bot's answer to whoever pressed; each press takes one answer, and only while it is young."""
    pressed = world.presses.get(query_id)
    if pressed is None or pressed.message.sender is not bot:
        raise bad_request(TOO_OLD)
    del world.presses[query_id]
    if world.clock() - pressed.at > world.callback_seconds:
        expire(pressed)
        raise bad_request(TOO_OLD)
    if not pressed.answer.done():
        pressed.answer.set_result(content)
    world.changes.tell(
        "answer", pressed.message.chat, user=pressed.person.as_user(), press=query_id, **content
    )


def expire(pressed: Press) -> None:
    """Give up on an answer that never came in time."""
    if not pressed.answer.done():
        pressed.answer.cancel()


def waiting(world: World) -> int:
    """Return how many presses may still be answered; those too old, which are first, are given up."""
    oldest = world.clock() - world.callback_seconds
    while world.presses and (first := next(iter(world.presses.values()))).at < oldest:
        del world.presses[first.id]
        expire(first)
    return len(world.presses)


def vote(world: World, person: Account, message: Message, options: list[int]) -> None:
    """Vote in a poll, or take the vote back, and tell the bot that sent it."""
    poll, bot = message.poll, message.sender
    assert poll is not None
    assert isinstance(bot, BotAccount)
    if poll.closed or (poll.kind == "quiz" and person.id in poll.choices):
        raise bad_request("poll has already been closed" if poll.closed else "REVOTE_NOT_ALLOWED")
    poll.vote(person.id, options)
    bot.updates.put("poll", poll.as_json())
    if not poll.anonymous:
        chosen = [poll.options[option]["persistent_id"] for option in options]
        said = {"poll_id": poll.id, "user": person.as_user(), "option_ids": options}
        bot.updates.put("poll_answer", said | {"option_persistent_ids": chosen})
    world.changes.tell("edit", message.chat, message)
