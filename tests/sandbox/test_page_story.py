"""A story on the chat page: played, paused and stepped by requests, seen by everybody who looks on."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox import Sandbox
from sandbox.page import Story, StoryState


class Tour:
    """A story of six steps in two chapters, which waits at each until it is let on."""

    def __init__(self) -> None:
        self.title = {"zh": "一次楼宇会", "en": "One meeting"}
        self.chapters = [("call", {"zh": "召集", "en": "Call"}), ("vote", {"zh": "投票", "en": "Vote"})]
        self.speed = 1.0
        self.at = 0
        self.playing = False
        self.acting = 0
        self.most_acting = 0
        self.go_on = asyncio.Event()

    def state(self) -> StoryState:
        chapter = self.chapters[self.at // 3][0] if self.at < 6 else None
        return StoryState(self.playing, chapter, f"第 {self.at} 步", done=self.at >= 6)

    async def play(self, chapter: str | None = None) -> None:
        self.at = {"call": 0, "vote": 3, None: self.at}[chapter]
        self.playing = True
        self.go_on.clear()
        while self.playing and self.at < 6:
            await self.step()
        self.playing = False

    def pause(self) -> None:
        self.playing = False
        self.go_on.set()

    async def step(self) -> None:
        self.acting += 1
        self.most_acting = max(self.most_acting, self.acting)
        await self.go_on.wait()
        self.at += 1
        self.acting -= 1


class Stage:
    """A story on a served page, and a client to play it."""

    def __init__(self, sandbox: Sandbox, client: httpx.AsyncClient) -> None:
        self.tour = Tour()
        self.sandbox = sandbox
        self.client = client
        sandbox.page.tell(self.tour)

    async def __call__(self, action: str, **body: object) -> httpx.Response:
        return await self.client.post(f"/page/story/{action}", json=body)

    async def rests(self) -> None:
        """Return when nothing acts any more."""
        self.tour.go_on.set()
        stage = self.sandbox.page.stage
        assert stage is not None
        assert stage.task is not None
        await asyncio.wait([stage.task], timeout=5)
        assert not stage.busy


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Sandbox() as sandbox, httpx.AsyncClient(base_url=sandbox.url, timeout=20) as client:
        stage = Stage(sandbox, client)
        yield stage
        await sandbox.page.close()


def test_any_object_with_the_attributes_is_a_story() -> None:
    story: Story = Tour()
    assert story.speed == 1.0


async def test_without_a_story_there_is_nothing_to_play() -> None:
    async with Sandbox() as sandbox, httpx.AsyncClient(base_url=sandbox.url) as client:
        answer = await client.post("/page/story/play", json={})
    assert (answer.status_code, answer.json()) == (404, {"error": "gone"})


async def test_it_plays_to_its_end(stage: Stage) -> None:
    told = (await stage("play")).json()
    await stage.rests()
    assert (told["title"]["zh"], told["chapters"][1]) == (
        "一次楼宇会",
        ["vote", {"zh": "投票", "en": "Vote"}],
    )
    assert stage.tour.state().done


async def test_a_chapter_is_played_from_its_beginning(stage: Stage) -> None:
    await stage("play", chapter="vote")
    await asyncio.sleep(0)
    assert stage.tour.at == 3
    await stage.rests()
    assert stage.tour.at == 6


async def test_a_step_is_one_step(stage: Stage) -> None:
    await stage("step")
    await stage.rests()
    assert stage.tour.at == 1


async def test_a_pause_lets_the_present_step_end(stage: Stage) -> None:
    await stage("play")
    await stage("pause")
    await stage.rests()
    assert stage.tour.at == 1
    assert not stage.tour.playing


async def test_two_presses_of_play_do_not_play_twice(stage: Stage) -> None:
    await asyncio.gather(stage("play"), stage("play"), stage("step"))
    await stage.rests()
    assert stage.tour.most_acting == 1


async def test_another_chapter_waits_until_the_first_rests(stage: Stage) -> None:
    await asyncio.gather(
        stage("play", chapter="call"), stage("play", chapter="vote"), stage("play", chapter="call")
    )
    await stage.rests()
    assert stage.tour.most_acting == 1


async def test_the_speed_is_set_within_reason(stage: Stage) -> None:
    assert (await stage("speed", speed=2)).json()["speed"] == 2.0
    for nonsense in (0, -1, 99, "fast", None):
        assert (await stage("speed", speed=nonsense)).json() == {"error": "nonsense"}
    assert stage.tour.speed == 2.0


@pytest.mark.parametrize(("action", "body"), [("play", {"chapter": "none"}), ("rewind", {})])
async def test_what_the_story_does_not_have_is_refused(
    stage: Stage, action: str, body: dict[str, object]
) -> None:
    answer = await stage(action, **body)
    assert (answer.status_code, answer.json()) == (404, {"error": "gone"})


async def test_a_story_that_breaks_off_leaves_its_reason_in_the_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_off() -> None:
        raise RuntimeError("the hall is locked")

    stage.tour.step = break_off  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        await stage("step")
        await stage.rests()
        await asyncio.sleep(0)
    assert "the hall is locked" in caplog.text
