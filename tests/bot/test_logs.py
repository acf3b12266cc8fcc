"""Logs never hold the token, nor what people wrote."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up_logs

TOKEN = "123456789:AAEexample_example-example_example1"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_token_is_taken_out_of_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    logging.getLogger("bot").warning("no answer from https://api.telegram.org/bot%s/getMe", TOKEN)
    said = capsys.readouterr().err
    assert "level=WARNING at=bot no answer from https://api.telegram.org/bot<token>/getMe" in said
    assert TOKEN not in said


def test_a_token_is_taken_out_of_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info")
    try:
        raise RuntimeError(f"cannot reach /bot{TOKEN}/getUpdates")
    except RuntimeError:
        logging.getLogger("bot").exception("fault")
    said = capsys.readouterr().err
    assert "RuntimeError: cannot reach /bot<token>/getUpdates" in said
    assert TOKEN not in said


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_the_level_is_as_set(level: str, lines: int, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level)
    log = logging.getLogger("bot.test")
    log.debug("one")
    log.info("two")
    log.warning("three")
    assert len(capsys.readouterr().err.splitlines()) == lines


@pytest.mark.parametrize("library", ["telegram.Bot", "telegram.ext.ExtBot", "httpx", "sqlalchemy.engine"])
def test_the_libraries_do_not_log_what_people_wrote(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("debug")
    logging.getLogger(library).debug("sendMessage with parameters {'text': '您好'}")
    logging.getLogger(library).info("sendMessage with parameters {'text': '您好'}")
    assert capsys.readouterr().err == ""
