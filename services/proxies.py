"""Proxies: asked of a neighbour, accepted, told to both, and taken back until they are used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from rules.ballots import Ballot, NoSuchBallot
from rules.ballots import State as BallotState
from rules.homes import Household
from rules.meetings import Meeting, NoSuchMeeting
from rules.meetings import State as MeetingState
from rules.owners import check_right
from rules.people import NotAResident, Person
from rules.proxies import (
    NotYourProxy,
    Proxy,
    ProxyOver,
    ProxyState,
    ProxyUsed,
    check_answer,
    check_give,
    check_mandates,
    check_own_votes,
    check_revoke,
    check_room,
)
from rules.refusals import Refusal
from rules.voters import Basis, Voter
from services import outbox
from storage import ballots, homes, log, meetings, people, proxies
from storage import voters as rights
from storage.store import Connection, Unit


class NobodyToAsk(Refusal):
    """Behind this door nobody is registered who could stand in for somebody."""


class VotedAlready(Refusal):
    """The voter has voted in this ballot: there is nothing left to leave to somebody else."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a proxy is for: a ballot that is open, or a meeting that is announced or open."""

    building_id: int
    title: str
    ballot: Ballot | None = None
    meeting: Meeting | None = None

    @property
    def basis(self) -> Basis:
        """Who is stood in for: at a meeting households sign in."""
        return self.ballot.basis if self.ballot is not None else Basis.HOUSEHOLD

    @property
    def over(self) -> bool:
        """Whether nobody can be stood in for any more."""
        if self.ballot is not None:
            return self.ballot.state is not BallotState.OPEN
        assert self.meeting is not None
        return self.meeting.state not in {MeetingState.ANNOUNCED, MeetingState.OPEN}

    @property
    def stream(self) -> str:
        """The stream of events it is written in."""
        if self.ballot is not None:
            return f"ballot:{self.ballot.id}"
        assert self.meeting is not None
        return f"meeting:{self.meeting.id}"


async def occasion(conn: Connection, ballot_id: int | None, meeting_id: int | None) -> Occasion:
    """A ballot or a meeting as something to be stood in for. Raises NoSuchBallot, NoSuchMeeting."""
    if ballot_id:
        ballot = await ballots.find(conn, ballot_id)
        if ballot is None or ballot.state is BallotState.DRAFT:
            raise NoSuchBallot
        return Occasion(ballot.building_id, ballot.question, ballot=ballot)
    meeting = await meetings.find(conn, meeting_id or 0)
    if meeting is None or meeting.published_at is None:
        raise NoSuchMeeting
    return Occasion(meeting.building_id, meeting.place, meeting=meeting)


async def occasion_of(conn: Connection, proxy: Proxy) -> Occasion:
    """What a proxy is for."""
    return await occasion(conn, proxy.ballot_id, proxy.meeting_id)


async def occasions(conn: Connection, person_id: int) -> list[Occasion]:
    """What a resident could leave to somebody else just now: open ballots, then coming meetings."""
    found = []
    for building_id in sorted({home.building_id for home in await homes.homes_of(conn, person_id)}):
        found += [
            Occasion(building_id, ballot.question, ballot=ballot)
            for ballot in await ballots.of_building(conn, building_id, BallotState.OPEN)
        ]
        for state in (MeetingState.ANNOUNCED, MeetingState.OPEN):
            found += [
                Occasion(building_id, meeting.place, meeting=meeting)
                for meeting in await meetings.of_building(conn, building_id, state)
            ]
    return found


async def household_of(conn: Connection, person_id: int, building_id: int) -> set[int]:
    """The ids of a person and of all who live with them in a building."""
    together = {person_id}
    for home in await homes.homes_of(conn, person_id, building_id):
        together |= {member.id for member in await homes.members_of(conn, home.id)}
    return together


async def side_of(conn: Connection, about: Occasion, person_id: int) -> set[int]:
    """The ids of a person and of all who have the same vote: a household, co-owners, or nobody else."""
    if about.ballot is None or about.basis is Basis.HOUSEHOLD:
        return await household_of(conn, person_id, about.building_id)
    together = {person_id}
    for voter in await rights.of_person(conn, about.ballot.id, person_id):
        together.update(await rights.members_of(conn, about.ballot, voter.id))
    return together


async def candidates(conn: Connection, about: Occasion, unit: str | None, room: str) -> list[Person]:
    """Who of a door could be asked. Raises NobodyToAsk."""
    home = await homes.find_household(conn, about.building_id, unit, room)
    found = [] if home is None else await homes.members_of(conn, home.id)
    reachable = [person for person in found if person.address is not None and person.reach == "yes"]
    if not reachable:
        raise NobodyToAsk(door=f"{unit}-{room}" if unit else room)
    return reachable


async def check_giver(conn: Connection, about: Occasion, person_id: int, link: str = "") -> None:
    """Go on only for a resident who has something to leave to somebody.

    Raises NotAResident, ProxyOver, NotOnTheRoll, VotedAlready.
    """
    if not await homes.homes_of(conn, person_id, about.building_id):
        raise NotAResident(link=link)
    if about.over:
        raise ProxyOver
    if about.ballot is None:
        return
    mine = check_right(about.ballot.basis, await rights.of_person(conn, about.ballot.id, person_id))
    for voter in mine:
        if await ballots.vote_of(conn, about.ballot.id, voter.id):
            raise VotedAlready(basis=str(about.basis))


async def ask(unit: Unit, about: Occasion, giver: Person, holder_id: int) -> Proxy:
    """Ask a neighbour to stand in for one's household, for oneself, or for what one owns.

    Raises NotAResident, ProxyOver, NotOnTheRoll, VotedAlready, NobodyToAsk, ProxyToOneself,
    ProxyGivenAlready, NoChainOfProxies, TooManyProxies.
    """
    await check_giver(unit.conn, about, giver.id)
    doors = await homes.homes_of(unit.conn, holder_id, about.building_id)
    if not doors:
        raise NobodyToAsk(door="?")
    await _check_lots(unit.conn, about, giver.id, holder_id, doors[0].door)
    return await proxies.ask(
        unit.conn,
        ballot_id=about.ballot.id if about.ballot else None,
        meeting_id=about.meeting.id if about.meeting else None,
        giver_id=giver.id,
        holder_id=holder_id,
        asked_at=unit.now,
    )


async def _check_lots(
    conn: Connection, about: Occasion, giver_id: int, holder_id: int, door: str, but: int = 0
) -> None:
    """Go on only if one may stand in for the other beside all other proxies (`but` this one).

    Those of a ballot and of the meeting it is held in are one lot. A proxy for a meeting reaches every ballot
    that is open in it: there too nobody holds one too many, or one who gave one away.

    Raises ProxyToOneself, ProxyGivenAlready, NoChainOfProxies, TooManyProxies.
    """
    mine, theirs = [await side_of(conn, about, one) for one in (giver_id, holder_id)]
    if about.ballot is not None:
        lots = [await proxies.about(conn, about.ballot.id, about.ballot.meeting_id)]
    else:
        assert about.meeting is not None
        lots = [await proxies.about(conn, None, about.meeting.id)]
        for ballot in await _ballots(conn, about):  # what was left to others in it stays with them
            known = await proxies.about(conn, ballot.id, about.meeting.id)
            lots.append([one for one in known if one.giver_id not in mine])
    for lot in lots:
        known = [one for one in lot if one.id != but]
        check_give(mine, theirs, known, about.basis)
        check_room(theirs, door, known, about.basis)


async def find(conn: Connection, proxy_id: int, person_id: int) -> tuple[Proxy, Occasion]:
    """A proxy that concerns this person. Raises NotYourProxy."""
    proxy = await proxies.find(conn, proxy_id)
    if proxy is None:
        raise NotYourProxy
    about = await occasion_of(conn, proxy)
    if person_id != proxy.holder_id and person_id not in await side_of(conn, about, proxy.giver_id):
        raise NotYourProxy
    return proxy, about


async def accept(unit: Unit, proxy: Proxy, about: Occasion, person_id: int) -> Proxy:
    """Agree to stand in for a neighbour; from now on one votes for them.

    Raises NotYourProxy, ProxyOver, TooManyProxies, NoChainOfProxies, VotedAlready and what stands against the
    giver.
    """
    check_answer(proxy, person_id)
    if about.over:
        raise ProxyOver
    doors = await homes.homes_of(unit.conn, person_id, about.building_id)
    if not doors:
        raise NotYourProxy
    await check_giver(unit.conn, about, proxy.giver_id)
    await _check_lots(unit.conn, about, proxy.giver_id, person_id, doors[0].door, but=proxy.id)
    await proxies.change(unit.conn, proxy.id, state=str(ProxyState.GIVEN))
    facts = {"proxy": proxy.id, "person": proxy.giver_id, "proxy_holder": proxy.holder_id}
    await log.append(unit.conn, about.stream, "proxy_given", unit.now, **facts)
    for ballot in await _ballots(unit.conn, about):
        await _entrust(unit.conn, ballot, proxy)
    return replace(proxy, state=ProxyState.GIVEN)


async def _ballots(conn: Connection, about: Occasion) -> list[Ballot]:
    """The open ballots that a proxy reaches."""
    if about.ballot is not None:
        return [about.ballot]
    assert about.meeting is not None
    held = await ballots.of_meeting(conn, about.meeting.id)
    return [ballot for ballot in held if ballot.state is BallotState.OPEN]


async def _entrust(conn: Connection, ballot: Ballot, proxy: Proxy) -> None:
    """Let the holder vote for those voters of the giver that have not voted and are nobody's yet."""
    taken = await proxies.taken(conn, ballot.id)
    mine = [voter.id for voter in await rights.of_person(conn, ballot.id, proxy.giver_id) if voter.speaks]
    free = [
        voter
        for voter in mine
        if voter not in taken and await ballots.vote_of(conn, ballot.id, voter) is None
    ]
    if not free:
        return
    proxy_id = proxy.id if proxy.meeting_id is None else await proxies.derive(conn, proxy, ballot.id)
    await proxies.entrust(conn, ballot.id, free, proxy_id, proxy.holder_id)


async def entrust_opened(unit: Unit, ballot: Ballot) -> None:
    """Let those who hold a proxy for a meeting vote in a ballot that just opened in it."""
    if ballot.meeting_id is None:
        return
    for proxy in await proxies.about(unit.conn, None, ballot.meeting_id):
        if proxy.state is ProxyState.GIVEN:
            await _entrust(unit.conn, ballot, proxy)
            await outbox.renew(unit, "proxy", proxy.id)


async def decline(unit: Unit, proxy: Proxy, person_id: int) -> None:
    """Not stand in for a neighbour. Raises NotYourProxy, ProxyOver."""
    check_answer(proxy, person_id)
    await proxies.change(unit.conn, proxy.id, state=str(ProxyState.DECLINED))


async def revoke(unit: Unit, proxy: Proxy, about: Occasion, person_id: int) -> None:
    """Take a proxy back, as long as it was not used. Raises NotYourProxy, ProxyOver, ProxyUsed."""
    check_revoke(proxy, await side_of(unit.conn, about, person_id), about.basis)
    parts = await proxies.derived(unit.conn, proxy) if proxy.meeting_id is not None else []
    if await used_at(unit.conn, proxy) is not None:
        raise ProxyUsed(basis=str(about.basis))
    await _take_back(unit, proxy, parts, about, person_id)


async def leave(unit: Unit, person_id: int) -> None:
    """Take back what a person gave or holds and nobody has used: who goes leaves no vote in other hands."""
    for proxy in await proxies.of_person(unit.conn, person_id):
        about = await occasion_of(unit.conn, proxy)
        parts = await proxies.derived(unit.conn, proxy) if proxy.meeting_id is not None else []
        if about.over or any(one.used_at is not None for one in (proxy, *parts)):
            continue
        await _take_back(unit, proxy, parts, about, proxy.giver_id)
        await outbox.renew(unit, "proxy", proxy.id)


async def _take_back(unit: Unit, proxy: Proxy, parts: list[Proxy], about: Occasion, person_id: int) -> None:
    for one in (proxy, *parts):
        await proxies.release(unit.conn, one.id)
        await proxies.change(unit.conn, one.id, state=str(ProxyState.REVOKED))
    if proxy.state is ProxyState.GIVEN:
        facts = {"proxy": proxy.id, "person": person_id, "proxy_holder": proxy.holder_id}
        await log.append(unit.conn, about.stream, "proxy_revoked", unit.now, **facts)


async def principals(conn: Connection, meeting_id: int, holder_id: int, building_id: int) -> list[Household]:
    """The households that somebody may sign in for at a meeting."""
    found: list[Household] = []
    for proxy in await proxies.about(conn, None, meeting_id):
        if proxy.state is ProxyState.GIVEN and proxy.holder_id == holder_id:
            found += await homes.homes_of(conn, proxy.giver_id, building_id)
    return found


async def used_at(conn: Connection, proxy: Proxy) -> datetime | None:
    """When a proxy was first voted with; of one for a meeting, in any ballot held in it."""
    parts = await proxies.derived(conn, proxy) if proxy.meeting_id is not None else []
    return min((one.used_at for one in (proxy, *parts) if one.used_at is not None), default=None)


async def given_as(conn: Connection, proxy: Proxy) -> Proxy:
    """The proxy that was given: of one for a meeting, not what it is in one of the ballots held in it."""
    if proxy.ballot_id is None or proxy.meeting_id is None:
        return proxy
    lot = await proxies.about(conn, None, proxy.meeting_id)
    same = (proxy.giver_id, proxy.holder_id, ProxyState.GIVEN)
    return next((one for one in lot if (one.giver_id, one.holder_id, one.state) == same), proxy)


async def in_use(conn: Connection, proxy: Proxy, now: datetime) -> list[Proxy]:
    """A proxy as it lets its holder vote in the ballots that are open: one for each of them."""
    parts = [proxy] if proxy.ballot_id is not None else await proxies.derived(conn, proxy)
    found = []
    for part in parts:
        assert part.ballot_id is not None
        ballot = await ballots.get(conn, part.ballot_id)
        goes_on = part.state is ProxyState.GIVEN and ballot.is_open(now)
        if goes_on and await proxies.held(conn, ballot, part.id):  # else a paper vote stands
            found.append(part)
    return found


async def voters(conn: Connection, ballot: Ballot, person_id: int, proxy: int) -> list[Voter]:
    """The voters on a person's paper: their own lines of the roll, or those whom a proxy (not 0) is for."""
    if proxy:
        return [Voter(one.voter_id, one.door) for one in await proxies.held(conn, ballot, proxy)]
    return await rights.of_person(conn, ballot.id, person_id)


async def check_voters(conn: Connection, ballot: Ballot, person_id: int, proxy: int) -> None:
    """Go on only for who may vote now for those on the paper.

    Raises ProxyOver, NotYourProxy, ProxyInForce, ProxyUsed, NotOnTheRoll, NotAnOwner, NobodySpeaks,
    AnotherSpeaks.
    """
    if proxy:
        check_mandates(await proxies.held(conn, ballot, proxy), person_id)
        return
    mine = await rights.of_person(conn, ballot.id, person_id)
    check_right(ballot.basis, mine)
    check_own_votes(mine, await proxies.over(conn, ballot, [voter.id for voter in mine]), ballot.basis)


async def people_of(conn: Connection, proxy: Proxy) -> tuple[Person, Person]:
    """Who gave a proxy, and who holds it."""
    return await people.get(conn, proxy.giver_id), await people.get(conn, proxy.holder_id)
