"""The speakers' list in a conversation, with wrong turns and a restart midway."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.settings import Settings
from sandbox.conversations import Seen
from tests.scenes import bound_building, open_meeting, press, residents, say, tap
from tests.stage import Stage


def queue(messages: list[Seen]) -> Seen:
    shown = [message for message in messages if "发言名单" in message.text]
    assert len(shown) == 1, "the card is renewed, not posted anew"
    return shown[0]


async def test_speakers_come_in_turn_and_are_told_their_time(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 3)
    await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    assert "第 1 位" in (await tap(stage, living[0], scene.group, "举手发言")).text
    assert "已经在发言名单上" in (await tap(stage, living[0], scene.group, "举手发言")).text
    assert "第 2 位" in (await say(stage, living[1], scene.group, "举手")).text
    assert "由组长来办" in (await tap(stage, living[1], scene.group, "下一位")).text
    assert "请 示例住户 1-101 发言" in (await tap(stage, scene.leader, scene.group, "下一位")).text
    await stage.pass_time(minutes=2, seconds=30)
    assert "还有 30 秒" in living[0].private().messages[-1].text
    await stage.restart()
    await stage.pass_time(seconds=30)
    assert "3 分钟到了" in living[0].private().messages[-1].text
    assert "时间到" in queue(scene.group.messages).text
    await tap(stage, living[0], scene.group, "说完了")
    await tap(stage, living[0], scene.group, "举手发言")
    assert "第 2 位" in (await tap(stage, living[2], scene.group, "举手发言")).text
    assert "说过 1 次" in queue(scene.group.messages).text
    assert "先跳过了" in (await tap(stage, scene.leader, scene.group, "跳过")).text
    assert "请 示例住户 1-201" in (await tap(stage, scene.leader, scene.group, "下一位")).text
    await tap(stage, living[2], scene.group, "说完了")
    heard = len(living[2].private().messages)
    await stage.pass_time(minutes=3)
    assert len(living[2].private().messages) == heard


async def test_both_sides_are_heard_in_turn_once_the_chair_wishes_it(stage: Stage) -> None:
    scene = await bound_building(stage)
    living = await residents(stage, scene, 4)
    meeting_id = await open_meeting(stage, scene)
    await tap(stage, scene.leader, scene.group, "第一项")
    await tap(stage, living[0], scene.group, "举手发言")
    assert "由组长来办" in (await tap(stage, living[0], scene.group, "正反轮流")).text
    assert "正反两方轮流说" in (await tap(stage, scene.leader, scene.group, "正反轮流")).text
    card = queue(scene.group.messages)
    for neighbour, side in zip(living[1:], ("赞成方举手", "赞成方举手", "反对方举手"), strict=True):
        await press(stage, neighbour, card, side)
    assert "已经在发言名单上" in (await press(stage, living[1], card, "反对方举手")).text
    await stage.restart()
    order = [(await press(stage, scene.leader, card, "下一位")).text[2:12] for _ in range(4)]
    assert order == [f"示例住户 1-{door}" for door in ("101", "102", "202", "201")], "for, against, for"
    assert "没有人等着发言" in (await press(stage, scene.leader, card, "下一位")).text
    assert "按举手先后" in (await press(stage, scene.leader, card, "按先后说")).text
    assert (await living[0].press_forged(card, f"fh:{meeting_id}:sideways")).text
    assert "正反轮流" not in card.text


class Unhurried(Stage):
    """A stage whose operator gives each five minutes to speak."""

    @property
    def settings(self) -> Settings:
        return replace(super().settings, speaking_time=timedelta(minutes=5))


async def test_the_operator_sets_how_long_each_may_speak(tmp_path: Path) -> None:
    async with Unhurried(tmp_path) as stage:
        scene = await bound_building(stage)
        (neighbour,) = await residents(stage, scene, 1)
        await open_meeting(stage, scene)
        await tap(stage, scene.leader, scene.group, "第一项")
        await tap(stage, neighbour, scene.group, "举手发言")
        assert "每人 5 分钟" in queue(scene.group.messages).text
        assert "发言，5 分钟" in (await tap(stage, scene.leader, scene.group, "下一位")).text
        heard = len(neighbour.private().messages)
        await stage.pass_time(minutes=4)
        assert len(neighbour.private().messages) == heard
        await stage.pass_time(seconds=30)
        assert "还有 30 秒" in neighbour.private().messages[-1].text
        await stage.pass_time(seconds=30)
        assert "您的 5 分钟到了" in neighbour.private().messages[-1].text
