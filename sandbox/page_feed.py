"""The stream of what happens, for one person's page: many changes become one batch."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import Account
from sandbox.changes import Change
from sandbox.page_story import Stage
from sandbox.page_view import View, sees

JSON = dict[str, Any]

TOGETHER = 0.06  # seconds in which changes are collected into one batch
GLANCE = 0.2  # seconds between looks at what tells no news of itself: a story, new people, commands
AGAIN = 1000  # milliseconds after which a page that lost the stream asks for it again
SILENCE = 15.0  # seconds after which an idle stream shows that it lives


@dataclass(slots=True, eq=False)
class Feed:
    """What a person's page was told last, and what is to be told next."""

    view: View
    person: Account
    stage: Callable[[], Stage | None]
    told: JSON = field(default_factory=dict)

    async def events(self) -> AsyncIterator[str]:
        """Yield a snapshot and then every batch of changes, as server-sent events, for ever."""
        with self.view.world.changes.listening() as queue:
            yield f"retry: {AGAIN}\n\n" + event("snapshot", self.snapshot())
            quiet = 0.0
            while True:
                batch = self.batch(await collected(queue))
                quiet = 0.0 if batch else quiet + GLANCE
                if batch:
                    yield event("changes", batch)
                elif quiet >= SILENCE:
                    quiet = 0.0
                    yield ": still here\n\n"

    def snapshot(self) -> JSON:
        """Return all that the page needs to begin, or to begin again."""
        chats = list(self.view.chats(self.person).values())
        self.told = self.around()
        return {"seq": self.view.now(), "chats": chats, **self.told}

    def around(self) -> JSON:
        """Return what is not in a chat: people, bots and the story."""
        stage = self.stage()
        story = stage.as_json() if stage else None
        return {"people": self.view.people(), "bots": self.view.bots(), "story": story}

    def batch(self, changes: list[Change]) -> JSON:
        """Return the changes as the page takes them in, each message once, as it is now."""
        around = self.around()
        news = {key: value for key, value in around.items() if value != self.told.get(key)}
        self.told = around
        mine = [change for change in changes if self.concerns(change)]
        if not mine and not news:
            return {}
        return {"seq": self.view.now(), **self.in_chats(mine), **news}

    def concerns(self, change: Change) -> bool:
        """Whether a change is in a chat of this person, or was until now."""
        return self.person.id in change.chat.members

    def in_chats(self, changes: list[Change]) -> JSON:
        """Return changed messages, deleted ones, changed and lost chats, and who is typing."""
        chats = {
            change.chat.key: change.chat for change in changes if change.kind not in {"action", "answer"}
        }
        messages = {
            (c.chat.key, c.message.id): c.message for c in changes if c.message and not c.message.deleted
        }
        here = {key for key, chat in chats.items() if sees(self.person, chat)}
        batch: JSON = {
            "messages": [
                self.view.message(self.person, m) for (key, _), m in messages.items() if key in here
            ],
            "deleted": [deleted(change) for change in changes if change.kind == "delete"],
            "changed": [self.view.chat(self.person, chats[key]) for key in chats if key in here],
            "left": [key for key in chats if key not in here],
            "moved": {c.chat.key: c.details["to_chat"] for c in changes if c.kind == "upgrade"},
            "typing": sorted(
                {
                    change.chat.key
                    for change in changes
                    if change.kind == "action" and change.details["action"] == "typing"
                }
            ),
        }
        return {key: value for key, value in batch.items() if value}


async def collected(queue: asyncio.Queue[Change]) -> list[Change]:
    """Return the changes of a short while, or none when nothing happens for a glance."""
    try:
        changes = [await asyncio.wait_for(queue.get(), GLANCE)]
    except TimeoutError:
        return []
    await asyncio.sleep(TOGETHER)
    while not queue.empty():
        changes.append(queue.get_nowait())
    return changes


def deleted(change: Change) -> JSON:
    """Return which message went."""
    return {"key": change.chat.key, "message": change.details["message_id"]}


def event(name: str, data: JSON) -> str:
    """Return one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
