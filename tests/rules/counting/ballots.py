"""Random questions and votes for the properties that every method must have."""

from hypothesis import settings
from hypothesis import strategies as st

from rules.counting import Completion, Method, Question, Satisfaction, TieRule

KEYS = "abcdef"
EITHER = st.sampled_from(TieRule)
few = settings(max_examples=30, deadline=None)
many = settings(max_examples=100, deadline=None)


def keys(least=1, most=5):
    return st.integers(least, most).map(lambda n: tuple(KEYS[:n]))


def questions(method, *, ties=EITHER):
    if method in (Method.MOTION, Method.CONSENT):
        return st.just(Question(method))
    most_seats = 1 if method is Method.IRV else 3

    @st.composite
    def draw_question(draw):
        options = draw(keys(1, 4 if method is Method.EQUAL_SHARES else 5))
        return Question(
            method,
            options,
            seats=draw(st.integers(1, most_seats)),
            ties=draw(ties),
            seed="seed",
            costs=tuple(draw(st.integers(1, 20)) for _ in options),
            budget=draw(st.integers(1, 40)),
            completion=draw(st.sampled_from(Completion)),
            satisfaction=draw(st.sampled_from(Satisfaction)),
        )

    return draw_question()


@st.composite
def rankings(draw, options, ties=False):
    order = draw(st.permutations(options))
    length = draw(st.integers(1, len(order)))
    ranks = [[order[0]]]
    for option in order[1:length]:
        if ties and draw(st.booleans()):
            ranks[-1].append(option)
        else:
            ranks.append([option])
    return tuple(frozenset(rank) for rank in ranks)


def votes(question):
    """One valid vote, or now and then an abstention or an invalid one."""
    options = question.options
    valid = {
        Method.MOTION: st.sampled_from(("for", "against")),
        Method.CONSENT: st.sampled_from(("agree", "disagree", ("block", "too dear"), ("block", "too loud"))),
    }.get(question.method)
    if question.method is Method.SINGLE:
        valid = st.sampled_from(options)
    elif question.method in (Method.APPROVAL, Method.EQUAL_SHARES, Method.GREEDY):
        valid = st.frozensets(st.sampled_from(options), min_size=1)
    elif question.method is Method.SCORE:
        valid = st.dictionaries(st.sampled_from(options), st.integers(0, 5), min_size=1).map(
            lambda scores: tuple(scores.items())
        )
    elif question.method in (Method.IRV, Method.STV):
        valid = rankings(options)
    elif question.method is Method.SCHULZE:
        valid = rankings(options, ties=True)
    return st.one_of(valid, valid, valid, valid, st.just("abstain"), st.just("?"))


@st.composite
def elections(draw, method, most=12, **what):
    question = draw(questions(method, **what))
    return question, draw(st.lists(votes(question), max_size=most))
