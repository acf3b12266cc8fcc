"""A bot's own web server, to which webhooks are delivered."""

import asyncio
import json
from typing import Any

from sandbox.server import Server

JSON = dict[str, Any]


class Receiver:
    """A bot's own web server, which answers as the test tells it to."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.got: asyncio.Queue[tuple[JSON, dict[bytes, bytes]]] = asyncio.Queue()
        self.server = Server(self)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.got.put_nowait((json.loads(body), dict(scope["headers"])))
        status, answer = self.answers.pop(0) if self.answers else (200, b"")
        headers = [(b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/hook"

    async def next(self) -> JSON:
        async with asyncio.timeout(5):
            return (await self.got.get())[0]
