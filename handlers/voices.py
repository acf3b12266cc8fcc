"""What people say of a proposal before the vote: support, concern, question; one line each, in private."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers import asking
from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.room import go_to
from handlers.routes import Routes
from handlers.speech import number_in
from rules.homes import Building
from rules.meetings import NothingWritten
from rules.proposals import NoSuchProposal, Voice
from services import proposals
from services.proposals import Place
from storage import people
from storage import proposals as stored

routes = Routes()

PAGE = 6  # voices on a page


class SpeakOf(Button, code="ovs"):
    """Asks for a line of support, concern or question about a proposal."""

    proposal: int
    kind: str


class JustSupport(Button, code="ovj"):
    """Supports a proposal without a word."""

    proposal: int


class AllVoices(Button, code="ovl"):
    """Shows all that was said of a proposal, from so many on."""

    proposal: int
    begin: int = 0


class TakeBackVoice(Button, code="ovb"):
    """Takes back what one said."""

    concern: int


class AnswerVoice(Button, code="ova"):
    """Answers what was asked about one's own proposal."""

    concern: int


async def in_private(here: Here, payload: str) -> Here | None:
    """The same moment in the person's private chat; None, with a way there, where they have none yet."""
    if here.chat.kind == "private":
        return here
    if here.person.reach != "yes" or here.person.address is None:
        here.toast = {"url": here.link(payload)}
        return None
    chat = await people.enter(here.unit.conn, here.person.address, "private", here.person.name)
    text = here.words.plain(here.person.lang, "proposals.in_private")
    here.toast = {"text": text, "alert": False}
    return replace(here, chat=chat)


async def about(here: Here, proposal_id: int) -> tuple[Building, Place]:
    """A proposal, and its building, in which this person is at home. Raises NoSuchProposal, NotAResident."""
    place = await proposals.find(here.unit.conn, proposal_id)
    await go_to(here, place.meeting.id)
    building = await here.the_resident()
    if building.id != place.building.id:
        raise NoSuchProposal
    return building, place


@routes.press(SpeakOf)
async def ask_voice(here: Here, button: SpeakOf) -> None:
    """Ask in private what they have to say."""
    building, _ = await about(here, button.proposal)
    await proposals.check_speak(here.unit.conn, building, button.proposal, button.kind)
    private = await in_private(here, f"voice_{button.proposal}_{button.kind}")
    if private is not None:
        await _ask(private, building, button.proposal, button.kind)


@routes.link("voice")
async def voice_by_link(here: Here, rest: str) -> None:
    """The same for somebody who came from the group."""
    proposal, _, kind = rest.partition("_")
    building, _ = await about(here, number_in(proposal))
    await _ask(here, building, number_in(proposal), kind)


async def _ask(here: Here, building: Building, proposal_id: int, kind: str) -> None:
    place = await proposals.check_speak(here.unit.conn, building, proposal_id, kind)
    keys: Keys = ()
    if kind == Voice.SUPPORT:
        keys = ((here.key("just_support", JustSupport(proposal_id)),),)
    data = {"meeting": place.meeting.id, "proposal": proposal_id, "voice": kind}
    await asking.ask(here, "voice", "proposals.ask_voice", data=data, keys=keys, kind=kind, place=place)


@routes.dialogue("voice")
async def hear_voice(here: Here, data: dict[str, Any]) -> None:
    """Take in the line."""
    await go_to(here, data["meeting"])
    if not here.heard.text.strip():
        raise NothingWritten
    await _speak(here, data["proposal"], data["voice"], here.heard.text)


@routes.press(JustSupport)
async def just_support(here: Here, button: JustSupport) -> None:
    """Support it and say no more."""
    await _speak(here, button.proposal, Voice.SUPPORT, "")


async def _speak(here: Here, proposal_id: int, kind: str, text: str) -> None:
    building, place = await about(here, proposal_id)
    said = await proposals.speak(here.unit, building, here.person, proposal_id, kind, text)
    await asking.finish(here)
    keys = ((here.key("take_back_voice", TakeBackVoice(said.id)),),)
    await here.turn("proposals.voice_noted", keys=keys, kind=kind, place=place, text=said.text)
    await proposals.renew_cards(here.unit, place.item.id)
    if kind == Voice.QUESTION and place.proposal.by_id != here.person.id:
        asked = {"place": place, "text": said.text, "name": here.person.name}
        answer = ((here.key("answer_voice", AnswerVoice(said.id)),),)
        await here.tell_person(place.proposal.by_id, "proposals.asked", keys=answer, **asked)


@routes.press(TakeBackVoice)
async def take_back(here: Here, button: TakeBackVoice) -> None:
    """Take it back; the minutes do not tell of it."""
    building = await _building_of(here, button.concern)
    place = await proposals.take_back(here.unit, building, here.person, button.concern)
    await here.turn("proposals.voice_taken_back", place=place)
    await proposals.renew_cards(here.unit, place.item.id)


async def _building_of(here: Here, concern_id: int) -> Building:
    """Where something was said; what is not there leads nowhere. Raises NoSuchProposal."""
    concern = await stored.find_concern(here.unit.conn, concern_id)
    if concern is None:
        raise NoSuchProposal
    building, _ = await about(here, concern.proposal_id)
    return building


@routes.press(AnswerVoice)
async def ask_answer(here: Here, button: AnswerVoice) -> None:
    """Ask for the answer."""
    building = await _building_of(here, button.concern)
    concern, place = await proposals.check_question(here.unit.conn, building, here.person, button.concern)
    data = {"meeting": place.meeting.id, "concern": concern.id}
    await asking.ask(here, "voice_answer", "proposals.ask_answer", data=data, text=concern.text)


@routes.dialogue("voice_answer")
async def hear_answer(here: Here, data: dict[str, Any]) -> None:
    """Take in the answer; who asked is told."""
    building = await _building_of(here, data["concern"])
    text = here.heard.text
    concern, place = await proposals.answer(here.unit, building, here.person, data["concern"], text)
    await asking.finish(here)
    await here.say("proposals.answer_noted")
    facts = {"place": place, "question": concern.text, "text": " ".join(text.split())}
    await here.tell_person(concern.by_id, "proposals.answered", **facts)
    await proposals.renew_cards(here.unit, place.item.id)


@routes.press(AllVoices)
async def show_all(here: Here, button: AllVoices) -> None:
    """All that was said of a proposal, a page at a time, in private; one's own can be taken back there."""
    _, place = await about(here, button.proposal)
    private = await in_private(here, f"plan_{button.proposal}")
    if private is None:
        return
    said = await stored.concerns_of(here.unit.conn, button.proposal)
    begin = button.begin if 0 <= button.begin < len(said) else 0
    page = said[begin : begin + PAGE]
    names = {one.by_id: (await people.get(here.unit.conn, one.by_id)).name for one in page}
    facts = {"place": place, "said": page, "names": names, "begin": begin, "count": len(said)}
    keys = _page_keys(private, place, begin, len(said))
    for one in page:
        if one.by_id == here.person.id:
            keys = (*keys, (private.key("take_back_one", TakeBackVoice(one.id), text=one.text[:16]),))
        elif one.answer is None and one.kind != Voice.SUPPORT and place.proposal.by_id == here.person.id:
            keys = (*keys, (private.key("answer_one", AnswerVoice(one.id), text=one.text[:16]),))
    await private.say("proposals.all_voices", keys=keys, **facts)


def _page_keys(here: Here, place: Place, begin: int, count: int) -> Keys:
    if begin + PAGE < count:
        return ((here.key("slip_next", AllVoices(place.proposal.id, begin + PAGE)),),)
    return ()


def voice_keys(label: Any, proposal_id: int) -> tuple[Key, ...]:
    """The three keys under a proposal; `label` gives a key's label by its name."""
    return tuple(Key(label(f"voice_{voice}"), SpeakOf(proposal_id, str(voice))) for voice in Voice)
