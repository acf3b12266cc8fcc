"""Consent: a proposal stands unless somebody blocks it and says why."""

from __future__ import annotations

from collections.abc import Mapping

from rules.counting.outcome import Outcome, Round
from rules.counting.question import Amount, Question
from rules.counting.votes import Position, Stance


def count_consent(question: Question, votes: Mapping[Stance, Amount]) -> Outcome:
    """A proposal carries when somebody agrees and nobody blocks; who disagrees stops nothing.

    A block without its reason is no vote. `blocks` gives the reasons, in the order of their text.
    Source: the positions of consensus decision-making (agree, stand aside, disagree, block) as in
    Hartnett, "Consensus-Oriented Decision-Making" (2011). Tie rule: none is needed.
    """
    standings: dict[str, Amount] = dict.fromkeys((Position.AGREE, Position.DISAGREE, Position.BLOCK), 0)
    for stance, times in votes.items():
        standings[stance.choice] += times
    tallies = {str(position): times for position, times in standings.items()}
    carried = not tallies[Position.BLOCK] and tallies[Position.AGREE] > 0
    winners = (str(Position.AGREE),) if carried else ()
    blocks = tuple(sorted(stance.reason for stance in votes if stance.choice == Position.BLOCK))
    return Outcome(question, winners, tallies, (Round(1, tallies, winners),), carried=carried, blocks=blocks)
