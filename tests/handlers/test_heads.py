"""The head of a ballot's log stands in the group at opening and closing, and anyone can check it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rules.events import Event
from rules.proof import Proof, verify
from sandbox import Seen
from services.export import export_building
from storage import homes, log
from tests.bot.terminal import configured, louyuhui_beside
from tests.scenes import Scene, bound_building, open_ballot, press, residents, say
from tests.stage import Stage


async def events_of(stage: Stage) -> list[Event]:
    async with stage.program.store.glance() as conn:
        return await log.read(conn, "ballot:1")


async def proven(stage: Stage, scene: Scene, *heads: str) -> Proof:
    """The building's export, checked with these heads."""
    async with stage.program.store.glance() as conn:
        building = await homes.building(conn, scene.building_id)
        found = await export_building(conn, building.id, stage.now)
    return verify(json.dumps(found.data).encode(), heads)


def head_in(text: str) -> str:
    (head,) = re.findall(r"^(?:存证|Check code) ([0-9a-f]{16})$", text, re.MULTILINE)
    return str(head)


async def closed(stage: Stage, scene: Scene, votes: str) -> tuple[Seen, Seen]:
    """The card and the result of a ballot in which one household after the other votes so."""
    card = await open_ballot(stage, scene)
    for voter, label in zip(await residents(stage, scene, len(votes)), votes, strict=True):
        await press(stage, voter, card, label)
    await stage.pass_time(to=stage.now.replace(hour=21))
    return card, scene.group.messages[-1]


async def test_the_card_shows_the_head_at_the_opening_and_keeps_it(stage: Stage) -> None:
    scene = await bound_building(stage)
    card = await open_ballot(stage, scene)
    (opened,) = await events_of(stage)
    assert head_in(card.text) == opened.hash[:16]
    (voter,) = await residents(stage, scene, 1)
    await press(stage, voter, card, "甲")
    await stage.settle()
    assert "已投 1 户" in card.text
    assert head_in(card.text) == opened.hash[:16]
    await stage.restart()
    await stage.pass_time(to=stage.now.replace(hour=21))
    assert "已截止" in card.text
    assert head_in(card.text) == opened.hash[:16]


async def test_the_result_shows_the_head_of_the_closing(stage: Stage) -> None:
    scene = await bound_building(stage)
    card, result = await closed(stage, scene, "甲乙乙")
    last = (await events_of(stage))[-1]
    assert last.kind == "closed"
    assert head_in(result.caption) == last.hash[:16]
    assert head_in(card.text) != head_in(result.caption)
    proof = await proven(stage, scene, head_in(card.text), head_in(result.caption))
    assert [entry.kind for entry in proof.heads] == ["opened", "closed"]


async def test_of_few_votes_the_head_is_shown_too(stage: Stage) -> None:
    scene = await bound_building(stage)
    _, result = await closed(stage, scene, "甲")
    assert [entry.kind for entry in (await proven(stage, scene, head_in(result.caption))).heads] == ["closed"]


@pytest.mark.parametrize(("lang", "words"), [("zh-hans", "自己也能核对"), ("en", "Check it yourself")])
async def test_how_to_check_it_oneself_is_told_with_the_count(stage: Stage, lang: str, words: str) -> None:
    scene = await bound_building(stage, lang=lang)
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 停车位 | 专区 | 全部")
    await scene.leader.press_forged(draft, "bo:1")
    await stage.settle()
    card = scene.group.pinned
    assert card is not None
    await stage.pass_time(to=stage.now.replace(hour=21))
    result = next(message for message in reversed(scene.group.messages) if message.photo)
    await scene.leader.open_link((await scene.leader.press(result, 0)).url)
    await stage.settle()
    told = scene.leader.private().messages[-1].text
    assert words in told
    command = re.findall(r"louyuhui verify \S+ --head (\w{16}) --head (\w{16})", told)
    assert command == [(head_in(card.text), head_in(result.caption))]


async def test_whoever_has_the_export_checks_it_at_the_terminal(stage: Stage, tmp_path: Path) -> None:
    scene = await bound_building(stage)
    card, result = await closed(stage, scene, "甲乙乙")
    config = configured(tmp_path, token=stage.token, database=stage.database, api=stage.sandbox.url)
    out, opening, closing = tmp_path / "out", head_in(card.text), head_in(result.caption)
    assert (await louyuhui_beside("export", "--out", out, "--config", config)).exit_code == 0
    good = await louyuhui_beside("verify", out, "--head", opening, "--head", closing)
    assert good.exit_code == 0
    assert "全部对得上 / all of it fits" in good.stdout
    assert "3 户投票 / voted · 重新计票，结果一致 / counted again, the same result" in good.stdout
    assert f"🔗 {closing} = ballot:1 #5 closed" in good.stdout
    strange = await louyuhui_beside("verify", out / "export.json", "--head", "0" * 16)
    assert (strange.exit_code, len(strange.stderr.splitlines())) == (1, 1)
    assert "群里公布的这个存证，导出里没有" in strange.stderr
    for name in ("votes.csv", "ballots/ballot-1.json"):
        kept = (out / name).read_bytes()
        (out / name).write_bytes(kept.replace(b"2", b"1", 1))
        other = await louyuhui_beside("verify", out)
        assert other.exit_code == 1
        assert f"does not fit: {name} —— 和 export.json 里的不一样" in other.stderr
        (out / name).write_bytes(kept)
    text = (out / "export.json").read_text(encoding="utf-8")
    (out / "export.json").write_text(text.replace("专区20", "专区21"), encoding="utf-8")
    bad = await louyuhui_beside("verify", out)
    assert (bad.exit_code, len(bad.stderr.splitlines())) == (1, 1)
    assert bad.stderr.startswith("✗ 对不上 / does not fit: building:1 #")
    assert "内容被改过 / what it says was changed" in bad.stderr


async def test_an_export_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    result = await louyuhui_beside("verify", tmp_path)
    assert result.exit_code == 1
    assert "读不了" in result.stderr
