"""What it takes to decide: chosen on a draft, one sentence each, before the ballot opens."""

from __future__ import annotations

from handlers.buttons import Button, Key, Keys
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import View
from rules.asked import allowed
from rules.ballots import Ballot
from services import ballots

routes = Routes()


class AskThreshold(Button, code="bth"):
    """Asks what it takes to decide."""

    ballot: int


class SetThreshold(Button, code="bts"):
    """Says what it takes, by the name of a threshold."""

    ballot: int
    name: str


def threshold_row(view: View, ballot: Ballot) -> Keys:
    """The key that leads to the thresholds, where a ballot leaves a choice of them."""
    if len(allowed(ballot.asked, ballot.method, ballot.basis, view.charter.own)) < 2:
        return ()
    return ((Key(view.label("ballot_threshold"), AskThreshold(ballot.id)),),)


@routes.press(AskThreshold)
async def ask(here: Here, button: AskThreshold) -> None:
    """Say what each threshold means, and which may be had."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    offered = allowed(ballot.asked, ballot.method, ballot.basis, here.charter.own)
    names = [one.named(here.lang) for one in offered]
    keys = tuple(
        (Key(name.title, SetThreshold(ballot.id, one.name)),)
        for one, name in zip(offered, names, strict=True)
    )
    await here.say("ballots.ask_threshold", keys=keys, names=names, question=ballot.question)


@routes.press(SetThreshold)
async def choose(here: Here, button: SetThreshold) -> None:
    """So much it takes."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    chosen = await ballots.set_threshold(here.unit, ballot, button.name, here.charter.own)
    await here.turn("ballots.threshold_set", name=chosen.named(here.lang), question=ballot.question)
