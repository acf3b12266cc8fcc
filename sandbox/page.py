"""The chat page: one page on which anybody can be any person of the sandbox, and watch a story.

Every `Sandbox` serves it at its address and knows it as `sandbox.page`. A program that has a story to tell
gives it to the page, which then shows a bar with play, pause, next step, chapters and what happens now; any
object with the attributes of `Story` will do::

    class Tour:
        title = {"zh": "一次楼宇会", "en": "One meeting"}
        chapters = [("call", {"zh": "召集", "en": "Call"}), ("vote", {"zh": "投票", "en": "Vote"})]
        speed = 1.0
        def state(self) -> StoryState: ...
        async def play(self, chapter: str | None = None) -> None: ...
        def pause(self) -> None: ...
        async def step(self) -> None: ...

    async with Sandbox(port=8080) as sandbox:
        sandbox.page.hints[leader.id] = "组长"        # shown beside the name, and found by the search
        sandbox.page.tell(Tour())
        print(sandbox.url)
        ...
        await sandbox.page.close()                  # lets the story come to rest before the world ends

The page is for this machine alone: requests that name another host, or come from another site's page, are
refused, and nothing that people write is ever markup or script.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.accounts import Account, BotAccount
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.page_acts import Acts
from sandbox.page_door import POLICY, OnlyHere, Refused, answering, asked, maybe, number
from sandbox.page_feed import Feed
from sandbox.page_story import Stage, Story, StoryState
from sandbox.page_view import View, sees
from sandbox.params import Upload
from sandbox.world import World

__all__ = ["Page", "Story", "StoryState"]

JSON = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

HERE = Path(__file__).parent / "static"
OPENS = {"application/pdf", "image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "text/plain"}
PLAIN = "application/octet-stream"
MOST = 200  # messages in one answer


class Page:
    """The chat page of a world, and the story told on it, if any.

    `hints` says in a few words who a person is, by the person's id; it may change while the page is served.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.hints: dict[int, str] = {}
        self.view = View(world, self.hints)
        self.acts = Acts(world)
        self.stage: Stage | None = None

    def tell(self, story: Story) -> None:
        """Show the bar of a story on the page."""
        self.stage = Stage(story)

    async def close(self) -> None:
        """Pause the story and return when it acts no more."""
        if self.stage is not None:
            await self.stage.rest()

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the page: `/`, `/static` and `/page/...`."""
        person, chat = "/page/people/{person:int}", "/page/people/{person:int}/chats/{chat}"
        return [
            self._route("/", self.document),
            Mount("/static", StaticFiles(directory=HERE), middleware=[Middleware(OnlyHere)]),
            self._route("/page/people", self.people),
            self._route("/page/people", self.new_person, "POST"),
            self._route(f"{person}/groups", self.new_group, "POST"),
            self._route(f"{person}/changes", self.changes),
            self._route(f"{person}/start", self.start, "POST"),
            self._route(f"{chat}/messages", self.messages),
            self._route(f"{chat}/messages", self.say, "POST"),
            self._route(f"{chat}/files", self.upload, "POST"),
            self._route(f"{chat}/read", self.read, "POST"),
            self._route(f"{chat}/messages/{{message:int}}/press", self.press, "POST"),
            self._route(f"{chat}/messages/{{message:int}}/vote", self.vote, "POST"),
            self._route("/page/files/{file}", self.file),
            self._route("/page/story/{action}", self.story, "POST"),
        ]

    def _route(self, path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        return Route(path, answering(endpoint), methods=[method], middleware=[Middleware(OnlyHere)])

    async def document(self, _: Request) -> Response:
        """Return the page itself."""
        return FileResponse(HERE / "index.html", headers={"Content-Security-Policy": POLICY})

    async def people(self, _: Request) -> Response:
        """Return everybody one can be."""
        return JSONResponse({"people": self.view.people()})

    async def new_person(self, request: Request) -> Response:
        """Let somebody new come."""
        person = self.acts.new_person(str((await asked(request)).get("name") or ""))
        return JSONResponse(self.view.person(person))

    async def new_group(self, request: Request) -> Response:
        """Let a person open a group with those who are here and the bots."""
        person, title = self._person(request), str((await asked(request)).get("title") or "")
        chat = await self.acts.new_group(person, title)
        return JSONResponse({"chat": self.view.chat(person, chat)})

    async def changes(self, request: Request) -> Response:
        """Stream a snapshot of a person's chats and then what happens in them."""
        feed = Feed(self.view, self._person(request), lambda: self.stage)
        return StreamingResponse(
            feed.events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
        )

    async def messages(self, request: Request) -> Response:
        """Return the newest messages of a chat, or those before the message `before`."""
        person, chat = self._place(request)
        query = request.query_params
        limit = min(number(query.get("limit", 60)), MOST)
        shown = self.view.messages(person, chat, maybe(query.get("before")), limit)
        return JSONResponse({"seq": self.view.now(), "messages": shown})

    async def say(self, request: Request) -> Response:
        """Let a person say something."""
        person, chat = self._place(request)
        said = await asked(request)
        message = await self.acts.say(person, chat, str(said.get("text") or ""), maybe(said.get("reply_to")))
        return JSONResponse({"message_id": message.id})

    async def upload(self, request: Request) -> Response:
        """Let a person send a photo or a document."""
        person, chat = self._place(request)
        async with request.form() as form:
            file, caption, reply = (
                form.get("file"),
                str(form.get("caption") or ""),
                maybe(form.get("reply_to")),
            )
            if not isinstance(file, UploadFile):
                raise Refused("empty")
            upload = Upload(file.filename or "file", file.content_type or "", await file.read())
        photo = form.get("as") == "photo"
        message = await self.acts.send(person, chat, upload, caption, reply, photo=photo)
        return JSONResponse({"message_id": message.id})

    async def press(self, request: Request) -> Response:
        """Press a button and wait for the bot's answer, as long as a press may be answered."""
        person, chat = self._place(request)
        where = await asked(request)
        row, column = number(where.get("row")), number(where.get("column"))
        return JSONResponse(await self.acts.press(person, self._message(request, chat), row, column))

    async def vote(self, request: Request) -> Response:
        """Vote in a poll; no options take the vote back."""
        person, chat = self._place(request)
        options = (await asked(request)).get("options")
        if not isinstance(options, list):
            raise Refused("nonsense")
        await self.acts.vote(person, self._message(request, chat), [number(option) for option in options])
        return JSONResponse({})

    async def read(self, request: Request) -> Response:
        """Remember up to which message a person has read; who has just left a chat has read nothing more."""
        person, chat = self._person(request), self.world.chats.get(request.path_params["chat"])
        seen = number((await asked(request)).get("message_id"))
        if chat is not None and sees(person, chat):
            chat.read[person.id] = max(seen, chat.read.get(person.id, 0))
        return JSONResponse({})

    async def start(self, request: Request) -> Response:
        """Start a bot in private, with the payload of a deep link if there is one."""
        person, wanted = self._person(request), await asked(request)
        bot = self.world.accounts.get(number(wanted.get("bot")))
        if not isinstance(bot, BotAccount):
            raise Refused("gone")
        chat = await self.acts.start(person, bot, str(wanted.get("payload") or ""))
        return JSONResponse({"chat": self.view.chat(person, chat)})

    async def file(self, request: Request) -> Response:
        """Return a file: what browsers show safely opens, all else is downloaded."""
        file = self.world.files.get(request.path_params["file"])
        if file is None:
            raise Refused("gone", 404)
        opens = file.mime in OPENS
        how = f"{'inline' if opens else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}"
        tag = f'"{sha256(file.content).hexdigest()}"'
        headers = {"Content-Disposition": how, "Cache-Control": "private, no-cache", "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.mime if opens else PLAIN, headers=headers)

    async def story(self, request: Request) -> Response:
        """Play, pause or step the story, or set its speed."""
        if self.stage is None:
            raise Refused("gone", 404)
        await self.stage.act(request.path_params["action"], await asked(request))
        return JSONResponse(self.stage.as_json())

    def _person(self, request: Request) -> Account:
        person = self.world.accounts.get(request.path_params["person"])
        if person is None or isinstance(person, BotAccount):
            raise Refused("gone", 404)
        return person

    def _place(self, request: Request) -> tuple[Account, Chat]:
        person = self._person(request)
        chat = self.world.chats.get(request.path_params["chat"])
        if chat is None or not sees(person, chat):
            raise Refused("not_member", 403)
        return person, chat

    def _message(self, request: Request, chat: Chat) -> Message:
        message = chat.messages.get(request.path_params["message"])
        if message is None:
            raise Refused("gone", 404)
        return message
