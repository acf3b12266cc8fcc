"""People: everything they can do in Telegram, as Python calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.conversations import Conversation, Group, Seen, conversation, which_bot
from sandbox.formatting import LONGEST_TEXT, parse, units
from sandbox.links import bot_in
from sandbox.membership import block, join, leave, set_status
from sandbox.messages import Message
from sandbox.posting import delete, edit, pin, post
from sandbox.pressing import press, vote
from sandbox.world import Press, World

JSON = dict[str, Any]


class NotThereError(Exception):
    """Somebody tried to act in a chat they are not in, or towards a bot they blocked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pressed button brought: a toast, an alert, a link or nothing; not `given` if no answer came."""

    text: str = ""
    show_alert: bool = False
    url: str = ""
    given: bool = True


class Person:
    """Somebody, and what they do."""

    def __init__(self, world: World, account: Account) -> None:
        self.world = world
        self.account = account

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Person) and other.account is self.account

    def __hash__(self) -> int:
        return hash(self.account.id)

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def id(self) -> int:
        """Their user id."""
        return self.account.id

    @property
    def name(self) -> str:
        """Their name."""
        return self.account.first_name

    def private(self, bot: str | BotAccount | None = None) -> Conversation:
        """Return their private chat with a bot."""
        return Conversation(self.world, self.world.private(which_bot(self.world, bot), self.account))

    def chats(self) -> list[Conversation]:
        """Return their list of chats, the liveliest first."""
        return [conversation(self.world, chat) for chat in self.world.chats_of(self.account)]

    def sees(self, chat: Conversation) -> list[Seen]:
        """Return the messages they see in a chat, and count them as read."""
        self._check(chat)
        chat.state.read[self.id] = max(chat.state.messages, default=0)
        return chat.messages

    async def say(self, chat: Conversation, text: str, *, reply_to: Seen | None = None) -> Seen:
        """Send a text; a long one goes out in parts, as clients send it, and the last is returned."""
        bodies = [texted(part) for part in parts_of(text)]
        if not bodies:
            raise ValueError("a text has words")
        return [self._post(chat, body, reply_to) for body in bodies][-1]

    async def reply(self, message: Seen, text: str) -> Seen:
        """Reply to a message."""
        return await self.say(message.chat, text, reply_to=message)

    async def edit(self, message: Seen, text: str) -> None:
        """Change a text of their own."""
        self._own(message)
        edit(self.world, message.state, texted(text), None)

    async def delete(self, message: Seen) -> None:
        """Take a message of their own back."""
        self._own(message)
        delete(self.world, message.state)

    async def send_photo(
        self, chat: Conversation, content: bytes, caption: str = "", *, reply_to: Seen | None = None
    ) -> Seen:
        """Send a picture."""
        photo = self.world.files.add_photo(content).as_photo()
        return self._post(chat, {"photo": photo, **captioned(caption)}, reply_to)

    async def send_album(
        self,
        chat: Conversation,
        contents: Sequence[bytes],
        caption: str = "",
        *,
        reply_to: Seen | None = None,
    ) -> list[Seen]:
        """Send several pictures at once; the caption stands with the first, as clients send it."""
        album = {"media_group_id": str(next(self.world.ids.others))}
        bodies = [{"photo": self.world.files.add_photo(one).as_photo(), **album} for one in contents]
        bodies[0] |= captioned(caption)
        return [self._post(chat, body, reply_to) for body in bodies]

    async def send_document(
        self,
        chat: Conversation,
        content: bytes,
        name: str,
        caption: str = "",
        *,
        reply_to: Seen | None = None,
    ) -> Seen:
        """Send a document under a name."""
        file = self.world.files.add_document(content, name)
        return self._post(chat, {"document": file.as_document(), **captioned(caption)}, reply_to)

    async def press(
        self,
        message: Seen,
        button: str | int = "",
        *,
        callback_data: str | None = None,
        wait: bool = True,
        timeout: float = 10.0,  # noqa: ASYNC109 - a press ends without an answer, not in an error
    ) -> Answer:
        """Press a button, named by its label, a part only one label has, its number, or its data.

        Waits for the bot's answer unless `wait` is false; without one in time, the answer says `given=False`.
        Raises LookupError if there is no such button.
        """
        found = button_of(message.state, button, callback_data)
        if "url" in found:
            self._check(message.chat)
            return Answer(url=found["url"])
        return await self.press_forged(message, found.get("callback_data", ""), wait=wait, timeout=timeout)

    async def press_forged(
        self,
        message: Seen,
        data: str,
        *,
        wait: bool = True,
        timeout: float = 10.0,  # noqa: ASYNC109 - as above
    ) -> Answer:
        """Press with any data, as a modified client can, whether or not there is such a button."""
        pressed = self.begin_press(message, data)
        return await answered(pressed, timeout) if wait else Answer(given=False)

    def begin_press(self, message: Seen, data: str) -> Press:
        """Press and return at once what the answer will come to."""
        self._check(message.chat)
        return press(self.world, self.account, message.state, data)

    async def vote_in_poll(self, message: Seen, *options: int | str) -> None:
        """Vote for options by number or text; none takes the vote back."""
        self._check(message.chat)
        if message.state.poll is None:
            raise LookupError("there is no poll in that message")
        texts = [option["text"] for option in message.state.poll.options]
        chosen = [texts.index(option) if isinstance(option, str) else option for option in options]
        vote(self.world, self.account, message.state, chosen)

    async def start(self, bot: str | BotAccount | None = None, payload: str = "") -> Conversation:
        """Open the private chat and press its Start button, which unblocks a blocked bot."""
        chat = self.private(bot)
        block(self.world, chat.state, blocked=False)
        await self.say(chat, f"/start {payload}".strip())
        return chat

    async def open_link(self, link: str, group: Group | None = None) -> Conversation:
        """Open a t.me link of a bot: with `start` in private, with `startgroup` by adding it to a group."""
        name, query = bot_in(link)
        bot = which_bot(self.world, name)
        if "startgroup" not in query:
            chat = self.private(bot)
            if "start" in query or not chat.state.started:
                await self.start(bot, query.get("start", ""))
            return chat
        if group is None:
            raise LookupError("a startgroup link needs a group")
        await self.add_bot(group, bot, admin="admin" in query)
        await self.say(group, f"/start@{bot.username} {query['startgroup']}".strip())
        return group

    async def join(self, group: Group) -> None:
        """Come into a group."""
        join(self.world, group.state, self.account)

    async def add(self, group: Group, other: "Person") -> None:
        """Bring somebody into a group."""
        self._check(group)
        join(self.world, group.state, other.account, self.account)

    async def leave(self, group: Group) -> None:
        """Go from a group."""
        leave(self.world, group.state, self.account)

    async def remove(self, group: Group, other: "Person") -> None:
        """Throw somebody out of a group."""
        self._check(group, lead=True)
        leave(self.world, group.state, other.account, self.account)

    async def add_bot(
        self, group: Group, bot: str | BotAccount | None = None, *, admin: bool = False
    ) -> None:
        """Add a bot to a group."""
        self._check(group)
        group.add_bot(bot, by=self, admin=admin)

    async def remove_bot(self, group: Group, bot: str | BotAccount | None = None) -> None:
        """Throw a bot out of a group."""
        self._check(group, lead=True)
        group.remove_bot(bot, by=self)

    async def promote(
        self,
        group: Group,
        other: "Person | BotAccount | str | None" = None,
        *,
        admin: bool = True,
        **rights: bool,
    ) -> None:
        """Make a person, or the bot, administrator of a group, or a member again."""
        self._check(group, lead=True)
        account = other.account if isinstance(other, Person) else which_bot(self.world, other)
        set_status(
            self.world, group.state, account, "administrator" if admin else "member", self.account, rights
        )

    async def pin(self, message: Seen) -> None:
        """Pin a message; in a group only its administrators can."""
        self._check(message.chat, lead=not message.state.chat.is_private)
        pin(self.world, message.state, self.account)

    async def block(self, bot: str | BotAccount | None = None) -> None:
        """Block a bot."""
        block(self.world, self.private(bot).state, blocked=True)

    async def unblock(self, bot: str | BotAccount | None = None) -> None:
        """Unblock a bot."""
        block(self.world, self.private(bot).state, blocked=False)

    def _post(self, chat: Conversation, body: JSON, reply_to: Seen | None = None) -> Seen:
        self._check(chat)
        if chat.state.is_private:
            chat.state.started = True
        replied = reply_to.id if reply_to else None
        return Seen(self.world, post(self.world, chat.state, self.account, body, reply_to=replied))

    def _check(self, chat: Conversation, *, lead: bool = False) -> None:
        member = chat.state.member(self.account)
        if member is None:
            raise NotThereError(f"{self.name} is not in {chat.title}")
        if chat.state.blocked:
            raise NotThereError(f"{self.name} has blocked the bot")
        if chat.state.migrated_to is not None:
            raise NotThereError(f"{chat.title} became a supergroup")
        if lead and not member.is_admin:
            raise NotThereError(f"{self.name} does not lead {chat.title}")

    def _own(self, message: Seen) -> None:
        self._check(message.chat)
        if message.state.sender is not self.account:
            raise NotThereError(f"{self.name} did not write that")


class People:
    """Everybody with an account, and the groups they form."""

    def __init__(self, world: World) -> None:
        self.world = world

    def new(self, name: str, username: str | None = None, language_code: str | None = "zh-hans") -> Person:
        """Let somebody have an account."""
        return Person(self.world, self.world.new_person(name, username, language_code))

    def get(self, person_id: int) -> Person:
        """Return somebody by their id; raises LookupError if there is no such person."""
        account = self.world.accounts.get(person_id)
        if account is None or isinstance(account, BotAccount):
            raise LookupError(f"there is no person {person_id}")
        return Person(self.world, account)

    def all(self) -> list[Person]:
        """Return everybody."""
        accounts = self.world.accounts.values()
        return [Person(self.world, account) for account in accounts if not isinstance(account, BotAccount)]

    def new_group(self, title: str, creator: Person, *members: Person, supergroup: bool = False) -> Group:
        """Let somebody open a group with some members: nothing is said of each, as they come with it."""
        group = Group(self.world, self.world.new_group(title, creator.account, supergroup=supergroup))
        for member in members:
            set_status(self.world, group.state, member.account, "member", creator.account)
        return group

    def chat(self, key: str) -> Conversation:
        """Return a chat by its key; raises LookupError if there is no such chat."""
        chat = self.world.chats.get(key)
        if chat is None:
            raise LookupError(f"there is no chat {key}")
        return conversation(self.world, chat)

    async def join(self, group: Group, *people: Person) -> None:
        """Let people come into a group."""
        for person in people:
            await person.join(group)


async def answered(pressed: Press, timeout: float) -> Answer:  # noqa: ASYNC109 - see Person.press
    """Return the answer to a press, or that none was given in time."""
    done, _ = await asyncio.wait([pressed.answer], timeout=timeout)
    if not done or pressed.answer.cancelled():
        return Answer(given=False)
    return Answer(**pressed.answer.result())


def button_of(message: Message, button: str | int, callback_data: str | None) -> JSON:
    """Return the one button meant."""
    buttons = [button for row in message.buttons for button in row]
    labels = [item["text"] for item in buttons]
    if callback_data is not None:
        found = [item for item in buttons if item.get("callback_data") == callback_data]
    elif isinstance(button, int):
        found = buttons[button : button + 1]
    else:
        found = [item for item in buttons if item["text"] == button]
        found = found or [item for item in buttons if button in item["text"]]
    if len(found) != 1:
        raise LookupError(f"{len(found)} buttons are {callback_data or button!r}; there are {labels}")
    return found[0]


def parts_of(text: str) -> list[str]:
    """Return a text in parts that each fit into a message."""
    parts, rest = [], text.strip()
    while rest:
        end = min(len(rest), LONGEST_TEXT)
        while units(rest[:end]) > LONGEST_TEXT:
            end -= 1
        parts.append(rest[:end])
        rest = rest[end:].strip()
    return parts


def texted(text: str) -> JSON:
    """Return the body of a text message."""
    shown, entities = parse(text, "", None)
    return {"text": shown} | ({"entities": entities} if entities else {})


def captioned(caption: str) -> JSON:
    """Return a caption as part of a message's body."""
    text, entities = parse(caption, "", None)
    return ({"caption": text} | ({"caption_entities": entities} if entities else {})) if text else {}
