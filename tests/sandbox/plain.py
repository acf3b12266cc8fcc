"""The plainest Bot API client there is, a clock that stands still, and small things to send."""

import struct
import zlib
from typing import Any

import httpx

from sandbox import Sandbox
from tests.sandbox.independents import check_result

JSON = dict[str, Any]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


class Api:
    """The plainest client there is; every result is parsed by both libraries on the way."""

    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.token = token
        self.sandbox = sandbox
        self.client = httpx.AsyncClient(timeout=10, trust_env=False)

    async def post(self, method: str, files: Any = None, **params: Any) -> JSON:
        url = f"{self.sandbox.bot_url}{self.token}/{method}"
        if files:
            response = await self.client.post(url, data=params, files=files)
        else:
            response = await self.client.post(url, json=params)
        answer: JSON = response.json()
        assert answer["ok"] or response.status_code == answer["error_code"]
        return answer

    async def __call__(self, method: str, files: Any = None, **params: Any) -> Any:
        answer = await self.post(method, files, **params)
        assert answer["ok"], answer["description"]
        check_result(method, answer["result"])
        return answer["result"]

    async def refusal(self, method: str, files: Any = None, **params: Any) -> str:
        answer = await self.post(method, files, **params)
        assert not answer["ok"], answer["result"]
        return str(answer["description"])

    async def updates(self, **params: Any) -> list[JSON]:
        found: list[JSON] = await self("getUpdates", **params)
        if found:
            await self("getUpdates", offset=found[-1]["update_id"] + 1)
        return found


def png(width: int = 8, height: int = 4) -> bytes:
    """Return a picture that says its size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    parts = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def button(text: str = "甲", **action: str) -> JSON:
    return {"text": text, **(action or {"callback_data": "a"})}


def keyboard(*rows: list[JSON]) -> JSON:
    return {"inline_keyboard": list(rows) or [[button()]]}
