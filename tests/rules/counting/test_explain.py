"""Each kind of step is told by some count, in the order in which things happen."""

from rules.counting import Completion, Kind, Method, Question, Satisfaction, Stance, TieRule, count, explain


def order(*options):
    return tuple(frozenset({option}) for option in options)


def ask(method, options="abc", **more):
    return Question(method, tuple(options), **more)


def shares(**more):
    return Question(Method.EQUAL_SHARES, ("门禁", "车棚", "路灯"), budget=1000, costs=(480, 500, 400), **more)


SEED = {"ties": TieRule.SEED, "seed": "1"}
TWO_GROUPS = {frozenset({"门禁", "车棚"}): 6, frozenset({"路灯"}): 4}
TIED_LAST = {order("a"): 6, order("b"): 4, order("c"): 3, order("d", "c"): 1}
COUNTS = [
    (Question(Method.MOTION), {"for": 2, "against": 1}),
    (Question(Method.CONSENT), {"agree": 2, Stance("block", "太贵"): 1}),
    (ask(Method.SINGLE), {"a": 1, "b": 1}),
    (ask(Method.SINGLE, decided=("b", "a")), {"a": 1, "b": 1}),
    (ask(Method.SINGLE, **SEED), {"a": 1, "b": 1}),
    (ask(Method.SINGLE), []),
    (ask(Method.SCHULZE), {order("a", "b"): 2, order("b", "c", "a"): 1}),
    (ask(Method.IRV, "abcd"), TIED_LAST),
    (ask(Method.STV, seats=2), {order("a", "b"): 8, order("b"): 2, order("c"): 1}),
    (ask(Method.STV, seats=2), {order("a"): 5, order("b"): 2, order("c"): 1}),
    (shares(), TWO_GROUPS),
    (shares(completion=Completion.GREEDY), {frozenset({"门禁"}): 4, frozenset({"路灯"}): 6}),
    (shares(), {frozenset({"门禁"}): 5, frozenset({"路灯"}): 6}),
    (
        Question(Method.EQUAL_SHARES, ("a", "b"), budget=30, costs=(20, 10)),
        {frozenset("a"): 2, frozenset("b"): 1},
    ),
    (
        Question(
            Method.EQUAL_SHARES, ("a", "b"), budget=10, costs=(6, 4), satisfaction=Satisfaction.COUNT
        ),  # two from each of three, or from each of two: the three go first
        {frozenset("a"): 3, frozenset("b"): 2},
    ),
]


def steps(question, votes):
    return explain(count(question, votes))


def test_every_kind_of_step_is_told_by_some_count():
    told = {step.kind for question, votes in COUNTS for step in steps(question, votes)}
    assert told == set(Kind)


def test_a_transferable_count_is_told_from_quota_to_winners():
    told = steps(ask(Method.STV, seats=2), {order("a", "b"): 8, order("b"): 2, order("c"): 1})
    assert [step.kind for step in told] == [
        Kind.HANDED_IN,
        Kind.QUOTA,
        Kind.ROUND,
        Kind.ELECTED,
        Kind.SURPLUS,
        Kind.ROUND,
        Kind.ELECTED,
        Kind.WINNERS,
    ]
    assert told[4].params == {
        "round": 1,
        "option": "a",
        "votes": 8,
        "surplus": 4,
        "to": (("b", 4),),
        "exhausted": 0,
        "cut": 0,
    }


def test_what_is_not_funded_is_told_with_the_money_that_was_left():
    told = [step.params for step in steps(shares(), TWO_GROUPS) if step.kind is Kind.NOT_FUNDED]
    assert told == [{"option": "车棚", "cost": 500, "supporters": 6, "left": 120}]


def test_the_winner_of_a_circle_is_told_by_its_chains():
    circle = {order("甲", "乙", "丙"): 4, order("乙", "丙", "甲"): 3, order("丙", "甲", "乙"): 2}
    told = [step.params for step in steps(ask(Method.SCHULZE, "甲乙丙"), circle) if step.kind is Kind.BEATS]
    assert told == [
        {"winner": "甲", "loser": "乙", "strength": 6, "back": 5, "via": (), "via_back": ("丙",)},
        {"winner": "甲", "loser": "丙", "strength": 6, "back": 5, "via": ("乙",), "via_back": ()},
    ]
