"""Paper votes in the chat: a teller enters a stack, two neighbours confirm it, then it stands."""

from __future__ import annotations

from sandbox import Person, Seen
from storage import ballots, log
from tests.sandbox.plain import png
from tests.scenes import Scene, bound_building, open_ballot, press, reply, residents, say, tap
from tests.stage import Stage


async def appoint_teller(stage: Stage, scene: Scene, person: Person) -> None:
    said = await person.say(scene.group, "我来计票")
    await reply(stage, scene.leader, said, "/teller")


async def stored(stage: Stage) -> dict[int, tuple[tuple[int, ...], str]]:
    async with stage.program.store.glance() as conn:
        return {vote.voter_id: (vote.choice, vote.how) for vote in await ballots.votes_of(conn, 1)}


async def enter(stage: Stage, teller: Person, *lines: str) -> Seen:
    """The teller begins a stack and writes it; its card."""
    chat = teller.private()
    await say(stage, teller, chat, "纸质票")
    await tap(stage, teller, chat, "停车位怎么划")
    return await say(stage, teller, chat, "\n".join(lines))


async def witness(stage: Stage, scene: Scene, neighbour: Person, key: str) -> str:
    """A neighbour goes to the stack by the card in the group and answers; what the toast says."""
    card = next(message for message in reversed(scene.group.messages) if "等见证" in message.text)
    await neighbour.open_link(url_of(card))
    await stage.settle()
    return (await tap(stage, neighbour, neighbour.private(), key)).text


def url_of(card: Seen) -> str:
    """Where the card's key leads."""
    url: str = card.as_json()["reply_markup"]["inline_keyboard"][0][0]["url"]
    return url


async def test_paper_counts_once_two_neighbours_confirmed_it_and_stands_over_the_chat(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, first, second, voter = await residents(stage, scene, 4)
    await appoint_teller(stage, scene, teller)
    card = await open_ballot(stage, scene)
    await press(stage, voter, card, "甲")
    door = scene.homes[voter].room
    stack = await enter(stage, teller, f"1-{door} 乙", "2-301 丙")
    assert "乙" in stack.text
    assert "丙" in stack.text
    await stage.restart()
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    group = "\n".join(message.text for message in scene.group.messages)
    assert "2 张纸质票等见证" in group
    assert "乙（" not in group
    assert "还差一位" in await witness(stage, scene, first, "和纸票一样")
    assert (await stored(stage))[scene.homes[voter].id] == ((1,), "chat")
    assert "已计入" in await witness(stage, scene, second, "和纸票一样")
    kept = await stored(stage)
    assert kept[scene.homes[voter].id] == ((2,), "paper")
    assert sorted(kept.values()) == [((2,), "paper"), ((3,), "paper")]
    assert "以纸质票为准" in voter.private().messages[-1].text
    refused = await press(stage, voter, card, "甲")
    assert "以纸质票为准" in refused.text
    assert "已投 2 户" in card.text
    async with stage.program.store.glance() as conn:
        kinds = [(event.kind, event.data.get("how")) for event in await log.read(conn, "ballot:1")]
    assert kinds.count(("cast", "paper")) == 2


async def test_a_difference_sends_the_stack_back_and_the_closing_lets_it_lapse(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, first, second = await residents(stage, scene, 3)
    await appoint_teller(stage, scene, teller)
    card = await open_ballot(stage, scene)
    await enter(stage, teller, "2-301 丙", "2-302 甲")
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    await witness(stage, scene, first, "和纸票一样")
    assert "再核对" in await witness(stage, scene, second, "有不一样")
    await tap(stage, teller, teller.private(), "去核对")
    await tap(stage, teller, teller.private(), "划掉最后一张")
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    assert "还差一位" in await witness(stage, scene, second, "和纸票一样"), "both confirm anew"
    await press(stage, scene.leader, card, "截止")
    await press(stage, scene.leader, scene.group.messages[-1], "现在截止")
    assert await stored(stage) == {}
    async with stage.program.store.glance() as conn:
        lapsed = [event for event in await log.read(conn, "ballot:1") if event.kind == "paper_lapsed"]
    assert [event.data["slips"] for event in lapsed] == [1]


async def test_photos_of_the_slips_are_shown_to_teller_and_witness_alone(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, first, voter = await residents(stage, scene, 3)
    await appoint_teller(stage, scene, teller)
    await open_ballot(stage, scene)
    door = scene.homes[voter].room
    await enter(stage, teller, f"1-{door} 乙")
    await teller.send_photo(teller.private(), png())
    await stage.settle()
    assert "附照片 1 张" in teller.private().messages[-1].text
    await stage.restart()
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    card = next(message for message in reversed(scene.group.messages) if "等见证" in message.text)
    assert not any(message.photo for message in scene.group.messages)
    await first.open_link(url_of(card))
    await stage.settle()
    await tap(stage, first, first.private(), "看照片")
    assert first.private().messages[-1].photo
    mine = await say(stage, voter, voter.private(), "help")
    refused = await voter.press_forged(mine, "zpf:1")
    await stage.settle()
    assert "有您或您家的票" in refused.text
    assert not any(message.photo for message in voter.private().messages)


async def test_who_may_not_enter_or_confirm_is_told_why(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, neighbour = await residents(stage, scene, 2)
    await open_ballot(stage, scene)
    assert "计票人来办" in (await say(stage, neighbour, neighbour.private(), "纸质票")).text
    await appoint_teller(stage, scene, teller)
    door = scene.homes[neighbour].room
    wrong = await enter(stage, teller, f"1-{door} 乙", "2-301 丁")
    assert "第 2 行没看懂" in wrong.text
    assert "不在这次投票的名册上" in (await say(stage, teller, teller.private(), "9-9999 甲")).text
    await say(stage, teller, teller.private(), f"1-{door} 乙")
    assert "已经录过了" in (await say(stage, teller, teller.private(), f"1-{door} 甲")).text
    await tap(stage, teller, teller.private(), "交给两位邻居见证")
    card = next(message for message in reversed(scene.group.messages) if "等见证" in message.text)
    for person, why in ((neighbour, "有您或您家的票"), (teller, "自己录的票")):
        await person.open_link(url_of(card))
        await stage.settle()
        assert why in person.private().messages[-1].text
    assert await stored(stage) == {}


async def test_an_english_teller_is_asked_to_look_again_in_english(stage: Stage) -> None:
    scene = await bound_building(stage)
    teller, neighbour = await residents(stage, scene, 2)
    await appoint_teller(stage, scene, teller)
    await open_ballot(stage, scene)
    await press(stage, teller, await say(stage, teller, teller.private(), "我的资料"), "English")
    await enter(stage, teller, "2-301 丙")
    await tap(stage, teller, teller.private(), "Hand over to two witnesses")
    await witness(stage, scene, neighbour, "有不一样")
    asked = next(seen for seen in reversed(teller.private().messages) if "found a difference" in seen.text)
    assert asked.labels == ["Look again"]
