"""What an item puts to the vote: a plan of its proposals, and whether a ballot still asks for them."""

from __future__ import annotations

from rules.ballots import QUESTION_LIMIT, Ballot, MeetingNotOn, NoSuchItem, Plan, plan_of
from rules.counting import Method
from rules.counting.question import BUDGETS
from rules.homes import Building
from rules.meetings import Item, Meeting
from rules.meetings import State as MeetingState
from rules.money import NoCost, read_costs
from rules.proposals import ProposalsChanged, wording
from rules.urgent import check_votable
from services import meeting as sittings
from services.proposals import labelled
from storage import homes, meetings
from storage.proposals import every_id
from storage.store import Connection


async def of_item(conn: Connection, building_id: int, meeting_id: int, item_id: int) -> Plan:
    """What an item puts to the vote: its proposals to choose from; one or none, a motion.

    Raises NoSuchItem, MeetingNotOn, KindDoesNotVote, NotAnnouncedItem, UrgentNeedsQuorum.
    """
    item, meeting = await meetings.find_item(conn, item_id), await meetings.find(conn, meeting_id)
    if item is None or meeting is None or item.meeting_id != meeting.id:
        raise NoSuchItem
    if meeting.building_id != building_id:
        raise NoSuchItem
    if meeting.state not in {MeetingState.ANNOUNCED, MeetingState.OPEN}:
        raise MeetingNotOn
    await votable(conn, meeting, item)
    lang = (await homes.building(conn, building_id)).lang
    proposed = await labelled(conn, [item.id], lang)
    texts = tuple(wording(one, name, lang) for name, one in proposed)
    pictures = tuple(one.picture for _, one in proposed)
    if len(proposed) < 2:
        question = "：".join([item.title, *texts])[:QUESTION_LIMIT]
        return Plan(question, Method.MOTION, (), 1, pictures, meeting.id, item.id)
    names = tuple(name for name, _ in proposed)
    return Plan(item.title, Method.SINGLE, texts, 1, pictures, meeting.id, item.id, labels=names)


async def votable(conn: Connection, meeting: Meeting, item: Item | None) -> None:
    """Go on only for what may be put to the vote now. Raises NotAnnouncedItem, UrgentNeedsQuorum."""
    check_votable(meeting, item, await sittings.count(conn, meeting))


async def check_fresh(conn: Connection, building: Building, ballot: Ballot) -> None:
    """Go on only with an item's proposals as they stand now.

    Raises ProposalsChanged, and what `of_item` raises.
    """
    if ballot.meeting_id is None or ballot.item_id is None:
        return
    now = await of_item(conn, building.id, ballot.meeting_id, ballot.item_id)
    texts = plan_of(ballot).texts
    same = texts == _offerable(ballot.method, now) if now.texts or texts else ballot.question == now.question
    if not same and await every_id(conn, ballot.item_id):
        raise ProposalsChanged


async def is_asked(conn: Connection, building: Building, ballot: Ballot, plan: Plan) -> bool:
    """Whether a plan asks for the proposals of the item a ballot stands under; of one without any, always."""
    if ballot.meeting_id is None or ballot.item_id is None or not await every_id(conn, ballot.item_id):
        return True
    proposed = await of_item(conn, building.id, ballot.meeting_id, ballot.item_id)
    return plan.texts == _offerable(plan.method, proposed)


def _offerable(method: Method, plan: Plan) -> tuple[str, ...]:
    """An item's proposals as a ballot of this method offers them: where money is shared, without costs."""
    try:
        return read_costs(plan.texts)[0] if method in BUDGETS else plan.texts
    except NoCost:
        return ()
