"""What I know about you: shown, changed and deleted by the person it is about."""

from __future__ import annotations

from handlers.buttons import Button, Keys
from handlers.here import Here
from handlers.mediation import tell_circle
from handlers.mediation_draft import MyMediations
from handlers.offices import Resign
from handlers.routes import Routes
from handlers.speech import Made, Speech, View
from handlers.ways import Join, MyData
from handlers.words import LANGUAGES
from rules.people import OnlyInPrivate
from services import privacy
from services.privacy import Stored
from storage import people
from storage.outbox import Due

routes = Routes()


class SwitchReminders(Button, code="prem"):
    """Wants reminders (1), or none (0)."""

    on: int


class SwitchLanguage(Button, code="plang"):
    """Wants to be spoken to in a language."""

    lang: str


class AskCopy(Button, code="pcpy"):
    """Wants all of it as a file."""


class Forget(Button, code="pdel"):
    """Asks to be forgotten."""


class ForgetForSure(Button, code="pdely"):
    """Wants it after all that was said."""


@routes.command("mydata", words=("我的资料", "mydata"))
async def show_by_word(here: Here, _rest: str) -> None:
    """Show what is stored."""
    _in_private(here, "mydata")
    await _show(here)


@routes.link("mydata")
async def show_by_link(here: Here, _rest: str) -> None:
    """Show what is stored."""
    _in_private(here, "mydata")
    await _show(here)


@routes.press(MyData)
async def show_by_key(here: Here, _button: MyData) -> None:
    """Show what is stored; asked in a group, the private chat opens."""
    if here.chat.kind == "private":
        await _show(here)
    else:
        here.toast = {"url": here.link("mydata")}


async def _show(here: Here) -> None:
    stored = await privacy.stored_about(here.unit, here.person)
    await here.turn("privacy.mydata", stored=stored, keys=_keys(here, stored))


def _keys(here: Here, stored: Stored) -> Keys:
    on = here.person.reminders
    other = next(lang for lang in LANGUAGES if lang != here.person.lang)
    reminders = here.key("reminders_off" if on else "reminders_on", SwitchReminders(int(not on)))
    language = here.key("other_language", SwitchLanguage(other))
    mine = (here.key("my_mediations", MyMediations()),)
    copy = (here.key("my_copy", AskCopy()),)
    offices = tuple(
        (here.key("resign", Resign(building.id, role), role=role),) for building, role in stored.offices
    )
    more = (mine,) if stored.mediations else ()
    join = () if stored.memberships or stored.claims else ((here.key("join", Join()),),)
    return ((reminders, language), *join, *more, *offices, copy, (here.key("forget", Forget()),))


@routes.press(AskCopy)
async def send_copy(here: Here, _button: AskCopy) -> None:
    """Send all that is stored about the person as a file (个人信息保护法45)."""
    here.in_private()
    document = {"make": "my_copy", "about": here.person.id, "lang": here.person.lang}
    await here.say("privacy.copy", more={"document": document})


@routes.maker("my_copy")
async def make_copy(view: View, about_id: int) -> Made:
    """What is stored about a person, as it is now."""
    return Made("mydata.json", await privacy.copy_of(view.conn, await people.get(view.conn, about_id)))


@routes.press(SwitchReminders)
async def switch_reminders(here: Here, button: SwitchReminders) -> None:
    """Send reminders, or none; notices of the building still come in its group."""
    here.in_private()
    await people.change(here.unit.conn, here.person.id, reminders=bool(button.on))
    here.person = await people.get(here.unit.conn, here.person.id)
    await _show(here)
    await here.tell("privacy.reminders_noted", on=bool(button.on))


@routes.press(SwitchLanguage)
async def switch_language(here: Here, button: SwitchLanguage) -> None:
    """Speak to the person in another language."""
    here.in_private()
    if button.lang in LANGUAGES:
        await people.change(here.unit.conn, here.person.id, lang=button.lang)
    here.person = await people.get(here.unit.conn, here.person.id)
    await _show(here)


@routes.command("forget", words=("删除我的资料", "forget me"))
async def ask_by_word(here: Here, _rest: str) -> None:
    """Say what would be deleted and what stays, and ask."""
    _in_private(here, "forget")
    await _ask(here)


@routes.link("forget")
async def ask_by_link(here: Here, _rest: str) -> None:
    """Say what would be deleted and what stays, and ask."""
    _in_private(here, "forget")
    await _ask(here)


@routes.press(Forget)
async def ask_by_key(here: Here, _button: Forget) -> None:
    """Say what would be deleted and what stays, and ask."""
    here.in_private()
    await _ask(here)


async def _ask(here: Here) -> None:
    stored = await privacy.stored_about(here.unit, here.person)
    alone = await privacy.led_alone(here.unit, here.person)
    keys = ((here.key("forget_yes", ForgetForSure()),), (here.key("keep", MyData()),))
    await here.turn("privacy.forget_ask", stored=stored, alone=alone, keys=keys)


@routes.press(ForgetForSure)
async def forget(here: Here, _button: ForgetForSure) -> None:
    """Delete it; a building that has no leader now is told."""
    here.in_private()
    gone = await privacy.forget(here.unit, here.person, here.chat.id)
    for case in gone.ended:
        await tell_circle(here, case, "mediation.stopped", mediation=case.mediation)
    for building in gone.leaderless:
        await here.say_to_building(building, "privacy.leaderless", building=building)
    await here.turn("privacy.forgotten", keys=((here.key("join", Join()),),))


@routes.due("erase_chat")
async def erase_chat(speech: Speech, due: Due) -> None:
    """The farewell has arrived: the private chat is erased too."""
    await privacy.erase_chat(speech.unit, due.about_id)


def _in_private(here: Here, payload: str) -> None:
    """Go on only in private; a group is shown the way there. Raises OnlyInPrivate."""
    if here.chat.kind != "private":
        raise OnlyInPrivate(link=here.link(payload))
