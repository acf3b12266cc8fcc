"""The veil over a fault: while a ballot is open, what its voters pressed and wrote is shown to nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from handlers.buttons import unpack
from rules.ballots import State
from storage import ballots, homes, people
from storage.store import Connection

_KEPT = {"update_id", "id", "message_id", "date", "type", "is_bot", "language_code"}
_FRAME = re.compile(r'\s*(\|\s*)*File "')
_ERROR = re.compile(r"[\s|]*([A-Za-z_][\w.]*)(: .*)?$")
VEIL = "投票结束以后才能看 / to be seen once the ballot is closed"


async def veiled(conn: Connection, fault: Mapping[str, Any]) -> dict[str, Any]:
    """A fault as it may be shown now.

    Of what somebody sent who may vote in an open ballot stays who and where; of the error its kind and the
    places in the code: a message of an error may quote a choice. What is kept, and replayed, is the whole.
    """
    if not await _may_be_a_vote(conn, fault["payload"] or {}):
        return dict(fault)
    bare = _bare(fault["payload"]) | {"…": VEIL}
    return {**fault, "payload": bare, "traceback": _places(fault["traceback"])}


async def _may_be_a_vote(conn: Connection, payload: Mapping[str, Any]) -> bool:
    """Whether it came from somebody of a building with an open ballot, or names an open ballot."""
    for sent in (each for each in payload.values() if isinstance(each, dict)):
        button = unpack(sent["data"]) if isinstance(sent.get("data"), str) else None
        named = await ballots.find(conn, getattr(button, "ballot", 0))
        if named is not None and named.state is State.OPEN:
            return True
        sender = sent.get("from") or sent.get("user") or {}
        person = await people.by_address(conn, str(sender.get("id")))
        for building in await homes.buildings_for(conn, person.id) if person else ():
            if await ballots.of_building(conn, building.id, State.OPEN):
                return True
    return False


def _bare(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Who sent it, where and when."""
    return {
        name: _bare(value) if isinstance(value, dict) else value
        for name, value in sent.items()
        if name in _KEPT or (isinstance(value, dict) and name not in {"reply_markup", "quote"})
    }


def _places(traceback: str) -> str:
    """The traceback without source lines and messages."""
    told = []
    for line in traceback.splitlines():
        if _FRAME.match(line) or line.startswith("Traceback"):
            told.append(line)
        elif not line.startswith("  ") and (error := _ERROR.match(line)):
            told.append(error[1])
    return "\n".join(told)
