"""Updates brought to a bot's own address, again and again until it takes them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx

from sandbox.accounts import BotAccount
from sandbox.faults import Faults
from sandbox.world import World

JSON = dict[str, Any]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name
LONGEST_PAUSE = 60.0
LOOK_AHEAD = 500
SECONDS_TO_ANSWER = 60.0


@dataclass(slots=True, eq=False)
class Webhook:
    """Where a bot's updates go, and what went wrong on the way."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error: str = ""
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: dict[int, tuple[str, int]] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None

    def as_info(self) -> JSON:
        """Return the state as the Bot API's WebhookInfo."""
        info: JSON = {"url": self.url, "max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            info |= {"last_error_date": self.last_error_date, "last_error_message": self.last_error}
        return info


class Webhooks:
    """All webhooks of the world; `execute` runs a method that a bot names in its answer."""

    def __init__(
        self, world: World, faults: Faults, execute: Callable[[BotAccount, str, JSON], None]
    ) -> None:
        self.world = world
        self.faults = faults
        self.execute = execute
        self.retry_seconds = 1.0
        self.active: dict[int, Webhook] = {}

    def set(self, bot: BotAccount, webhook: Webhook) -> None:
        """Begin to deliver a bot's updates to its webhook."""
        self.delete(bot)
        self.active[bot.id] = webhook
        bot.updates.on_put = webhook.moved.set
        webhook.task = asyncio.create_task(self._deliver(bot, webhook))

    def delete(self, bot: BotAccount) -> None:
        """Stop delivering to a bot."""
        webhook = self.active.pop(bot.id, None)
        bot.updates.on_put = None
        if webhook and webhook.task:
            webhook.task.cancel()

    async def pause(self) -> None:
        """Stop all deliveries until they are resumed."""
        tasks = [webhook.task for webhook in self.active.values() if webhook.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def resume(self) -> None:
        """Go on delivering."""
        for bot in self.world.bots.values():
            if webhook := self.active.get(bot.id):
                webhook.under_way.clear()
                webhook.task = asyncio.create_task(self._deliver(bot, webhook))

    async def _deliver(self, bot: BotAccount, webhook: Webhook) -> None:
        async with (
            httpx.AsyncClient(timeout=SECONDS_TO_ANSWER, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            while True:
                webhook.moved.clear()
                for update in self._next(bot, webhook):
                    webhook.under_way[update["update_id"]] = lane(update)
                    group.create_task(self._bring(client, bot, webhook, update))
                await webhook.moved.wait()

    def _next(self, bot: BotAccount, webhook: Webhook) -> list[JSON]:
        """Return the updates that may go now: one of each lane at a time, to keep its order."""
        busy = set(webhook.under_way.values())
        chosen: list[JSON] = []
        for update in islice(bot.updates.pending, LOOK_AHEAD):
            if len(chosen) + len(webhook.under_way) >= webhook.max_connections:
                break
            if update["update_id"] not in webhook.under_way and lane(update) not in busy:
                busy.add(lane(update))
                chosen.append(update)
        return chosen

    async def _bring(
        self, client: httpx.AsyncClient, bot: BotAccount, webhook: Webhook, update: JSON
    ) -> None:
        pause = self.retry_seconds
        copies = self.faults.mix([update])
        while copies:
            if await self._post(client, bot, webhook, copies[0]):
                copies.pop()
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        webhook.under_way.pop(update["update_id"], None)
        if update in bot.updates.pending:
            bot.updates.remove(update)
        webhook.moved.set()

    async def _post(self, client: httpx.AsyncClient, bot: BotAccount, webhook: Webhook, update: JSON) -> bool:
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            response = await client.post(webhook.url, json=update, headers=headers)
        except httpx.HTTPError as error:
            return self._failed(webhook, f"Connection failed: {error}")
        if not response.is_success:
            return self._failed(
                webhook, f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
            )
        if response.content.lstrip().startswith(b"{"):
            answer = response.json()
            if isinstance(answer, dict) and (method := answer.pop("method", None)):
                self.execute(bot, str(method), answer)
        return True

    def _failed(self, webhook: Webhook, why: str) -> bool:
        webhook.last_error, webhook.last_error_date = why, int(self.world.clock())
        return False


def lane(update: JSON) -> tuple[str, int]:
    """Return what an update is kept in order with: a chat's messages, a person's presses or poll answers."""
    kind, content = next(one for one in update.items() if one[0] != "update_id")
    by = {"callback_query": "from", "poll_answer": "user"}.get(kind, "chat")
    return by, int(content.get(by, {}).get("id") or 0)
