"""Messages come, change and go; the bots that may see it are told."""

from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.polls import Poll
from sandbox.world import World

JSON = dict[str, Any]

OWN_SERVICE = {"pinned_message", "left_chat_member", "migrate_to_chat_id"}


def post(
    world: World,
    chat: Chat,
    sender: Account,
    body: JSON,
    *,
    keyboard: JSON | None = None,
    reply_to: int | None = None,
    poll: Poll | None = None,
) -> Message:
    """Put a message into a chat and tell everybody concerned."""
    number, date = world.next_message_id(chat), int(world.clock())
    message = Message(chat, number, sender, date, body, keyboard, reply_to, poll=poll)
    chat.messages[number] = message
    chat.read[sender.id] = number
    chat.moved = next(world.ids.moves)
    tell_bots(chat, message, "message")
    world.changes.tell("message", chat, message)
    return message


def tell_bots(chat: Chat, message: Message, kind: str) -> None:
    """Queue a message for each bot that sees it."""
    shown: JSON | None = None
    for bot in chat.bots:
        if sees(bot, chat, message):
            shown = shown or message.as_json()
            bot.updates.put(kind, shown)


def sees(bot: BotAccount, chat: Chat, message: Message) -> bool:
    """Whether a bot gets a message; in groups, a bot in privacy mode gets what is meant for it."""
    sender = message.sender
    if isinstance(sender, BotAccount):
        return sender is bot and bool(OWN_SERVICE & message.body.keys())
    if chat.is_private or not bot.privacy or message.is_service:
        return True
    member = chat.members.get(bot.id)
    if member and member.is_admin:
        return True
    replied = chat.messages.get(message.reply_to or 0)
    return (replied is not None and replied.sender is bot) or is_command_for(bot, message)


def is_command_for(bot: BotAccount, message: Message) -> bool:
    """Whether a message begins with a command that names this bot or none."""
    words = str(message.body.get("text") or message.body.get("caption") or "").split(maxsplit=1)
    if not words or not words[0].startswith("/"):
        return False
    named = words[0].partition("@")[2]
    return not named or named.lower() == (bot.username or "").lower()


def edit(world: World, message: Message, body: JSON, keyboard: JSON | None) -> None:
    """Change what a message says; its author being a person, the bots are told."""
    message.body, message.keyboard = body, keyboard
    message.edited = int(world.clock())
    if not isinstance(message.sender, BotAccount):
        tell_bots(message.chat, message, "edited_message")
    world.changes.tell("edit", message.chat, message)


def delete(world: World, message: Message) -> None:
    """Take a message away for everybody; bots are not told, as in Telegram."""
    message.deleted = True
    message.chat.messages.pop(message.id, None)
    if message.id in message.chat.pinned:
        message.chat.pinned.remove(message.id)
    world.changes.tell("delete", message.chat, message_id=message.id)


def pin(world: World, message: Message, by: Account) -> None:
    """Pin a message and say so in the chat."""
    chat = message.chat
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    world.changes.tell("pin", chat, message)
    post(world, chat, by, {"pinned_message": message.as_json(with_reply=False)})


def unpin(world: World, chat: Chat, message_ids: list[int]) -> None:
    """Unpin messages; the chat stays silent about it, as in Telegram."""
    for message_id in message_ids:
        chat.pinned.remove(message_id)
        world.changes.tell("unpin", chat, message_id=message_id)
