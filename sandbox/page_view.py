"""What one person sees: their chats, the messages in them and who else is there, as JSON for the page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.world import World

JSON = dict[str, Any]

LANGUAGES = ("zh", "en")
SCOPES = {"private": "all_private_chats", "group": "all_group_chats"}


@dataclass(slots=True, eq=False)
class View:
    """The world as people see it; `hints` says in a few words who somebody is, by the person's id."""

    world: World
    hints: Mapping[int, str]
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def now(self) -> int:
        """Return a number larger than any before: of two sights of a message the larger is the newer."""
        return next(self.numbers)

    def people(self) -> list[JSON]:
        """Return everybody one can be, in the order in which they came."""
        return [self.person(one) for one in self.world.accounts.values() if not isinstance(one, BotAccount)]

    def person(self, person: Account) -> JSON:
        """Return somebody and who they are."""
        hint = self.hints.get(person.id)
        return person.as_user() | ({"hint": hint} if hint else {})

    def bots(self) -> list[JSON]:
        """Return the bots, with what they say of themselves and the commands they list."""
        return [self.bot(bot) for bot in self.world.bots.values()]

    def bot(self, bot: BotAccount) -> JSON:
        """Return a bot; its description by language, its commands by kind of chat and language."""
        about = {
            language: bot.descriptions.get(language) or bot.descriptions.get("", "") for language in LANGUAGES
        }
        listed = {
            kind: {one: commands(bot, scope, one) for one in LANGUAGES} for kind, scope in SCOPES.items()
        }
        return bot.as_user() | {"description": about, "commands": listed}

    def chats(self, person: Account) -> dict[str, JSON]:
        """Return somebody's chats by their keys: with every bot, and the groups they are in."""
        mine = [self.world.private(bot, person) for bot in self.world.bots.values()]
        mine += [chat for chat in self.world.groups.values() if sees(person, chat)]
        return {chat.key: self.chat(person, chat) for chat in mine}

    def chat(self, person: Account, chat: Chat) -> JSON:
        """Return a chat as it stands in somebody's list."""
        last = chat.last_message()
        pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
        return {
            "id": chat.key,
            "type": chat.type,
            "title": chat.bots[0].first_name if chat.is_private else chat.title,
            "members": len(chat.present()),
            "bots": [bot.id for bot in chat.bots],
            "unread": chat.unread(person),
            "last": self.message(person, last) if last else None,
            "pinned": self.message(person, pinned) if pinned else None,
            "can_start": chat.is_private and (chat.blocked or not chat.started),
            "can_write": not chat.is_private or (chat.started and not chat.blocked),
        }

    def messages(self, person: Account, chat: Chat, before: int | None, limit: int) -> list[JSON]:
        """Return the newest messages of a chat, or those before one, oldest first."""
        earlier = [one for one in chat.messages.values() if before is None or one.id < before]
        return [self.message(person, message) for message in earlier[-limit:]]

    def message(self, person: Account, message: Message) -> JSON:
        """Return the Bot API's Message, with the key of its chat and what somebody chose in its poll."""
        shown = message.as_json() | {"key": message.chat.key}
        if message.poll is not None:
            shown["chosen"] = message.poll.choices.get(person.id, [])
        return shown


def sees(person: Account, chat: Chat) -> bool:
    """Whether a chat is in somebody's list: they are in it, and it did not move elsewhere."""
    return chat.migrated_to is None and chat.member(person) is not None


def commands(bot: BotAccount, scope: str, language: str) -> list[JSON]:
    """Return the commands a bot lists for a kind of chat in a language, or else the more general ones."""
    kinds = [json.dumps({"type": kind}, sort_keys=True) for kind in (scope, "default")]
    choices = [(kind, spoken) for kind in kinds for spoken in (language, "")]
    return next((bot.commands[choice] for choice in choices if bot.commands.get(choice)), [])
