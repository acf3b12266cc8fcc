"""Pressing a vote: the press goes into the vote box, the outcome comes back as a toast."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.buttons import Button
from handlers.here import TOAST_LIMIT, Heard
from handlers.speech import deep_link
from handlers.words import Words
from rules.votes import AskFamily, Choice, NotOnTheRoll
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


@dataclass(frozen=True, slots=True)
class BoxedVote:
    """A press for the vote box, with the person it came from."""

    press: Press
    lang: str
    bot_name: str

    def answer(self, words: Words, outcome: Outcome) -> Toast:
        """The toast that tells the voter what became of it."""
        if outcome.refusal is not None:
            return self._refused(words, outcome)
        assert outcome.ballot is not None
        lang = outcome.lang or self.lang
        asked = {door: told for door, told in outcome.doors.items() if isinstance(told, AskFamily)}
        labels = outcome.ballot.labels
        if asked:
            door, ask = next(iter(asked.items()))
            text = words.plain(
                lang,
                "voting.ask_family",
                door=door,
                stands=_names(ask.vote.choice, labels),
                wanted=_names(ask.choice, labels),
            )
            return {"text": text[:TOAST_LIMIT], "alert": True}
        text = words.plain(
            lang, "voting.noted", doors=list(outcome.doors), chosen=_names(self.press.choice, labels)
        )
        return {"text": text[:TOAST_LIMIT], "alert": len(outcome.doors) > 1}

    def _refused(self, words: Words, outcome: Outcome) -> Toast:
        refusal = outcome.refusal
        assert refusal is not None
        text = words.plain(outcome.lang or self.lang, f"refusals.{refusal.template()}", **refusal.facts)
        toast: Toast = {"text": text[:TOAST_LIMIT], "alert": True}
        if isinstance(refusal, NotOnTheRoll) and not self.press.private:
            toast["url"] = deep_link(self.bot_name, f"join_{self.press.ballot_id}")
        return toast


async def boxed_vote(store: Store, heard: Heard, button: Button, bot_name: str) -> BoxedVote | None:
    """The vote in a press; None where it is no vote."""
    if isinstance(button, CastVote):
        choice: Choice = (button.option,)
        ballot_id = button.ballot
    elif isinstance(button, HandIn):
        ballot_id = button.ballot
        async with store.glance() as conn:
            choice = await ballots.draft_of(conn, ballot_id, heard.user)
    else:
        return None
    private = heard.chat_kind == "private"
    press = Press(heard.update_id, heard.user, heard.chat, private, ballot_id, choice)
    return BoxedVote(press, heard.lang, bot_name)


def _names(choice: Choice, labels: object) -> list[str]:
    assert isinstance(labels, list)
    return [labels[number - 1] for number in choice]
