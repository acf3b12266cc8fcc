"""Logs never hold the token, nor names, addresses and what people wrote; each line names its event."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from telegram.error import BadRequest, ChatMigrated, TimedOut

from bot.logs import OURS, set_up_logs
from handlers.here import Here
from handlers.routes import Route
from storage import people
from storage.engine import open_engine
from storage.store import Store, Unavailable
from tests.stage import Stage

ROOT = Path(__file__).parents[2]
OUR_LINES = {f"log.{level}" for level in ("debug", "info", "warning", "error", "exception", "log")}
QUOTED = r"\.message\b|\bstr\(|\brepr\(|^f['\"]|\bwhy\b|format_exc"  # the text of an error
TOKEN = "123456789:AAEexample_example-example_example1"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_line_tells_when_where_how_grave_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    logging.getLogger("bot.intake").warning("no updates for now: %s", 'timed "out"\nagain')
    (line,) = lines(capsys)
    assert re.fullmatch(
        r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=warning at=bot\.intake event=no_updates_for_now"
        r' said="no updates for now: timed \\"out\\"\\nagain"',
        line,
    )


def test_an_event_has_the_same_name_whatever_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    for number in (1, 2):
        logging.getLogger("handlers.telegram").error("fault in update %s", number)
    assert [re.search(r"event=(\S+)", line)[1] for line in lines(capsys)] == ["fault_in_update"] * 2  # type: ignore[index]


def test_a_token_is_taken_out_of_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    logging.getLogger("bot").warning("no answer from https://api.telegram.org/bot%s/getMe", TOKEN)
    (line,) = lines(capsys)
    assert 'said="no answer from https://api.telegram.org/bot<token>/getMe"' in line
    assert TOKEN not in line


def test_an_error_is_named_with_its_place_but_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    try:
        try:
            raise KeyError("示例住户 3-2-502")
        except KeyError as error:
            raise RuntimeError(f"cannot reach /bot{TOKEN}/getUpdates") from error
    except RuntimeError:
        logging.getLogger("bot").exception("fault")
    (line,) = lines(capsys)
    assert "error=RuntimeError<KeyError" in line
    assert re.search(r'trace="bot/test_logs\.py:\d+ test_an_error', line)
    assert "示例住户" not in line
    assert TOKEN not in line


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            BadRequest('Can\'t parse entities: unsupported start tag "示例住户" at byte offset 12'),
            "BadRequest (Can't parse entities)",
        ),
        (BadRequest("示例住户 is not a member"), "BadRequest"),
        (ChatMigrated(-1009876543210), "ChatMigrated (Group migrated to supergroup)"),
        (TimedOut(), "TimedOut (Timed out)"),
        (OSError(28, "No space left on device", "/srv/示例住户"), "OSError (ENOSPC)"),
        (ValueError("示例住户"), "ValueError"),
    ],
)
def test_an_error_in_our_own_sentence_is_named_but_not_quoted(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("info")
    logging.getLogger("bot.postman").warning("a message was refused: %s", error)
    (line,) = lines(capsys)
    assert line.endswith(f'event=a_message_was_refused said="a message was refused: {told}"')


async def test_a_database_that_turns_away_is_named_by_its_code(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("info")
    store = Store(open_engine(database))
    allow_reading = "PRAGMA query_only=ON" if "sqlite" in database else "SET TRANSACTION READ ONLY"

    async def write() -> None:
        async with store.unit(datetime.now(UTC)) as unit:
            await unit.conn.execute(text(allow_reading))
            await people.meet(unit.conn, "1", "示例住户", "zh", unit.now)

    with pytest.raises(Unavailable) as caught:
        await write()
    logging.getLogger("bot").warning("the schedule has to wait: %s", caught.value)
    await store.close()
    (line,) = lines(capsys)
    assert ("SQLITE_READONLY" if "sqlite" in database else "25006") in line
    assert "示例住户" not in line


def test_no_line_of_ours_is_given_what_an_error_says() -> None:
    """An error is handed to the log itself, and named there; its text would be quoted."""
    said = []
    for file in (file for folder in OURS for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in OUR_LINES:
                said += [(file.name, ast.unparse(one)) for one in node.args]
    assert ("clock.py", "error") in said
    assert [one for one in said if re.search(QUOTED, one[1])] == []


def test_what_a_library_quotes_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    logging.getLogger("telegram.ext").critical("Error while building context for update %s", "您好")
    logging.getLogger("asyncio").error("Task exception was never retrieved\nexception=KeyError('您好')")
    first, second = lines(capsys)
    assert "event=error_while_building_context_for_update" in first
    assert "event=task_exception_was_never_retrieved" in second
    assert "您好" not in first + second


@pytest.mark.parametrize(("level", "count"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_the_level_is_as_set(level: str, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level)
    log = logging.getLogger("bot.test")
    log.debug("one")
    log.info("two")
    log.warning("three")
    assert len(lines(capsys)) == count


@pytest.mark.parametrize("library", ["telegram.Bot", "telegram.ext.ExtBot", "httpx", "sqlalchemy.engine"])
def test_the_libraries_do_not_log_what_people_wrote(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("debug")
    logging.getLogger(library).debug("sendMessage with parameters {'text': '您好'}")
    logging.getLogger(library).info("sendMessage with parameters {'text': '您好'}")
    assert lines(capsys) == []


async def test_a_conversation_leaves_no_name_text_or_address_in_the_log(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(here: Here, rest: str) -> None:
        raise ValueError(f"{here.person.name} wrote {rest}")

    set_up_logs("info")
    stage.program.reception.routes.commands["probe"] = Route(fail)
    person = stage.sandbox.people.new("示例住户 3-2-502")
    group = stage.sandbox.people.new_group("3栋邻里群", person)
    chat = await person.start()
    await person.add_bot(group, admin=True)
    await person.say(chat, "我家住在三单元")
    await person.say(chat, "/probe 电话13800000000")
    await stage.settle()
    await person.block()
    await person.press_forged(group.messages[-1], "no such button")
    stage.sandbox.faults.next("error_500", method="sendMessage")
    await person.unblock()
    await person.say(chat, "还在吗")
    await stage.restart()
    said = capsys.readouterr().err
    assert "event=fault_in_update" in said
    assert all(re.search(r"level=\w+ at=\S+ event=\w+ said=", line) for line in said.splitlines())
    private = [
        "示例住户",
        "3-2-502",
        "邻里群",
        "三单元",
        "13800000000",
        "还在吗",
        str(person.id),
        str(group.id),
    ]
    assert [word for word in private if word in said] == []
