"""A stage whose bot takes updates by webhook; what a delivery looks like, and how one is made by hand."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bot.settings import Address, Settings, Webhook
from bot.webhook import SECRET_HEADER
from tests.stage import START, Stage

SECRET = "a-secret_for-tests"


def free_address() -> Address:
    """An address nobody listens at; the same one is kept over a restart."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", probe.getsockname()[1])


class WebhookStage(Stage):
    """The sandbox brings updates to the bot, and again after a twentieth of a second what it refused."""

    def __init__(self, folder: Path, now: datetime = START) -> None:
        super().__init__(folder, now)
        self.address = free_address()
        self.file = folder / "louyuhui.db"
        self.url = f"http://127.0.0.1:{self.address.port}/telegram"
        self.sandbox.api.webhooks.retry_seconds = 0.05

    @property
    def settings(self) -> Settings:
        """The stage's settings, with a webhook."""
        return replace(super().settings, webhook=Webhook(self.url, self.address, SECRET))

    async def deliver(self, body: Any, secret: str | None = SECRET) -> httpx.Response:
        """Deliver by hand: bytes as they are, anything else as JSON."""
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            if isinstance(body, bytes):
                return await client.post(self.url, content=body, headers=headers)
            return await client.post(self.url, json=body, headers=headers)


def said(number: int, text: str, person: int = 777) -> dict[str, Any]:
    """An update: somebody wrote to the bot in private."""
    someone = {"id": person, "is_bot": False, "first_name": "示例住户"}
    chat = {"id": person, "type": "private", "first_name": "示例住户"}
    message = {"message_id": number, "date": 1_800_000_000, "chat": chat, "from": someone, "text": text}
    return {"update_id": number, "message": message}


def pressed(number: int, data: str, person: int, group: int) -> dict[str, Any]:
    """An update: somebody pressed a button below a message of a group."""
    someone = {"id": person, "is_bot": False, "first_name": "示例住户"}
    chat = {"id": group, "type": "supergroup", "title": "示例邻里群"}
    message = {"message_id": 1, "date": 1_800_000_000, "chat": chat, "text": "示例"}
    press = {"id": str(number), "from": someone, "chat_instance": "1", "message": message, "data": data}
    return {"update_id": number, "callback_query": press}
