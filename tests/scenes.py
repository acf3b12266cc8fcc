"""Scenes: states that many conversations begin in, reached quickly. The residents are plainly made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from rules.homes import Household
from sandbox.conversations import Conversation, Group, Seen
from sandbox.people import Answer, Person
from services import calling
from storage import homes, meetings, people
from storage.store import Unit
from tests.stage import Stage


@dataclass
class Scene:
    """A group bound to its building, its leader, and who lives where."""

    leader: Person
    group: Group
    building_id: int
    homes: dict[Person, Household] = field(default_factory=dict)


async def bound_building(
    stage: Stage, units: int = 2, households: int = 48, *, name: str = "3栋", lang: str = "zh-hans"
) -> Scene:
    """A building bound through the chat; its leader has opened the private chat with the bot."""
    leader = stage.sandbox.people.new(f"示例组长 {name}", language_code=lang)
    group = stage.sandbox.people.new_group(f"{name}邻里群", leader)
    await leader.start()
    await leader.add_bot(group, admin=True)
    await stage.settle()
    hello = group.messages[-1]
    await leader.press(hello, 0)
    await stage.settle()
    for answer in (name, str(units), str(households)):
        await leader.reply(group.messages[-1] if group.messages[-1].by_bot else hello, answer)
        await stage.settle()
    await leader.press(group.messages[-1], 0)
    await stage.settle()
    async with stage.program.store.glance() as conn:
        chat = await people.chat_by_address(conn, str(group.id))
    assert chat is not None
    assert chat.building_id is not None
    return Scene(leader, group, chat.building_id)


async def residents(stage: Stage, scene: Scene, count: int) -> list[Person]:
    """So many neighbours in the group, each a verified member of a household of their own.

    They are named after their doors, 示例住户 1-101, and private messages reach them.
    """
    neighbours = []
    for unit, room in await _free_doors(stage, scene, count):
        person = stage.sandbox.people.new(f"示例住户 {unit}-{room}")
        await person.join(scene.group)
        neighbours.append((person, unit, room))
    await stage.settle()
    async with stage.program.store.unit(stage.now) as work:
        for person, unit, room in neighbours:
            await _move_in(work, scene, person, unit, room)
    return [person for person, _, _ in neighbours]


async def move_in(stage: Stage, scene: Scene, person: Person, unit: str, room: str) -> Household:
    """Make somebody a verified member of the household at a door; private messages reach them."""
    await stage.settle()
    async with stage.program.store.unit(stage.now) as work:
        return await _move_in(work, scene, person, unit, room)


async def _move_in(work: Unit, scene: Scene, person: Person, unit: str, room: str) -> Household:
    person.private().state.started = True
    known = await people.meet(work.conn, str(person.id), person.name, "zh", work.now)
    await people.change(work.conn, known.id, reach="yes", consented_at=work.now)
    home = await homes.find_household(work.conn, scene.building_id, unit, room)
    if home is None:
        place = await homes.unclaimed_place(work.conn, scene.building_id)
        assert place is not None, "every household has its door"
        await homes.name_household(work.conn, place.id, unit, room)
        home = await homes.household(work.conn, place.id)
    await homes.join(work.conn, home.id, known.id, "slip", work.now)
    scene.homes[person] = home
    return home


async def _free_doors(stage: Stage, scene: Scene, count: int) -> Sequence[tuple[str, str]]:
    """Doors that nobody has claimed: 1-101, 1-102, 1-201, … two a floor, unit by unit."""
    async with stage.program.store.glance() as conn:
        building = await homes.building(conn, scene.building_id)
        known = await homes.households_in(conn, scene.building_id)
    each = -(-len(known) // building.units)
    taken = {(home.unit, home.room) for home in known}
    doors = [
        (str(unit), str((place // 2 + 1) * 100 + place % 2 + 1))
        for unit in range(1, building.units + 1)
        for place in range(each)
    ]
    return [door for door in doors if door not in taken][:count]


async def announced_meeting(stage: Stage, scene: Scene, *titles: str, days: int = 5, hour: int = 19) -> int:
    """A meeting announced for some days from now at 19:30, with these items; its id."""
    await stage.settle()
    planned = (stage.now + timedelta(days=days)).replace(hour=hour, minute=30)
    async with stage.program.store.unit(stage.now) as work:
        building = await homes.building(work.conn, scene.building_id)
        leader = await people.by_address(work.conn, str(scene.leader.id))
        assert leader is not None
        draft = await calling.begin(work, building, leader.id)
        await calling.set_time(work, draft, planned)
        await calling.set_place(work, draft, "社区活动室")
        for title in titles or ("电动车棚和充电桩",):
            await calling.add_item(work, draft, title)
        draft = await meetings.get(work.conn, draft.id)
        await calling.publish(work, draft, building, leader.id)
    return draft.id


async def open_meeting(stage: Stage, scene: Scene, *titles: str) -> int:
    """A meeting that the leader has just opened at its planned time; its id."""
    meeting_id = await announced_meeting(stage, scene, *titles)
    await stage.pass_time(to=(stage.now + timedelta(days=5)).replace(hour=19, minute=30))
    await scene.leader.say(scene.group, "/open")
    await stage.settle()
    return meeting_id


async def say(stage: Stage, person: Person, chat: Conversation, text: str) -> Seen:
    """Somebody says something; the last message once it is answered."""
    await person.say(chat, text)
    return await _last(stage, chat)


async def reply(stage: Stage, person: Person, message: Seen, text: str) -> Seen:
    """Somebody replies to a message; the last message once it is answered."""
    await person.reply(message, text)
    return await _last(stage, message.chat)


async def press(stage: Stage, person: Person, message: Seen, button: str | int) -> Answer:
    """Somebody presses a button; what it answered, once all it did has been said."""
    answer = await person.press(message, button)
    await stage.settle()
    return answer


async def _last(stage: Stage, chat: Conversation) -> Seen:
    await stage.settle()
    last = chat.last
    assert last is not None
    return last


async def open_ballot(
    stage: Stage, scene: Scene, line: str = "停车位怎么划 | 专区20 | 全部专区 | 专区15"
) -> Seen:
    """A ballot that the leader has made of one line and opened; its card in the group."""
    draft = await say(stage, scene.leader, scene.leader.private(), f"/vote {line}")
    await press(stage, scene.leader, draft, "开始投票")
    return scene.group.pinned or draft


async def tap(stage: Stage, person: Person, chat: Conversation, label: str) -> Answer:
    """Press the newest button whose label has these words, and wait until all is said."""
    await stage.settle()
    for message in reversed(chat.messages):
        for name in message.labels:
            if label in name:
                answer = await person.press(message, name)
                await stage.settle()
                return answer
    raise LookupError(f"no button says {label}")


async def answer(stage: Stage, person: Person, chat: Conversation, text: str) -> Seen:
    """Reply to the newest message of the bot; the newest message after that."""
    await stage.settle()
    asked = next(message for message in reversed(chat.messages) if message.by_bot)
    await person.reply(asked, text)
    await stage.settle()
    return chat.messages[-1]
