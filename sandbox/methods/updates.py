"""The Bot API's methods by which a bot gets its updates: it fetches them, or names a webhook."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.call import Call
from sandbox.errors import bad_request, conflict
from sandbox.faults import Faults
from sandbox.webhooks import Webhook, Webhooks

JSON = dict[str, Any]

MOST_AT_ONCE = 100
LONGEST_WAIT = 50
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LOCAL = {"localhost", "127.0.0.1", "::1"}
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


async def get_updates(call: Call, webhooks: Webhooks, faults: Faults) -> list[JSON]:
    """Return what waits for the bot, after waiting up to `timeout` seconds for something."""
    if call.bot.id in webhooks.active:
        raise conflict(WEBHOOK_ACTIVE)
    updates, params = call.bot.updates, call.params
    updates.claim()
    remember_allowed(call)
    if offset := params.number("offset"):
        updates.confirm(offset)
    if not faults.holds:
        await updates.wait(min(params.number("timeout"), LONGEST_WAIT))
    limit = params.number("limit", MOST_AT_ONCE)
    if not 1 <= limit <= MOST_AT_ONCE:
        limit = MOST_AT_ONCE
    pending = updates.pending
    batch = [pending[index] for index in range(min(limit, len(pending)))]
    return faults.mix(faults.hold(batch))


def remember_allowed(call: Call) -> None:
    """Keep the kinds of updates a bot asks for; a request that names none changes nothing."""
    if call.params.raw.get("allowed_updates") is None:
        return
    kinds = call.params.nested("allowed_updates", "can't parse allowed updates JSON object")
    if isinstance(kinds, list):
        call.bot.updates.allow([str(kind) for kind in kinds])


def set_webhook(call: Call, webhooks: Webhooks) -> bool:
    """Name the address updates are delivered to; an empty one takes the webhook away."""
    url = call.params.text("url")
    if not url:
        return delete_webhook(call, webhooks)
    check_address(url)
    secret = call.params.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    remember_allowed(call)
    forget_pending(call)
    connections = call.params.number("max_connections", 40)
    call.bot.updates.claim("setWebhook request")
    webhooks.set(call.bot, Webhook(url, secret, max(1, min(connections, 100))))
    return True


def check_address(url: str) -> None:
    """Refuse an address that is neither https nor on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")


def delete_webhook(call: Call, webhooks: Webhooks) -> bool:
    """Let the bot fetch its updates again."""
    forget_pending(call)
    webhooks.delete(call.bot)
    return True


def forget_pending(call: Call) -> None:
    """Drop what waits, if the request says so."""
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()


def get_webhook_info(call: Call, webhooks: Webhooks) -> JSON:
    """Tell the state of the webhook."""
    updates = call.bot.updates
    info: JSON = {"url": "", "has_custom_certificate": False, "pending_update_count": len(updates.pending)}
    if updates.allowed_named:
        info["allowed_updates"] = updates.allowed_named
    webhook = webhooks.active.get(call.bot.id)
    return info | (webhook.as_info() if webhook else {})
