"""The sandbox by HTTP: for programs in another process that create people, act as them and set faults."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.conversations import Conversation, Seen
from sandbox.errors import ApiError
from sandbox.people import NotThereError, Person

if TYPE_CHECKING:
    from sandbox.box import Sandbox

JSON = dict[str, Any]
LOCAL = {"127.0.0.1", "localhost", "::1"}


class Control:
    """What /control/<verb> does; every verb takes a JSON object and gives one."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.people = sandbox.people
        self._outage: asyncio.Task[None] | None = None
        self.verbs: dict[str, Callable[[JSON], Awaitable[Any]]] = {
            "new_bot": self.new_bot,
            "new_person": self.new_person,
            "new_group": self.new_group,
            "act": self.act,
            "acts": self.acts,
            "messages": self.messages,
            "wait_for": self.wait_for,
            "settled": self.settled,
            "faults": self.faults,
            "fail_next": self.fail_next,
            "counters": self.counters,
            "outage": self.outage,
        }

    def routes(self) -> list[BaseRoute]:
        """Return the routes to serve beside the Bot API."""
        return [Route("/control/{verb}", self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        """Answer a request; only a program on this machine can send one, no web page."""
        kind = request.headers.get("content-type", "")
        if request.url.hostname not in LOCAL or not kind.startswith("application/json"):
            return JSONResponse({"error": "send JSON, from this machine"}, 403)
        verb = self.verbs.get(request.path_params["verb"])
        if verb is None:
            return JSONResponse({"error": f"there are the verbs {', '.join(self.verbs)}"}, 404)
        try:
            return JSONResponse(await verb(await request.json()))
        except (LookupError, ValueError, TypeError, TimeoutError, NotThereError, ApiError) as error:
            return JSONResponse({"error": str(error), "type": type(error).__name__}, 400)

    async def new_bot(self, asked: JSON) -> JSON:
        """Register a bot: username, name, privacy, token."""
        return {"token": self.sandbox.new_bot(**asked)}

    async def new_person(self, asked: JSON) -> JSON:
        """Let somebody have an account: name, username, language_code."""
        return self.people.new(**asked).account.as_user()

    async def new_group(self, asked: JSON) -> JSON:
        """Let somebody open a group: title, creator, members, supergroup, bot, admin."""
        creator, *members = [
            self.people.get(number) for number in [asked["creator"], *asked.get("members", [])]
        ]
        supergroup = bool(asked.get("supergroup"))
        group = self.people.new_group(asked["title"], creator, *members, supergroup=supergroup)
        if "bot" in asked:
            group.add_bot(asked["bot"], admin=bool(asked.get("admin")))
        return shown_chat(group)

    async def act(self, asked: JSON) -> Any:
        """Let somebody do something: person, verb, and what the verb of Person takes.

        Chats are named by their key, messages by chat and message_id, files as base64.
        """
        asked = dict(asked)
        person = self.people.get(asked.pop("person"))
        verb = asked.pop("verb")
        if verb not in VERBS:
            raise LookupError(f"people can {', '.join(sorted(VERBS))}")
        return shown(await getattr(person, verb)(**self._things(person, verb, asked)))

    async def acts(self, asked: JSON) -> JSON:
        """Let several people do something at the same time; an act that fails gives its error."""
        done = await asyncio.gather(*map(self.act, asked["acts"]), return_exceptions=True)
        return {"results": [{"error": str(one)} if isinstance(one, BaseException) else one for one in done]}

    async def messages(self, asked: JSON) -> JSON:
        """Return a chat and its messages, those after a message_id."""
        chat, after = self.people.chat(str(asked["chat"])), int(asked.get("after", 0))
        pinned = chat.pinned.id if chat.pinned else None
        seen = [message.as_json() for message in chat.messages if message.id > after]
        return shown_chat(chat) | {"messages": seen, "pinned": pinned}

    async def wait_for(self, asked: JSON) -> Any:
        """Wait for a message with some words: chat, words, after, timeout."""
        after = int(asked.get("after", 0))
        words = str(asked["words"])
        seen = await self.people.chat(str(asked["chat"])).wait_for(
            lambda message: message.id > after and words in message.words,
            timeout=float(asked.get("timeout", 10)),
        )
        return seen.as_json()

    async def settled(self, asked: JSON) -> JSON:
        """Wait until everything has come to rest: timeout."""
        await self.sandbox.settled(float(asked.get("timeout", 10)))
        return {}

    async def faults(self, asked: JSON) -> JSON:
        """Set faults by name, or only read how often each happened."""
        for name, value in asked.items():
            if name not in SETTINGS:
                raise LookupError(f"there are the faults {', '.join(sorted(SETTINGS))}")
            setattr(self.sandbox.faults, name, value)
        return self.sandbox.faults.happened

    async def fail_next(self, asked: JSON) -> JSON:
        """Let a fault hit the next requests: kind, count, method."""
        self.sandbox.faults.next(**asked)
        return {}

    async def outage(self, asked: JSON) -> JSON:
        """Cut all connections and refuse new ones: seconds."""
        self._outage = asyncio.create_task(self._gone(float(asked["seconds"])))
        return {}

    async def _gone(self, seconds: float) -> None:
        await self.sandbox.stop()
        await asyncio.sleep(seconds)
        await self.sandbox.start()

    async def counters(self, _asked: JSON) -> JSON:
        """Return how many requests there were by method and by status, and how many exceeded the limits."""
        journal = self.sandbox.counters
        exceeded = sum(meter.exceeded for meter in self.sandbox.world.meters.values())
        return {"methods": journal.methods, "statuses": journal.statuses, "exceeded": exceeded}

    def _things(self, person: Person, verb: str, asked: JSON) -> JSON:
        """Return the arguments of a verb, names turned into what they name."""
        chat = self._chat(person, asked.pop("chat")) if "chat" in asked else None
        things: JSON = {}
        if chat is not None and (place := VERBS[verb]) != "message":
            things[place] = chat
        for name, value in asked.items():
            match name:
                case "message_id" if chat is not None:
                    things["message"] = Seen(self.sandbox.world, chat.state.messages[value])
                case "other":
                    things["other"] = self.people.get(value) if isinstance(value, int) else value
                case "content":
                    things["content"] = b64decode(value)
                case _:
                    things[name] = value
        return things

    def _chat(self, person: Person, key: Any) -> Conversation:
        return person.private() if key == "private" else self.people.chat(str(key))


VERBS = {  # of Person, and what each calls the place it is about
    "say": "chat",
    "reply": "message",
    "edit": "message",
    "delete": "message",
    "send_photo": "chat",
    "send_document": "chat",
    "press": "message",
    "press_forged": "message",
    "vote_in_poll": "message",
    "start": "chat",
    "open_link": "group",
    "join": "group",
    "add": "group",
    "leave": "group",
    "remove": "group",
    "add_bot": "group",
    "remove_bot": "group",
    "promote": "group",
    "pin": "message",
    "block": "chat",
    "unblock": "chat",
}
SETTINGS = {
    "latency",
    "latency_of",
    "drop_before",
    "drop_after",
    "error_500",
    "error_502",
    "duplicate",
    "reorder",
    "late",
}


def shown(result: Any) -> Any:
    """Return what a verb brought, as JSON."""
    if isinstance(result, Seen):
        return result.as_json()
    if isinstance(result, Conversation):
        return shown_chat(result)
    return {} if result is None else asdict(result)


def shown_chat(chat: Conversation) -> JSON:
    """Return a chat as JSON, with its key."""
    return chat.state.as_chat() | {"key": chat.key}
