"""Refusals: each is answered by the template of its name, and offers the next step where there is one."""

from __future__ import annotations

from handlers import choosing
from handlers.buttons import Key, Keys
from handlers.here import Here
from rules.people import WhichBuilding
from rules.refusals import Refusal


async def refuse(here: Here, refusal: Refusal) -> None:
    """Say a refusal: an alert on a press, else a message; its fact `link` is opened, or becomes a key."""
    name, link = refusal.template(), refusal.facts.get("link")
    if here.heard.press is not None:
        await here.tell(f"refusals.{name}", alert=True, **refusal.facts)
        if here.toast is not None and link:
            here.toast["url"] = str(link)
        return
    keys: Keys = ((Key(here.label(here.lang, "go_on"), link=str(link)),),) if link else ()
    if isinstance(refusal, WhichBuilding):
        keys = choosing.keys(here)
    await here.say(f"refusals.{name}", keys=keys, **refusal.facts)
