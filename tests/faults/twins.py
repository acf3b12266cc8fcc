"""Two communities on one bot, each full of words of its own that nobody of the other must ever read.

Updates as the platform would bring them: who writes in private writes in their own chat, who writes in a
group is of it. A button of the other side comes under a message that was forwarded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from bot.reading import read
from sandbox import Request
from storage import homes, log, people
from storage.tables import buildings, meetings, metadata, straws
from tests.faults.fast import FastStage
from tests.faults.strangers import Place, every_button, fill, is_here, kept, rows_here
from tests.scenes import announced_meeting, bound_building, move_in, open_ballot

MARKS = ("东密", "西密")
PEOPLE = [100_001, 100_002, 100_003, 100_004, 100_005, 100_006]  # three of each, the leader first
GROUPS = [-4_000_001, -4_000_002]
OPEN_TO_ALL = {"buildings", "communities"}  # whoever wants to join chooses among them
EVERYBODYS = {"straw_answers"}  # the platform lets whoever sees a poll answer it
SHORTEST = 3  # characters of a text that is recognised


@dataclass(frozen=True, slots=True)
class Side:
    """One of the communities: who is of it, where they talk, its rows, and its words."""

    mark: str
    place: Place
    people: tuple[int, ...]
    group: int
    moved: int  # what its group may become
    buttons: tuple[str, ...]
    words: frozenset[str]


async def twins(stage: FastStage) -> list[Side]:
    """Two buildings of two communities, each with a meeting, a ballot, votes and rows of every table."""
    places = [await _settle_in(stage, mark) for mark in MARKS]
    said = [await _words(stage, place) for place in places]
    return [
        Side(
            mark,
            place,
            tuple(PEOPLE[number * 3 : number * 3 + 3]),
            GROUPS[number],
            -100_123_000 - number,
            tuple(every_button(place.ids, 1)),
            frozenset(said[number] - said[1 - number]),
        )
        for number, (mark, place) in enumerate(zip(MARKS, places, strict=True))
    ]


async def _settle_in(stage: FastStage, mark: str) -> Place:
    scene = await bound_building(stage, name=f"{mark}3栋")
    neighbours = [stage.sandbox.people.new(f"{mark}住户{number}") for number in (1, 2)]
    for door, person in enumerate(neighbours):
        await person.join(scene.group)
        await move_in(stage, scene, person, "1", str(101 + door))
    meeting = await announced_meeting(stage, scene, f"{mark}电动车棚")
    card = await open_ballot(stage, scene, f"{mark}停车位怎么划 | {mark}专区 | {mark}全部")
    await neighbours[0].press(card, 0)
    await stage.settle()
    async with stage.program.store.unit(stage.now) as unit:
        community = await homes.community(unit.conn, f"{mark}小区")
        mine = buildings.c.id == scene.building_id
        await unit.conn.execute(update(buildings).where(mine).values(community_id=community))
        at = meetings.c.id == meeting
        await unit.conn.execute(update(meetings).where(at).values(place=f"{mark}活动室"))
        leader = await people.by_address(unit.conn, str(scene.leader.id))
        assert leader is not None
        await fill(unit.conn, scene.building_id, f"{mark}的话", leader.id)
        of_it = straws.c.building_id == scene.building_id
        await unit.conn.execute(update(straws).where(of_it).values(poll=mark))
        ids = {
            name: await rows_here(unit.conn, table, scene.building_id)
            for name, table in metadata.tables.items()
        }
        known = {person.id for person in (scene.leader, *neighbours)}
        number = MARKS.index(mark)
        assert known == set(PEOPLE[number * 3 : number * 3 + 3])
        assert scene.group.id == GROUPS[number]
    return Place(scene, ids, [])


async def _words(stage: FastStage, place: Place) -> set[str]:
    """All texts that its rows, its events and its people's names are made of."""
    found: set[str] = set()
    async with stage.program.store.glance() as conn:
        for name, table in metadata.tables.items():
            if name not in OPEN_TO_ALL:
                rows = (await conn.execute(select(table))).mappings().all()
                for row in rows:
                    if is_here(table, dict(row), place):
                        found.update(_texts(dict(row)))
        for kind in ("meeting", "ballot"):
            for one in place.ids[f"{kind}s"]:
                for event in await log.read(conn, f"{kind}:{one}"):
                    found.update(_texts(dict(event.data)))
        for person in place.scene.homes | {place.scene.leader: None}:
            known = await people.by_address(conn, str(person.id))
            found.add(known.name if known else person.name)
    return {text for text in found if len(text) >= SHORTEST and not text.isascii()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value.values()])
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


def side_of(sides: list[Side], number: int) -> Side | None:
    """The side that a person or a chat of this number is of."""
    return next((one for one in sides if number in {*one.people, one.group, one.moved}), None)


def lifelike(one: dict[str, Any], number: int, sides: list[Side]) -> tuple[dict[str, Any], Side | None]:
    """An update as the platform could bring it, and the side it comes from."""
    kind = next(iter(one), "")
    inside: dict[str, Any] = one.get(kind, {})
    actor = inside.get("from") or inside.get("user") or {}
    under: dict[str, Any] = (inside.get("message") if kind == "callback_query" else inside) or {}
    chat = under.get("chat") or {}
    of_actor = side_of(sides, actor.get("id", 0))
    side = of_actor or side_of(sides, chat.get("id", 0))
    if chat.get("type") == "private":
        if of_actor is None and actor:
            actor["id"] = chat["id"]
        elif actor:
            chat["id"] = actor["id"]
    elif of_actor is not None and side_of(sides, chat.get("id", 0)) is not None:
        chat["id"] = of_actor.group
    if under.get("migrate_to_chat_id") and side is not None:
        under["migrate_to_chat_id"] = side.moved
    if kind == "callback_query":
        inside["id"] = str(number)
        inside["data"] = _pressed(inside.get("data"), sides)
    if kind == "poll_answer" and side is not None:
        inside["poll_id"] = side.mark
    return {kind: inside, "update_id": number} if kind else {"update_id": number}, side


def _pressed(data: Any, sides: list[Side]) -> Any:
    """What is pressed: for (which, where, char) a button of either side, with that character changed."""
    if not isinstance(data, tuple):
        return data
    which, where, char = data
    every = [button for side in sides for button in side.buttons]
    button = every[which % len(every)]
    return (
        button
        if where is None
        else f"{button[: where % len(button)]}{char}{button[where % len(button) + 1 :]}"
    )


async def hear(
    stage: FastStage, sides: list[Side], updates: Iterable[dict[str, Any]], first: int = 10_000_000
) -> None:
    """Have the bot hear updates, side by side; each leaves the other side as it was, and in the dark."""
    every = [lifelike(one, first + number, sides) for number, one in enumerate(updates)]
    begun = len(stage.sandbox.requests)
    pressed: dict[str, Side | None] = {}
    for phase in (*sides, None):
        others = [one for one in sides if one is not phase]
        before = [await kept(stage, one.place) for one in others]
        for one, side in every:
            if side is phase:
                pressed[str(one["update_id"])] = side
                if (heard := await read(stage.program.reception, one)) is not None:
                    await stage.program.application.process_update(heard)
        await stage.program.quiet()
        for other, known in zip(others, before, strict=True):
            after = await kept(stage, other.place)
            for table in known.keys() - EVERYBODYS:
                assert sorted(after[table] ^ known[table]) == [], f"{other.mark} {table}"
    faults = await stage.faults()
    assert faults == []
    for request in stage.sandbox.requests[begun:]:
        check_silent(sides, request, pressed)


def check_silent(sides: list[Side], request: Request, pressed: dict[str, Side | None]) -> None:
    """Whoever is told is told no word of a side they are not of."""
    if request.method == "answerCallbackQuery":
        told = pressed.get(str(request.params.get("callback_query_id")))
    else:
        told = side_of(sides, int(request.params.get("chat_id") or 0))
    said = json.dumps(request.params, ensure_ascii=False, default=str)
    for side in sides:
        if side is not told:
            assert [word for word in (*side.words, side.mark + "的") if word in said] == [], request
