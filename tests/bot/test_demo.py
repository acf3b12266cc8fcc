"""The demo: the story holds in the terminal, and in a real browser it plays and takes a click for a vote."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.demo import show
from rules.proof import verify
from tests.screens import CHROMIUM, chromium, keep, open_page

expect.set_options(timeout=30_000)  # milliseconds: the machine may be busy with other tests


async def test_the_story_holds_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await show.in_terminal(tmp_path) == 0
    told = capsys.readouterr().out
    assert "\n❌" not in told
    assert "乙 胜出" in told
    assert "已确认，不再改动" in told
    _check_the_election(told)
    _check_the_owners_ballot(told)
    _check_the_month(told)
    assert "全部对得上" in told
    assert told.endswith("louyuhui verify build/demo\n")
    kept = tmp_path / "build/demo"
    assert (kept / "minutes.pdf").read_bytes().startswith(b"%PDF")
    assert {one.recount for one in verify((kept / "export.json").read_bytes()).ballots} != {None}


def _check_the_election(told: str) -> None:
    """Three are elected; the one with the second most first choices is not, as the rounds explain."""
    assert "甲 示例老张（2单元）、乙 示例小李（5单元）、丙 示例王姐（8单元） 当选（3 位）" in told
    assert "选 3 位，45 张票：至少要 12 票就当选" in told
    assert "甲 示例老张（2单元） 多出 3 票" in told
    assert "1.8 票给 丙 示例王姐（8单元）" in told
    assert "🏆 丙 示例王姐（8单元） 12.8 票" in told
    assert "第 5 轮：甲 12 票，乙 12.2 票，丙 12.8 票，丁 8 票。" in told
    assert "\n丁 示例陈叔（11单元） 8 票" in told


def _check_the_owners_ballot(told: str) -> None:
    """All is reached by heads; by area enough take part, and too few are for it."""
    assert "没有通过\n赞成 107 位 ▓" in told
    assert "赞成 107 位，反对 75 位，弃权 0 位。" in told
    assert "107 比 75 多" not in told
    reached = (
        "面积 ❌\n"
        "　参加 22,646.7 / 29,083.5 平方米，至少 2/3 要 19,389\n"
        "　赞成 9,714.6 / 22,646.7 平方米，超过 1/2 要 11,323.3501，还差 1,608.7501\n"
        "人数 ✅\n"
        "　参加 182 / 242，至少 2/3 要 162\n"
        "　赞成 107 / 182，超过 1/2 要 92\n"
    )
    assert told.count(reached) >= 2  # on the card, and in how it was counted


def _check_the_month(told: str) -> None:
    """Everything comes by itself, in its order, on its day."""
    expected = (
        "📊 楼宇会示范楼 11月月报",
        "电动车棚和充电桩 公示结束，没有未答复的异议，结果从今天起有效",
        "的任务还有 2 天到期\n1单元202：量好楼后空地的尺寸",
        "组长确认办好了：量好楼后空地的尺寸",
        "选楼委会委员 公示结束，没有未答复的异议，结果从今天起有效",
        "1. ⚠️ 物业：请三家公司给楼后车棚报价（12月10日（周四）前，已过期）",
        "下次例会是 12月30日（周三）19:30。开吗？",
        "① 任务回头看：请三家公司给楼后车棚报价",
        "📊 楼宇会示范楼 12月月报",
    )
    places = [told.find(line) for line in expected]
    assert -1 not in places
    assert places == sorted(places)
    assert "晚到" not in told
    assert "报到已交：走访 1 户，收到诉求 1 件，办结 2 件" in told


def test_a_port_that_is_taken_is_left_to_who_has_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        assert show.free_port(taken) == 0
    assert show.free_port(taken) == taken


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
async def test_a_resident_votes_by_clicking_and_sees_the_result(tmp_path: Path) -> None:
    async with show.stage(tmp_path, 40.0) as play, chromium() as browser:
        story = show.story(play)
        story.speed = 8.0
        play.sandbox.page.tell(story)
        while "截止前不公布票数" not in str(story.state().caption):
            assert await story.next()
        voter, group = play.cast.neighbours[5], play.cast.group
        phone = await open_page(browser, f"{play.sandbox.url}/#{voter.id}/{group.key}", 390, 844)
        ballot = phone.get_by_test_id("message").filter(has_text="一户一票").last
        await expect(ballot).to_contain_text("已投 0 户")
        await keep(phone, "ballot-390")
        await ballot.get_by_test_id("button").filter(has_text="乙").click()
        await expect(phone.get_by_test_id("toast").last).to_contain_text("已记下：乙")
        await expect(ballot).to_contain_text("已投 1 户")
        await expect(ballot).not_to_contain_text("%")
        desk = await open_page(browser, f"{play.sandbox.url}/#{play.cast.leader.id}/{group.key}", 1280, 800)
        await desk.get_by_test_id("story-play").click()
        result = phone.get_by_test_id("message").filter(has_text="结果").last
        await expect(result).to_contain_text("乙 胜出")
        await result.scroll_into_view_if_needed()
        await expect(desk.get_by_test_id("story-caption")).not_to_be_empty()
        await expect(
            desk.get_by_test_id("message").filter(has_text="会议纪要（已确认）").first
        ).to_be_visible(timeout=90_000)
        await keep(desk, "story-1280")
        await play.sandbox.page.close()
