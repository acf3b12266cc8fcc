"""What came of the story: the files to keep, their proof, and whether all is as it should be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from rich.console import Console

from bot.commands.export import save_export
from bot.commands.verify import FILE, verify_export
from bot.demo import votes
from bot.demo.building import HOUSEHOLDS
from bot.demo.play import Play
from bot.demo.script import AT_THE_TABLE
from rules.ballots import Ballot
from rules.ballots import State as BallotState
from rules.counting import Method
from rules.events import first_break
from rules.meetings import State
from rules.minutes import Stage
from rules.proof import Misfit, Proof, verify
from rules.results import verdict
from rules.thresholds import Dimension
from rules.voters import Basis
from sandbox.page_story import StoryState
from services import ballots as services
from services import minutes
from services.export import export_building
from storage import ballots, log, meetings, updates
from storage.store import Connection

EXPECTED = (  # the topic of each ballot, and its winners by label (for the equipment: how many)
    ("电动车棚和充电桩", "乙"),
    ("新车位怎么划", "丙"),
    ("选哪16件健身器材", 16),
    ("选楼委会委员", "甲乙丙"),
)


async def check(play: Play) -> AsyncIterator[StoryState]:
    """The whole building is exported, and the export is verified from itself alone."""
    leader, group = play.cast.leader, play.cast.group
    yield play.tell(
        f"把会议、投票、纪要全部导出，放进 {play.kept}/。",
        f"All meetings, ballots and minutes are exported into {play.kept}/.",
        leader,
        group,
    )
    heads = await _keep(play)
    yield play.tell(
        "louyuhui verify 只凭导出的文件，把记录、名册、每张票从头核对一遍。",
        "louyuhui verify checks log, rolls and votes again, from the export alone.",
        leader,
        group,
    )
    await asyncio.to_thread(verify_export, play.kept, heads)
    proof = await asyncio.to_thread(_proof, play.kept, heads)
    yield play.tell(
        f"全部对得上：{proof.events} 条记录首尾相连，{len(proof.ballots)} 次投票重新计票，结果一致。"
        "故事讲完了；在网页上可以接着自己动手。",
        f"All of it fits: {proof.events} linked events, {len(proof.ballots)} ballots counted again. "
        "The end; on the page you can go on by hand.",
        leader,
        group,
    )


async def _keep(play: Play) -> list[str]:
    """Write the minutes and the export into the folder; the heads that were posted at the closings."""
    async with play.program.store.glance() as conn:
        paper = await minutes.print_pdf(conn, await _first(conn, play), "zh")
        export = await export_building(conn, play.cast.building.id, play.time.now())
        held = await _held(conn, play)
        heads = [await services.posted_head(conn, ballot, "closed") for ballot in held]
    await asyncio.to_thread(save_export, export, play.kept)
    await asyncio.to_thread((play.kept / "minutes.pdf").write_bytes, paper)
    return heads


async def _first(conn: Connection, play: Play) -> int:
    """The id of the meeting that the story begins with."""
    return min(one.id for one in await meetings.of_building(conn, play.cast.building.id, State.CLOSED))


async def _held(conn: Connection, play: Play) -> list[Ballot]:
    return await ballots.of_building(conn, play.cast.building.id, BallotState.CLOSED)


def _proof(folder: Path, heads: list[str]) -> Proof:
    return verify((folder / FILE).read_bytes(), heads)


async def expectations(console: Console, play: Play) -> int:
    """Say of each expectation whether it holds; 0 when all do."""
    async with play.program.store.glance() as conn:
        holds = await _expectations(conn, play)
        heads = [await services.posted_head(conn, ballot, "closed") for ballot in await _held(conn, play)]
    holds["导出自证 the export proves itself"] = await asyncio.to_thread(_proves_itself, play.kept, heads)
    console.rule("结果 outcome")
    for what, good in holds.items():
        console.print(f"{'✅' if good else '❌'} {what}")
    console.print(f"📄 {play.kept}/: {', '.join(sorted(file.name for file in play.kept.iterdir()))}")
    console.print("👉 自己动手 / act by hand: make demo")
    console.print(f"👉 自己核对 / check it yourself: .venv/bin/louyuhui verify {play.kept}")
    return 0 if all(holds.values()) else 1


def _proves_itself(folder: Path, heads: list[str]) -> bool:
    try:
        _proof(folder, heads)
    except Misfit:
        return False
    return True


async def _expectations(conn: Connection, play: Play) -> dict[str, bool]:
    held = await _held(conn, play)
    first = await _first(conn, play)
    read = await minutes.load(conn, first)
    streams = [f"meeting:{first}", *(f"ballot:{ballot.id}" for ballot in held)]
    whole = [first_break(await log.read(conn, stream)) is None for stream in streams]
    households = [ballot.eligible == HOUSEHOLDS for ballot in held if ballot.basis is Basis.HOUSEHOLD]
    building = f"building:{play.cast.building.id}"
    return {
        f"{AT_THE_TABLE} 户到会 households present": len(read.present) == AT_THE_TABLE,
        f"{HOUSEHOLDS} 户有投票权 may vote": all(households),
        **{f"{topic}：{wanted}": _won(held, topic, wanted) for topic, wanted in EXPECTED},
        "楼委会三席，逐轮转移 three seats, votes transferred": _on(held, "楼委会").method is Method.STV,
        "屋面：人数过半，面积没过半 the roof: by heads, not by area": _by_heads_alone(held),
        "纪要已确认 minutes approved": read.stage is Stage.APPROVED,
        "更正已采纳 correction accepted": [one.state for one in read.corrections] == ["accepted"],
        "没办完的任务回到议程 open tasks come back": await _looked_back(conn, play),
        "每月报到 one report a month": await _months(conn, building, "reported") == ["2026-12", "2027-01"],
        "月报每月一份 one digest a month": await _months(conn, building, "digest") == ["2026-11", "2026-12"],
        "记录首尾相连 event chains whole": all(whole),
        "没有超过 Telegram 的限制 no limit exceeded": play.sandbox.counters.too_many == 0,
        "没有出错 no faults": not await updates.list_faults(conn),
    }


async def _looked_back(conn: Connection, play: Play) -> bool:
    """Whether the last meeting had the one task on its agenda that was not done."""
    held = await meetings.of_building(conn, play.cast.building.id, State.CLOSED)
    agenda = await meetings.items_of(conn, max(one.id for one in held))
    return [item.title for item in agenda] == ["任务回头看：请三家公司给楼后车棚报价"]


async def _months(conn: Connection, stream: str, kind: str) -> list[str]:
    return [event.data["month"] for event in await log.of_kind(conn, [stream], kind)]


def _on(held: list[Ballot], topic: str) -> Ballot:
    return next(one for one in held if topic in one.question)


def _by_heads_alone(held: list[Ballot]) -> bool:
    """Whether the owners' matter reached all it needs by heads, and by area all but the approval."""
    roof = _on(held, votes.ROOF)
    found = verdict(roof)
    assert found is not None, "it was asked of owners"
    missed = [(one.dimension, str(one.step)) for one in found.held if not one.held]
    return missed == [(Dimension.AREA, "approval")] and not (roof.result or {}).get("carried")


def _won(held: list[Ballot], topic: str, wanted: str | int) -> bool:
    """Whether the ballot on a topic is closed with these winners, or so many."""
    ballot = next((one for one in held if topic in one.question), None)
    if ballot is None or ballot.result is None:
        return False
    winners = {option.label for option in ballot.options if option.number in ballot.result["won"]}
    return winners == set(wanted) if isinstance(wanted, str) else len(winners) == wanted
