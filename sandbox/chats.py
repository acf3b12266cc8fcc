"""Where people meet: private chats and groups, who is in them, and what was said."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import Account, BotAccount

if TYPE_CHECKING:
    from sandbox.messages import Message

JSON = dict[str, Any]

RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_send_welcome_messages",
)


@dataclass(slots=True, eq=False)
class Member:
    """Somebody's standing in a chat: creator, administrator, member, left or kicked."""

    account: Account
    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """Whether they are in the chat now."""
        return self.status not in {"left", "kicked"}

    @property
    def is_admin(self) -> bool:
        """Whether they lead the chat."""
        return self.status in {"creator", "administrator"}

    def may(self, right: str) -> bool:
        """Whether they hold an administrator's right."""
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, True))

    def as_json(self) -> JSON:
        """Return the standing as the Bot API's ChatMember."""
        shown: JSON = {"user": self.account.as_user(), "status": self.status}
        if self.status == "creator":
            shown["is_anonymous"] = False
        elif self.status == "administrator":
            shown |= {"can_be_edited": False, "is_anonymous": False}
            shown |= {right: self.rights.get(right, True) for right in RIGHTS}
        elif self.status == "kicked":
            shown["until_date"] = 0
        return shown


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation and everything in it."""

    id: int
    key: str
    type: str
    title: str
    members: dict[int, Member] = field(default_factory=dict)
    bots: list[BotAccount] = field(default_factory=list)
    messages: dict[int, "Message"] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)
    person: Account | None = None
    started: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    last_message_id: int = 0
    moved: int = 0

    @property
    def is_private(self) -> bool:
        """Whether it is between one person and one bot."""
        return self.type == "private"

    def member(self, account: Account) -> Member | None:
        """Return the standing of somebody who is in the chat now."""
        member = self.members.get(account.id)
        return member if member and member.present else None

    def present(self) -> list[Member]:
        """Return everybody who is in the chat now."""
        return [member for member in self.members.values() if member.present]

    def last_message(self) -> "Message | None":
        """Return the newest message, or None in an empty chat."""
        return self.messages[next(reversed(self.messages))] if self.messages else None

    def unread(self, account: Account) -> int:
        """Return how many messages somebody has not seen yet."""
        ids = list(self.messages)
        return len(ids) - bisect_right(ids, self.read.get(account.id, 0))

    def as_chat(self) -> JSON:
        """Return the chat as the Bot API's Chat."""
        if self.person is not None:
            shown: JSON = {"id": self.id, "type": "private", "first_name": self.person.first_name}
            return shown | ({"username": self.person.username} if self.person.username else {})
        shown = {"id": self.id, "type": self.type, "title": self.title}
        return shown | ({"all_members_are_administrators": False} if self.type == "group" else {})
