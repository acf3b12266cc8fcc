"""The commands beside the chat, as people type them: what they do, and what they say when they cannot."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import typer
from openpyxl import Workbook

from bot.cli import app
from bot.commands.verify import STANDINGS, WORDS
from bot.tables import NotATable, read_table
from paper.tables import csv_text
from rules.proof import Standing, Wrong
from services import joining
from storage import homes, migrate, slips, updates
from storage.engine import open_engine
from storage.store import Store
from tests.bot.terminal import configured, louyuhui, louyuhui_beside
from tests.scenes import bound_building, move_in, open_ballot, press, residents
from tests.stage import Stage

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
ROLL = "楼栋,单元,房号,面积,业主\n3栋,1,101,89.5,示例业主甲\n3栋,1,102,90,示例业主乙\n"
BLT = '3 1\n2 1 2 0\n3 2 0\n4 3 2 0\n0\n"甲"\n"乙"\n"丙"\n"选哪个"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path)


@pytest.fixture
def begun(config: Path) -> Path:
    """Settings of a database in which there is nothing yet."""
    assert louyuhui("db", "upgrade", "--config", config).exit_code == 0
    return config


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def imported(folder: Path, text: str = ROLL) -> Path:
    config = configured(folder)
    assert louyuhui("roll", "import", written(folder, "roll.csv", text), "--config", config).exit_code == 0
    return config


def beside(stage: Stage, folder: Path) -> Path:
    """Settings for commands on the database of a bot that is running."""
    return configured(folder, token=stage.token, database=stage.database, api=stage.sandbox.url)


# All of them


def test_each_command_is_explained_in_chinese_and_english() -> None:
    assert {"run", "demo", "check", "roll", "slips", "export", "tally", "verify", "faults"} <= set(COMMANDS)
    for command in COMMANDS.values():
        zh, _, en = (command.help or "").partition("/")
        assert re.search(r"[一-鿿]", zh), command.name
        assert re.search(r"[a-z]{3}", en), command.name


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_how_it_is_used(command: str) -> None:
    assert louyuhui(command, "--help").exit_code == 0


@pytest.mark.parametrize("command", [["run"], ["slips"], ["export", "--out", "x"], ["faults"]])
def test_without_settings_each_says_what_to_copy(command: list[str], tmp_path: Path) -> None:
    result = louyuhui(*command, "--config", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "config.example.toml" in result.stderr


@pytest.mark.parametrize("command", [["slips", "--bot", "b"], ["export", "--out", "x"], ["faults"]])
def test_a_database_that_cannot_be_opened_is_said_in_a_line(command: list[str], tmp_path: Path) -> None:
    config = configured(tmp_path, database="sqlite+aiosqlite:////nowhere/at/all.db")
    result = louyuhui(*command, "--config", config)
    assert result.exit_code == 5
    assert "/nowhere/at/all.db" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        *("status", "faults", "faults show 1", "faults replay 1", "export --out x", "slips --bot b"),
        *("register --community 本小区 --out x.csv", "db check", "db backup x.db"),
        "db move --to sqlite+aiosqlite:///x.db",
    ],
)
def test_a_command_in_another_folder_makes_no_database_there(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual address is relative: there a backup would hold nothing, night after night."""
    config = configured(tmp_path, database="sqlite+aiosqlite:///louyuhui.db")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    name, _, rest = command.partition(" ")
    words = [name, "--config", config, *rest.split()] if name == "faults" else [*command.split()]
    result = louyuhui(*words, *(() if name == "faults" else ("--config", config)))
    assert result.exit_code == 5
    assert "✅" not in result.output
    assert f"这里没有数据库：{elsewhere}/louyuhui.db" in result.stderr
    assert f"There is no database at {elsewhere}/louyuhui.db" in result.stderr
    assert list(elsewhere.iterdir()) == []


def test_a_roll_may_be_imported_before_the_first_start_and_says_what_it_made(
    tmp_path: Path, config: Path
) -> None:
    file = written(tmp_path, "roll.csv", ROLL)
    first, second = (louyuhui("roll", "import", file, "--config", config) for _ in range(2))
    assert f"建在 {tmp_path}/louyuhui.db" in first.stdout
    assert "建在" not in second.stdout


# Rolls


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_roll_is_imported_whatever_excel_made_of_it(tmp_path: Path, config: Path, encoding: str) -> None:
    file = written(tmp_path, "roll.csv", ROLL.replace("\n", "\r\n"), encoding)
    result = louyuhui("roll", "import", file, "--config", config)
    assert result.exit_code == 0
    assert re.search(r"3栋 +│ +2 +│ +0 +│ +0 +│ +0", result.stdout)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read_too(tmp_path: Path, separator: str) -> None:
    file = written(tmp_path, "roll.csv", ROLL.replace(",", separator))
    assert read_table(file)[1] == ["3栋", "1", "101", "89.5", "示例业主甲"]


def test_an_excel_file_is_imported_with_rooms_as_they_are_seen(tmp_path: Path, config: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["楼栋", "单元", "房号", "面积"], ["3栋", 1, 101.0, 89.5], ["3栋", 1, "102", None]):
        sheet.append(row)
    book.save(tmp_path / "roll.xlsx")
    assert read_table(tmp_path / "roll.xlsx")[1] == ["3栋", "1", "101", "89.5"]
    assert louyuhui("roll", "import", tmp_path / "roll.xlsx", "--config", config).exit_code == 0


def test_every_mistake_is_named_by_its_line_and_nothing_is_written(tmp_path: Path, config: Path) -> None:
    file = written(tmp_path, "roll.csv", ROLL + "3栋,1,101,,\n3栋,,103,,\n")
    result = louyuhui("roll", "import", file, "--config", config)
    assert result.exit_code == 1
    assert "名册有 2 处要改" in result.stderr
    assert "第 4 行：3栋 1单元101 和第 2 行重复" in result.stderr
    assert "line 5: unit is empty" in result.stderr
    assert not (tmp_path / "louyuhui.db").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path, config: Path) -> None:
    file = written(tmp_path, "roll.csv", ROLL)
    result = louyuhui("roll", "import", file, "--dry-run", "--config", config)
    assert "2 户，没有错误" in result.stdout
    assert not (tmp_path / "louyuhui.db").exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("roll.pdf", b"%PDF", "只能读 .csv 和 .xlsx"),
        ("roll.xlsx", b"not a zip", "不是 Excel 文件"),
        ("roll.csv", b"\xff\xfe\x00\x81\x20", "编码认不出来"),
        ("roll.csv", '楼栋,"单元\n'.encode(), "不是完整的 CSV"),
        ("roll.csv", b"", "文件是空的"),
        ("none.csv", None, "读不了"),
    ],
)
def test_a_file_that_is_no_table_is_said_in_a_line(
    tmp_path: Path, config: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = louyuhui("roll", "import", tmp_path / name, "--config", config)
    assert result.exit_code == 1
    assert why in result.stderr


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "roll.csv").open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(NotATable, match="20 MB"):
        read_table(tmp_path / "roll.csv")


# Slips


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def test_slips_are_printed_for_each_household(tmp_path: Path) -> None:
    config, out = imported(tmp_path), tmp_path / "slips.pdf"
    result = louyuhui("slips", "--bot", "@louyuhui_bot", "--out", out, "--config", config)
    assert result.exit_code == 0
    assert "3栋：2 张" in result.stdout
    printed = text_of(out)
    assert "3栋1单元101" in printed
    assert "3栋1单元102" in printed
    assert "@louyuhui_bot" in printed
    assert len(re.findall(r"\d{4} \d{4}", printed)) == 2
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("slips*")) == ["slips.pdf"]


async def test_a_printed_code_opens_the_door_and_its_household_gets_no_second_slip(
    stage: Stage, tmp_path: Path
) -> None:
    config = beside(stage, tmp_path)
    await louyuhui_beside("roll", "import", written(tmp_path, "r.csv", ROLL), "--config", config)
    out = tmp_path / "slips.pdf"
    assert (await louyuhui_beside("slips", "--out", out, "--config", config)).exit_code == 0
    printed = text_of(out)
    assert "@louyuhui_bot" in printed, "Telegram was asked for the name"
    code = re.findall(r"\d{4} \d{4}", printed)[0].replace(" ", "")
    neighbour = stage.sandbox.people.new("示例住户 1-101")
    chat = await neighbour.open_link(f"https://t.me/louyuhui_bot?start=h_{code}")
    await stage.settle()
    assert "1单元101" in chat.messages[-1].text
    await neighbour.press(chat.messages[-1], 0)
    await stage.settle()
    again = await louyuhui_beside("slips", "--out", out, "--config", config)
    assert "3栋：1 张" in again.stdout
    assert "1单元101" not in text_of(out)
    everyone = await louyuhui_beside("slips", "--all", "--out", out, "--config", config)
    assert "3栋：2 张" in everyone.stdout


async def test_where_everybody_joined_nothing_is_printed(stage: Stage, tmp_path: Path) -> None:
    config = beside(stage, tmp_path)
    scene = await bound_building(stage, units=1, households=1)
    await move_in(stage, scene, stage.sandbox.people.new("示例住户"), "1", "101")
    result = await louyuhui_beside("slips", "--out", tmp_path / "slips.pdf", "--config", config)
    assert result.exit_code == 1
    assert "--all" in result.stderr
    assert not (tmp_path / "slips.pdf").exists()


async def test_where_no_door_is_known_a_roll_is_asked_for(stage: Stage, tmp_path: Path) -> None:
    await bound_building(stage)
    result = await louyuhui_beside("slips", "--config", beside(stage, tmp_path))
    assert result.exit_code == 1
    assert "louyuhui roll import" in result.stderr


async def test_codes_that_could_not_be_written_leave_the_old_ones_valid(tmp_path: Path) -> None:
    config = await asyncio.to_thread(imported, tmp_path)
    store = Store(open_engine(f"sqlite+aiosqlite:///{tmp_path}/louyuhui.db"))
    async with store.unit(datetime.now(UTC)) as unit:
        (building,) = await homes.buildings_of(unit.conn)
        codes = [code.replace(" ", "") for _, code in await joining.print_codes(unit, building.id)]
    out = tmp_path / "none" / "slips.pdf"
    result = await louyuhui_beside("slips", "--bot", "b", "--out", out, "--config", config)
    assert result.exit_code == 1
    assert "写不了" in result.stderr
    async with store.glance() as conn:
        assert await slips.hashes(conn) == {joining.hash_code(code) for code in codes}
    await store.close()


def test_without_a_name_and_without_telegram_slips_say_so(tmp_path: Path) -> None:
    result = louyuhui("slips", "--out", tmp_path / "slips.pdf", "--config", imported(tmp_path))
    assert result.exit_code == 4
    assert "http://127.0.0.1:1" in result.stderr


# Which building


@pytest.mark.parametrize("command", [["slips", "--bot", "b"], ["export", "--out", "out"]])
def test_without_any_building_it_is_said_what_to_do(command: list[str], begun: Path) -> None:
    result = louyuhui(*command, "--config", begun)
    assert result.exit_code == 1
    assert "还没有楼栋" in result.stderr


def test_of_several_buildings_one_must_be_named(tmp_path: Path) -> None:
    config = imported(tmp_path, ROLL + "4栋,1,101,,\n")
    unnamed = louyuhui("export", "--out", tmp_path / "out", "--config", config)
    assert unnamed.exit_code == 1
    assert "--building '本小区 3栋'" in unnamed.stderr
    assert "--building '本小区 4栋'" in unnamed.stderr
    for name in ("4栋", "本小区 4栋"):
        named = louyuhui("export", "--building", name, "--out", tmp_path / "out", "--config", config)
        assert named.exit_code == 0
        assert named.stdout.startswith("✅ 4栋")


def test_a_building_of_another_name_is_not_taken_for_the_only_one(tmp_path: Path) -> None:
    result = louyuhui("export", "--building", "5栋", "--out", tmp_path, "--config", imported(tmp_path))
    assert result.exit_code == 1
    assert "本小区 3栋" in result.stderr


# The export and the recount


async def test_an_export_is_written_and_each_ballot_in_it_recounted(stage: Stage, tmp_path: Path) -> None:
    scene = await bound_building(stage)
    card = await open_ballot(stage, scene, "=停车位 | 专区20 | 全部专区")
    for neighbour, label in zip(await residents(stage, scene, 4), "甲乙乙乙", strict=True):
        await press(stage, neighbour, card, label)
    await stage.pass_time(days=1)
    out = tmp_path / "out"
    result = await louyuhui_beside("export", "--out", out, "--config", beside(stage, tmp_path))
    assert result.exit_code == 0
    data = json.loads((out / "export.json").read_text(encoding="utf-8"))
    assert (data["format"], data["version"]) == ("louyuhui-export", 1)
    (ballot,) = data["ballots"]
    assert ballot["result"]["votes"] == [1, 3]
    tables = {path.stem: read_table(path) for path in out.glob("*.csv")}
    assert set(tables) == {"meetings", "present", "minutes", "ballots", "votes", "events"}
    assert len(tables["votes"]) == 5
    assert tables["ballots"][1][2] == "'=停车位", "a spreadsheet must not run it"
    assert [row[-3:] for row in tables["ballots"][1:]] == [["1", "", ""], ["3", "yes", ""]]
    recounted = louyuhui("tally", out / "ballots" / f"ballot-{ballot['id']}.json")
    assert recounted.exit_code == 0
    assert "收到 4 张，有效 4" in recounted.stdout
    assert re.search(r"★ +│ 乙 全部专区 +│ +3", recounted.stdout)


def test_a_folder_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    config = imported(tmp_path)
    result = louyuhui("export", "--out", config, "--config", config)
    assert result.exit_code == 1
    assert "写不了" in result.stderr


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"]
)
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    told = csv_text([[text, 1, None, "a=b"]])
    assert list(csv.reader(io.StringIO(told.removeprefix("\ufeff"), newline=""))) == [
        [f"'{text}", "1", "", "a=b"]
    ]


def test_numbers_below_zero_stay_numbers() -> None:
    assert csv_text([[-1]]) == "\ufeff-1\r\n"


def test_a_file_of_others_is_counted(tmp_path: Path) -> None:
    result = louyuhui("tally", written(tmp_path, "which.blt", BLT))
    assert result.exit_code == 0
    assert "选哪个" in result.stdout
    assert "第1轮" in result.stdout
    assert re.search(r"★ +│ 乙", result.stdout)


def test_another_method_may_be_asked_for_and_everything_told_as_json(tmp_path: Path) -> None:
    file = written(tmp_path, "which.blt", BLT)
    told = json.loads(louyuhui("tally", file, "--method", "schulze", "--json").stdout)
    assert (told["method"], told["winners"]) == ("schulze", ["乙"])
    assert told["explanation"]
    two = json.loads(louyuhui("tally", file, "--seats", "2", "--json").stdout)
    assert len(two["winners"]) == 2


def test_a_tie_is_told_with_what_settles_it(tmp_path: Path) -> None:
    tied = json.dumps(
        {
            "format": "louyuhui-ballot",
            "version": 1,
            "method": "single",
            "options": [{"key": "1", "text": "甲"}, {"key": "2", "text": "乙"}],
            "votes": [{"vote": "1"}, {"vote": "2"}],
        }
    )
    file = written(tmp_path, "tied.json", tied)
    assert "同票 / tie: 甲、乙 — 由会议决定" in louyuhui("tally", file).stdout
    assert "用事先公布的种子" in louyuhui("tally", file, "--seed", "abc").stdout


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.txt", "1", "cannot be counted so: a.txt is none of"),
        ("a.blt", "3 1\nx\n", "第 2 行有错"),
        ("a.json", "{\n", "有错"),
        ("a.json", '{"format": "other"}', "第 1 行有错"),
    ],
)
def test_a_file_that_cannot_be_counted_is_said_in_a_line(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    result = louyuhui("tally", written(tmp_path, name, text))
    assert result.exit_code == 1
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_votes_are_not_counted_by_a_method_they_do_not_suit(tmp_path: Path) -> None:
    result = louyuhui("tally", written(tmp_path, "which.blt", BLT), "--method", "motion")
    assert result.exit_code == 1
    assert "possible: " in result.stderr


def test_each_thing_that_may_not_fit_has_its_words() -> None:
    assert set(WORDS) == set(Wrong)
    assert set(STANDINGS) == set(Standing)


def test_a_file_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    result = louyuhui("tally", tmp_path / "none.blt")
    assert result.exit_code == 1
    assert "读不了" in result.stderr


# Faults


async def faulty(folder: Path) -> Path:
    """Settings of a database with one fault in it."""
    config = configured(folder)
    store = Store(open_engine(f"sqlite+aiosqlite:///{folder}/louyuhui.db"))
    await migrate.upgrade(store.engine)
    trace = 'Traceback (most recent call last):\n  File "x.py"\nValueError: [red]7[/red]\n'
    async with store.unit(datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)) as unit:
        await updates.add_fault(unit.conn, unit.now, 42, {"message": {"text": "您好"}}, trace)
    await store.close()
    return config


async def test_faults_are_listed_and_shown(tmp_path: Path) -> None:
    config = await faulty(tmp_path)
    listed = await louyuhui_beside("faults", "--config", config)
    assert re.search(r"1 +│ 2026-11-20 01:02:03 .*│ ValueError: \[red\]7", listed.stdout)
    assert "您好" not in listed.stdout
    shown = await louyuhui_beside("faults", "show", "1", "--config", config)
    assert 'File "x.py"' in shown.stdout
    assert "您好" in shown.stdout
    same = await louyuhui_beside("faults", "--config", config, "show", "1")
    assert same.stdout == shown.stdout


async def test_a_fault_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    result = await louyuhui_beside("faults", "show", "2", "--config", await faulty(tmp_path))
    assert result.exit_code == 1
    assert "没有 2 号" in result.stderr


def test_no_faults_is_good(begun: Path) -> None:
    assert "没有出过错" in louyuhui("faults", "--config", begun).stdout
