"""A chat as people have it on their screen: its messages, and waiting for what comes next."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.accounts import BotAccount
from sandbox.chats import Chat
from sandbox.membership import join, leave, set_status, upgrade
from sandbox.messages import Message
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.people import Person

JSON = dict[str, Any]


class Seen:
    """A message as it is seen now; when it is edited, this changes too."""

    __slots__ = ("_world", "state")

    def __init__(self, world: World, state: Message) -> None:
        self._world = world
        self.state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and other.state is self.state

    def __hash__(self) -> int:
        return hash(id(self.state))

    def __repr__(self) -> str:
        return f"<{self.state.sender.first_name}: {self.text or self.caption or sorted(self.state.body)}>"

    @property
    def id(self) -> int:
        """Its number in the chat."""
        return self.state.id

    @property
    def chat(self) -> "Conversation":
        """The chat it is in."""
        return conversation(self._world, self.state.chat)

    @property
    def sender(self) -> str:
        """The name of who sent it."""
        return self.state.sender.first_name

    @property
    def by_bot(self) -> bool:
        """Whether a bot sent it."""
        return isinstance(self.state.sender, BotAccount)

    @property
    def text(self) -> str:
        """Its text, without formatting; empty if it has none."""
        return str(self.state.body.get("text", ""))

    @property
    def caption(self) -> str:
        """The words under its picture or document."""
        return str(self.state.body.get("caption", ""))

    @property
    def words(self) -> str:
        """Its text, caption or poll question, whichever it has."""
        return self.text or self.caption or (self.state.poll.question if self.state.poll else "")

    @property
    def entities(self) -> list[JSON]:
        """The formatting of its text or caption."""
        found: list[JSON] = self.state.body.get("entities") or self.state.body.get("caption_entities") or []
        return found

    @property
    def buttons(self) -> list[list[str]]:
        """The labels of its buttons, row by row."""
        return [[button["text"] for button in row] for row in self.state.buttons]

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons in one list."""
        return [label for row in self.buttons for label in row]

    @property
    def photo(self) -> bytes | None:
        """The bytes of its picture."""
        sizes = self.state.body.get("photo")
        return self._content(sizes[-1]["file_id"]) if sizes else None

    @property
    def document(self) -> bytes | None:
        """The bytes of its document."""
        document = self.state.body.get("document")
        return self._content(document["file_id"]) if document else None

    @property
    def file_name(self) -> str | None:
        """The name of its document."""
        return (self.state.body.get("document") or {}).get("file_name")

    @property
    def poll(self) -> JSON | None:
        """Its poll as it stands."""
        return self.state.poll.as_json() if self.state.poll else None

    @property
    def edited(self) -> bool:
        """Whether it was changed after it was sent."""
        return self.state.edited is not None

    @property
    def deleted(self) -> bool:
        """Whether it was taken back."""
        return self.state.deleted

    @property
    def pinned(self) -> bool:
        """Whether it is pinned."""
        return self.state.id in self.state.chat.pinned

    @property
    def replies_to(self) -> "Seen | None":
        """The message it replies to."""
        replied = self.state.chat.messages.get(self.state.reply_to or 0)
        return Seen(self._world, replied) if replied else None

    def as_json(self) -> JSON:
        """Return it as the Bot API's Message."""
        return self.state.as_json()

    def _content(self, file_id: str) -> bytes:
        file = self._world.files.get(file_id)
        assert file is not None
        return file.content


class Conversation:
    """A chat: private with a bot, or a group."""

    def __init__(self, world: World, state: Chat) -> None:
        self.world = world
        self.state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Conversation) and other.state is self.state

    def __hash__(self) -> int:
        return hash(id(self.state))

    def __repr__(self) -> str:
        return f"<{self.state.type} {self.state.title}>"

    @property
    def id(self) -> int:
        """Its id in the Bot API."""
        return self.state.id

    @property
    def key(self) -> str:
        """Its id among all chats of the sandbox, private ones of several bots included."""
        return self.state.key

    @property
    def title(self) -> str:
        """Its name."""
        return self.state.title

    @property
    def messages(self) -> list[Seen]:
        """Everything in it, oldest first."""
        return [Seen(self.world, message) for message in self.state.messages.values()]

    @property
    def last(self) -> Seen | None:
        """The newest message."""
        message = self.state.last_message()
        return Seen(self.world, message) if message else None

    @property
    def pinned(self) -> Seen | None:
        """The message pinned last."""
        pinned = self.state.messages.get(self.state.pinned[-1]) if self.state.pinned else None
        return Seen(self.world, pinned) if pinned else None

    async def wait_for(
        self,
        what: str | Callable[[Seen], bool],
        *,
        after: Seen | None = None,
        by_bot: bool = True,
        timeout: float = 10.0,  # noqa: ASYNC109 - says what was there instead
    ) -> Seen:
        """Return the newest message with these words, or for which this holds, as soon as there is one.

        Looks at what is there, then at what comes or changes; `after` passes over all up to that message;
        `by_bot=False` takes people's messages too. Raises TimeoutError with the conversation so far.
        """
        begin = after.id if after else 0

        def fits(message: Message) -> bool:
            seen = Seen(self.world, message)
            if message.id <= begin or (by_bot and not seen.by_bot):
                return False
            return what in seen.words if isinstance(what, str) else what(seen)

        with self.world.changes.listening(self.state) as changes:
            for message in reversed(self.state.messages.values()):
                if fits(message):
                    return Seen(self.world, message)
            try:
                async with asyncio.timeout(timeout):
                    while True:
                        change = await changes.get()
                        if change.message and fits(change.message):
                            return Seen(self.world, change.message)
            except TimeoutError:
                raise TimeoutError(f"{what!r} did not come in {timeout} s:\n{self.transcript()}") from None

    def transcript(self, last: int = 0) -> str:
        """Return the conversation as readable lines; with `last`, only so many messages."""
        return "\n".join(line(message) for message in self.messages[-last:])


def line(message: Seen) -> str:
    """Return a message as people would quote it, its buttons below."""
    body = message.state.body
    shown = message.words
    for kind in ("photo", "document"):
        if kind in body:
            shown = f"[{kind}{': ' + message.file_name if message.file_name else ''}] {shown}"
    if message.state.is_service:
        shown = "· " + ", ".join(sorted(body))
    rows = "".join("\n    " + " ".join(f"[ {label} ]" for label in row) for row in message.buttons)
    return f"{message.sender}: {shown}{rows}"


class Group(Conversation):
    """A group of people, and bots among them."""

    @property
    def members(self) -> list[int]:
        """The ids of everybody in it."""
        return [member.account.id for member in self.state.present()]

    def add_bot(
        self, bot: str | BotAccount | None = None, *, by: "Person | None" = None, admin: bool = False
    ) -> None:
        """Let the creator, or another member, add a bot."""
        join(
            self.world,
            self.state,
            which_bot(self.world, bot),
            by.account if by else self._creator(),
            admin=admin,
        )

    def promote_bot(self, bot: str | BotAccount | None = None, *, admin: bool = True, **rights: bool) -> None:
        """Let the creator make a bot administrator, with rights withheld by name, or a member again."""
        status = "administrator" if admin else "member"
        set_status(self.world, self.state, which_bot(self.world, bot), status, self._creator(), rights)

    def remove_bot(self, bot: str | BotAccount | None = None, *, by: "Person | None" = None) -> None:
        """Let the creator, or another member, throw a bot out."""
        leave(self.world, self.state, which_bot(self.world, bot), by.account if by else self._creator())

    def upgrade(self) -> None:
        """Become a supergroup: a new id, both chats say so, and this object follows."""
        self.state = upgrade(self.world, self.state)

    def _creator(self) -> Any:
        return next(m.account for m in self.state.members.values() if m.status == "creator")


def which_bot(world: World, bot: str | BotAccount | None) -> BotAccount:
    """Return a bot by itself, its username or token, or the only one there is."""
    if isinstance(bot, BotAccount):
        return bot
    if bot is None:
        if len(world.bots) != 1:
            raise LookupError(f"name the bot: there are {len(world.bots)}")
        return next(iter(world.bots.values()))
    found = world.bots.get(bot) or world.bot_named(bot)
    if found is None:
        raise LookupError(f"there is no bot {bot}")
    return found


def conversation(world: World, chat: Chat) -> Conversation:
    """Return a chat as people have it."""
    return Conversation(world, chat) if chat.is_private else Group(world, chat)
