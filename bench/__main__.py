"""`make bench`: measures every figure, prints the table and writes build/bench.json."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.bursts import answered, stored
from bench.busy_hour import busy_hour
from bench.engines import engines
from bench.figure import Figure
from bench.grown import grown
from bench.keeping import keeping
from bench.notices import notices
from bench.starting import starting
from bench.toasts import toasts

Measure = Callable[[Path], Awaitable[Figure | list[Figure]]]
MEASURES: dict[str, Measure] = {
    "stored": stored,
    "answered": answered,
    "toasts": toasts,
    "busy_hour": busy_hour,
    "notices": notices,
    "grown": grown,
    "starting": starting,
    "engines": engines,
    "keeping": keeping,
}
RESULT = Path("build/bench.json")


def main(names: list[str]) -> int:
    """Measure all figures, or those named; 1 when one does not hold."""
    logging.basicConfig(level=logging.ERROR)
    console = Console()
    figures: list[Figure] = []
    RESULT.parent.mkdir(exist_ok=True)
    for name in names or MEASURES:
        console.print(f"[dim]{name} …[/dim]")
        gc.collect()
        gc.freeze()  # as bot/start.py does, for whoever is measured; and nothing earlier is a burden later
        with tempfile.TemporaryDirectory(dir=RESULT.parent) as folder:
            measured = asyncio.run(_measure(MEASURES[name], Path(folder)))
        figures += measured
        console.print(table(measured))
    console.print(table(figures))
    RESULT.write_text(json.dumps([figure.as_json() for figure in figures], indent=1, ensure_ascii=False))
    return 1 if any(figure.holds is False for figure in figures) else 0


async def _measure(measure: Measure, folder: Path) -> list[Figure]:
    measured = await measure(folder)
    return measured if isinstance(measured, list) else [measured]


def table(figures: list[Figure]) -> Table:
    """The figures as a table: each with its aim, and with the lowest and highest of its repeats."""
    lines = Table("figure", "value", "aim", "low - high", "", "measured")
    for figure in figures:
        lines.add_row(
            figure.name,
            f"{figure.value:.3g} {figure.unit}",
            "-" if figure.aim is None else f"{'≤' if figure.at_most else '≥'} {figure.aim:g}",
            "one run" if figure.runs == 1 else f"{figure.low:.3g} - {figure.high:.3g}",
            _VERDICTS[figure.holds],
            figure.note,
        )
    return lines


_VERDICTS = {True: "[green]holds[/green]", False: "[red]does not hold[/red]", None: "shown"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
