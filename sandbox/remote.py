"""A client for a sandbox in another process: the same verbs, by HTTP."""

from types import TracebackType
from typing import Any, Self

import httpx

JSON = dict[str, Any]


class RemoteError(Exception):
    """The sandbox could not do what was asked."""


class Remote:
    """Everything /control/ offers: `async with Remote("http://127.0.0.1:8081") as sandbox:`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def ask(self, verb: str, /, **asked: Any) -> Any:
        """Call a verb; raises RemoteError with the reason it could not be done."""
        response = await self._client.post(f"/control/{verb}", json=asked)
        if not response.is_success:
            raise RemoteError(response.json()["error"])
        return response.json()

    async def new_bot(self, **asked: Any) -> str:
        """Register a bot (username, name, privacy, token) and return its token."""
        return str((await self.ask("new_bot", **asked))["token"])

    async def new_person(self, name: str, **asked: Any) -> int:
        """Let somebody have an account (username, language_code) and return their id."""
        return int((await self.ask("new_person", name=name, **asked))["id"])

    async def new_group(self, title: str, creator: int, **asked: Any) -> JSON:
        """Let somebody open a group (members, supergroup, bot, admin) and return the chat."""
        chat: JSON = await self.ask("new_group", title=title, creator=creator, **asked)
        return chat

    async def act(self, person: int, verb: str, **asked: Any) -> JSON:
        """Let somebody do what Person can; chats by key or "private", messages by chat and message_id."""
        done: JSON = await self.ask("act", person=person, verb=verb, **asked)
        return done

    async def acts(self, acts: list[JSON]) -> list[JSON]:
        """Let several people act at the same time."""
        results: list[JSON] = (await self.ask("acts", acts=acts))["results"]
        return results

    async def messages(self, chat: str, after: int = 0) -> JSON:
        """Return a chat, its messages after one, and what is pinned."""
        found: JSON = await self.ask("messages", chat=chat, after=after)
        return found

    async def wait_for(self, chat: str, words: str, after: int = 0, seconds: float = 10) -> JSON:
        """Return a bot's message with these words as soon as there is one."""
        found: JSON = await self.ask("wait_for", chat=chat, words=words, after=after, timeout=seconds)
        return found

    async def settled(self, seconds: float = 10) -> None:
        """Return when everything has come to rest."""
        await self.ask("settled", timeout=seconds)

    async def faults(self, **settings: Any) -> JSON:
        """Set faults; return how often each has happened."""
        happened: JSON = await self.ask("faults", **settings)
        return happened

    async def counters(self) -> JSON:
        """Return how many requests there were by method and by status."""
        counted: JSON = await self.ask("counters")
        return counted
