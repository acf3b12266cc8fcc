"""Reading the minutes from what happened: no sentence without the event it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from rules import course
from rules.events import Event
from rules.kinds import PARTIES, kind_of
from rules.minutes import (
    Addendum,
    BallotRecord,
    Correction,
    Count,
    Item,
    Line,
    Minutes,
    PartyPresence,
    Presence,
    Stage,
    TaskRecord,
)
from rules.proposals import label
from rules.statements import read_statements

STATED = ("said", "said_photo", "said_corrected", "said_taken_back")
TITLE_LIMIT = 60  # characters of the heading
NAMELESS = {"zh": "住户", "en": "Resident"}  # written down by the door alone


@dataclass(frozen=True, slots=True)
class Book:
    """What the ids in the events stand for, as it is to be published: names come masked, times get a zone.

    `people` by person, `doors` and `guests` (those written down without a phone) by household,
    `contacts` by contact.
    """

    community: str
    building: str
    lang: str
    zone: tzinfo
    people: Mapping[int, str]
    doors: Mapping[int, str]
    guests: Mapping[int, str]
    contacts: Mapping[int, str] = field(default_factory=dict)

    def who(self, event: Event) -> str:
        """Who did it: a name, and the door if it was said for a household."""
        name = self.people.get(event.data.get("person") or 0, "")
        door = self.doors.get(event.data.get("household") or 0, "")
        return f"{name} {door}".strip()

    def at(self, event: Event) -> datetime:
        """When it happened, on the building's clock."""
        return event.at.astimezone(self.zone)


Log = Mapping[str, list[Event]]  # the events of a meeting by their kind, in order


class NotClosed(ValueError):
    """Minutes are read once a meeting is over."""


def read(events: Iterable[Event], book: Book, stage: Stage = Stage.DRAFT) -> Minutes:
    """The minutes of a meeting, from its events alone. Raises NotClosed."""
    log: dict[str, list[Event]] = defaultdict(list)
    last = None
    for event in events:
        log[event.kind].append(event)
        last = event
    if last is None or not log["opened"] or not log["closed"]:
        raise NotClosed
    opened, closed = log["opened"][0], log["closed"][-1]
    notice = _notice(log)
    items = tuple(_items(log, book))
    kind = kind_of(notice["kind"])
    return Minutes(
        community=book.community,
        building=book.building,
        kind=kind.en if book.lang == "en" else kind.zh,
        title=_title(items, book),
        place=notice["place"],
        planned=datetime.fromisoformat(notice["planned"]).astimezone(book.zone),
        opened=book.at(opened),
        closed=book.at(closed),
        chair=book.people.get(opened.data["chair"], ""),
        recorder=book.people.get(opened.data["recorder"], ""),
        invited=opened.data["invited"],
        quorum=opened.data["quorum"],
        present=tuple(_presence(event, log, book) for event in log["checked_in"]),
        items=items,
        next_meeting=_next_meeting(log, book),
        stage=stage,
        corrections=tuple(_corrections(log, book)),
        head=last.hash,
        parties=tuple(_party(event, book) for event in log["party_in"]),
        parties_needed=opened.data.get("parties", [0])[0],
        hurry=notice.get("hurry") or "",
    )


def _notice(log: Log) -> Mapping[str, str]:
    """Kind, place and time as last announced, and the reason for a short notice."""
    said: dict[str, str] = {}
    for event in (*log["published"], *log["changed"]):
        names = ("kind", "place", "planned", "hurry")
        said |= {name: event.data[name] for name in names if name in event.data}
    return said


def _title(items: tuple[Item, ...], book: Book) -> str:
    title = ("; " if book.lang == "en" else "、").join(item.title for item in items if item.title)
    return title if len(title) <= TITLE_LIMIT else f"{title[: TITLE_LIMIT - 1]}…"


def _presence(event: Event, log: Log, book: Book) -> Presence:
    data = event.data
    household = data["household"]
    name = book.people.get(data["person"] or 0) or book.guests.get(household) or NAMELESS[book.lang]
    return Presence(
        event.number,
        name,
        book.doors.get(household, "?"),
        data["how"],
        book.at(event),
        data["late"],
        _left(household, log, book),
    )


def _left(household: int, log: Log, book: Book) -> datetime | None:
    """When a household left for good, None if it stayed or came back."""
    moves = [one for one in (*log["left"], *log["came_back"]) if one.data["household"] == household]
    last = max(moves, key=lambda move: move.number, default=None)
    return book.at(last) if last is not None and last.kind == "left" else None


def _party(event: Event, book: Book) -> PartyPresence:
    data = event.data
    known = PARTIES.get(data["party"])
    party = data["party"] if known is None else known.en if book.lang == "en" else known.zh
    name = book.contacts.get(data["contact"], "")
    return PartyPresence(event.number, party, name, book.at(event), data["late"])


def _items(log: Log, book: Book) -> Iterator[Item]:
    """The items as they were opened, those not reached, then what stands under none of them."""
    closed = log["closed"][-1]
    agenda = [(event.number, event.data) for event in log["item_opened"]]
    begun = {item["item"] for _, item in agenda}
    agenda += [(closed.number, item) for item in closed.data["not_reached"] if item["item"] not in begun]
    for number, item in agenda:
        key = {item["item"]}
        lines, ballots, tasks = _lines(log, book, key), _ballots(log, key), _tasks(log, key)
        yield Item(number, item["number"], item["title"], tuple(lines), tuple(ballots), tuple(tasks))
    yield from _besides(log, book, {item["item"] for _, item in agenda}, len(agenda) + 1)


def _besides(log: Log, book: Book, items: set[int], number: int) -> Iterator[Item]:
    """What was said and settled outside the agenda, as a last item."""
    rest = _keys(log) - items
    lines, ballots, tasks = (
        tuple(_lines(log, book, rest)),
        tuple(_ballots(log, rest)),
        tuple(_tasks(log, rest)),
    )
    events = [one.event for one in lines] + [one.event for one in ballots] + [one.event for one in tasks]
    if events:
        yield Item(min(events), number, "", lines, ballots, tasks)


def _keys(log: Log) -> set[int | None]:
    """Every item that something was recorded under."""
    kinds = ("said", "proposed", "task", "ballot_closed")
    events = [*course.happened(log), *(event for kind in kinds for event in log[kind])]
    return {event.data.get("item") for event in events}


def _lines(log: Log, book: Book, keys: Container[int | None]) -> Iterator[Line]:
    went = course.happened(log)
    events = sorted((*log["said"], *log["proposed"], *went), key=lambda event: event.number)
    stand = read_statements(event for kind in STATED for event in log[kind])
    for event in events:
        data = event.data
        if data.get("item") not in keys:
            continue
        if event.kind in course.KINDS:
            by = book.people.get(data.get("by") or 0, "") or book.who(event)
            text = course.told(event, log, book.lang)
            yield Line(event.number, course.kind_of(event), by, text, book.at(event))
            continue
        kind, text = "statement", data["text"]
        said = stand.get(event.number)
        photos = len(said.pictures) if said else 0
        if said is not None and said.state != "said":
            yield Line(
                event.number, said.state, book.who(event), said.text, book.at(event), photos > 0, photos
            )
            continue
        if event.kind == "proposed":
            kind, text = "proposal", f"{_label(log, event, book)} {text}"
        elif data["recorded_by"] is not None:
            kind = "on_record"
        yield Line(event.number, kind, book.who(event), text, book.at(event), photos > 0, photos)


def _label(log: Log, proposal: Event, book: Book) -> str:
    """What a proposal is called: 甲 乙 丙, or figures where an item has many."""
    return label(proposal.data["number"], course.numbers_of(log).get(proposal.data["item"], 0), book.lang)


def _ballots(log: Log, keys: Container[int | None]) -> Iterator[BallotRecord]:
    for event in log["ballot_closed"]:
        data = event.data
        if data["item"] not in keys:
            continue
        until = data["publication_until"]
        yield BallotRecord(
            event=event.number,
            question=data["question"],
            method=data["method"],
            at_most=data["at_most"],
            eligible=data["eligible"],
            voted=data["voted"],
            counts=tuple(
                Count(count["label"], count["text"], count["votes"], count["won"]) for count in data["counts"]
            ),
            carried=data["carried"],
            tie=data["tie"],
            open_until=date.fromisoformat(until) if until else None,
            level=tuple(data.get("level", ())),
            named=tuple(data.get("named", ())),
            threshold=data.get("threshold"),
            verdict=data.get("verdict"),
            basis=data.get("basis", "household"),
        )


def _tasks(log: Log, keys: Container[int | None]) -> Iterator[TaskRecord]:
    for event in log["task"]:
        data = event.data
        if data["item"] in keys:
            due = date.fromisoformat(data["due"]) if data["due"] else None
            yield TaskRecord(event.number, data["who"], data["what"], due)


def _next_meeting(log: Log, book: Book) -> datetime | None:
    if not log["next_planned"]:
        return None
    return datetime.fromisoformat(log["next_planned"][-1].data["at"]).astimezone(book.zone)


def _corrections(log: Log, book: Book) -> Iterator[Correction]:
    decided = {event.data["objection"]: event.data["state"] for event in log["objection_decided"]}
    for event in log["objected"]:
        state = decided.get(event.data["objection"], "open")
        yield Correction(event.number, book.who(event), event.data["text"], state)


def read_addenda(events: Iterable[Event], book: Book) -> tuple[Addendum, ...]:
    """What was asked to be corrected after the approval, the first first."""
    log = list(events)
    decided = {one.data["objection"]: one for one in log if one.kind == "addendum_decided"}
    return tuple(
        _addendum(event, decided.get(event.data["objection"]), book)
        for event in log
        if event.kind == "addendum_asked"
    )


def _addendum(asked: Event, decided: Event | None, book: Book) -> Addendum:
    who, at = book.who(asked), book.at(asked)
    if decided is None:
        return Addendum(asked.number, who, asked.data["text"], at, "open", None, "")
    by = book.people.get(decided.data["by"], "")
    return Addendum(asked.number, who, asked.data["text"], at, decided.data["state"], book.at(decided), by)
