"""Proxies in the chat: a neighbour is asked by the door, agrees, votes in the other's name, once."""

from __future__ import annotations

from sandbox import Person, Seen
from storage import ballots, log
from tests.handlers.test_papers import appoint_teller, enter, witness
from tests.scenes import (
    Scene,
    announced_meeting,
    bound_building,
    move_in,
    open_ballot,
    press,
    residents,
    say,
    tap,
)
from tests.stage import Stage


async def ask(stage: Stage, giver: Person, occasion: str, door: str, name: str) -> str:
    """Ask the neighbour of a door to stand in; what was said last in private."""
    chat = giver.private()
    await say(stage, giver, chat, "委托")
    await tap(stage, giver, chat, occasion)
    said = await say(stage, giver, chat, door)
    if any(name in label for label in said.labels):
        return (await tap(stage, giver, chat, name)).text or chat.messages[-1].text
    return said.text


async def open_paper(stage: Stage, holder: Person) -> Seen:
    """The paper the holder fills in for somebody else."""
    card = next(
        message for message in reversed(holder.private().messages) if "代投" in "".join(message.labels)
    )
    rows = card.as_json()["reply_markup"]["inline_keyboard"]
    await holder.open_link(next(key["url"] for row in rows for key in row if "代投" in key["text"]))
    await stage.settle()
    return holder.private().messages[-1]


async def stored(stage: Stage, scene: Scene) -> dict[str, tuple[tuple[int, ...], str]]:
    names = {home.id: person.name for person, home in scene.homes.items()}
    async with stage.program.store.glance() as conn:
        return {names[vote.voter_id]: (vote.choice, vote.how) for vote in await ballots.votes_of(conn, 1)}


async def test_a_neighbour_votes_for_another_and_each_vote_is_counted_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    giver, holder = await residents(stage, scene, 2)
    card = await open_ballot(stage, scene)
    await ask(stage, giver, "停车位怎么划", "1-102", holder.name)
    assert "您愿意吗" in holder.private().messages[-1].text
    await stage.restart()
    await tap(stage, holder, holder.private(), "愿意代")
    assert "同意代您了" in "\n".join(message.text for message in giver.private().messages)
    assert "已委托邻居代投" in (await press(stage, giver, card, "甲")).text
    await press(stage, holder, card, "甲")
    paper = await open_paper(stage, holder)
    assert "您在代 1单元101 投票" in paper.text
    await press(stage, holder, paper, "丙")
    assert (await press(stage, holder, paper, "交票")).text.startswith("已记下：丙（1单元101）")
    assert await stored(stage, scene) == {holder.name: ((1,), "chat"), giver.name: ((3,), "proxy")}
    assert "已经代投" in (await press(stage, giver, card, "甲")).text
    await stage.pass_time(seconds=5)
    told = [message.text for message in giver.private().messages if "已经代您投了票" in message.text]
    assert len(told) == 1, "the giver hears of it once"
    assert "丙" not in told[0]
    assert not any("收回委托" in label for message in giver.private().messages for label in message.labels)
    again = await open_paper(stage, holder)
    await press(stage, holder, again, "甲")
    await press(stage, holder, again, "交票")
    await stage.pass_time(seconds=5)
    assert sum("已经代您投了票" in message.text for message in giver.private().messages) == 1
    await say(stage, giver, giver.private(), "委托")
    assert not any("收回" in label for message in giver.private().messages[-3:] for label in message.labels)
    assert "已投 2 户" in card.text
    async with stage.program.store.glance() as conn:
        events = await log.read(conn, "ballot:1")
    assert [event.data["how"] for event in events if event.kind == "cast"] == ["chat", "proxy", "proxy"]
    assert [event.kind for event in events].count("proxy_given") == 1


async def test_a_proxy_is_taken_back_until_it_is_used(stage: Stage) -> None:
    scene = await bound_building(stage)
    giver, holder, other = await residents(stage, scene, 3)
    card = await open_ballot(stage, scene)
    await ask(stage, giver, "停车位怎么划", "1-102", holder.name)
    await tap(stage, holder, holder.private(), "愿意代")
    paper = await open_paper(stage, holder)
    assert "已经委托过" in await ask(stage, giver, "停车位怎么划", f"1-{scene.homes[other].room}", other.name)
    await tap(stage, giver, giver.private(), "收回委托")
    assert "收回了委托" in "\n".join(message.text for message in holder.private().messages)
    assert "已经结束或收回" in (await press(stage, holder, paper, "甲")).text
    await press(stage, giver, card, "乙")
    assert await stored(stage, scene) == {giver.name: ((2,), "chat")}
    assert "已经投过票" in await ask(stage, giver, "停车位怎么划", f"1-{scene.homes[other].room}", other.name)


async def test_no_chains_no_strangers_and_three_at_most(stage: Stage) -> None:
    scene = await bound_building(stage)
    people = await residents(stage, scene, 6)
    holder, givers, sixth = people[0], people[1:5], people[5]
    await open_ballot(stage, scene)
    assert "别家的人" in await ask(stage, holder, "停车位怎么划", "1-101", holder.name)
    assert "还没有人登记" in await ask(stage, holder, "停车位怎么划", "2-301", "?")
    for giver in givers:
        await ask(stage, giver, "停车位怎么划", "1-101", holder.name)
    answers = []
    for _ in givers:
        asked = next(message for message in holder.private().messages if "✅ 愿意代" in message.labels)
        answers.append((await press(stage, holder, asked, "愿意代")).text)
    assert sum("好的，您代" in text for text in answers) == 3
    assert "最多 3 户" in answers[-1]
    door = f"1-{scene.homes[sixth].room}"
    assert "不能再转委托" in await ask(stage, holder, "停车位怎么划", door, sixth.name)
    stranger = stage.sandbox.people.new("示例访客")
    await stranger.start()
    assert "还没有登记" in (await say(stage, stranger, stranger.private(), "委托")).text


async def test_a_proxy_for_a_meeting_signs_in_and_votes_in_its_ballots(stage: Stage) -> None:
    scene = await bound_building(stage)
    giver, holder = await residents(stage, scene, 2)
    meeting_id = await announced_meeting(stage, scene)
    await ask(stage, giver, "楼宇会", "1-102", holder.name)
    await tap(stage, holder, holder.private(), "愿意代")
    await stage.pass_time(to=stage.now.replace(hour=19, minute=30))
    await stage.pass_time(days=5)
    await scene.leader.say(scene.group, "/open")
    await stage.settle()
    signed = await tap(stage, holder, scene.group, "签到")
    assert "1单元101" in signed.text
    card = await open_ballot(stage, scene)
    await press(stage, holder, card, "乙")
    paper = await open_paper(stage, holder)
    await press(stage, holder, paper, "甲")
    await press(stage, holder, paper, "交票")
    assert await stored(stage, scene) == {holder.name: ((2,), "chat"), giver.name: ((1,), "proxy")}
    async with stage.program.store.glance() as conn:
        events = await log.read(conn, f"meeting:{meeting_id}")
    assert [event.data["how"] for event in events if event.kind == "checked_in"] == ["chat", "proxy"]


async def test_a_proxy_for_a_meeting_is_told_when_it_is_used_and_stands_then(stage: Stage) -> None:
    scene = await bound_building(stage)
    giver, holder = await residents(stage, scene, 2)
    await announced_meeting(stage, scene)
    await stage.pass_time(to=stage.now.replace(hour=19, minute=30))
    await stage.pass_time(days=5)
    await scene.leader.say(scene.group, "/open")
    await stage.settle()
    assert "签到" in (await tap(stage, holder, scene.group, "签到")).text
    await ask(stage, giver, "楼宇会", "1-102", holder.name)
    await tap(stage, holder, holder.private(), "愿意代")
    late = await tap(stage, holder, scene.group, "签到")
    assert "1单元101" in late.text, "who signed in before is asked for the neighbour too"
    card = await open_ballot(stage, scene)
    paper = await open_paper(stage, holder)
    await press(stage, holder, paper, "甲")
    await press(stage, holder, paper, "交票")
    await stage.restart()
    await stage.pass_time(seconds=5)
    said = giver.private().messages
    assert sum("已经代您投了票：停车位怎么划" in message.text for message in said) == 1
    assert not any("收回委托" in label for message in said for label in message.labels)
    assert "已经代投" in (await press(stage, giver, card, "甲")).text


async def test_the_holder_hears_that_a_paper_vote_stands_instead(stage: Stage) -> None:
    scene = await bound_building(stage)
    giver, holder, teller, first, second = await residents(stage, scene, 5)
    card = await open_ballot(stage, scene)
    await ask(stage, giver, "停车位怎么划", "1-102", holder.name)
    await tap(stage, holder, holder.private(), "愿意代")
    await open_paper(stage, holder)
    await appoint_teller(stage, scene, teller)
    await enter(stage, teller, f"1-{scene.homes[giver].room} 乙")
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    for neighbour in (first, second):
        await witness(stage, scene, neighbour, "和纸票一样")
    said = holder.private().messages
    assert sum("以纸质票为准，您不用代投了" in message.text for message in said) == 1
    assert not any("代投" in label for message in said for label in message.labels)
    assert await stored(stage, scene) == {giver.name: ((2,), "paper")}
    assert "已投 1 户" in card.text


async def test_by_ballot_and_by_meeting_together_nobody_holds_more_than_three(stage: Stage) -> None:
    scene = await bound_building(stage)
    people = await residents(stage, scene, 6)
    holder, givers, late = people[0], people[1:4], people[4]
    await announced_meeting(stage, scene)
    await stage.pass_time(to=stage.now.replace(hour=19, minute=30))
    await stage.pass_time(days=5)
    await scene.leader.say(scene.group, "/open")
    await stage.settle()
    await open_ballot(stage, scene)
    for giver in givers:
        await ask(stage, giver, "停车位怎么划", "1-101", holder.name)
        asked = next(message for message in holder.private().messages if "✅ 愿意代" in message.labels)
        assert "好的，您代" in (await press(stage, holder, asked, "愿意代")).text
    assert "最多" in await ask(stage, late, "楼宇会", "1-101", holder.name)
    door = f"1-{scene.homes[late].room}"
    assert "不能再转委托" in await ask(stage, holder, "楼宇会", door, late.name)


async def test_in_a_ballot_of_residents_each_of_a_family_gives_a_proxy_of_their_own(stage: Stage) -> None:
    scene = await bound_building(stage)
    wife, neighbour = await residents(stage, scene, 2)
    husband = stage.sandbox.people.new("示例丈夫")
    await husband.join(scene.group)
    home = scene.homes[wife]
    await move_in(stage, scene, husband, home.unit or "", home.room or "")
    draft = await say(stage, scene.leader, scene.leader.private(), "/vote 选谁当楼长 | 示例一 | 示例二")
    await press(stage, scene.leader, draft, "一人一票")
    assert scene.leader.private().last is not None
    await press(stage, scene.leader, scene.leader.private().last, "开始投票")
    card = scene.group.pinned
    assert card is not None
    assert "不能委托给自己。" in await ask(stage, wife, "选谁当楼长", "1-101", wife.name)
    await ask(stage, wife, "选谁当楼长", "1-101", husband.name)
    assert "您愿意吗？愿意就由您替对方投票" in husband.private().messages[-1].text
    await tap(stage, husband, husband.private(), "愿意代")
    assert "一人最多代 3 人" in "\n".join(message.text for message in husband.private().messages)
    assert (await press(stage, wife, card, "甲")).text.startswith("您已委托邻居代投")
    await press(stage, husband, card, "甲")
    paper = await open_paper(stage, husband)
    assert f"{wife.name} 还没有投" in paper.text
    await press(stage, husband, paper, "乙")
    await press(stage, husband, paper, "交票")
    await press(stage, neighbour, card, "甲")
    assert "已投 3 人 / 3 人" in card.text
    assert "受您委托的邻居已经代投" in (await press(stage, wife, card, "甲")).text
    assert "家" not in (await press(stage, neighbour, card, "乙")).text


async def test_who_goes_leaves_no_vote_in_other_hands(stage: Stage) -> None:
    scene = await bound_building(stage)
    giver, holder = await residents(stage, scene, 2)
    card = await open_ballot(stage, scene)
    await ask(stage, giver, "停车位怎么划", "1-102", holder.name)
    await tap(stage, holder, holder.private(), "愿意代")
    assert "已委托邻居代投" in (await press(stage, giver, card, "甲")).text
    await say(stage, holder, holder.private(), "/forget")
    await press(stage, holder, holder.private().messages[-1], 0)
    assert (await press(stage, giver, card, "甲")).text.startswith("已记下：甲")
