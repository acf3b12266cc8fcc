"""`louyuhui export`: writes all that a building decided into a folder, as JSON and as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.buildings import BuildingOption, building_named
from bot.commands.terminal import CONFIG, ConfigOption, carry_out, console, fail, opened, say, settings_of
from bot.settings import Settings
from paper.tables import csv_text
from rules.counting import Method
from rules.ways import Way, named
from services.export import Export, export_building

Rows = Iterable[Sequence[object]]


def export(
    out: Annotated[Path, typer.Option(help="写到哪个文件夹 / the folder to write to")],
    building: BuildingOption = None,
    config: ConfigOption = CONFIG,
) -> None:
    """导出会议、投票和纪要（JSON 和 CSV）。/ Export meetings, ballots and minutes, names masked."""
    settings = settings_of(config)
    with console.status("导出 / exporting"):
        found = carry_out(settings, _read(settings, building))
        written = save_export(found, out)
    meetings, ballots = len(found.data["meetings"]), len(found.data["ballots"])
    name = found.data["building"]["name"]
    say(f"✅ {name}：{meetings} 次会议 / meetings, {ballots} 次投票 / ballots → {out}")
    for file in written:
        say(f"   {file}")
    if found.broken:
        places = ", ".join(f"{stream} #{number}" for stream, number in found.broken.items())
        raise fail(f"记录被人改动过 / the record was tampered with: {places}")


async def _read(settings: Settings, name: str | None) -> Export:
    async with opened(settings) as store, store.glance() as conn:
        building = await building_named(conn, name)
        return await export_building(conn, building.id, utc_now())


def save_export(found: Export, folder: Path) -> list[str]:
    """Write an export into a folder, made if it is not there; the files' names."""
    files = {"export.json": json.dumps(found.data, ensure_ascii=False, indent=1) + "\n"}
    files |= files_beside(found.data, found.ballot_files)
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise fail(f"写不了 {error.filename} / cannot be written: {error.strerror}") from None
    return list(files)


def files_beside(data: Mapping[str, Any], ballot_files: Mapping[int, str]) -> dict[str, str]:
    """The files that tell parts of an export once more: its ballots to recount, and its tables."""
    files = {f"ballots/ballot-{number}.json": text for number, text in ballot_files.items()}
    return files | {f"{name}.csv": csv_text(rows) for name, rows in _tables(data).items()}


def _tables(data: Mapping[str, Any]) -> dict[str, Rows]:
    """The same as tables, a header first."""
    return {
        "meetings": [MEETING, *(_picked(one, MEETING) for one in data["meetings"])],
        "present": [PRESENT, *_present(data["meetings"])],
        "minutes": [MINUTES, *_minutes(data["meetings"])],
        "ballots": [(*BALLOT, *OPTION), *_options(data["ballots"])],
        "votes": [VOTE, *_votes(data["ballots"])],
        "events": [EVENT, *_events(data["events"])],
    }


MEETING = ("id", "kind", "state", "place", "planned_at", "opened_at", "closed_at")
PRESENT = ("meeting", "household", "how", "at")
MINUTES = ("meeting", "stage", "item", "title", "what", "who", "text", "at")
BALLOT = (
    "id",
    "meeting",
    "question",
    "method",
    "state",
    "opened_at",
    "closes_at",
    "closed_at",
    "eligible",
    "voted",
)
OPTION = ("option", "label", "text", "votes", "won", "tied")
VOTE = ("ballot", "receipt", "choice", "labels")
EVENT = ("stream", "number", "at", "kind", "data", "previous", "hash")


def _picked(values: Mapping[str, Any], names: Sequence[str]) -> list[object]:
    return [values[name] for name in names]


def _present(meetings: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    for meeting in meetings:
        for one in meeting["present"]:
            yield (meeting["id"], one["household"], one["how"], one["at"])


def _minutes(meetings: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    for meeting in meetings:
        filed = meeting["minutes"]
        for item in filed["content"]["items"] if filed else ():
            head = (meeting["id"], filed["stage"], item["number"], item["title"])
            for line in item["lines"]:
                yield (*head, line["kind"], line["who"], line["text"], line["at"])
            for ballot in item["ballots"]:
                yield (*head, "ballot", "", f"{ballot['question']}：{_figures(ballot['counts'])}", "")
            for task in item["tasks"]:
                yield (*head, "task", task["who"], task["what"], task["due"])


def _figures(counts: Iterable[Mapping[str, Any]]) -> str:
    return "，".join(f"{count['label']} {count['votes']}" for count in counts)


def _options(ballots: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    for ballot in ballots:
        result = ballot["result"] or {}
        votes = result.get("votes") or [None for _ in ballot["options"]]
        for option, figure in zip(ballot["options"], votes, strict=True):
            number = option["number"]
            stands = ("yes" if number in result.get(name, ()) else "" for name in ("won", "tied"))
            yield (*_picked(ballot, BALLOT), number, option["label"], option["text"], figure, *stands)


def _votes(ballots: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    for ballot in ballots:
        labels = [option["label"] for option in ballot["options"]]
        way = Way(Method(ballot["method"]), len(labels), ballot["at_most"])
        for vote in ballot["votes"] or ():
            numbers = " ".join(map(str, vote["choice"]))
            names = "、".join(named(way, tuple(vote["choice"]), labels))
            yield (ballot["id"], vote["receipt"], numbers, names)


def _events(events: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    for event in events:
        data = None if event["data"] is None else json.dumps(event["data"], ensure_ascii=False)
        yield [data if name == "data" else event[name] for name in EVENT]
