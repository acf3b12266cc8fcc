"""A local Bot API server and a chat page, for trying, teaching and testing; knows nothing of the bot."""

from sandbox.box import Sandbox
from sandbox.conversations import Conversation, Group, Seen
from sandbox.errors import ApiError
from sandbox.faults import Faults
from sandbox.journal import Journal, Request
from sandbox.limits import Limits
from sandbox.people import Answer, NotThereError, People, Person

__all__ = [
    "Answer",
    "ApiError",
    "Conversation",
    "Faults",
    "Group",
    "Journal",
    "Limits",
    "NotThereError",
    "People",
    "Person",
    "Request",
    "Sandbox",
    "Seen",
]
