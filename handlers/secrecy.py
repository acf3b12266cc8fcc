"""Secrecy: chosen on a draft, one sentence each; and the record of a named ballot, for who may read it."""

from __future__ import annotations

from handlers import polling
from handlers.buttons import Button, Key
from handlers.here import Here
from handlers.routes import Routes
from handlers.speech import View, number_in
from rules.ballots import Ballot
from rules.secrecy import Secrecy, SecrecyDoesNotFit, fitting_secrecy
from services import ballots, results

routes = Routes()

_LINES = 60  # voters in a message of the record


class AskSecrecy(Button, code="bsy"):
    """Asks who may know what somebody chose."""

    ballot: int


class SetSecrecy(Button, code="bss"):
    """Says who may know it."""

    ballot: int
    secrecy: str


def secrecy_row(view: View, ballot: Ballot) -> tuple[Key, ...]:
    """The key that leads to the choice."""
    return (Key(view.label("ballot_secrecy"), AskSecrecy(ballot.id)),)


@routes.press(AskSecrecy)
async def ask(here: Here, button: AskSecrecy) -> None:
    """Say what each kind of secrecy promises."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    offered = [str(one) for one in fitting_secrecy(ballot.basis, ballot.method)]
    keys = tuple((here.key(f"secrecy_{one}", SetSecrecy(ballot.id, one)),) for one in offered)
    await here.say("secrecy.ask", keys=keys, offered=offered, question=ballot.question)


@routes.press(SetSecrecy)
async def choose(here: Here, button: SetSecrecy) -> None:
    """So secret it is."""
    ballot = await ballots.check_draft(here.unit, button.ballot, here.person.id)
    if button.secrecy not in set(Secrecy):
        raise SecrecyDoesNotFit
    await ballots.set_secrecy(here.unit, ballot, Secrecy(button.secrecy))
    await here.turn("secrecy.chosen", secrecy=button.secrecy, question=ballot.question)
    await polling.show_anew(here, "ballot_draft", ballot.id)


@routes.link("bw")
async def read_record(here: Here, rest: str) -> None:
    """Tell who chose what in a named ballot, to who lives there."""
    here.in_private()
    ballot = await results.closed(here.unit.conn, number_in(rest))
    await results.check_reader(here.unit.conn, ballot, here.person.id)
    lines = [
        (door, ballot.labels_of(cast.choice), cast.reason)
        for door, cast in await results.record_of(here.unit.conn, ballot)
    ]
    for start in range(0, len(lines), _LINES):
        await here.say("secrecy.record", question=ballot.question, lines=lines[start : start + _LINES])
