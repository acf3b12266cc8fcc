"""Who takes part: people, and the bots they talk to."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.updates import UpdateQueue

JSON = dict[str, Any]


@dataclass(slots=True, eq=False)
class Account:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None

    def as_user(self) -> JSON:
        """Return the account as the Bot API's User."""
        user: JSON = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass(slots=True, eq=False)
class BotAccount(Account):
    """A bot: its token, what it said about itself, and the updates waiting for it."""

    token: str = ""
    privacy: bool = True
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    commands: dict[tuple[str, str], list[JSON]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)

    def as_user(self) -> JSON:
        """Return the account as the Bot API's User."""
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}

    def as_me(self) -> JSON:
        """Return the account as getMe shows it to the bot itself."""
        return self.as_user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
