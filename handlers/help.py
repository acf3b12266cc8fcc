"""Help that fits the person and the place: what can be done here and now, as keys."""

from __future__ import annotations

from handlers import choosing
from handlers.ballots import AskBallot
from handlers.buttons import Key
from handlers.calling import CallMeeting
from handlers.here import Here
from handlers.meeting import CheckIn
from handlers.minutes import ShowMinutes
from handlers.routes import Routes
from handlers.ways import Bind, Join, MyData, ShowMonthly, WhatICanDo
from handlers.words import LANGUAGES, Words
from services.offers import Offers, offers, offers_anywhere
from storage import people

routes = Routes()

MOST_BALLOTS = 4  # offered as keys
LABEL = 24  # characters of a question on a key

COMMANDS = (
    "meeting",
    "checkin",
    "vote",
    "proxy",
    "say",
    "propose",
    "mywords",
    "minutes",
    "tasks",
    "receipt",
    "roll",
    "owner",
    "register",
    "join",
    "mydata",
    "forget",
    "leaders",
    "when",
    "straw",
    "change",
    "monthly",
    "quiet",
    "contacts",
    "mediate",
    "paper",
    "parking",
    "reports",
    "building",
    "cancel",
    "help",
)


def command_lists() -> dict[str, list[tuple[str, str]]]:
    """For each language, the commands a client offers and what they do."""
    words = Words()
    return {
        lang: [(command, words.plain(lang, f"help.command_{command}")) for command in COMMANDS]
        for lang in LANGUAGES
    }


@routes.command("help", words=("帮助", "help"))
async def help_by_word(here: Here, _rest: str) -> None:
    """Say what can be done here and now."""
    await _help(here)


@routes.press(WhatICanDo)
async def help_by_key(here: Here, _button: WhatICanDo) -> None:
    """Say what can be done here and now, in a message of its own: the one pressed stays as it is."""
    await _help(here)


@routes.link("hello")
async def help_by_link(here: Here, _rest: str) -> None:
    """Somebody was sent to the private chat."""
    await _help(here)


@routes.command("start")
async def start(here: Here, _rest: str) -> None:
    """Begin anew: what was under way in private is left."""
    if here.chat.kind == "private":
        await here.finish()
    await _help(here)


@routes.command("cancel", words=("取消", "cancel"))
async def cancel(here: Here, _rest: str) -> None:
    """Leave what is under way."""
    under_way = await people.dialogue(here.unit.conn, here.person.id, here.chat.id)
    await here.finish()
    await offer_help(here, "help.cancelled" if under_way else "help.nothing_to_cancel")


async def _help(here: Here) -> None:
    if here.chat.kind == "group" and here.building is None:
        await here.say("help.unbound", keys=((here.key("bind", Bind()),),))
        return
    open_now = await _offers(here)
    keys = _keys(here, open_now)
    facts = {
        "offered": bool(keys),
        "building": here.building,
        "doors": [home.door for home in open_now.homes],
        "leader": open_now.leader,
        "resident": open_now.resident,
    }
    await here.say(f"help.{_about(here, open_now)}", keys=keys, **facts)


async def _offers(here: Here) -> Offers:
    ask = offers if here.chat.kind == "group" else offers_anywhere
    return await ask(here.unit, here.person, here.building)


def _about(here: Here, open_now: Offers) -> str:
    if here.chat.kind == "group":
        return "group"
    if open_now.leader:
        return "leader"
    return "resident" if open_now.resident else "stranger"


async def offer_help(here: Here, said: str) -> None:
    """Say something that leads no further, and offer what does."""
    await here.say(said, keys=await keys_for(here))


async def keys_for(here: Here) -> tuple[tuple[Key, ...], ...]:
    """A key for each thing this person can do here and now."""
    if here.chat.kind == "group" and here.building is None:
        return ((here.key("bind", Bind()),),)
    return _keys(here, await _offers(here))


def _keys(here: Here, open_now: Offers) -> tuple[tuple[Key, ...], ...]:
    keys = _going_on(here, open_now) if open_now.resident or open_now.leader else []
    if open_now.minutes is not None:
        keys.append(here.key("help_minutes", ShowMinutes(open_now.minutes)))
    if open_now.leader:
        keys.append(here.key("help_call", CallMeeting()))
    if open_now.leads_this and here.chat.kind == "private" and here.building is not None:
        keys.append(here.key("ballot_new", AskBallot()))
        keys.append(here.key("months", ShowMonthly(here.building.id)))
    if not open_now.resident:
        keys.append(here.key("join", Join()))
    if here.chat.kind == "private":
        keys.append(here.key("my_data", MyData()))
        keys += [key for row in choosing.keys(here) for key in row] if len(here.among) > 1 else []
    return tuple((key,) for key in keys)


def _going_on(here: Here, open_now: Offers) -> list[Key]:
    """To the meeting that sits, and to each ballot that is open."""
    keys = []
    if open_now.meeting is not None:
        keys.append(here.key("help_checkin", CheckIn(open_now.meeting)))
    for ballot in open_now.ballots[:MOST_BALLOTS]:
        link = here.link(f"b_{ballot.id}")
        keys.append(here.key("help_vote", link=link, question=_short(ballot.question)))
    return keys


def _short(question: str) -> str:
    return question if len(question) <= LABEL else f"{question[: LABEL - 1]}…"
