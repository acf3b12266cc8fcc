"""What watchers are told: alive, ready or what is wrong, and figures with nothing about people or votes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from math import isnan
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from telegram.error import RetryAfter

from bot.settings import Address, Settings, Webhook
from handlers.here import Here
from handlers.routes import Route
from storage import outbox, people, updates
from storage.store import Unavailable
from tests.bot.webhook_stage import WebhookStage, free_address
from tests.scenes import bound_building, open_ballot, residents, tap
from tests.stage import Stage


class Watched(Stage):
    """A stage with an open door for those who watch."""

    watch = Address("127.0.0.1", 0)

    @property
    def settings(self) -> Settings:
        return replace(super().settings, metrics_listen=self.watch)

    async def get(self, path: str) -> httpx.Response:
        (server,) = self.program.servers
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(f"http://127.0.0.1:{server.address.port}{path}")

    async def figures(self) -> dict[str, float]:
        """Every sample by its name and labels."""
        text = (await self.get("/metrics")).text
        return {
            _name(sample.name, sample.labels): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


def _name(name: str, labels: dict[str, str]) -> str:
    return "/".join([name, *(labels[key] for key in sorted(labels))])


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Watched]:
    async with Watched(tmp_path) as stage:
        yield stage


async def test_a_running_bot_lives_and_is_ready(stage: Watched) -> None:
    assert (await stage.get("/healthz")).text == "ok, in office\n"
    ready = await stage.get("/readyz")
    assert ready.status_code == 200
    me = stage.program.seat.worker
    assert ready.json() == {"ready": True, "troubles": [], "worker": me, "in_office": me}


@pytest.mark.parametrize("name", ["dispatcher", "intake"])
async def test_a_loop_that_ended_is_named(stage: Watched, name: str) -> None:
    (loop,) = [loop for loop in stage.program.office.tasks if loop.get_name() == name]
    loop.cancel()
    await asyncio.wait([loop])
    ready = await stage.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["troubles"] == [name]
    assert (await stage.get("/healthz")).status_code == 200


async def test_a_stopped_clock_is_named(stage: Watched) -> None:
    stage.program.clock.stop()
    await asyncio.sleep(0)
    assert (await stage.get("/readyz")).json()["troubles"] == ["clock"]


async def test_a_database_that_does_not_answer_is_named_and_figures_are_unknown(stage: Watched) -> None:
    async with stage.program.store.unit(stage.now) as unit:
        await unit.conn.exec_driver_sql("ALTER TABLE dues RENAME TO gone")
    assert (await stage.get("/readyz")).json()["troubles"] == ["database"]
    found = await stage.figures()
    assert found["louyuhui_database_up"] == 0
    assert isnan(found["louyuhui_outbox_letters"])
    async with stage.program.store.unit(stage.now) as unit:
        await unit.conn.exec_driver_sql("ALTER TABLE gone RENAME TO dues")
    assert (await stage.figures())["louyuhui_database_up"] == 1


async def test_an_outbox_from_which_nothing_leaves_is_stuck_but_a_long_queue_is_not(stage: Watched) -> None:
    stage.program.office.tasks[0].cancel()
    async with stage.program.store.unit(stage.now) as unit:
        chat = await people.enter(unit.conn, "900", "private", "示例住户")
        await outbox.put(unit.conn, chat_id=chat.id, rank=3, notice=True, payload={}, made_at=unit.now)
    stage.now += timedelta(minutes=11)
    assert "outbox" not in (await stage.get("/readyz")).json()["troubles"]  # others still arrive
    stage.program.metrics.delivered_at -= 301
    assert "outbox" in (await stage.get("/readyz")).json()["troubles"]
    assert (await stage.figures())["louyuhui_outbox_oldest_seconds"] == 660


async def test_what_is_handled_and_sent_is_counted_by_kind(stage: Watched) -> None:
    async def fail(_here: Here, _rest: str) -> None:
        raise ZeroDivisionError

    stage.program.reception.routes.commands["probe"] = Route(fail)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await person.say(chat, "/probe")
    await stage.settle()
    await person.press_forged(chat.messages[-1], "no such button")
    stage.sandbox.faults.next("drop_before", method="sendMessage")
    await person.say(chat, "您好")
    await stage.settle()
    found = await stage.figures()
    assert found["louyuhui_update_seconds_count/message"] == 3
    assert found["louyuhui_update_seconds_count/callback_query"] == 1
    assert found["louyuhui_delivery_seconds_count/sent/letter"] >= 2
    assert found["louyuhui_delivery_seconds_count/unsure/letter"] == 1
    assert found["louyuhui_faults"] == 1
    assert found["louyuhui_outbox_letters"] == 0
    assert found["louyuhui_last_update_timestamp_seconds"] == stage.now.timestamp()
    assert found["process_resident_memory_bytes"] > 0


async def test_votes_are_counted_together_and_cards_tell_how_late_they_were(stage: Watched) -> None:
    scene = await bound_building(stage)
    neighbours = await residents(stage, scene, 3)
    await open_ballot(stage, scene)
    assert (await stage.figures())["louyuhui_votes_stored_total"] == 0
    for neighbour, choice in zip(neighbours, ("甲", "乙", "甲"), strict=True):
        await tap(stage, neighbour, scene.group, choice)
    await tap(stage, neighbours[0], scene.group, "丙")  # changed
    found = await stage.figures()
    assert found["louyuhui_votes_stored_total"] == 4
    assert found["louyuhui_open_ballots"] == 1
    assert found["louyuhui_cards_behind"] == 0
    assert found["louyuhui_card_lag_seconds_count"] >= 2
    text = (await stage.get("/metrics")).text
    assert not re.search(r"专区|option|choice|ballot_id|household", text)


async def test_being_told_to_wait_is_counted(stage: Watched) -> None:
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start()
    await stage.settle()
    send, told = stage.program.application.bot.request.post, 0

    async def busy(url: str, *arguments: Any, **more: Any) -> Any:
        nonlocal told
        if "sendMessage" in url and not told:
            told += 1
            raise RetryAfter(timedelta(seconds=0))
        return await send(url, *arguments, **more)

    stage.program.application.bot.request.post = busy  # type: ignore[method-assign]
    await person.say(chat, "您好")
    await stage.settle()
    found = await stage.figures()
    assert found["louyuhui_told_to_wait_total"] == 1
    assert found["louyuhui_delivery_seconds_count/later/letter"] == 1


async def test_updates_that_were_turned_away_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_arguments: object) -> None:
        raise Unavailable("database is locked")

    monkeypatch.setattr("handlers.telegram.PAUSES", ())
    async with Watched(tmp_path) as stage:
        monkeypatch.setattr(updates, "record", refuse)
        person = stage.sandbox.people.new("示例住户")
        await person.start()
        await stage.settle()
        assert (await stage.figures())["louyuhui_updates_turned_away_total"] == 1


async def test_no_label_names_anybody(stage: Watched) -> None:
    scene = await bound_building(stage, name="示例9栋")
    text = (await stage.get("/metrics")).text
    assert not re.search(r"[一-鿿]", text)
    assert str(scene.leader.id) not in text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {label for sample in samples for label in sample.labels} == {
        "kind",
        "what",
        "result",
        "cause",
        "le",
    }


async def test_metrics_are_closed_unless_a_door_is_named(tmp_path: Path) -> None:
    async with Stage(tmp_path) as stage:
        assert stage.program.servers == ()


async def test_the_webhooks_door_tells_health_but_no_metrics(tmp_path: Path) -> None:
    async with WebhookStage(tmp_path) as stage, httpx.AsyncClient(trust_env=False) as client:
        base = f"http://127.0.0.1:{stage.address.port}"
        assert (await client.get(f"{base}/healthz")).status_code == 200
        assert (await client.get(f"{base}/readyz")).json()["ready"]
        assert (await client.get(f"{base}/metrics")).status_code == 404


async def test_both_doors_can_be_open(tmp_path: Path) -> None:
    class Both(WebhookStage):
        door = free_address()

        @property
        def settings(self) -> Settings:
            return replace(super().settings, metrics_listen=self.door)

    async with Both(tmp_path) as stage, httpx.AsyncClient(trust_env=False) as client:
        assert stage.settings.webhook != Webhook()
        assert (await client.get(f"http://127.0.0.1:{Both.door.port}/metrics")).status_code == 200
