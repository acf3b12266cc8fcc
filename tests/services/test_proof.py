"""An export proves itself: whatever is changed in it is found, and the first that does not fit is named."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from rules.ballots import Ballot, Plan
from rules.counting import Method
from rules.events import canonical
from rules.proof import Misfit, Proof, Standing, Wrong, export_digest, verify
from rules.proof.parts import digest_of
from services import calling, meeting, minutes, results
from services.export import export_building
from storage import attendance, log, meetings, people
from tests.bot.terminal import louyuhui_beside
from tests.services.house import House, house

EQUIPMENT = Plan("选器材", Method.APPROVAL, ("漫步机", "单杠", "双杠"), at_most=2)
LAYOUT = Plan("车位", Method.SINGLE, ("专区", "全部"))
MOTION = Plan("装车棚吗", Method.MOTION, ())
Data = dict[str, Any]


@pytest.fixture
async def home(database: str) -> AsyncIterator[House]:
    async with house(database, households=5, residents=4) as home:
        yield home


async def voted(home: House, plan: Plan, *choices: tuple[int, ...]) -> Ballot:
    ballot = await home.open(plan)
    box = home.box()
    for user, choice in enumerate(choices):
        assert (await home.press(box, str(user), ballot.id, *choice)).refusal is None
    return ballot


async def counted(home: House, plan: Plan = LAYOUT, *choices: tuple[int, ...]) -> Ballot:
    ballot = await voted(home, plan, *(choices or ((1,), (2,), (2,))))
    home.now += timedelta(minutes=30)
    return await home.close(ballot)


async def exported(home: House) -> Data:
    async with home.store.glance() as conn:
        found = await export_building(conn, home.building.id, home.now)
    data: Data = json.loads(json.dumps(found.data))
    return data


def text_of(data: Data) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def checked(data: Data, *heads: str) -> Proof:
    return verify(text_of(data), heads)


def misfit(content: bytes, *heads: str) -> tuple[Wrong, str] | None:
    """What is wrong with an export and where, None when all of it fits."""
    try:
        verify(content, heads)
    except Misfit as found:
        return found.wrong, found.place
    return None


def forged(data: Data) -> bytes:
    """The text of an export whose digest was made anew by who changed it."""
    return text_of(data | {"digest": export_digest(data)})


def chained(data: Data) -> Data:
    """An export whose numbers and hashes were all made anew by who changed an event."""
    last: dict[str, Data] = {}
    for event in data["events"]:
        before = last.get(event["stream"], {"number": 0, "hash": "0" * 64})
        event["number"], event["previous"] = before["number"] + 1, before["hash"]
        event["hash"] = digest_of(
            [event[key] for key in ("stream", "number", "at", "kind", "data", "previous")]
        )
        last[event["stream"]] = event
    return data


async def hold_a_meeting(home: House) -> int:
    """A meeting in which a ballot was held, with approved minutes; its id."""
    async with home.store.unit(home.now) as unit:
        leader = await people.get(unit.conn, home.leader_id)
        draft = await calling.begin(unit, home.building, leader.id)
        await calling.set_time(unit, draft, home.now + timedelta(days=5))
        await calling.set_place(unit, draft, "活动室")
        await calling.add_item(unit, draft, "车棚")
        draft = await meetings.get(unit.conn, draft.id)
        await calling.publish(unit, draft, home.building, leader.id)
    home.now += timedelta(days=5)
    async with home.store.unit(home.now) as unit:
        await meeting.start(unit, home.building, leader, draft.id)
        await meeting.next_item(unit, home.building, draft.id, 0)
    await counted(home, MOTION, (1,), (1,), (2,))
    async with home.store.unit(home.now) as unit:
        await meeting.close(unit, home.building, leader, draft.id)
    home.now += timedelta(days=6)
    async with home.store.unit(home.now) as unit:
        await minutes.approve(unit, draft.id, None)
    return draft.id


@pytest.mark.parametrize(
    ("plan", "choices"),
    [
        (MOTION, [(1,), (1,), (2,), (3,)]),
        (LAYOUT, [(1,), (2,), (2,)]),
        (LAYOUT, [(1,), (1,), (2,), (2,)]),
        (EQUIPMENT, [(1, 2), (1, 3), (1,), (3,)]),
    ],
)
async def test_an_export_proves_its_ballot(home: House, plan: Plan, choices: list[tuple[int, ...]]) -> None:
    await counted(home, plan, *choices)
    (ballot,) = checked(await exported(home)).ballots
    assert (ballot.question, ballot.voted, ballot.standing) == (
        plan.question,
        len(choices),
        Standing.COUNTED,
    )


async def test_a_vote_that_was_changed_counts_as_one_voter(home: House) -> None:
    ballot = await voted(home, LAYOUT, (1,), (2,), (2,))
    await home.press(home.box(), "0", ballot.id, 2)
    await home.close(ballot)
    assert [one.voted for one in checked(await exported(home)).ballots] == [3]


async def test_an_open_ballot_proves_who_voted(home: House) -> None:
    await voted(home, LAYOUT, (1,), (2,))
    assert [one.standing for one in checked(await exported(home)).ballots] == [Standing.OPEN]


@pytest.mark.parametrize(("choices", "standing"), [([(1,), (2,)], Standing.WITHHELD), ([], Standing.COUNTED)])
async def test_of_few_votes_it_is_said_that_they_are_withheld(
    home: House, choices: list[tuple[int, ...]], standing: Standing
) -> None:
    await home.close(await voted(home, LAYOUT, *choices))
    data = await exported(home)
    assert b"receipt" not in text_of(data)
    assert [one.standing for one in checked(data).ballots] == [standing]


async def test_objections_and_a_meeting_with_its_minutes_are_proven(home: House) -> None:
    await hold_a_meeting(home)
    ballot = await counted(home, EQUIPMENT)
    async with home.store.unit(home.now) as unit:
        resident = await people.by_address(unit.conn, "0")
        assert resident is not None
        made = await results.object_to(unit, ballot, resident.id, "票数不对")
    home.now += timedelta(days=1)
    async with home.store.unit(home.now) as unit:
        await results.answer(unit, made.id, home.leader_id, "已经核对")
    data = await exported(home)
    proof = checked(data)
    assert (proof.meetings, proof.minutes, len(proof.ballots)) == (1, 1, 2)
    data["ballots"][1]["objections"][0]["answer"] = "不理"
    assert misfit(forged(data)) == (Wrong.DIFFERS, f"ballot:{ballot.id}")


async def test_what_stands_below_approved_minutes_is_proven(home: House) -> None:
    meeting_id = await hold_a_meeting(home)
    async with home.store.unit(home.now) as unit:
        resident = await people.by_address(unit.conn, "0")
        leader = await people.get(unit.conn, home.leader_id)
        assert resident is not None
        place = {"household_id": home.households[0].id, "person_id": resident.id, "name": "", "how": "chat"}
        await attendance.add(unit.conn, meeting_id=meeting_id, at=home.now, **place)
        before = await minutes.filed(unit.conn, meeting_id)
        asked = await minutes.ask_correction(unit, home.building, resident, meeting_id, "应为16个")
        await minutes.decide(unit, home.building, leader, asked, "accepted")
        await minutes.ask_correction(unit, home.building, resident, meeting_id, "还有一处")
        assert await minutes.filed(unit.conn, meeting_id) == before
    data = await exported(home)
    assert checked(data).minutes == 1
    told = data["meetings"][0]["minutes"]["addenda"]
    assert [(one["text"], one["state"]) for one in told] == [("应为16个", "accepted"), ("还有一处", "open")]
    told[1]["state"] = "accepted"
    assert misfit(forged(data)) == (Wrong.DIFFERS, "addenda[1]")
    del told[1]
    assert misfit(forged(data)) == (Wrong.DIFFERS, f"meeting:{meeting_id}")


async def test_a_meeting_that_was_moved_and_one_called_off_are_proven(home: House) -> None:
    async with home.store.unit(home.now) as unit:
        for day in (10, 20):
            draft = await calling.begin(unit, home.building, home.leader_id)
            await calling.set_time(unit, draft, home.now + timedelta(days=day))
            await calling.set_place(unit, draft, "活动室")
            await calling.add_item(unit, draft, "车棚")
            draft = await meetings.get(unit.conn, draft.id)
            called = await calling.publish(unit, draft, home.building, home.leader_id)
            later = home.now + timedelta(days=day + 1)
            called = await calling.change(unit, called, home.building, home.leader_id, later, "门厅")
        await calling.cancel(unit, called, home.leader_id)
    data = await exported(home)
    assert [one["state"] for one in data["meetings"]] == ["announced", "cancelled"]
    assert checked(data).meetings == 2
    data["meetings"][0]["place"] = "别处"
    assert misfit(forged(data)) == (Wrong.DIFFERS, "meeting:1")


async def test_a_draft_that_was_given_up_is_not_exported(home: House) -> None:
    async with home.store.unit(home.now) as unit:
        draft = await calling.begin(unit, home.building, home.leader_id)
        await calling.add_item(unit, draft, "还没想好")
        await calling.discard(unit, draft)
    data = await exported(home)
    assert data["meetings"] == []
    assert checked(data).meetings == 0


# Whatever is changed is found


async def test_every_flipped_byte_is_found(home: House) -> None:
    await counted(home)
    content = text_of(await exported(home))
    whole = canonical(json.loads(content))
    unseen = []
    for place in range(len(content)):
        for flip in (1, 0x20):
            flipped = bytearray(content)
            flipped[place] ^= flip
            if misfit(bytes(flipped)) is None and not reads_as(bytes(flipped), whole):
                unseen.append((place, flip))
    assert unseen == []


def reads_as(content: bytes, whole: bytes) -> bool:
    """Whether a text still says the same, as where a space became another kind of space."""
    try:
        return canonical(json.loads(content)) == whole
    except ValueError:
        return False


async def test_every_event_dropped_doubled_or_moved_is_found(home: House) -> None:
    await hold_a_meeting(home)
    data = await exported(home)
    events = data["events"]
    for place in range(len(events)):
        assert misfit(text_of(data | {"events": events[:place] + events[place + 1 :]})), place
        for to in range(len(events) + 1):
            doubled = [*events[:to], events[place], *events[to:]]
            assert misfit(text_of(data | {"events": doubled})), (place, to)
    for one, other in combinations(range(len(events)), 2):
        swapped = list(events)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert misfit(text_of(data | {"events": swapped})), (one, other)


async def test_whoever_makes_the_digest_anew_is_found_by_the_events(home: House) -> None:
    await hold_a_meeting(home)
    data = await exported(home)
    ends = {event["stream"]: place for place, event in enumerate(data["events"])}
    for place, event in enumerate(data["events"]):
        less = data | {"events": data["events"][:place] + data["events"][place + 1 :]}
        if place not in ends.values():
            assert misfit(forged(less)) == (Wrong.NUMBER, f"{event['stream']} #{event['number'] + 1}")
        twice = data | {"events": data["events"][: place + 1] + data["events"][place:]}
        assert misfit(forged(twice)) == (Wrong.NUMBER, f"{event['stream']} #{event['number']}")


async def test_every_value_of_events_and_ballots_is_held_without_the_digest_too(home: House) -> None:
    await counted(home, EQUIPMENT, (1, 2), (1,), (3,))
    data = await exported(home)
    for name in ("events", "ballots"):
        for keys in leaves(data[name]):
            changed = copy.deepcopy(data)
            spoil(changed[name], keys)
            assert misfit(forged(changed)), (name, keys)


def leaves(value: object, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value that holds no other."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*keys, key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*keys, place))
    else:
        yield keys


def spoil(value: Any, keys: tuple[Any, ...]) -> None:
    """Put another value of the same kind there."""
    for key in keys[:-1]:
        value = value[key]
    old = value[keys[-1]]
    other: object = "x" if old is None or old == [] else f"{old}0" if isinstance(old, str) else not old
    value[keys[-1]] = old + 1 if type(old) is int else other


JUNK: tuple[object, ...] = (None, True, 10**30, "x", [None], {}, "0001-01-01T00:00:00+14:00")


async def test_whatever_stands_anywhere_is_judged_and_never_trips(home: House) -> None:
    await hold_a_meeting(home)
    data = await exported(home)
    for place, keys in enumerate(list(nodes(data))):
        junk = JUNK[place % len(JUNK)]
        changed = copy.deepcopy(data)
        holder: Any = changed
        for key in keys[:-1]:
            holder = holder[key]
        holder[keys[-1]] = junk
        misfit(forged(changed))
        if keys[0] == "events" and len(keys) > 3:
            misfit(forged(chained(changed)))


def nodes(value: object, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value, those that hold others too."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*keys, key)
        yield from nodes(inner, (*keys, key))


# The first that does not fit is named


def change_event(data: Data) -> None:
    data["events"][2]["at"] = "2026-11-20T12:00:01.000000+00:00"


def change_link(data: Data) -> None:
    data["events"][2]["previous"] = "0" * 64


def lengthen_roll(data: Data) -> None:
    data["ballots"][0]["roll"].append(99)


def change_figures(data: Data) -> None:
    data["ballots"][0]["result"]["votes"][0] += 1


def change_minutes(data: Data) -> None:
    data["meetings"][0]["minutes"]["content"]["place"] = "别处"


def drop_the_ballot(data: Data) -> None:
    data["ballots"] = []
    data["events"] = [event for event in data["events"] if not event["stream"].startswith("ballot:")]


def change_a_name(data: Data) -> None:
    data["building"]["name"] = "4栋"


def add_a_stream(data: Data) -> None:
    data["events"].append(data["events"][-1] | {"stream": "ballot:99", "number": 1})


def an_older_format(data: Data) -> None:
    del data["minor"]


def lose_the_events(data: Data) -> None:
    del data["events"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (change_event, (Wrong.HASH, "meeting:1 #3")),
        (change_link, (Wrong.LINK, "meeting:1 #3")),
        (lengthen_roll, (Wrong.ROLL, "ballot:1")),
        (change_figures, (Wrong.DIFFERS, "ballot:1")),
        (change_minutes, (Wrong.MINUTES, "meeting:1")),
        (drop_the_ballot, (Wrong.UNLISTED, "meeting:1 #4")),
        (change_a_name, (Wrong.DIGEST, "export.json")),
        (add_a_stream, (Wrong.STRANGE, "ballot:99 #1")),
        (an_older_format, (Wrong.FORMAT, "export.json")),
        (lose_the_events, (Wrong.SHAPE, "export.json")),
    ],
)
async def test_the_first_that_does_not_fit_is_named(
    home: House, change: Callable[[Data], None], found: tuple[Wrong, str]
) -> None:
    await hold_a_meeting(home)
    data = await exported(home)
    change(data)
    assert misfit(text_of(data)) == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"format":"louyuhui-export","format":"louyuhui-export"}',
        b'{"format":NaN}',
        b'{"format":"\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_sound_json_is_said(content: bytes) -> None:
    assert misfit(content) == (Wrong.MALFORMED, "export.json")


# Somebody who writes the whole log anew


async def rewritten(home: House, change: Callable[[Data, Data], None]) -> bytes:
    """An export in which the closing was changed and every hash after it made anew."""
    await counted(home)
    data = await exported(home)
    closed = next(event for event in data["events"] if event["kind"] == "closed")
    change(data["ballots"][0], closed["data"])
    return forged(chained(data))


def other_result(ballot: Data, closed: Data) -> None:
    ballot["result"]["won"] = closed["result"]["won"] = [1]


def one_vote_more(ballot: Data, closed: Data) -> None:
    closed["votes"].append({"receipt": "ZZZZZ-ZZZZZ", "choice": [1]})
    ballot["votes"] = closed["votes"]


def a_vote_twice(ballot: Data, closed: Data) -> None:
    closed["votes"][1]["receipt"] = closed["votes"][0]["receipt"]
    ballot["votes"] = closed["votes"]


def an_option_nobody_offered(ballot: Data, closed: Data) -> None:
    closed["votes"][0]["choice"] = [3]
    ballot["votes"] = closed["votes"]


def two_at_once(ballot: Data, closed: Data) -> None:
    closed["votes"][0]["choice"] = [1, 2]
    ballot["votes"] = closed["votes"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (other_result, Wrong.COUNT),
        (one_vote_more, Wrong.VOTED),
        (a_vote_twice, Wrong.VOTE),
        (an_option_nobody_offered, Wrong.VOTE),
        (two_at_once, Wrong.VOTE),
    ],
)
async def test_a_log_written_anew_must_still_count(
    home: House, change: Callable[[Data, Data], None], wrong: Wrong
) -> None:
    found = misfit(await rewritten(home, change))
    assert found is not None
    assert found[0] is wrong


async def test_a_vote_of_a_household_off_the_roll_is_found(home: House) -> None:
    await counted(home)
    data = await exported(home)
    next(event for event in data["events"] if event["kind"] == "cast")["data"]["voter"] = 99
    assert misfit(forged(chained(data))) == (Wrong.CAST, "ballot:1 #2")


async def test_a_vote_after_the_closing_is_found(home: House) -> None:
    await counted(home)
    data = await exported(home)
    late = copy.deepcopy(next(event for event in data["events"] if event["kind"] == "cast"))
    data["events"].append(late)
    assert misfit(forged(chained(data))) == (Wrong.CAST, "ballot:1 #6")


async def heads_of(home: House, ballot: Ballot) -> list[str]:
    async with home.store.glance() as conn:
        events = await log.read(conn, f"ballot:{ballot.id}")
    return [events[0].hash[:16], events[-1].hash[:16]]


async def test_heads_from_the_group_are_found_in_the_log(home: House) -> None:
    ballot = await counted(home)
    opening, closing = await heads_of(home, ballot)
    proof = checked(await exported(home), opening, f" {closing.upper()} ")
    assert [(entry.stream, entry.kind) for entry in proof.heads] == [
        ("ballot:1", "opened"),
        ("ballot:1", "closed"),
    ]


async def test_a_log_written_anew_so_that_all_fits_is_found_by_the_head(home: House) -> None:
    ballot = await counted(home, LAYOUT, (1,), (2,), (2,))
    opening, closing = await heads_of(home, ballot)
    data = await exported(home)
    told = data["ballots"][0]
    closed = next(event for event in data["events"] if event["kind"] == "closed")["data"]
    mentioned = next(event for event in data["events"] if event["kind"] == "ballot_closed")["data"]
    for vote in closed["votes"]:
        vote["choice"] = [1]
    result = {"votes": [3, 0], "won": [1]}
    closed["result"] |= result
    told["result"] |= result
    told["votes"] = closed["votes"]
    mentioned["counts"].sort(key=lambda count: str(count["text"]) != "专区")
    for count, votes in zip(mentioned["counts"], (3, 0), strict=True):
        count |= {"votes": votes, "won": votes > 0}
    content = forged(chained(data))
    assert misfit(content) is None
    assert misfit(content, opening) is None
    assert misfit(content, opening, closing) == (Wrong.HEAD, closing)


async def test_a_head_that_was_hung_on_what_is_withheld_is_said_to_prove_nothing(
    home: House, tmp_path: Path
) -> None:
    """Of a withheld event the hash cannot be made anew: a forger lets a ballot of one vote bear any head."""
    ballot, decoy = await counted(home), await counted(home, MOTION, (1,))
    opening, closing = await heads_of(home, ballot)
    data = await exported(home)
    bearer = next(one for one in data["events"] if one["data"] is None)
    bearer["hash"] = closing + "0" * 48
    (tmp_path / "export.json").write_bytes(forged(data))
    assert misfit(forged(data), closing) is None
    said = await louyuhui_beside(
        "verify", tmp_path / "export.json", "--head", opening, "--head", bearer["hash"]
    )
    assert said.exit_code == 0
    assert f"= ballot:{ballot.id} #1 opened {LAYOUT.question}" in said.stdout
    assert f"= ballot:{decoy.id} #3 closed {MOTION.question}" in said.stdout
    assert "存证核对不了它" in said.stdout
    assert f"ballot:{ballot.id} 的存证没有核对 / heads not compared: closed" in said.stdout
    assert f"ballot:{decoy.id} 的存证没有核对 / heads not compared: opened" in said.stdout


async def test_an_end_that_was_cut_off_is_found_by_the_head(home: House) -> None:
    ballot = await counted(home)
    async with home.store.unit(home.now) as unit:
        later = await log.append(unit.conn, f"ballot:{ballot.id}", "stands", unit.now)
    data = await exported(home)
    assert misfit(text_of(data), later.hash) is None
    data["events"] = data["events"][:-1]
    assert misfit(forged(data)) is None
    assert misfit(forged(data), later.hash) == (Wrong.HEAD, later.hash)


@pytest.mark.parametrize("head", ["", "3da083", "存证", "g" * 16, "0" * 65])
async def test_a_head_that_is_none_is_not_taken_for_one(home: House, head: str) -> None:
    await counted(home)
    assert misfit(text_of(await exported(home)), head) == (Wrong.HEAD, head)
