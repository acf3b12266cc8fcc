"""Consent: one block with its reason stops a proposal, nothing else does."""

import pytest

from rules.counting import (
    BlockNeedsReason,
    Kind,
    Method,
    NotAVote,
    Question,
    Stance,
    UnknownOption,
    check,
    count,
    explain,
)

PROPOSAL = Question(Method.CONSENT)


@pytest.mark.parametrize(
    ("votes", "carried"),
    [
        (["agree", "disagree", "disagree"], True),
        (["disagree", "abstain"], False),
        (["agree", "agree", Stance("block", "消防通道被占")], False),
        (["agree", Stance("block", "  ")], True),
        ([], False),
    ],
)
def test_a_proposal_stands_when_somebody_agrees_and_nobody_blocks_with_a_reason(votes, carried):
    assert count(PROPOSAL, votes).carried is carried


def test_a_block_is_told_with_its_reason():
    outcome = count(PROPOSAL, ["agree", Stance("block", "太贵"), Stance("block", "消防通道被占")])
    assert outcome.blocks == ("太贵", "消防通道被占")
    told = [step.params["reason"] for step in explain(outcome) if step.kind is Kind.BLOCKED]
    assert told == ["太贵", "消防通道被占"]


def test_abstaining_with_a_word_why_is_still_abstaining():
    outcome = count(PROPOSAL, [Stance("abstain", "外出"), "abstain", "agree"])
    assert (outcome.valid, outcome.abstained) == (1, 2)


@pytest.mark.parametrize(
    ("vote", "refusal"),
    [("block", BlockNeedsReason), ("maybe", UnknownOption), (7, NotAVote), (("agree",), NotAVote)],
)
def test_a_position_that_cannot_be_counted_is_refused(vote, refusal):
    with pytest.raises(refusal):
        check(PROPOSAL, vote)
