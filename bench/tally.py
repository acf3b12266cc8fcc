"""`make bench-tally`: how long a count takes, by method and number of votes, and how long the loop waits."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bench.closing import others_wait
from rules.counting import Method, Question, TieRule, count
from rules.counting.question import BUDGETS, YES_OR_NO
from rules.results import step_of
from rules.ways import CONSENT_KEYS, MOTION_KEYS, TOP, Cast, Choice, Way, together

SIZES = (1_000, 10_000, 100_000)
OPTIONS = 10
BUDGET = 20_000_00  # fen
COSTS = tuple(1_000_00 * cost for cost in (2, 3, 5, 8, 1, 4, 6, 7, 9, 2))
RESULT = Path("build/bench-tally.json")


def way_of(method: Method) -> Way:
    """Ten options, or the answers of a yes or no; 20,000 yuan where money is shared."""
    if method in YES_OR_NO:
        return Way(method, len(MOTION_KEYS if method is Method.MOTION else CONSENT_KEYS))
    return Way(method, OPTIONS, OPTIONS, COSTS, BUDGET)


def choice_of(way: Way, chance: random.Random) -> Choice:
    """One made-up vote; rankings and sets of any length, so that few votes are alike."""
    if way.method is Method.SCORE:
        return tuple(chance.randint(0, TOP) for _ in range(way.options))
    if way.method in YES_OR_NO | {Method.SINGLE}:
        return (chance.randint(1, way.options),)
    named = chance.sample(range(1, way.options + 1), chance.randint(1, way.options))
    if way.method not in BUDGETS:
        return tuple(named)
    while sum(way.costs[number - 1] for number in named) > way.budget:
        named.pop()
    return tuple(named)


def question_of(way: Way, size: int) -> Question:
    """The question these votes answer; ties by a seed, three seats where several can be filled."""
    if way.method in YES_OR_NO:
        return Question(way.method)
    keys = tuple(str(number) for number in range(1, way.options + 1))
    seats = 3 if way.method in {Method.STV, Method.APPROVAL} else 1
    if way.method not in BUDGETS:
        return Question(way.method, keys, seats, ties=TieRule.SEED, seed="bench")
    return Question(
        way.method,
        keys,
        ties=TieRule.SEED,
        seed="bench",
        budget=BUDGET,
        costs=COSTS,
        spend_at_most=BUDGET,
        step=step_of(BUDGET, size),
    )


async def measure(method: Method, size: int) -> dict[str, float | int | str]:
    """Seconds of one count off the loop, votes read included, and the longest that the loop waited."""
    way, chance = way_of(method), random.Random(f"{method} {size}")  # noqa: S311 - made-up votes, replayable
    cast = [Cast(choice_of(way, chance), "理由") for _ in range(size)]
    question = question_of(way, size)

    def counted() -> None:
        assert count(question, together(way, cast)).total == size

    start = perf_counter()
    task = asyncio.create_task(asyncio.to_thread(counted))
    longest = 0.0
    while not task.done():
        before = perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, perf_counter() - before)
    await task
    spent = perf_counter() - start
    return {"method": str(method), "votes": size, "seconds": round(spent, 4), "wait": round(longest, 4)}


def main(sizes: list[int]) -> int:
    """Measure every method, print the table and write build/bench-tally.json."""
    rows = [asyncio.run(measure(method, size)) for method in Method for size in sizes or SIZES]
    table = Table("method", "votes", "seconds", "longest wait of the loop, ms")
    for row in rows:
        wait = float(row["wait"]) * 1000
        table.add_row(str(row["method"]), f"{row['votes']:,}", f"{float(row['seconds']):.3f}", f"{wait:.0f}")
    Console().print(table)
    closings = [asyncio.run(others_wait(max(sizes or SIZES), ahead=ahead)) for ahead in (False, True)]
    closing = Table("close of a ballot", "votes", "seconds", "others wait to write, ms", "the loop, ms")
    for row in closings:
        waits = [f"{float(row[name]) * 1000:.0f}" for name in ("others", "loop")]
        closing.add_row(str(row["close"]), f"{row['votes']:,}", f"{float(row['seconds']):.2f}", *waits)
    Console().print(closing)
    rows += closings
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]]))
