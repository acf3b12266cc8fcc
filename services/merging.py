"""Proposals that become one: the chair words it, those who made them consent, or all stay as they are."""

from __future__ import annotations

from typing import Any

from rules.homes import Building
from rules.meetings import PROPOSAL_LIMIT, Proposal, written
from rules.people import Person
from rules.proposals import (
    Merge,
    MergeIsOver,
    MergePart,
    MergeState,
    NoSuchProposal,
    NotAskedToMerge,
    TooFewToMerge,
    check_answer,
)
from services.proposals import (
    Place,
    check_chair,
    check_change,
    end_merges,
    labelled,
    place_of,
    write_in,
)
from storage import meetings
from storage import proposals as stored
from storage.store import Connection, Unit


async def check_merge(
    conn: Connection, building: Building, person: Person, item_id: int, first: int = 0, second: int = 0
) -> list[tuple[str, Proposal]]:
    """The proposals of an item, once the chair may merge these two (0: not chosen yet).

    Raises NotTheLeader, NoSuchProposal, TooFewToMerge, and what `check_change` raises.
    """
    await check_chair(conn, building, person)
    item = await meetings.find_item(conn, item_id)
    standing = await labelled(conn, [item.id], building.lang) if item else []
    if len(standing) < 2:
        raise TooFewToMerge
    known = {one.id for _, one in standing}
    await check_change(conn, building, standing[0][1].id)
    if {first, second} - {0} - known or (first and first == second):
        raise NoSuchProposal
    return standing


async def merge(
    unit: Unit, building: Building, person: Person, item_id: int, pair: tuple[int, int], text: str
) -> tuple[Merge, list[MergePart]]:
    """Ask those who made two proposals whether they may become one; the chair's own consent is given.

    Raises what `check_merge` raises, NothingWritten, TextTooLong.
    """
    standing = await check_merge(unit.conn, building, person, item_id, *pair)
    words = written(text, PROPOSAL_LIMIT)
    made = [one for _, one in standing if one.id in pair]
    facts: dict[str, Any] = {"item_id": item_id, "text": words, "by_id": person.id, "at": unit.now}
    asked = await stored.add_merge(
        unit.conn, [(one.id, one.by_id) for one in made], state=str(MergeState.ASKED), **facts
    )
    place = await place_of(unit.conn, made[0])
    proposals = [one.id for one in made]
    await write_in(unit, place.meeting, "merge_asked", item_id, merge=asked, proposals=proposals, text=words)
    await stored.answer_part(unit.conn, asked, person.id, agreed=True)
    return await _settle(unit, place, asked)


async def answer_merge(
    unit: Unit, person: Person, merge_id: int, *, agreed: bool
) -> tuple[Merge, list[MergePart], Place]:
    """Say for one's own proposals whether they may become one; one refusal leaves them all as they are.

    Raises NotAskedToMerge, MergeIsOver, and what `check_change` raises.
    """
    found = await stored.find_merge(unit.conn, merge_id)
    if found is None:
        raise NotAskedToMerge
    waiting = check_answer(found, await stored.parts_of(unit.conn, merge_id), person.id)
    proposal = await meetings.proposal(unit.conn, waiting[0].proposal_id)
    place = await place_of(unit.conn, proposal)
    await check_change(unit.conn, place.building, proposal.id)
    await stored.answer_part(unit.conn, merge_id, person.id, agreed=agreed)
    facts = {"merge": merge_id, "person": person.id, "agreed": agreed}
    await write_in(unit, place.meeting, "merge_answered", found.item_id, **facts)
    settled, parts = await _settle(unit, place, merge_id)
    return settled, parts, place


async def _settle(unit: Unit, place: Place, merge_id: int) -> tuple[Merge, list[MergePart]]:
    """Merge once all consent, give up once one refuses."""
    parts = await stored.parts_of(unit.conn, merge_id)
    if any(part.agreed is False for part in parts):
        await stored.change_merge(unit.conn, merge_id, MergeState.DECLINED)
    elif all(part.agreed for part in parts):
        await _merge(unit, place, merge_id, parts)
    found = await stored.find_merge(unit.conn, merge_id)
    assert found is not None, "it is being answered"
    return found, parts


async def _merge(unit: Unit, place: Place, merge_id: int, parts: list[MergePart]) -> None:
    found = await stored.find_merge(unit.conn, merge_id)
    assert found is not None, "it is being answered"
    gone = [await meetings.proposal(unit.conn, part.proposal_id) for part in parts]
    if any(one.gone is not None for one in gone):
        raise MergeIsOver
    added = await meetings.add_proposal(unit.conn, found.item_id, found.text, None, found.by_id, unit.now)
    for one in gone:
        await meetings.change_proposal(unit.conn, one.id, gone="merged")
    await stored.change_merge(unit.conn, merge_id, MergeState.DONE)
    await write_in(
        unit,
        place.meeting,
        "proposals_merged",
        found.item_id,
        merge=merge_id,
        proposals=[one.id for one in gone],
        numbers=[one.number for one in gone],
        proposal=added.id,
        number=added.number,
        text=found.text,
        person=found.by_id,
    )
    await end_merges(unit, [one.id for one in gone])
