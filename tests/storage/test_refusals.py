"""What the database itself refuses, whoever asks: each trigger, and each rule of the tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage import homes, log, mediations, people
from storage.refusals import refusing_triggers
from storage.store import Connection, Store
from storage.tables import ballots, meetings, minutes, options, rolls, urn, votes

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
DRAFT, OPEN, CLOSED = 1, 2, 3  # ids of ballots
VOTE = "INSERT INTO votes (ballot_id, voter_id, choice, by_id, receipt, at)"
ANSWER = "INSERT INTO agreement_answers (agreement_id, side_id, agreed, reason, by_id, at)"

REFUSED = [
    ("events_keep", "UPDATE events SET data = '{}'"),
    ("events_stay", "DELETE FROM events"),
    ("rolls_keep", f"UPDATE rolls SET voter_id = 3 WHERE ballot_id = {OPEN} AND voter_id = 2"),
    ("rolls_keep", f"UPDATE rolls SET area_cm2 = 3 WHERE ballot_id = {OPEN}"),
    ("rolls_closed", f"INSERT INTO rolls (ballot_id, voter_id) VALUES ({OPEN}, 3)"),
    ("rolls_closed", f"INSERT INTO rolls (ballot_id, voter_id) VALUES ({CLOSED}, 3)"),
    ("rolls_stay", f"DELETE FROM rolls WHERE ballot_id = {OPEN} AND voter_id = 2"),
    ("votes_stay", "DELETE FROM votes"),
    ("votes_in_time", f"{VOTE} VALUES ({CLOSED}, 2, '[1]', 1, 'NEW', '2026-11-20')"),
    ("votes_in_time", f"{VOTE} VALUES ({DRAFT}, 2, '[1]', 1, 'NEW', '2026-11-20')"),
    ("votes_change_in_time", f"UPDATE votes SET choice = '[2]' WHERE ballot_id = {CLOSED}"),
    ("urn_keep", f"UPDATE urn SET choice = '[2]' WHERE ballot_id = {OPEN}"),
    ("urn_in_time", f"INSERT INTO urn (ballot_id, key, choice) VALUES ({CLOSED}, 'K', '[1]')"),
    ("urn_stays", f"DELETE FROM urn WHERE ballot_id = {CLOSED}"),
    ("ballots_frozen", f"UPDATE ballots SET secrecy = 'named' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET asked = 'rules' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET question = '别的' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET method = 'motion' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET basis = 'owner' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET area_cm2 = 1 WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET parking_counts = true WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET at_most = 2 WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET seats = 2 WHERE id = {CLOSED}"),
    ("ballots_frozen", f"UPDATE ballots SET roll_hash = 'x' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET roll_hash = NULL WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET seed = 'x' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET budget = 5 WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET completion = 'none' WHERE id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET ties = 'seed' WHERE id = {OPEN}"),
    ("options_frozen", f"UPDATE options SET cost = 5 WHERE ballot_id = {OPEN}"),
    ("ballots_frozen", f"UPDATE ballots SET eligible = 9 WHERE id = {CLOSED}"),
    ("ballots_one_way", f"UPDATE ballots SET state = 'open' WHERE id = {CLOSED}"),
    ("ballots_one_way", f"UPDATE ballots SET state = 'draft' WHERE id = {OPEN}"),
    ("options_frozen", f"UPDATE options SET text = '别的' WHERE ballot_id = {OPEN}"),
    ("options_closed", f"INSERT INTO options VALUES ({OPEN}, 3, '丙', '', NULL, NULL)"),
    ("options_stay", f"DELETE FROM options WHERE ballot_id = {CLOSED}"),
    ("agreements_frozen", "UPDATE agreements SET text = '别的' WHERE id = 1"),
    ("agreements_frozen", "UPDATE agreements SET text = '别的' WHERE id = 2"),
    ("agreements_frozen", "UPDATE agreements SET state = 'changed' WHERE id = 2"),
    ("agreements_frozen", "UPDATE agreements SET number = 9 WHERE id = 2"),
    ("agreements_stay", "DELETE FROM agreements WHERE id = 3"),
    ("agreement_answers_in_time", f"{ANSWER} VALUES (2, 1, true, '', 1, '2026-11-20')"),
    ("agreement_answers_in_time", f"{ANSWER} VALUES (3, 1, true, '', 1, '2026-11-20')"),
    ("agreement_answers_keep", "UPDATE agreement_answers SET agreed = true"),
    ("agreement_answers_keep", "UPDATE agreement_answers SET reason = '别的'"),
    ("agreement_answers_stay", "DELETE FROM agreement_answers"),
    ("minutes_frozen", "UPDATE minutes SET content = '{}' WHERE meeting_id = 2"),
    ("minutes_frozen", "UPDATE minutes SET stage = 'draft' WHERE meeting_id = 2"),
]
RULES = [
    ("two votes of one voter", f"{VOTE} VALUES ({OPEN}, 1, '[1]', 1, 'NEW', '2026-11-20')"),
    ("a vote without a right", f"{VOTE} VALUES ({OPEN}, 3, '[1]', 1, 'NEW', '2026-11-20')"),
    ("a receipt given twice", f"{VOTE} VALUES ({OPEN}, 2, '[1]', 1, 'A', '2026-11-20')"),
    (
        "a household twice at one door",
        "INSERT INTO households (building_id, unit, room) VALUES (1, '1', '101')",
    ),
    ("a member of no household", "INSERT INTO members VALUES (99, 1, '2026-11-20', 'slip')"),
    (
        "a person known twice",
        "INSERT INTO people (address, name, lang, reach, met_at) VALUES ('1', '', '', '', '2026-11-20')",
    ),
    ("a letter in no state", "UPDATE outbox SET state = 'lost'"),
]
ALLOWED = [
    f"UPDATE ballots SET question = '别的', at_most = 2 WHERE id = {DRAFT}",
    f"UPDATE options SET text = '别的' WHERE ballot_id = {DRAFT}",
    f"DELETE FROM options WHERE ballot_id = {DRAFT}",
    f"INSERT INTO rolls (ballot_id, voter_id) VALUES ({DRAFT}, 3)",
    f"UPDATE ballots SET state = 'closed', voted = 1 WHERE id = {OPEN}",
    f"{VOTE} VALUES ({OPEN}, 2, '[1]', 1, 'NEW', '2026-11-20')",
    f"UPDATE votes SET choice = '[2]' WHERE ballot_id = {OPEN}",
    "UPDATE minutes SET stage = 'approved', content = '{}' WHERE meeting_id = 1",
    f"{ANSWER} VALUES (1, 1, false, '少', 1, '2026-11-20')",
    "UPDATE agreements SET state = 'in_force' WHERE id = 1",
    "UPDATE agreements SET text = '' WHERE id = 2",
    "UPDATE agreement_answers SET reason = ''",
]


@pytest.fixture
async def filled(store: Store) -> Store:
    """Three households; a ballot that is a draft, one open, one closed; minutes drafted and approved."""
    async with store.unit(NOW) as unit:
        conn = unit.conn
        community = await homes.community(conn, "示例小区")
        building = await homes.add_building(
            conn, community_id=community, name="3栋", units=1, zone="Asia/Shanghai", lang="zh"
        )
        rows = [{"building_id": building.id, "unit": "1", "room": room} for room in ("101", "102", "103")]
        await homes.add_households(conn, rows)
        person = await people.meet(conn, "1", "示例住户", "zh", NOW)
        chat = await people.enter(conn, "1", "private", "示例住户")
        await conn.execute(
            text(
                "INSERT INTO outbox (chat_id, rank, notice, payload, state, attempts, made_at)"
                f" VALUES ({chat.id}, 1, false, '{{}}', 'queued', 0, '2026-11-20')"
            )
        )
        usual = {"building_id": building.id, "convener_id": person.id}
        for meeting_id, stage in ((1, "draft"), (2, "approved")):
            await conn.execute(
                meetings.insert().values(id=meeting_id, kind="building", state="closed", **usual)
            )
            times = {"drafted_at": NOW, "objections_until": NOW}
            await conn.execute(
                minutes.insert().values(meeting_id=meeting_id, stage=stage, content={}, **times)
            )
        for ballot_id in (DRAFT, OPEN, CLOSED):
            facts = {"question": "车位", "method": "single", "state": "draft", "roll_hash": "h"}
            await conn.execute(ballots.insert().values(id=ballot_id, **facts, **usual))
            for number, label in enumerate("甲乙", 1):
                offered = {"number": number, "label": label, "text": ""}
                await conn.execute(options.insert().values(ballot_id=ballot_id, **offered))
            for household in (1, 2):
                await conn.execute(rolls.insert().values(ballot_id=ballot_id, voter_id=household))
        await conn.execute(text(f"UPDATE ballots SET state = 'open' WHERE id <> {DRAFT}"))
        for ballot_id in (OPEN, CLOSED):
            vote = {"voter_id": 1, "choice": [1], "by_id": person.id, "receipt": "A", "at": NOW}
            await conn.execute(votes.insert().values(ballot_id=ballot_id, **vote))
            await conn.execute(urn.insert().values(ballot_id=ballot_id, key="A", choice=[1]))
        await conn.execute(text(f"UPDATE ballots SET state = 'closed' WHERE id = {CLOSED}"))
        await log.append(conn, "building:1", "joined", NOW, person=person.id)
        await _mediate(conn, building.id, person.id)
    return store


async def _mediate(conn: Connection, building_id: int, person_id: int) -> None:
    """A mediation with a side and three agreements: asked, in force and changed; the first is answered."""
    people_in = {"caller_id": person_id, "mediator_id": person_id, "mediator_answer": "yes"}
    held = await mediations.add(conn, building_id=building_id, kind="bench", salt="s", **people_in)
    side = await mediations.add_side(conn, held.id, 1, [person_id])
    for text_ in ("一", "二", "三"):
        added = await mediations.add_agreement(conn, held.id, text_, person_id, NOW)
        facts = {"agreed": False, "reason": "多", "by_id": person_id, "at": NOW}
        await mediations.add_answer(conn, agreement_id=added, side_id=side, **facts)
    for number, state in ((1, "asked"), (2, "in_force"), (3, "changed")):
        await conn.execute(text(f"UPDATE agreements SET state = '{state}' WHERE id = {number}"))


async def attempt(store: Store, statement: str) -> None:
    async with store.unit(NOW) as unit:
        await unit.conn.execute(text(statement))


def reason(trigger: str) -> str:
    said = next(sql for sql in refusing_triggers("sqlite") if sql.startswith(f"CREATE TRIGGER {trigger} "))
    found = re.search(r"RAISE\(ABORT, '(.*?)'\)", said)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("trigger", "statement"), REFUSED)
async def test_what_is_frozen_is_not_changed(filled: Store, trigger: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=reason(trigger)):
        await attempt(filled, statement)


def test_every_trigger_was_tried() -> None:
    names = {sql.split()[2] for sql in refusing_triggers("sqlite")}
    assert {trigger for trigger, _ in REFUSED} == names


@pytest.mark.parametrize(("what", "statement"), RULES)
async def test_what_cannot_be_is_refused(filled: Store, what: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=r"constraint failed|violates .* constraint"):
        await attempt(filled, statement)


@pytest.mark.parametrize("statement", ALLOWED)
async def test_what_may_change_does(filled: Store, statement: str) -> None:
    await attempt(filled, statement)
