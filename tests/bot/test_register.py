"""The register for the community office, as a workbook and as CSV."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from paper.tables import workbook
from storage import homes
from tests.bot.test_cli import beside, louyuhui_beside
from tests.handlers.test_record import sitting
from tests.scenes import open_ballot, press, say, tap
from tests.stage import Stage


def rows_of(path: Path, sheet: str) -> list[tuple[object, ...]]:
    book = load_workbook(path)
    return [tuple(cell.value for cell in row) for row in book[sheet].iter_rows()]


async def test_the_register_tells_what_was_decided_and_no_figure_of_an_open_ballot(
    stage: Stage, tmp_path: Path
) -> None:
    scene, living, _ = await sitting(stage)
    await say(stage, scene.leader, scene.group, "/task =物业 出施工图 12月4日")
    card = await open_ballot(stage, scene, "停车位 | 专区20 | 全部专区")
    for neighbour, label in zip(living, "甲乙乙", strict=True):
        await press(stage, neighbour, card, label)
    out, config = tmp_path / "register.xlsx", beside(stage, tmp_path)
    async with stage.program.store.glance() as conn:
        (building,) = await homes.buildings_of(conn)
    asked = ("register", "--community", building.community, "--out", out, "--config", config)
    result = await louyuhui_beside(*asked)
    assert result.exit_code == 0, result.output
    ballot = rows_of(out, "投票 ballots")[1]
    assert ballot[3] == "停车位"
    assert [value or "" for value in ballot[-3:]] == ["", "", "进行中 open"]
    assert len(rows_of(out, "决议 resolutions")) == 1
    assert rows_of(out, "会议 meetings")[1][-1] == "进行中 open"
    (task,) = rows_of(out, "任务 tasks")[1:]
    assert task[2:5] == ("'=物业", "出施工图", "2026-12-04")
    await scene.leader.say(scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await stage.pass_time(days=2)
    assert (await louyuhui_beside(*asked)).exit_code == 0
    (decided,) = rows_of(out, "决议 resolutions")[1:]
    assert decided[2:6] == ("停车位", "通过 carried", "乙 全部专区", "乙 2，甲 1")
    assert (await louyuhui_beside(*asked, "--month", "2027-01")).exit_code == 0
    assert len(rows_of(out, "会议 meetings")) == 1


async def test_a_wrong_month_file_or_community_is_told(stage: Stage, tmp_path: Path) -> None:
    config, out = beside(stage, tmp_path), tmp_path / "a.xlsx"
    for asked in (
        ("--community", "x", "--out", out, "--month", "11月"),
        ("--community", "x", "--out", tmp_path / "a.doc"),
        ("--community", "没有的小区", "--out", out),
    ):
        assert (await louyuhui_beside("register", *asked, "--config", config)).exit_code != 0
    assert not out.exists()


def test_a_workbook_holds_texts_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"表": [("=1+1", "＋2", "-3", "好\x00", "1")]}))
    assert rows_of(path, "表") == [("'=1+1", "'＋2", "'-3", "好", "1")]
    assert {cell.data_type for cell in load_workbook(path)["表"][1]} == {"s"}
