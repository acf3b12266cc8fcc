"""The register (台账) in the chat: a page a month, its parts, the way to each record, and files of it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Key, Keys
from handlers.calendar import NotADay
from handlers.here import Here
from handlers.minutes import ShowMinutes, show_minutes
from handlers.polling import show_anew
from handlers.register_tables import Filed, as_csv, as_workbook
from handlers.routes import Routes
from handlers.speech import Made, View
from handlers.tasks import OpenTask, open_task
from rules.ballots import State as BallotState
from rules.homes import Building
from rules.meetings import NoSuchMeeting, State
from rules.people import OnlyInPrivate
from rules.register import SHEETS, Entry
from services import ballots, choosing, register
from services import meeting as sittings
from storage import homes

routes = Routes()

LISTED = 6  # entries on one screen


class SeeRegister(Button, code="rgp"):
    """Turns to a month (202611); `whole`: of every building of the community that one keeps."""

    building: int
    month: int
    whole: int


class SeePart(Button, code="rgs"):
    """Lists a part of a month: a sheet, by its place in rules.register.SHEETS; `page` counts from 0."""

    building: int
    month: int
    whole: int
    part: int
    page: int


class SeeEntry(Button, code="rgo"):
    """Opens the record of an entry."""

    building: int
    part: int
    about: int


class SendRegister(Button, code="rgf"):
    """Sends a month as a file: a workbook (1) or CSV (0)."""

    building: int
    month: int
    whole: int
    xlsx: int


@routes.command("register", words=("台账", "register"))
async def show(here: Here, _rest: str) -> None:
    """The register of this month."""
    building = here.the_building()
    await _turn_to(here, building, _this_month(here, building), whole=False)


def _this_month(here: Here, building: Building) -> date:
    return here.now.astimezone(ZoneInfo(building.zone)).date().replace(day=1)


@routes.press(SeeRegister)
async def see(here: Here, button: SeeRegister) -> None:
    """Another month, or all buildings."""
    building = await _building(here, button.building)
    await _turn_to(here, building, _month(button.month), whole=bool(button.whole))


async def _building(here: Here, building_id: int) -> Building:
    """The building that a button names; in a group it is the group's. Raises NotYourRegister."""
    building = await homes.find_building(here.unit.conn, building_id)
    if building is None or (here.chat.kind == "group" and building_id != here.the_building().id):
        raise register.NotYourRegister
    return building


def _month(number: int) -> date:
    try:
        return date(number // 100, number % 100, 1)
    except ValueError as unreal:
        raise NotADay from unreal


def _number(month: date) -> int:
    return month.year * 100 + month.month


def _beside(month: date, months: int) -> date:
    """The first day of the month so many months later."""
    ahead = month.year * 12 + month.month - 1 + months
    return date(ahead // 12, ahead % 12 + 1, 1)


async def _mediated(here: Here, reader: register.Reader, meant: tuple[Building, ...], month: date) -> int:
    """How many mediations were held: told to those who keep the register, in private."""
    if not reader.keeps or here.chat.kind != "private":
        return 0
    return await register.mediated(here.unit.conn, meant, f"{month:%Y-%m}", ZoneInfo(meant[0].zone))


async def _turn_to(here: Here, building: Building, month: date, *, whole: bool) -> None:
    reader = await register.reader(here.unit.conn, building, here.person)
    meant = _meant(here, reader, building, whole=whole)
    filed = await register.filed(here.unit.conn, meant, here.now, f"{month:%Y-%m}")
    counts: dict[str, int] = {sheet: len(entries) for sheet, entries in filed.items()}
    months = await register.months(here.unit.conn, meant)
    mediated = await _mediated(here, reader, meant, month)
    await here.turn(
        "register.page",
        keys=_page_keys(here, building, month, reader, counts, months, whole=len(meant) > 1),
        building=building,
        month=month,
        whole=len(meant) > 1,
        count=len(meant),
        mediated=mediated,
        open=sum(entry.state == "open" for _, entry in filed["ballots"]),
        confirmed=sum(entry.state == "confirmed" for _, entry in filed["tasks"]),
        **counts,
    )


def _meant(here: Here, reader: register.Reader, building: Building, *, whole: bool) -> tuple[Building, ...]:
    """This building; or, in private, all whose register the reader keeps. Raises NotYourRegister."""
    if not whole:
        return (building,)
    if len(reader.kept) < 2 or here.chat.kind != "private":
        raise register.NotYourRegister
    return reader.kept


def _page_keys(
    here: Here,
    building: Building,
    month: date,
    reader: register.Reader,
    counts: dict[str, int],
    months: tuple[str, str] | None,
    *,
    whole: bool,
) -> Keys:
    shown = (building.id, _number(month), int(whole))
    parts = [
        here.key(f"register_{sheet}", SeePart(*shown, place, 0), count=counts[sheet])
        for place, sheet in enumerate(SHEETS)
        if counts[sheet]
    ]
    rows = [_turning(here, building, month, months, whole=whole), tuple(parts[:2]), tuple(parts[2:])]
    if reader.keeps and parts:
        files = [here.key(name, SendRegister(*shown, xlsx)) for name, xlsx in (("xlsx", 1), ("csv", 0))]
        rows.append(tuple(files))
    if len(reader.kept) > 1 and here.chat.kind == "private":
        other = SeeRegister(building.id, _number(month), int(not whole))
        name = "register_one" if whole else "register_whole"
        rows.append((here.key(name, other, building=building, count=len(reader.kept)),))
    return tuple(row for row in rows if row)


def _turning(
    here: Here, building: Building, month: date, months: tuple[str, str] | None, *, whole: bool
) -> tuple[Key, ...]:
    """‹ and ›, as far as something is filed; this month is always in reach."""
    present = f"{_this_month(here, building):%Y-%m}"
    first, last = min(present, *(months or ())), max(present, *(months or ()))
    keys = []
    for step, name in ((-1, "register_earlier"), (1, "register_later")):
        other = _beside(month, step)
        if first <= f"{other:%Y-%m}" <= last:
            keys.append(here.key(name, SeeRegister(building.id, _number(other), int(whole)), month=other))
    return tuple(keys)


@routes.press(SeePart)
async def see_part(here: Here, button: SeePart) -> None:
    """What one part of a month holds, each entry with the key to its record."""
    building, month = await _building(here, button.building), _month(button.month)
    reader = await register.reader(here.unit.conn, building, here.person)
    meant = _meant(here, reader, building, whole=bool(button.whole))
    if not 0 <= button.part < len(SHEETS) or button.page < 0:
        raise register.NotYourRegister
    sheet = SHEETS[button.part]
    found = (await register.filed(here.unit.conn, meant, here.now, f"{month:%Y-%m}"))[sheet]
    start = button.page * LISTED
    shown = list(enumerate(found, 1))[start : start + LISTED]
    back = SeeRegister(building.id, button.month, button.whole)
    keys = (_openers(shown, button), _pages(here, button, len(found)), (here.key("register_back", back),))
    await here.turn(
        "register.part",
        keys=tuple(row for row in keys if row),
        month=month,
        sheet=sheet,
        whole=bool(button.whole),
        total=len(found),
        rows=[_line(here, number, name, entry) for number, (name, entry) in shown],
    )


def _line(here: Here, number: int, building: str, entry: Entry) -> dict[str, object]:
    said = here.words.plain(here.lang, "register.code", code=entry.state)
    return {"number": number, "building": building, "day": entry.day, "row": entry.row, "said": said}


def _openers(shown: list[tuple[int, tuple[str, Entry]]], button: SeePart) -> tuple[Key, ...]:
    return tuple(
        Key(f"{number}", SeeEntry(button.building, button.part, entry.about)) for number, (_, entry) in shown
    )


def _pages(here: Here, button: SeePart, total: int) -> tuple[Key, ...]:
    keys = []
    for step, name in ((-1, "slip_previous"), (1, "slip_next")):
        page = button.page + step
        if 0 <= page * LISTED < total:
            other = SeePart(button.building, button.month, button.whole, button.part, page)
            keys.append(here.key(name, other))
    return tuple(keys)


@routes.press(SeeEntry)
async def see_entry(here: Here, button: SeeEntry) -> None:
    """The record of an entry: the minutes or the notice, the ballot or its result, the task."""
    if not 0 <= button.part < len(SHEETS):
        raise register.NotYourRegister
    sheet = SHEETS[button.part]
    building = await _owner(here, sheet, button)
    await register.reader(here.unit.conn, building, here.person)
    here.building = building
    if sheet == "meetings":
        await _see_meeting(here, building, button.about)
    elif sheet == "tasks":
        await open_task(here, OpenTask(button.about))
    else:
        await _see_ballot(here, building, button.about)


async def _owner(here: Here, sheet: str, button: SeeEntry) -> Building:
    """The building of what is to be seen: the button's own, or another whose register is kept with it."""
    kind = {"meetings": "meeting", "tasks": "task"}.get(sheet, "ballot")
    owner = await choosing.of_record(here.unit.conn, kind, button.about)
    if owner is None:
        raise register.NotYourRegister
    return await _building(here, owner)


async def _see_meeting(here: Here, building: Building, meeting_id: int) -> None:
    meeting = await sittings.find(here.unit.conn, building, meeting_id)
    if meeting.state is State.CLOSED:
        await show_minutes(here, ShowMinutes(meeting.id))
        return
    if meeting.state is State.DRAFT:
        raise NoSuchMeeting
    await show_anew(here, "meeting" if meeting.state is State.OPEN else "notice", meeting.id)


async def _see_ballot(here: Here, building: Building, ballot_id: int) -> None:
    ballot = await ballots.find(here.unit.conn, ballot_id, building.id)
    if ballot.state is BallotState.DRAFT:
        raise register.NotYourRegister
    await show_anew(here, "result" if ballot.state is BallotState.CLOSED else "ballot", ballot.id)


@routes.press(SendRegister)
async def send(here: Here, button: SendRegister) -> None:
    """A month as a file, in private, to those who keep the register. Raises OnlyInPrivate."""
    building, month = await _building(here, button.building), _month(button.month)
    reader = await register.reader(here.unit.conn, building, here.person)
    if not reader.keeps:
        raise register.NotYourRegister
    meant = _meant(here, reader, building, whole=bool(button.whole))
    about = f"{button.month}:{','.join(str(one.id) for one in meant)}"
    make = "register_xlsx" if button.xlsx else "register_csv"
    facts = {"building": building, "month": month, "whole": len(meant) > 1, "count": len(meant)}
    document = {"make": make, "about": about, "lang": here.person.lang}
    if not await here.tell_person(here.person.id, "register.file", more={"document": document}, **facts):
        raise OnlyInPrivate(link=here.link("hello"))
    await here.tell("register.sent_in_private")


@routes.maker("register_xlsx")
async def make_xlsx(view: View, about: str) -> Made:
    """A month of the register as a workbook; `about`: 202611:3,4 (the month, the buildings)."""
    name, filed = await _load(view, about)
    return Made(f"{name}.xlsx", as_workbook(view.words, (view.lang,), filed))


@routes.maker("register_csv")
async def make_csv(view: View, about: str) -> Made:
    """A month of the register as CSV."""
    name, filed = await _load(view, about)
    return Made(f"{name}.csv", as_csv(view.words, (view.lang,), filed))


async def _load(view: View, about: str) -> tuple[str, Filed]:
    number, _, ids = about.partition(":")
    month = _month(int(number))
    meant = [await homes.building(view.conn, int(one)) for one in ids.split(",")]
    filed = await register.filed(view.conn, meant, view.now, f"{month:%Y-%m}")
    facts = {"building": meant[0], "whole": len(meant) > 1, "month": month}
    return view.words.plain(view.lang, "register.file_name", **facts), filed
