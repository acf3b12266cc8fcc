"""What a person does on the page: their part in the world, with refusals that the page has words for."""

from dataclasses import asdict, dataclass
from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.chats import Chat
from sandbox.conversations import Conversation, Seen, conversation
from sandbox.formatting import units
from sandbox.messages import Message
from sandbox.page_door import Refused
from sandbox.params import Upload
from sandbox.people import People, Person, answered
from sandbox.world import World

JSON = dict[str, Any]

LONGEST_TEXT = 4096  # in UTF-16 units, as Telegram counts
LONGEST_CAPTION = 1024
LONGEST_NAME = 64
LONGEST_TITLE = 128
MOST_AT_ONCE = 19  # a new group has at most twenty people: each arrival is a message


@dataclass(slots=True, eq=False)
class Acts:
    """What people do in a world."""

    world: World

    def new_person(self, name: str) -> Account:
        """Let somebody have an account under a name of at most 64 characters, as in Telegram."""
        return People(self.world).new(named(name, LONGEST_NAME)).account

    async def new_group(self, person: Account, title: str) -> Chat:
        """Open a group with the first people of the sandbox in it, and every bot as its administrator."""
        people, creator = People(self.world), Person(self.world, person)
        others = [one for one in people.all() if one != creator][:MOST_AT_ONCE]
        group = people.new_group(named(title, LONGEST_TITLE), creator, *others)
        for bot in self.world.bots.values():
            await creator.add_bot(group, bot, admin=True)
        return group.state

    async def say(self, person: Account, chat: Chat, text: str, reply_to: int | None) -> Message:
        """Say something; refused when it is empty or too long, or where the person may not write."""
        check(text, LONGEST_TEXT)
        if not text.strip():
            raise Refused("empty")
        reply = self._seen(chat, reply_to)
        said = await Person(self.world, person).say(self._open(chat), text, reply_to=reply)
        return said.state

    async def send(
        self, person: Account, chat: Chat, file: Upload, caption: str, reply_to: int | None, *, photo: bool
    ) -> Message:
        """Send a photo, or any file as a document."""
        check(caption, LONGEST_CAPTION)
        who, where, reply = Person(self.world, person), self._open(chat), self._seen(chat, reply_to)
        if photo:
            sent = await who.send_photo(where, file.content, caption, reply_to=reply)
        else:
            sent = await who.send_document(where, file.content, file.name, caption, reply_to=reply)
        return sent.state

    async def press(self, person: Account, message: Message, row: int, column: int) -> JSON:
        """Press a button and return the bot's answer; `given` is false when none came in time."""
        if not (0 <= row < len(message.buttons) and 0 <= column < len(message.buttons[row])):
            raise Refused("gone")
        data = message.buttons[row][column].get("callback_data")
        if data is None or not isinstance(message.sender, BotAccount):
            raise Refused("not_a_press")
        pressed = Person(self.world, person).begin_press(Seen(self.world, message), data)
        return asdict(await answered(pressed, self.world.callback_seconds))

    async def vote(self, person: Account, message: Message, options: list[int]) -> None:
        """Vote in a poll, or with no options take the vote back."""
        poll = message.poll
        if poll is None or not all(0 <= option < len(poll.options) for option in options):
            raise Refused("gone")
        if len(options) > 1 and not poll.multiple:
            raise Refused("one_option")
        await Person(self.world, person).vote_in_poll(Seen(self.world, message), *sorted(set(options)))

    async def start(self, person: Account, bot: BotAccount, payload: str) -> Chat:
        """Say /start to a bot in private, as the button and deep links do; it is unblocked first."""
        who = Person(self.world, person)
        await who.unblock(bot)
        started = await who.start(bot, payload)
        return started.state

    def _open(self, chat: Chat) -> Conversation:
        if chat.is_private and (chat.blocked or not chat.started):
            raise Refused("not_started")
        return conversation(self.world, chat)

    def _seen(self, chat: Chat, message_id: int | None) -> Seen | None:
        if message_id is None:
            return None
        if message_id not in chat.messages:
            raise Refused("gone")
        return Seen(self.world, chat.messages[message_id])


def check(text: str, longest: int) -> None:
    """Refuse what Telegram would not let a person send."""
    if units(text.strip()) > longest:
        raise Refused("too_long")


def named(name: str, longest: int) -> str:
    """Return a name without space around it."""
    check(name, longest)
    if not name.strip():
        raise Refused("empty")
    return name.strip()
