"""The world of the sandbox: bots, people, chats, files and polls, all in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.changes import Changes
from sandbox.chats import Chat, Member
from sandbox.files import Files
from sandbox.ids import Ids
from sandbox.limits import Limits, Meter
from sandbox.messages import Message, inaccessible
from sandbox.pulse import Pulse

JSON = dict[str, Any]


@dataclass(slots=True, eq=False)
class Press:
    """A pressed button that waits for the bot's answer."""

    id: str
    person: Account
    message: Message
    data: str
    at: float
    answer: asyncio.Future[JSON]

    def as_json(self) -> JSON:
        """Return the press as the Bot API's CallbackQuery."""
        message = self.message
        gone = message.deleted
        shown = inaccessible(message.chat, message.id) if gone else message.as_json()
        return {
            "id": self.id,
            "from": self.person.as_user(),
            "message": shown,
            "chat_instance": str(message.chat.id * 31),
            "data": self.data,
        }


@dataclass(slots=True, eq=False)
class World:
    """Everything there is; `clock` gives Unix seconds for dates, limits and the age of presses."""

    clock: Callable[[], float]
    limits: Limits | None = field(default_factory=Limits)
    callback_seconds: float = 30.0
    bots: dict[str, BotAccount] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    groups: dict[int, Chat] = field(default_factory=dict)
    privates: dict[tuple[int, int], Chat] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    meters: dict[int, Meter] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    changes: Changes = field(default_factory=Changes)
    pulse: Pulse = field(default_factory=Pulse)
    ids: Ids = field(default_factory=Ids)

    def new_bot(self, username: str, name: str, *, privacy: bool = True, token: str = "") -> BotAccount:
        """Register a bot, as BotFather would; raises ValueError for a token that is none."""
        if token and not token.partition(":")[0].isdecimal():
            raise ValueError(f"a token is a number, a colon and a secret; {token!r} is none")
        bot_id = int(token.partition(":")[0]) if token else next(self.ids.bots)
        token = token or f"{bot_id}:{'AAF' + 'sandbox' * 4}{bot_id % 10_000:04d}"
        bot = BotAccount(bot_id, name, username, token=token, privacy=privacy)
        bot.updates.on_confirm = bot.updates.on_wait = self.pulse.beat
        self.bots[token] = self.accounts[bot_id] = bot
        if self.limits:
            self.meters[bot_id] = Meter(self.limits, self.clock)
        return bot

    def new_person(self, name: str, username: str | None = None, language_code: str | None = None) -> Account:
        """Let somebody have an account."""
        person = Account(next(self.ids.people), name, username, language_code)
        self.accounts[person.id] = person
        return person

    def new_group(self, title: str, creator: Account, *, supergroup: bool = False) -> Chat:
        """Let somebody open a group."""
        group_id = next(self.ids.supergroups if supergroup else self.ids.groups)
        group = Chat(group_id, str(group_id), "supergroup" if supergroup else "group", title)
        group.members[creator.id] = Member(creator, "creator")
        self.groups[group_id] = self.chats[group.key] = group
        self.changes.tell("membership", group, user=creator.as_user(), status="creator")
        return group

    def private(self, bot: BotAccount, person: Account) -> Chat:
        """Return the private chat of a person and a bot, which exists from the moment one looks."""
        chat = self.privates.get((bot.id, person.id))
        if chat is None:
            title = f"{person.first_name} · {bot.first_name}"
            chat = Chat(person.id, f"{person.id}:{bot.id}", "private", title, person=person, bots=[bot])
            chat.members = {person.id: Member(person), bot.id: Member(bot)}
            self.privates[bot.id, person.id] = self.chats[chat.key] = chat
        return chat

    def bot_named(self, username: str) -> BotAccount | None:
        """Return a bot by its username, in any case."""
        wanted = username.removeprefix("@").lower()
        return next((b for b in self.bots.values() if (b.username or "").lower() == wanted), None)

    def chats_of(self, account: Account) -> list[Chat]:
        """Return the chats somebody has in their list, the liveliest first."""
        mine = [
            chat
            for chat in self.chats.values()
            if chat.member(account) and chat.migrated_to is None and (chat.messages or not chat.is_private)
        ]
        return sorted(mine, key=lambda chat: chat.moved, reverse=True)

    def next_message_id(self, chat: Chat) -> int:
        """Return a message's id: supergroups count for themselves, all other chats together."""
        if chat.type == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        return next(self.ids.messages)
