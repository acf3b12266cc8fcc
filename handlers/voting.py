"""Pressing a vote: the press goes into the vote box, the outcome comes back as a toast."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.buttons import Button
from handlers.here import TOAST_LIMIT, Heard
from handlers.speech import deep_link
from handlers.words import Words
from rules.owners import AnotherSpeaks, NobodySpeaks, NotAnOwner
from rules.people import NotAResident
from rules.refusals import Refusal
from rules.votes import AskFamily, Noted, OpenBallot
from rules.ways import Choice, named
from services.vote_box import Outcome, Press, Toast
from storage import ballots
from storage.store import Store


class CastVote(Button, code="v"):
    """An option of a ballot, pressed in the group or in private."""

    ballot: int
    option: int


class HandIn(Button, code="vh"):
    """The last press of a list that was ticked in private."""

    ballot: int


class HandInFor(Button, code="vhx"):
    """The last press of a paper that was filled in for somebody else."""

    ballot: int
    proxy: int


@dataclass(frozen=True, slots=True)
class BoxedVote:
    """A press for the vote box, with the person it came from."""

    press: Press
    lang: str
    bot_name: str

    def answer(self, words: Words, outcome: Outcome) -> Toast:
        """The toast that tells the voter what became of it."""
        if outcome.refusal is not None:
            return self._refused(words, outcome.refusal, outcome.lang or self.lang)
        assert outcome.ballot is not None
        lang, ballot = outcome.lang or self.lang, outcome.ballot
        noted = {door: told.vote for door, told in outcome.doors.items() if isinstance(told, Noted)}
        said = []
        if noted and ballot.sealed:
            said.append(words.plain(lang, "voting.sealed", doors=list(noted)))
        elif noted:
            chosen = _names(ballot, next(iter(noted.values())).choice)
            said.append(words.plain(lang, "voting.noted", doors=list(noted), chosen=chosen))
        for door, told in outcome.doors.items():
            if isinstance(told, AskFamily):
                stands, wanted = _names(ballot, told.vote.choice), _names(ballot, told.choice)
                said.append(words.plain(lang, "voting.ask_family", door=door, stands=stands, wanted=wanted))
        return {"text": "\n".join(said)[:TOAST_LIMIT], "alert": len(noted) < len(outcome.doors)}

    def _refused(self, words: Words, refusal: Refusal, lang: str) -> Toast:
        text = words.plain(lang, f"refusals.{refusal.template()}", **refusal.facts)
        toast: Toast = {"text": text[:TOAST_LIMIT], "alert": True}
        if isinstance(refusal, NotAResident):
            toast["url"] = deep_link(self.bot_name, "join")
        if isinstance(refusal, NotAnOwner | NobodySpeaks | AnotherSpeaks):
            toast["url"] = deep_link(self.bot_name, "owner")
        return toast


async def boxed_vote(store: Store, heard: Heard, button: Button, bot_name: str) -> BoxedVote | None:
    """The vote in a press; None where it is no vote."""
    proxy, reason = 0, ""
    if isinstance(button, CastVote):
        choice: Choice = (button.option,)
    elif isinstance(button, HandIn | HandInFor):
        proxy = button.proxy if isinstance(button, HandInFor) else 0
        async with store.glance() as conn:
            choice, reason = await ballots.draft_of(conn, button.ballot, heard.user, proxy)
    else:
        return None
    private = heard.chat_kind == "private"
    press = Press(heard.update_id, heard.user, heard.chat, private, button.ballot, choice, reason, proxy)
    return BoxedVote(press, heard.lang, bot_name)


def _names(ballot: OpenBallot, choice: Choice) -> list[str]:
    return named(ballot.way, choice, ballot.labels)
