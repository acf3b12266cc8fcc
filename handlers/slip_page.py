"""The slip's pages: the list of each way of choosing, the look-over, and the paper once it is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from handlers import polling
from handlers.buttons import Key, Keys
from handlers.polling import SeePictures
from handlers.routes import Routes
from handlers.slip import (
    PAGE,
    BackToList,
    BlockIt,
    CheckSlip,
    ClearSlip,
    LevelSlip,
    PickFor,
    Rate,
    SlipPage,
    Tick,
    UndoSlip,
    pages,
)
from handlers.speech import Screen, View
from handlers.voting import CastVote, HandIn, HandInFor
from rules.ballots import Ballot, Option
from rules.counting import Method
from rules.counting.question import BUDGETS, RANKED
from rules.secrecy import Secrecy
from rules.voters import Voter
from rules.votes import PAPER, PROXY, Vote
from rules.ways import (
    BLOCK,
    ONE_PRESS,
    TOP,
    Cast,
    check_choice,
    chosen,
    circled,
    ranks,
    spent,
)
from services import proxies
from storage import ballots as stored
from storage import homes, people
from storage.ballots import Draft

routes = Routes()

_OTHERS = {"chat": "member", PROXY: "proxy", PAPER: "paper"}
_LABEL = 34  # characters on a key
_BRIEF = 8  # of a name in one's order
_SHORT = 18  # of those that a phone surely shows whole


@dataclass(frozen=True, slots=True)
class Stands:
    """How one whom the reader votes for has voted so far.

    `cast_by` is "" where the reader did; else "member" (of the household, of the owners), "proxy" or "paper".
    """

    door: str
    names: list[str]
    cast: Cast
    receipt: str
    cast_by: str


@routes.card("slip")
async def draw(view: View, ballot_id: int) -> Screen | None:
    """One person's paper: to choose from, to look over, or handed in."""
    assert view.chat is not None, "a slip is somebody's"
    ballot = await stored.find(view.conn, ballot_id)
    person = await people.by_address(view.conn, view.chat.address)
    if ballot is None or person is None:
        return None
    draft = await stored.draft(view.conn, ballot.id, person.id) or Draft()
    mine = await proxies.voters(view.conn, ballot, person.id, draft.proxy)
    building = await homes.building(view.conn, ballot.building_id)
    stands = [found for voter in mine if (found := await _stands(view, ballot, voter, person.id))]
    known = polling.facts(ballot, building.zone, view.now) | {
        "doors": [voter.door for voter in mine],
        "stands": stands,
        "standing_in": bool(draft.proxy),
    }
    if not ballot.is_open(view.now):
        return Screen(view.html("slip.closed", **known))
    if ballot.secrecy is Secrecy.SEALED and len(stands) == len(mine) > 0:
        return Screen(view.html("slip.sealed_in", **known))
    screen = _draw(view, ballot, draft, known)
    if not draft.proxy:
        return screen
    return replace(screen, text=f"{view.html('slip.standing_in', doors=known['doors'])}\n{screen.text}")


def _draw(view: View, ballot: Ballot, draft: Draft, known: dict[str, Any]) -> Screen:
    if draft.checking and draft.choice:
        return _draw_check(view, ballot, draft, known)
    if ballot.method in ONE_PRESS:
        return _draw_single(view, ballot, draft, known)
    return _draw_list(view, ballot, draft, known)


async def _stands(view: View, ballot: Ballot, voter: Voter, person_id: int) -> Stands | None:
    vote: Vote | None = await stored.vote_of(view.conn, ballot.id, voter.id)
    if vote is None:
        return None
    names = ballot.names_of(vote.choice, 20) if vote.choice else []
    cast_by = "" if vote.by_id == person_id and vote.how != PAPER else _OTHERS[vote.how]
    return Stands(voter.door, names, Cast(vote.choice, vote.reason), vote.receipt, cast_by)


def _draw_single(view: View, ballot: Ballot, draft: Draft, known: dict[str, Any]) -> Screen:
    sealed = ballot.secrecy is Secrecy.SEALED
    taken = set(draft.choice) if sealed else {n for vote in known["stands"] for n in vote.cast.choice}
    shown = _page(ballot, draft)
    rows = []
    for option in shown:
        blocks = ballot.method is Method.CONSENT and option.number == BLOCK
        press = PickFor if draft.proxy or sealed else CastVote
        does = BlockIt(ballot.id) if blocks else press(ballot.id, option.number)
        rows.append((Key(_mark(view, option, "✅" if option.number in taken else "▫️"), does),))
    text = view.html("slip.single", shown=shown, **known)
    return Screen(text, (*rows, *_turning(view, ballot, draft), *_pictures(view, ballot)))


def _draw_list(view: View, ballot: Ballot, draft: Draft, known: dict[str, Any]) -> Screen:
    shown = _page(ballot, draft)
    rows = (
        _stars(ballot, draft, shown) if ballot.method is Method.SCORE else _lines(view, ballot, draft, shown)
    )
    below: list[tuple[Key, ...]] = [*_turning(view, ballot, draft), *_pictures(view, ballot)]
    if draft.choice:
        below += _ending(view, ballot, draft)
    limit = _LABEL if ballot.method is Method.APPROVAL else _SHORT
    long = ballot.method is Method.SCORE or any(
        len(_mark(view, option, "☑", wide=True)) > limit for option in shown
    )
    text = view.html(
        f"slip.{_kind(ballot)}",
        shown=shown if long else (),
        chosen=_count(ballot, draft),
        names=ballot.names_of(draft.choice, _BRIEF) if ballot.method in RANKED else [],
        spent=spent(ballot.way, draft.choice) if ballot.method in BUDGETS else 0,
        page=draft.page + 1,
        pages=pages(ballot),
        **known,
    )
    return Screen(text, (*rows, *below))


def _kind(ballot: Ballot) -> str:
    """The template of its list."""
    if ballot.method in RANKED:
        return "ranking"
    if ballot.method in BUDGETS:
        return "money"
    return "stars" if ballot.method is Method.SCORE else "list"


def _count(ballot: Ballot, draft: Draft) -> int:
    scored = ballot.method is Method.SCORE
    return sum(1 for value in draft.choice if value) if scored else len(draft.choice)


def _lines(view: View, ballot: Ballot, draft: Draft, shown: tuple[Option, ...]) -> Keys:
    """A key for each option, with its tick or its place."""
    marks = {number: circled(place) for place, rank in enumerate(ranks(draft.choice), 1) for number in rank}
    rest = "▫️" if ballot.method in RANKED else "☐"
    if ballot.method not in RANKED:
        marks = dict.fromkeys(draft.choice, "☑")
    return tuple(
        (Key(_mark(view, option, marks.get(option.number, rest)), Tick(ballot.id, option.number)),)
        for option in shown
    )


def _stars(ballot: Ballot, draft: Draft, shown: tuple[Option, ...]) -> Keys:
    """A row for each option: its label, which tells it in full, and its stars."""
    rows = []
    for option in shown:
        score = draft.choice[option.number - 1] if draft.choice else 0
        name = Key(option.label, Rate(ballot.id, option.number, 0))
        given = (
            Key("★" if star <= score else "☆", Rate(ballot.id, option.number, star))
            for star in range(1, TOP + 1)
        )
        rows.append((name, *given))
    return tuple(rows)


def _ending(view: View, ballot: Ballot, draft: Draft) -> list[tuple[Key, ...]]:
    """The keys by which a paper is corrected, and the one by which it is looked over."""
    tidying = [Key(view.label("slip_clear"), ClearSlip(ballot.id))]
    if ballot.method in RANKED:
        tidying.insert(0, Key(view.label("slip_undo"), UndoSlip(ballot.id)))
    if ballot.method is Method.SCHULZE and len(draft.choice) > 1:
        name = "slip_apart" if draft.choice[-1] < 0 else "slip_level"
        tidying.insert(1, Key(view.label(name), LevelSlip(ballot.id)))
    done = Key(view.label("slip_check", chosen=_count(ballot, draft)), CheckSlip(ballot.id))
    return [(*tidying, done)] if len(tidying) == 1 else [tuple(tidying), (done,)]


def _draw_check(view: View, ballot: Ballot, draft: Draft, known: dict[str, Any]) -> Screen:
    mine = Cast(check_choice(ballot.way, draft.choice, draft.reason), draft.reason)
    facts: dict[str, Any] = {
        "chosen": [(ballot.options[number - 1], mark) for number, mark in chosen(ballot.way, mine.choice)],
        "reason": draft.reason,
        "spent": spent(ballot.way, mine.choice) if ballot.method in BUDGETS else 0,
        **known,
    }
    again = Key(view.label("slip_again"), BackToList(ballot.id))
    stands: list[Stands] = known["stands"]
    if len(stands) == len(known["doors"]) and all(vote.cast == mine for vote in stands):
        return Screen(view.html("slip.handed_in", **facts), ((again,),))
    does = HandInFor(ballot.id, draft.proxy) if draft.proxy else HandIn(ballot.id)
    hand_in = Key(view.label("slip_hand_in"), does)
    return Screen(view.html("slip.check", **facts), ((hand_in,), (again,)))


def _page(ballot: Ballot, draft: Draft) -> tuple[Option, ...]:
    return ballot.options[draft.page * PAGE : (draft.page + 1) * PAGE]


def _mark(view: View, option: Option, mark: str, *, wide: bool = False) -> str:
    """An option on a key, its cost last and never cut."""
    price = "" if option.cost is None else " " + view.label("slip_price", cost=option.cost)
    label = f"{mark} {option.label} {option.text}".strip()
    room = 1000 if wide else _LABEL - len(price)
    return (label if len(label) <= room else f"{label[: room - 1]}…") + price


def _turning(view: View, ballot: Ballot, draft: Draft) -> Keys:
    keys = []
    if draft.page > 0:
        keys.append(Key(view.label("slip_previous"), SlipPage(ballot.id, draft.page - 1)))
    if draft.page < pages(ballot) - 1:
        keys.append(Key(view.label("slip_next"), SlipPage(ballot.id, draft.page + 1)))
    return (tuple(keys),) if keys else ()


def _pictures(view: View, ballot: Ballot) -> Keys:
    if not any(option.picture for option in ballot.options):
        return ()
    return ((Key(view.label("ballot_pictures"), SeePictures(ballot.id)),),)
