"""Ballots that need more than the most votes, and votes on paper: from the question to card and recount."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings import Settings
from handlers.ballots import NewBallot
from rules.counting import Method
from rules.exchange import tally_text
from rules.proof import verify
from rules.roll import RollLine
from rules.thresholds import Charter
from sandbox import Person, Seen
from services import roll
from services.binding import DEFAULT_COMMUNITY, DEFAULT_ZONE
from services.export import Export, export_building
from storage import ballots
from tests.handlers.test_every_method import vote, who_reads_english
from tests.handlers.test_papers import appoint_teller, witness
from tests.handlers.test_ways import how, mine, result_of, started, wizard
from tests.scenes import Scene, bound_building, press, residents, say, tap
from tests.stage import Stage

M2 = 10_000
NAMES = ("示例甲", "示例乙", "示例丙", "示例丁")
CLAUSE = "第18条 未参与表决的业主，其票计入已表决的多数票"


async def owners(stage: Stage, scene: Scene, areas: Sequence[int]) -> list[Person]:
    """So many owners of one home each, with these square metres; all are confirmed."""
    people = await residents(stage, scene, len(areas))
    homes = [scene.homes[person] for person in people]
    lines = [
        RollLine(n, "3栋", home.unit or "", home.room or "", area * M2, "示例业主", f"N{n}")
        for n, (home, area) in enumerate(zip(homes, areas, strict=True), 2)
    ]
    async with stage.program.store.unit(stage.now) as unit:
        await roll.take_in(unit, DEFAULT_COMMUNITY, DEFAULT_ZONE, lines)
    for person in people:
        await say(stage, person, person.private(), "我是业主")
        last = scene.leader.private().last
        assert last is not None
        await press(stage, scene.leader, last, 0)
    return people


async def on_paper(stage: Stage, scene: Scene, teller: Person, by: Sequence[Person], *lines: str) -> Seen:
    """The teller writes a stack, two neighbours find it like the paper; the stack as the teller sees it."""
    await say(stage, teller, teller.private(), "纸质票")
    await press(stage, teller, teller.private().messages[-1], 0)
    stack = await say(stage, teller, teller.private(), "\n".join(lines))
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    for neighbour in by:
        await witness(stage, scene, neighbour, "和纸票一样")
    return stack


async def exported(stage: Stage, scene: Scene) -> Export:
    """The building's export, which fits."""
    async with stage.program.store.glance() as conn:
        found = await export_building(conn, scene.building_id, stage.now)
    verify(json.dumps(found.data).encode())
    return found


async def test_a_committee_of_owners_is_elected_by_area_and_heads_of_each(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=5)
    first, second, third, fourth, largest = people = await owners(stage, scene, (100, 100, 100, 100, 400))
    await appoint_teller(stage, scene, second)
    draft = await wizard(stage, scene, "选业委会", "选业委会", "\n".join(NAMES))
    assert "一共 4 个，选出几个" in draft.text
    assert "1 到 3 之间" in (await say(stage, scene.leader, scene.leader.private(), "4")).text
    draft = await say(stage, scene.leader, scene.leader.private(), "2")
    assert "4 人里最多选 2 人" in draft.text
    assert "选出 2 位。每一个都要达到门槛才当选，不够的名额空着" in draft.text
    card = await started(stage, scene, draft)
    assert "门槛：业主一般事项" in card.text
    await vote(
        stage,
        card,
        Method.APPROVAL,
        {first: (1, 2), second: (1, 2), third: (1, 3), largest: (2, 3)},
    )
    stack = await on_paper(
        stage, scene, second, (third, largest), f"1-{scene.homes[fourth].room} 示例甲 示例丙"
    )
    assert "甲 示例甲、丙 示例丙" in stack.text
    result = await result_of(stage, scene)
    assert "乙 示例乙、丙 示例丙 当选（2 位）" in result.caption
    assert "甲 示例甲 4 位" in result.caption
    needed = "每一个都要有面积超过 400（超过 800 的 1/2），票至少 3（超过 5 的 1/2）："
    lines = (
        "乙 示例乙 ✅ 面积 600，票 3",
        "丙 示例丙 ✅ 面积 600，票 3",
        "甲 示例甲 ❌ 面积 400（正好，没超过），票 4",
    )
    reached = "\n".join((needed, *lines))
    assert reached in result.caption
    told = await how(stage, first, result)
    assert "达到要求的里面，票最多的 2 个当选" in told
    assert "没有一项得票" not in told
    last = "丁 示例丁 ❌ 面积 0（差 400），票 0（差 3）"
    assert f"{reached}\n{last}\n达到要求的里面，票多的当选：乙 示例乙、丙 示例丙。" in told
    assert "甲 示例甲、丙 示例丙" in await mine(stage, fourth, result)
    report = tally_text("ballot-1.json", (await exported(stage, scene)).ballot_files[1])
    data = report.to_data()
    assert data["winners"] == ["乙 示例乙", "丙 示例丙"]
    assert {name: one["passed"] for name, one in data["each"].items()} == {
        "甲 示例甲": False, "乙 示例乙": True, "丙 示例丙": True, "丁 示例丁": False
    }  # fmt: skip
    assert len(people) == int(data["handed_in"])


async def test_where_nobody_reaches_the_threshold_nobody_is_elected_and_it_says_why(stage: Stage) -> None:
    scene = await bound_building(stage)
    voters = await residents(stage, scene, 4)
    foreigner = await who_reads_english(stage, scene)
    draft = await wizard(stage, scene, "选几样", "选几样", "\n".join(NAMES), "2")
    await press(stage, scene.leader, draft, "换通过的门槛")
    await tap(stage, scene.leader, scene.leader.private(), "过半才算数")
    await tap(stage, scene.leader, scene.leader.private(), "开始投票")
    card = scene.group.pinned
    assert card is not None
    choices = dict(zip(voters, ((1,), (2,), (3, 1), (4,)), strict=True))
    await vote(stage, card, Method.APPROVAL, choices)
    result = await result_of(stage, scene)
    assert "没有一项达到要求，没有结果" in result.caption
    assert "每一个都要有票至少 3（超过 4 的 1/2）：\n甲 示例甲 ❌ 票 2（差 1）" in result.caption
    told = await how(stage, voters[0], result)
    assert "没有人达到每一条要求，所以没有结果" in told
    assert "没有一项得票" not in told
    assert "所以结果是" not in told
    told = await how(stage, foreigner, result)
    assert "Each needs at least 3 votes (more than 1/2 of 4):\n甲 示例甲 ❌ votes 2 (1 short)" in told
    assert "Nobody reached all of it" in told
    data = tally_text("ballot-1.json", (await exported(stage, scene)).ballot_files[1]).to_data()
    assert (data["winners"], data["reached"]["passed"]) == ([], False)


async def test_the_card_of_a_large_election_fits_under_its_picture(stage: Stage) -> None:
    scene = await bound_building(stage, units=1, households=3)
    people = await owners(stage, scene, (123, 145, 167))
    names = "\n".join(f"名字很长的一位候选人示例{n:02}" for n in range(1, 61))
    draft = await wizard(stage, scene, "选" * 120, "选业委会", names, "9")
    card = await started(stage, scene, draft)
    choice = tuple(range(1, 10))
    await vote(stage, card, Method.APPROVAL, dict.fromkeys(people, choice))
    result = await result_of(stage, scene)
    assert "当选（9 位）" in result.caption
    assert "等 9 位" not in result.caption
    assert "面积 435，票 3" in result.caption
    told = await how(stage, people[0], result)
    assert "达到要求的里面，票多的当选：" in told
    assert len(told) <= 4096


async def test_several_seats_are_filled_from_paper_and_from_the_chat(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, second, third, *_ = await residents(stage, scene, 3)
    await appoint_teller(stage, scene, teller)
    draft = await wizard(stage, scene, "选楼委会", "选几位", "\n".join(NAMES), "2")
    card = await started(stage, scene, draft)
    await vote(stage, card, Method.STV, {teller: (1, 2), second: (1, 2), third: (1, 3)})
    await say(stage, teller, teller.private(), "纸质票")
    await press(stage, teller, teller.private().messages[-1], 0)
    asked = teller.private().messages[-1]
    assert "2-502 甲 乙（先写排第一的）" in asked.text
    wrong = await say(stage, teller, teller.private(), "2-301 甲=丙")
    assert "第 1 行没看懂" in wrong.text
    await tap(stage, teller, teller.private(), "不录了")
    stack = await on_paper(stage, scene, teller, (second, third), "2-301 丁", "2-302 示例丙>示例丁")
    assert "1. 2单元301：①丁 示例丁\n2. 2单元302：①丙 示例丙、②丁 示例丁" in stack.text
    assert "已投 5 户" in card.text
    result = await result_of(stage, scene)
    assert "甲 示例甲、丙 示例丙 当选（2 位）" in result.caption
    told = await how(stage, second, result)
    assert "甲 示例甲 多出 1 票，按比例转给下一位：0.66666 票给 乙 示例乙，0.33333 票给 丙 示例丙" in told
    async with stage.program.store.glance() as conn:
        kept = sorted((vote.choice, vote.how) for vote in await ballots.votes_of(conn, 1))
    assert kept == [((1, 2), "chat"), ((1, 2), "chat"), ((1, 3), "chat"), ((3, 4), "paper"), ((4,), "paper")]
    await exported(stage, scene)


async def test_a_block_on_paper_stops_a_proposal_with_its_reason(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, second, third = await residents(stage, scene, 3)
    await appoint_teller(stage, scene, teller)
    card = await started(stage, scene, await wizard(stage, scene, "楼道不许停电动车", "大家都能接受"))
    for voter in (teller, second, third):
        await press(stage, voter, card, "同意")
    await say(stage, teller, teller.private(), "纸质票")
    await press(stage, teller, teller.private().messages[-1], 0)
    assert "要写明理由" in (await say(stage, teller, teller.private(), "2-301 坚决反对")).text
    await tap(stage, teller, teller.private(), "不录了")
    stack = await on_paper(stage, scene, teller, (second, third), "2-301 坚决反对 楼下没有充电的地方")
    assert "2单元301：坚决反对（理由：“楼下没有充电的地方”）" in stack.text
    result = await result_of(stage, scene)
    assert "有人坚决反对，没有通过" in result.caption
    assert "坚决反对的理由：“楼下没有充电的地方”" in result.caption
    await exported(stage, scene)


class SilentStage(Stage):
    """A stage whose assembly counts silence with the majority."""

    @property
    def settings(self) -> Settings:
        return replace(super().settings, deciding=Charter(silence=True, clause=CLAUSE))


@pytest.fixture
async def assembly(tmp_path: Path) -> AsyncIterator[Stage]:
    """The sandbox with that bot."""
    async with SilentStage(tmp_path) as stage:
        yield stage


@pytest.mark.parametrize("all_saw_it", [True, False])
async def test_the_silent_are_counted_with_the_majority_only_if_each_saw_the_notice(
    assembly: Stage, all_saw_it: bool
) -> None:
    stage = assembly
    scene = await bound_building(stage, units=1, households=5)
    people = await owners(stage, scene, (100,) * 5)
    chat = scene.leader.private()
    notice = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 聘请物业")
    await press(stage, scene.leader, notice, "发布通知")
    for person in people if all_saw_it else people[:-1]:
        await tap(stage, person, person.private(), "知道了")
    await scene.leader.press_forged(notice, NewBallot(1, 1).pack())
    await stage.settle()
    await tap(stage, scene.leader, chat, "业主双过半")
    await tap(stage, scene.leader, chat, "开始投票")
    card = scene.group.pinned
    assert card is not None
    for person, key in zip(people, ("赞成", "赞成", "反对"), strict=False):
        await press(stage, person, card, key)
    result = await result_of(stage, scene)
    told = await how(stage, people[0], result)
    for said in (result.caption, told):
        assert f"议事规则“{CLAUSE}”" in said
    if all_saw_it:
        assert "结果\n通过" in result.caption
        assert "没投的 2 位、200 平方米" in result.caption
        assert "人数归赞成，面积归赞成。每一位都看过通知" in told
        assert "赞成 4 / 5，超过 1/2 要 3" in told
    else:
        assert "结果\n没有通过" in result.caption
        assert "没投的 2 位里，有 1 位不能证明看到了通知，都不算" in told
        assert "参加 3 / 5，至少 2/3 要 4，还差 1" in told
    report = tally_text("ballot-1.json", (await exported(stage, scene)).ballot_files[1])
    assert report.carried is all_saw_it
