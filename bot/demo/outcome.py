"""What came of the story: the files to keep, and whether all is as it should be."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from rich.console import Console

from bot.commands.export import save_export
from bot.demo.building import HOUSEHOLDS
from bot.demo.script import AT_THE_TABLE, Play
from rules.ballots import Ballot
from rules.ballots import State as BallotState
from rules.events import first_break
from rules.meetings import State
from rules.minutes import Stage
from rules.proof import Misfit, verify
from services import minutes
from services.export import Export, export_building
from storage import ballots, log, meetings, updates
from storage.store import Connection

EXPECTED = (  # the topic of each ballot, and its winners by label (for the last: how many)
    ("电动车棚和充电桩", {"乙"}),
    ("新车位怎么划", {"丙"}),
    ("选哪16件健身器材", 16),
)


async def keep_and_check(console: Console, play: Play, folder: Path) -> int:
    """Write the minutes and the export, and say of each expectation whether it holds; 0 when all do."""
    async with play.program.store.glance() as conn:
        (meeting,) = await meetings.of_building(conn, play.cast.building.id, State.CLOSED)
        paper = await minutes.print_pdf(conn, meeting.id, "zh")
        export = await export_building(conn, play.cast.building.id, play.time.now())
        holds = await _expectations(conn, play, meeting.id)
    holds["导出自证 the export proves itself"] = await asyncio.to_thread(_proves_itself, export)
    files = await asyncio.to_thread(_keep, folder, paper, export)
    console.rule("结果 outcome")
    for what, good in holds.items():
        console.print(f"{'✅' if good else '❌'} {what}")
    console.print(f"📄 {folder}/: {', '.join(files)}")
    return 0 if all(holds.values()) else 1


def _keep(folder: Path, paper: bytes, export: Export) -> list[str]:
    """Write everything into the folder; the files' names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "minutes.pdf").write_bytes(paper)
    return ["minutes.pdf", *save_export(export, folder)]


def _proves_itself(export: Export) -> bool:
    try:
        verify(json.dumps(export.data).encode())
    except Misfit:
        return False
    return True


async def _expectations(conn: Connection, play: Play, meeting_id: int) -> dict[str, bool]:
    held = await ballots.of_meeting(conn, meeting_id)
    read = await minutes.load(conn, meeting_id)
    streams = [f"meeting:{meeting_id}", *(f"ballot:{ballot.id}" for ballot in held)]
    whole = [first_break(await log.read(conn, stream)) is None for stream in streams]
    return {
        f"{AT_THE_TABLE} 户到会 households present": len(read.present) == AT_THE_TABLE,
        f"{HOUSEHOLDS} 户有投票权 may vote": all(ballot.eligible == HOUSEHOLDS for ballot in held),
        **{f"{topic}：{wanted}": _won(held, topic, wanted) for topic, wanted in EXPECTED},
        "纪要已确认 minutes approved": read.stage is Stage.APPROVED,
        "更正已采纳 correction accepted": [one.state for one in read.corrections] == ["accepted"],
        "记录首尾相连 event chains whole": all(whole),
        "没有超过 Telegram 的限制 no limit exceeded": play.sandbox.counters.too_many == 0,
        "没有出错 no faults": not await updates.list_faults(conn),
    }


def _won(held: list[Ballot], topic: str, wanted: set[str] | int) -> bool:
    """Whether the ballot on a topic is closed with these winners, or so many."""
    ballot = next((one for one in held if topic in one.question), None)
    if ballot is None or ballot.state is not BallotState.CLOSED or ballot.result is None:
        return False
    winners = {option.label for option in ballot.options if option.number in ballot.result["won"]}
    return winners == wanted if isinstance(wanted, set) else len(winners) == wanted
