"""A small bot for the page's tests: it talks to the sandbox in raw HTTP, as any bot would."""

import json
import struct
import zlib
from typing import Any

import httpx

from sandbox import Sandbox

JSON = dict[str, Any]


class Bot:
    """A bot that does what the test tells it, and answers presses with what it was given."""

    def __init__(self, sandbox: Sandbox, username: str = "page_bot", name: str = "页面小助手") -> None:
        self.username = username
        self.token = sandbox.new_bot(username, name)
        self.id = int(self.token.partition(":")[0])
        self.client = httpx.AsyncClient(base_url=f"{sandbox.bot_url}{self.token}/", timeout=20)
        self.next = 0

    async def __call__(self, method: str, files: JSON | None = None, **params: Any) -> Any:
        if files:
            fields = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
            answer = (await self.client.post(method, data=fields, files=files)).json()
        else:
            answer = (await self.client.post(method, json=params)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def hears(self, kind: str) -> JSON:
        """Return the next update of a kind; others are passed over."""
        while True:
            for update in await self("getUpdates", offset=self.next, timeout=10):
                self.next = update["update_id"] + 1
                if kind in update:
                    return update[kind]

    async def answers(self, **content: Any) -> JSON:
        """Answer the next press, and return it."""
        query = await self.hears("callback_query")
        await self("answerCallbackQuery", callback_query_id=query["id"], **content)
        return query


def keyboard(*rows: list[tuple[str, str]]) -> JSON:
    """Return an inline keyboard of (text, data or link) buttons."""
    lines = [[{"text": t, ("url" if "://" in d else "callback_data"): d} for t, d in row] for row in rows]
    return {"inline_keyboard": lines}


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """Return a picture of one colour."""
    lines = (b"\0" + bytes(colour) * width) * height
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in [*parts, (b"IEND", b"")]
    )
