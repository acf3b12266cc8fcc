"""An export with all there is proves itself, and any change to a byte or an event of it is found.

Owners with silence, proxies, paper, named and sealed votes, proposals and what is said of them.
THOROUGH=1 flips every byte, else one of seven.
"""

from __future__ import annotations

import json
import os

from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.events import canonical
from rules.people import Person
from rules.secrecy import Secrecy
from rules.voters import Basis
from services import ballots, calling, meeting, papers, proposals, proxies
from storage import ballots as stored
from storage import homes, meetings, people
from tests.services.house import LAYOUTS, House, house
from tests.services.test_owners import import_roll, is_owner, line
from tests.services.test_proof import checked, exported, misfit, reads_as, text_of
from tests.services.test_silence import EVERYBODY, announced, decided

STEP = 1 if os.environ.get("THOROUGH") else 7
SCORES = Plan("给方案打分", Method.SCORE, ("大灯", "小灯"))


async def opened(home: House, plan: Plan, secrecy: Secrecy, basis: Basis = Basis.HOUSEHOLD) -> Ballot:
    async with home.store.unit(home.now) as unit:
        draft = await ballots.draft(unit, home.building, home.leader_id, plan)
        await ballots.set_basis(unit, home.building, draft, basis)
        draft = await stored.get(unit.conn, draft.id)
        await ballots.set_secrecy(unit, draft, secrecy)
        return await ballots.begin(unit, home.building, await stored.get(unit.conn, draft.id))


async def person(home: House, address: str) -> Person:
    async with home.store.glance() as conn:
        found = await people.by_address(conn, address)
    assert found is not None
    return found


async def everything(home: House) -> None:
    """A ballot with silence; a named one with a proxy and paper; a sealed one; proposals with voices."""
    await import_roll(home, [line(room, 100, f"N{room}") for room in range(6)])
    known = {address: await person(home, address) for address in EVERYBODY}
    for address in EVERYBODY:
        await is_owner(home, address)
        async with home.store.unit(home.now) as unit:
            await people.change(unit.conn, known[address].id, reach="yes")
    await decided(home, await announced(home, seen=EVERYBODY))
    named = await opened(home, LAYOUTS, Secrecy.NAMED)
    await entrust(home, named, "0", "1")
    await on_paper(home, named, "5")
    for address, option in (("1", 1), ("2", 2), ("3", 2)):
        assert (await home.press(home.box(), address, named.id, option)).refusal is None
    sealed = await opened(home, SCORES, Secrecy.SEALED, Basis.PERSON)
    for address in ("0", "1", "2", "3"):
        pressed = await home.press(home.box(), address, sealed.id, int(address), 5, private=True)
        assert pressed.refusal is None
    await home.close(named)
    await home.close(sealed)
    await discuss(home)


async def entrust(home: House, ballot: Ballot, giver: str, holder: str) -> None:
    """One household votes for another."""
    async with home.store.unit(home.now) as unit:
        about = await proxies.occasion(unit.conn, ballot.id, None)
        to = await person(home, holder)
        asked = await proxies.ask(unit, about, await person(home, giver), to.id)
        await proxies.accept(unit, asked, about, to.id)
    pressed = await home.press(home.box(), holder, ballot.id, 2, private=True, proxy=asked.id)
    assert pressed.refusal is None


async def on_paper(home: House, ballot: Ballot, teller: str) -> None:
    """A slip that two neighbours compared."""
    door = home.households[4]
    me = await person(home, teller)
    async with home.store.unit(home.now) as unit:
        await homes.appoint(unit.conn, home.building.id, me.id, "teller", home.now)
        stack = await papers.begin(unit, ballot.id, me.id)
        stack = await papers.write(unit, stack, ballot, f"{door.unit}-{door.room} 丙")
        await papers.hand_over(unit, stack)
        for witness in ("1", "2"):
            await papers.confirm(unit, stack.id, (await person(home, witness)).id)


async def discuss(home: House) -> None:
    """A proposal that somebody supports, another has a concern about, and its author changes."""
    author, other = await person(home, "2"), await person(home, "3")
    async with home.store.unit(home.now) as unit:
        draft = await calling.begin(unit, home.building, home.leader_id)
        await calling.set_time(unit, draft, home.now.replace(month=12))
        await calling.set_place(unit, draft, "门厅")
        item = await calling.add_item(unit, draft, "路灯")
        made = await calling.add_proposal(unit, draft, item.id, "换大灯", None, author.id)
        await calling.publish(unit, await meetings.get(unit.conn, draft.id), home.building, home.leader_id)
    home.now = home.now.replace(month=12)
    async with home.store.unit(home.now) as unit:
        await meeting.start(unit, home.building, author, draft.id)
        await meeting.next_item(unit, home.building, draft.id, 0)
        said = await proposals.speak(unit, home.building, other, made.id, "concern", "太亮")
        await proposals.answer(unit, home.building, author, said.id, "装遮光罩")
        await proposals.speak(unit, home.building, other, made.id, "support", "")
        await proposals.amend(unit, home.building, author, made.id, "换带罩的灯")


async def test_an_export_with_all_there_is_is_proved(database: str) -> None:
    async with house(database, households=6, residents=6) as home:
        await everything(home)
        data = await exported(home)
    assert len(checked(data).ballots) == 3
    kinds = {event["kind"] for event in data["events"]}
    assert kinds >= {"proxy_given", "paper_entered", "paper_witnessed", "cast", "closed"}
    assert {ballot["secrecy"] for ballot in data["ballots"]} == {"named", "sealed", "confidential"}
    assert {ballot["basis"] for ballot in data["ballots"]} == {"owner", "household", "person"}
    assert {"太亮", "装遮光罩", "换带罩的灯"} <= set(words_in(data))


async def test_every_change_to_an_export_with_all_there_is_is_found(sqlite: str) -> None:
    """From one engine alone: what is changed is a text, whichever it came from."""
    async with house(sqlite, households=6, residents=6) as home:
        await everything(home)
        data = await exported(home)
    content = text_of(data)
    whole = canonical(json.loads(content))
    unseen = []
    for place in range(0, len(content), STEP):
        flipped = bytearray(content)
        flipped[place] ^= (1, 0x20)[place % 2]
        if misfit(bytes(flipped)) is None and not reads_as(bytes(flipped), whole):
            unseen.append(place)
    assert unseen == []
    events = data["events"]
    for place in range(len(events)):
        dropped = [*events[:place], *events[place + 1 :]]
        doubled = [*events[: place + 1], *events[place:]]
        moved = [*dropped[: place - 1], events[place], *dropped[place - 1 :]] if place else dropped
        for changed in (dropped, doubled, moved):
            assert misfit(text_of(data | {"events": changed})), place


def words_in(value: object) -> list[str]:
    """All texts in it."""
    if isinstance(value, dict):
        return [word for inner in value.values() for word in words_in(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in words_in(inner)]
    return [value] if isinstance(value, str) else []
