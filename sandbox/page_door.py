"""The door of the chat page: only this machine comes in, and every refusal is an answer in JSON."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.errors import ApiError
from sandbox.people import NotThereError

JSON = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Refused(Exception):
    """The page's request cannot be done; `reason` is a code that the page has words for."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class OnlyHere:
    """Lets in what is addressed to this machine and was not sent by another site's page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or turn it away."""
        headers = Headers(scope=scope)
        if not welcome(headers):
            await JSONResponse({"error": "elsewhere"}, 403)(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.update(SAFE)
                answer.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self.app(scope, receive, safely)


def welcome(headers: Headers) -> bool:
    """Whether a request is addressed to this machine, and sent by the page itself or by no page."""
    host = headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        return False
    return headers.get("origin") in {None, f"http://{host}"}


def answering(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint's refusals become answers: the page's own, and the sandbox's."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return JSONResponse({"error": refused.reason}, refused.status)
        except NotThereError:
            return JSONResponse({"error": "not_member"}, 403)
        except ApiError as error:
            return JSONResponse({"error": error.description}, error.code)

    return answered


async def asked(request: Request) -> JSON:
    """Return the object in a request's body."""
    try:
        said = json.loads(await request.body())
    except ValueError as error:
        raise Refused("nonsense") from error
    if not isinstance(said, dict):
        raise Refused("nonsense")
    return said


def number(value: object) -> int:
    """Return a whole number, which may have come as text."""
    if isinstance(value, bool) or not str(value).removeprefix("-").isdecimal():
        raise Refused("nonsense")
    return int(str(value))


def maybe(value: object) -> int | None:
    """Return a whole number, or None where nothing was given."""
    return None if value is None or value == "" else number(value)
