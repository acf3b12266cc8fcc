"""Our counting beside that of three other programs, on random ballots; `scripts/oracles` runs it.

Where a count comes down to a lot, programs may differ and all be right: such ballots are left out where the
other program draws its lot, and where it lists every possible result ours must be among them.
"""

import random
import sys
from collections import Counter
from dataclasses import replace

from abcvoting.abcrules import compute
from abcvoting.preferences import Profile as Committees
from pabutools.election import (
    ApprovalBallot,
    ApprovalProfile,
    Cardinality_Sat,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import (
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)
from pabutools.tiebreaking import TieBreakingRule
from pref_voting.iterative_methods import instant_runoff_put
from pref_voting.margin_based_methods import beat_path
from pref_voting.profiles import Profile
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.proportional_methods import stv_scottish
from pref_voting.scoring_methods import plurality

from rules.counting import Completion, Method, Question, Satisfaction, count


def main(rounds):
    """Compare `rounds` ballots a method, and fail if any result differs."""
    wrong = 0
    for compare in (schulze, runoff, single, transferable, committees, equal_shares, greedy):
        seen = Counter(compare(random.Random(seed)) for seed in range(rounds))
        wrong += seen["differs"]
        sys.stdout.write(f"{compare.__name__:14} {dict(sorted(seen.items()))}\n")
    return 1 if wrong else 0


def verdict(agrees):
    return "agrees" if agrees else "differs"


def orders(rng, options, most):
    return [rng.sample(options, len(options)) for _ in range(rng.randint(1, most))]


def keys(options):
    return tuple(map(str, options))


def ranked(votes):
    return Counter(tuple(frozenset({str(option)}) for option in vote) for vote in votes)


def schulze(rng):
    """pref_voting's beat path with winning votes, on weak and incomplete orders."""
    options = list(range(rng.randint(2, 6)))
    votes = [
        {option: rng.randint(1, 4) for option in rng.sample(options, rng.randint(1, len(options)))}
        for _ in range(rng.randint(1, 30))
    ]
    profile = ProfileWithTies(votes, candidates=options)
    profile.use_extended_strict_preference()
    best = beat_path(profile, strength_function=profile.support)
    ours = Counter(
        tuple(
            frozenset(str(option) for option in vote if vote[option] == rank)
            for rank in sorted(set(vote.values()))
        )
        for vote in votes
    )
    outcome = count(Question(Method.SCHULZE, keys(options)), ours)
    found = outcome.winners or outcome.ties[0].options
    return verdict({int(option) for option in found} == set(best))


def runoff(rng):
    """pref_voting's instant run-off over all parallel universes."""
    options = list(range(rng.randint(2, 6)))
    votes = orders(rng, options, 40)
    possible = instant_runoff_put(Profile(votes))
    outcome = count(Question(Method.IRV, keys(options), decided=keys(options)), ranked(votes))
    return verdict(int(outcome.winners[0]) in possible)


def single(rng):
    """pref_voting's plurality."""
    options = list(range(rng.randint(2, 6)))
    votes = orders(rng, options, 40)
    outcome = count(Question(Method.SINGLE, keys(options)), [str(vote[0]) for vote in votes])
    found = outcome.winners or outcome.ties[0].options
    return verdict({int(option) for option in found} == set(plurality(Profile(votes))))


def transferable(rng):
    """pref_voting's Scottish STV, where no lot is drawn."""
    options = list(range(rng.randint(3, 8)))
    votes = [order[: rng.randint(1, len(order))] for order in orders(rng, options, 200)]
    seats = rng.randint(1, len(options) - 1)
    outcome = count(Question(Method.STV, keys(options), seats=seats), ranked(votes))
    if outcome.undecided:
        return "lot drawn"
    ranks = [{option: place for place, option in enumerate(vote, start=1)} for vote in votes]
    theirs = stv_scottish(ProfileWithTies(ranks, candidates=options), num_seats=seats)
    return verdict({int(option) for option in outcome.winners} == set(theirs))


def approvals(rng, options, most):
    return [frozenset(rng.sample(options, rng.randint(1, len(options)))) for _ in range(rng.randint(1, most))]


def committees(rng):
    """abcvoting's equal shares: committees, that is projects which all cost the same."""
    options = list(range(rng.randint(2, 6)))
    votes, seats = approvals(rng, options, 12), rng.randint(1, len(options))
    profile = Committees(len(options))
    profile.add_voters(votes)
    possible = compute(
        "equal-shares",
        profile,
        committeesize=seats,
        resolute=False,
        completion=None,
        algorithm="standard-fractions",
    )
    outcome = count(
        Question(
            Method.EQUAL_SHARES,
            keys(options),
            budget=seats,
            costs=(1,) * len(options),
            completion=Completion.NONE,
            decided=keys(options),
        ),
        [frozenset(map(str, vote)) for vote in votes],
    )
    return verdict({int(option) for option in outcome.winners} in [set(one) for one in possible])


def budget(rng):
    """A question, its votes, and the same for pabutools; ties go by supporters, cost and name for both.

    Projects that nobody named are kept from pabutools: it would fund them, we never do.
    """
    names = [f"p{number}" for number in range(rng.randint(2, 7))]
    costs = {name: rng.randint(1, 30) for name in names}
    votes = approvals(rng, names, 12)
    question = Question(
        Method.EQUAL_SHARES,
        tuple(names),
        budget=rng.randint(10, 80),
        costs=tuple(costs.values()),
        decided=tuple(names),
        completion=rng.choice(list(Completion)),
        satisfaction=rng.choice(list(Satisfaction)),
    )
    support = Counter(name for vote in votes for name in vote)
    projects = {name: Project(name, cost) for name, cost in costs.items() if support[name]}
    instance = Instance(projects.values(), budget_limit=question.budget)
    profile = ApprovalProfile([ApprovalBallot(projects[name] for name in vote) for vote in votes])
    ties = TieBreakingRule(lambda _i, _p, project: (-support[project.name], project.cost, project.name))
    return question, votes, instance, profile, ties


def equal_shares(rng):
    """pabutools' method of equal shares, with its completions."""
    question, votes, instance, profile, ties = budget(rng)
    worth = Cost_Sat if question.satisfaction is Satisfaction.COST else Cardinality_Sat
    rule = {"sat_class": worth, "tie_breaking": ties}
    if question.completion is Completion.ADD_ONE:
        step = question.step * len(votes)
        theirs = exhaustion_by_budget_increase(
            instance, profile, method_of_equal_shares, rule, budget_step=step
        )
    else:
        theirs = method_of_equal_shares(instance, profile, **rule)
    if question.completion is not Completion.NONE:
        theirs = greedily(instance, profile, ties, theirs)
    ours = count(question, votes).winners
    return verdict(set(ours) == {project.name for project in theirs})


def greedily(instance, profile, ties, start=()):
    return greedy_utilitarian_welfare(
        instance,
        profile,
        sat_class=Cost_Sat,  # per cost, that is by the number of votes
        tie_breaking=ties,
        initial_budget_allocation=start,
    )


def greedy(rng):
    """pabutools' greedy rule."""
    question, votes, instance, profile, ties = budget(rng)
    ours = count(replace(question, method=Method.GREEDY), votes)
    return verdict(set(ours.winners) == {project.name for project in greedily(instance, profile, ties)})


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
