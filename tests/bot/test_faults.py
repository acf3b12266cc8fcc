"""`louyuhui faults`: lists what went wrong inside, shows it whole, and does it again once it is mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from handlers.buttons import Button
from handlers.here import Here
from handlers.routes import Route
from handlers.speech import Screen, Speech, View
from storage import ballots, outbox, updates
from storage.outbox import Due
from tests.bot.commands import command, configured
from tests.scenes import bound_building, open_ballot, press, residents
from tests.stage import Stage


class Broken(Button, code="broken"):
    """A button of these tests."""

    number: int


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The running bot looks for what other processes put in every few seconds; here more often."""
    monkeypatch.setattr("bot.dispatcher.LOOK", 0.05)


@pytest.fixture
def config(stage: Stage, tmp_path: Path) -> Path:
    return configured(stage, tmp_path)


async def faults(config: Path, *words: str) -> Result:
    """`louyuhui faults …`."""
    return await command("faults", "--config", str(config), *words)


async def fault_count(stage: Stage) -> int:
    async with stage.program.store.glance() as conn:
        return len(await updates.list_faults(conn))


async def test_without_faults_it_says_so(stage: Stage, config: Path) -> None:
    done = await faults(config)
    assert done.exit_code == 0
    assert "没有出过错 / no faults" in done.stdout


async def test_one_that_is_not_there_is_named(stage: Stage, config: Path) -> None:
    for words in (("show", "7"), ("replay", "7")):
        done = await faults(config, *words)
        assert done.exit_code == 1
        assert "没有 7 号" in done.stderr


async def failing_start(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have somebody's greeting meet a fault in the handler of private texts."""

    async def fail(_here: Here) -> None:
        raise ZeroDivisionError("a fault in a handler")

    with monkeypatch.context() as broken:
        broken.setattr("handlers.guests.lost", fail)
        person = stage.sandbox.people.new("示例住户")
        chat = await person.start()
        await stage.settle()
        await person.say(chat, "您好")
        await stage.settle()
        assert "没有办成" in chat.messages[-1].text


async def test_a_mended_fault_is_replayed_and_the_person_gets_what_was_due(
    stage: Stage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await failing_start(stage, monkeypatch)
    done = await faults(config, "replay", "1")
    assert done.exit_code == 0, done.output
    assert "重做好了" in done.stdout
    chat = stage.sandbox.people.all()[-1].private()
    await chat.wait_for("没看懂", timeout=20)
    assert "✓" in (await faults(config)).stdout
    assert "ZeroDivisionError: a fault in a handler" in (await faults(config, "show", "1")).stdout


async def test_what_a_voter_pressed_is_shown_only_once_the_ballot_is_closed(
    stage: Stage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await bound_building(stage)
    (voter,) = await residents(stage, scene, 1)
    card = await open_ballot(stage, scene, "停车位怎么划 | 专区20 | 全部专区")

    def fail(_previous: object, _voter: int, choice: object, *_more: object) -> None:
        raise KeyError(f"chose {choice}")

    with monkeypatch.context() as broken:
        broken.setattr("services.vote_box.cast", fail)
        assert "没有办成" in (await press(stage, voter, card, 1)).text
    for words in ((), ("show", "1")):
        shown = (await faults(config, *words)).stdout
        assert "KeyError" in shown
        assert "chose" not in shown
        assert "v:1:2" not in shown
    assert str(voter.id) in shown
    assert "vote_box.py" in shown, "the place in the code is told"
    monkeypatch.setattr("bot.commands.faults.utc_now", lambda: stage.now)
    assert (await faults(config, "replay", "1")).exit_code == 0, "what is kept is the whole of it"
    await stage.pass_time(hours=48)
    async with stage.program.store.glance() as conn:
        closed = await ballots.get(conn, 1)
    assert closed.result is not None
    assert closed.result["votes"] == [0, 1]
    shown = (await faults(config, "show", "1")).stdout
    assert "chose (2,)" in shown
    assert "v:1:2" in shown


async def test_a_replayed_fault_is_not_replayed_twice(
    stage: Stage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await failing_start(stage, monkeypatch)
    await faults(config, "replay", "1")
    again = await faults(config, "replay", "1")
    assert again.exit_code == 1
    assert "已经重做过了" in again.stderr


async def test_a_replay_that_was_killed_before_it_was_noted_changes_nothing_the_second_time(
    stage: Stage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await failing_start(stage, monkeypatch)
    with monkeypatch.context() as killed:
        killed.setattr("storage.updates.mark_replayed", _killed)
        assert isinstance((await faults(config, "replay", "1")).exception, KeyboardInterrupt | SystemExit)
    async with stage.program.store.glance() as conn:
        before = await outbox.depth(conn), await _letters(stage)
    assert (await faults(config, "replay", "1")).exit_code == 0
    assert await _letters(stage) == before[1]


async def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


async def _letters(stage: Stage) -> int:
    async with stage.program.store.glance() as conn:
        counted = await conn.exec_driver_sql("SELECT count(*) FROM outbox")
        return int(counted.scalar_one())


async def test_what_is_not_mended_is_recorded_anew(
    stage: Stage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_here: Here) -> None:
        raise ZeroDivisionError("still there")

    await failing_start(stage, monkeypatch)
    with monkeypatch.context() as broken:
        broken.setattr("handlers.guests.lost", fail)
        again = await faults(config, "replay", "1")
        assert again.exit_code == 1
        assert "记为 2 号" in again.stderr
    assert (await faults(config, "replay", "2")).exit_code == 0
    assert await fault_count(stage) == 2


async def test_a_press_is_told_on_the_terminal_for_its_own_answer_is_too_old(
    stage: Stage, config: Path
) -> None:
    async def fail(_here: Here, _button: Broken) -> None:
        raise ZeroDivisionError

    stage.program.reception.routes.presses[Broken] = Route(fail)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    await person.press_forged(chat.messages[-1], Broken(1).pack())
    done = await faults(config, "replay", "1")  # there, nobody handles the button
    assert done.exit_code == 0, done.output
    assert "这个按钮" in done.stdout


async def test_an_update_that_cannot_be_read_still_cannot(stage: Stage, config: Path) -> None:
    async with stage.program.store.unit(stage.now) as unit:
        broken = {"update_id": 5, "message": {"message_id": "?", "chat": 7}}
        await updates.add_fault(unit.conn, unit.now, 5, broken, "TypeError")
    done = await faults(config, "replay", "1")
    assert done.exit_code == 1
    assert "读不懂" in done.stderr
    assert "✓" not in (await faults(config)).stdout


async def test_what_was_due_is_done_after_all(stage: Stage, config: Path) -> None:
    tries: list[str] = []

    async def act(_speech: Speech, due: Due) -> None:
        tries.append(due.key)
        if len(tries) == 1:
            raise ZeroDivisionError

    stage.program.clock._routes.dues["probe"] = act
    async with stage.program.store.unit(stage.now) as unit:
        await outbox.schedule(unit.conn, "probe:1", "probe", 1, stage.now + timedelta(hours=1))
    await stage.pass_time(hours=2)
    await stage.pass_time(hours=1)
    assert tries == ["probe:1"]
    assert (await faults(config, "replay", "1")).exit_code == 0
    await stage.pass_time(minutes=1)
    await stage.pass_time(minutes=1)
    assert tries == ["probe:1"] * 2


async def test_a_card_that_could_not_be_drawn_is_drawn_again(stage: Stage, config: Path) -> None:
    drawn: list[int] = []

    async def draw(_view: View, about_id: int) -> Screen:
        drawn.append(about_id)
        if len(drawn) == 1:
            raise ZeroDivisionError
        return Screen("画好了")

    async def act(here: Here, _rest: str) -> None:
        await here.show("probe", 7)

    routes = stage.program.reception.routes
    routes.cards["probe"], routes.commands["probe"] = draw, Route(act)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await person.say(chat, "/probe")
    await stage.settle()
    assert drawn == [7]
    assert await fault_count(stage) == 1
    assert (await faults(config, "replay", "1")).exit_code == 0
    await chat.wait_for("画好了", timeout=20)


async def test_what_is_no_longer_there_is_said_to_be_gone(stage: Stage, config: Path) -> None:
    async with stage.program.store.unit(stage.now) as unit:
        await updates.add_fault(unit.conn, unit.now, None, {"letter": 12345}, "ZeroDivisionError")
    done = await faults(config, "replay", "1")
    assert done.exit_code == 0
    assert "没有要做的" in done.stdout
