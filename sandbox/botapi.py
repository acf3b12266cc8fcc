"""The Bot API over HTTP: from the bytes of a request to the bytes of its answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request as FormRequest

from sandbox.accounts import BotAccount
from sandbox.call import Call
from sandbox.errors import ApiError, bad_request
from sandbox.faults import Faults
from sandbox.journal import Journal, Request
from sandbox.methods import METHODS, updates
from sandbox.params import Params, Upload, decoded
from sandbox.webhooks import Webhooks
from sandbox.world import World

JSON = dict[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

NAMES = {name.lower(): name for name in METHODS} | {
    name.lower(): name for name in ("getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo")
}
LARGEST_FIELD = 1024 * 1024


class BotApi:
    """Answers /bot<token>/<method> and /file/bot<token>/<path>."""

    def __init__(self, world: World, faults: Faults, journal: Journal) -> None:
        self.world = world
        self.faults = faults
        self.journal = journal
        self.webhooks = Webhooks(world, faults, self.execute)
        self.in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if path.startswith("/file/bot"):
            await self.download(path.removeprefix("/file/bot"), send)
            return
        token, _, method = path.removeprefix("/bot").partition("/")
        name = NAMES.get(method.lower(), method)
        waits = name == "getUpdates"
        self.in_flight += not waits
        try:
            await self.answer(token, name, scope, receive, send)
        finally:
            self.in_flight -= not waits
            self.world.pulse.beat()

    async def answer(self, token: str, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request, let it take effect, and answer it, with whatever faults are in force."""
        params = await read(scope, receive)
        bot = self.world.bots.get(token)
        if seconds := self.faults.latency_for(name):
            await asyncio.sleep(seconds)
        fault = self.faults.draw(name)
        status, body = 0, b""
        if fault in {None, "drop_after"}:
            status, body = await self.effect(bot, name, params)
        elif fault != "drop_before":
            status, body = broken(int((fault or "").removeprefix("error_")))
        dropped = fault in {"drop_before", "drop_after"}
        self.note(bot, name, params, 0 if dropped else status, body if status >= 400 else b"")
        if dropped:
            await drop(scope, receive)
        else:
            await respond(send, status, body)

    async def effect(self, bot: BotAccount | None, name: str, params: Params | ApiError) -> tuple[int, bytes]:
        """Run a method and return the HTTP status and body of its answer."""
        try:
            if bot is None:
                raise ApiError(401, "Unauthorized")
            if isinstance(params, ApiError):
                raise params
            result = self.run(Call(self.world, bot, params), name)
            if asyncio.iscoroutine(result):
                result = await result
        except ApiError as error:
            return error.code, json.dumps(error.as_json()).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def run(self, call: Call, name: str) -> Any:
        """Run a method; getUpdates gives something to await."""
        if method := METHODS.get(name):
            return method(call)
        match name:
            case "getUpdates":
                return updates.get_updates(call, self.webhooks, self.faults)
            case "setWebhook":
                return updates.set_webhook(call, self.webhooks)
            case "deleteWebhook":
                return updates.delete_webhook(call, self.webhooks)
            case "getWebhookInfo":
                return updates.get_webhook_info(call, self.webhooks)
        raise ApiError(404, "Not Found: method not found")

    def execute(self, bot: BotAccount, name: str, raw: JSON) -> None:
        """Run a method that came as the answer to a webhook; its result goes nowhere, as in Telegram."""
        name, params = NAMES.get(name.lower(), name), Params(raw)
        status, description = 200, ""
        try:
            if name not in METHODS:
                raise bad_request("method can't be used in an answer to a webhook")
            METHODS[name](Call(self.world, bot, params))
        except ApiError as error:
            status, description = error.code, error.description
        self.journal.note(Request(bot.id, name, raw, (), status, description))
        self.world.pulse.beat()

    def note(
        self, bot: BotAccount | None, name: str, params: Params | ApiError, status: int, body: bytes
    ) -> None:
        """Write the request down."""
        said = Params({}) if isinstance(params, ApiError) else params
        description = json.loads(body).get("description", "") if body.startswith(b"{") else ""
        self.journal.note(
            Request(bot.id if bot else 0, name, said.raw, tuple(said.files), status, description)
        )

    async def download(self, path: str, send: Send) -> None:
        """Answer with the bytes of a file."""
        token, _, path = path.partition("/")
        file = self.world.files.at(path)
        if token not in self.world.bots or file is None:
            error = ApiError(404, "Not Found") if token in self.world.bots else ApiError(401, "Unauthorized")
            await respond(send, error.code, json.dumps(error.as_json()).encode())
            return
        await respond(send, 200, file.content, b"application/octet-stream")


async def read(scope: Scope, receive: Receive) -> Params | ApiError:
    """Return the parameters of a request, from its query and its body, or why they cannot be read."""
    raw: JSON = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"").decode("latin-1")
    if kind.startswith("multipart/form-data"):
        return await read_form(scope, receive, raw)
    body = await read_body(receive)
    if not body:
        return Params(raw)
    if not kind.startswith("application/json"):
        return Params(raw | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))
    try:
        said = decoded(body.decode("utf-8", "replace"), "can't parse request JSON object")
    except ApiError as error:
        return error
    return Params(raw | said) if isinstance(said, dict) else bad_request("request must be a JSON object")


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def read_form(scope: Scope, receive: Receive, raw: JSON) -> Params:
    """Return the fields and files of a multipart form."""
    files: dict[str, Upload] = {}
    async with FormRequest(scope, receive).form(max_part_size=LARGEST_FIELD) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                files[name] = Upload(value.filename or name, value.content_type or "", content)
            else:
                raw[name] = value
    return Params(raw, files)


def broken(status: int) -> tuple[int, bytes]:
    """Return the answer of a server that is out of order."""
    if status == 502:
        return status, b"<html><head><title>502 Bad Gateway</title></head></html>"
    return status, json.dumps(ApiError(status, "Internal Server Error").as_json()).encode()


async def respond(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    """Send the answer."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def drop(scope: Scope, receive: Receive) -> None:
    """Cut the connection without an answer."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
