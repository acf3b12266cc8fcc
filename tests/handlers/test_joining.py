"""A household joins: by the slip from its door, or by asking and being confirmed."""

from __future__ import annotations

import pytest

from rules.people import Person as Known
from sandbox.conversations import Conversation, Seen
from sandbox.people import Person
from services import joining
from storage import homes, people, slips
from tests.scenes import Scene, bound_building, move_in, press, residents, say
from tests.stage import Stage

AGREE = "✅ 同意并加入"
BOT = "https://t.me/louyuhui_bot?start="


async def with_roll(stage: Stage, scene: Scene) -> None:
    """The doors of the building become known, as by a roll: 1-101, 1-102, 2-101, 2-102."""
    async with stage.program.store.unit(stage.now) as work:
        for unit in "12":
            for room in ("101", "102"):
                place = await homes.unclaimed_place(work.conn, scene.building_id)
                assert place is not None
                await homes.name_household(work.conn, place.id, unit, room)


async def printed(stage: Stage, scene: Scene) -> dict[str, str]:
    """The codes of a building's slips by door."""
    async with stage.program.store.unit(stage.now) as work:
        codes = await joining.print_codes(work, scene.building_id)
    return {home.door: code for home, code in codes}


async def members(stage: Stage, scene: Scene, unit: str, room: str) -> list[Known]:
    async with stage.program.store.glance() as conn:
        home = await homes.find_household(conn, scene.building_id, unit, room)
        return [] if home is None else await homes.members_of(conn, home.id)


async def building_with_slips(stage: Stage) -> tuple[Scene, dict[str, str]]:
    scene = await bound_building(stage, households=4)
    await with_roll(stage, scene)
    return scene, await printed(stage, scene)


def newcomer(stage: Stage, name: str = "示例新邻居") -> tuple[Person, Conversation]:
    person = stage.sandbox.people.new(name)
    return person, person.private()


async def scan(stage: Stage, person: Person, code: str) -> Seen:
    """Somebody scans a slip; the bot's answer."""
    chat = await person.open_link(f"{BOT}h_{code.replace(' ', '')}")
    await stage.settle()
    assert chat.last is not None
    return chat.last


async def at_consent(stage: Stage, scene: Scene, door: str = "2单元502") -> tuple[Person, Seen]:
    """Somebody new has written their door and is shown what is stored."""
    person, _ = newcomer(stage)
    chat = await person.open_link(f"{BOT}join_b{scene.building_id}")
    await stage.settle()
    return person, await say(stage, person, chat, door)


async def asked(stage: Stage, scene: Scene, door: str = "2单元502") -> tuple[Person, Seen]:
    """Somebody new has asked; the leader's card."""
    person, consent = await at_consent(stage, scene, door)
    await press(stage, person, consent, AGREE)
    return person, card_of(scene.leader)


def card_of(person: Person) -> Seen:
    return next(message for message in reversed(person.private().messages) if "登记" in message.text)


def heard_last(person: Person) -> str:
    last = person.private().last
    assert last is not None
    return last.text


# By a slip


async def test_a_slip_says_whose_it_is_and_what_is_stored(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    asked = await scan(stage, person, codes["2单元102"])
    assert "这张条子是 3栋2单元102 的" in asked.text
    for line in ("您的称呼、您家门牌、您投的票", "/mydata", "境外"):
        assert line in asked.text
    assert asked.labels == [AGREE, "不是我家"]
    assert await members(stage, scene, "2", "102") == []


async def test_who_agrees_is_a_member_of_the_household(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    shown = await scan(stage, person, codes["2单元102"])
    await press(stage, person, shown, AGREE)
    assert "您已登记在 3栋2单元102" in shown.text
    [member] = await members(stage, scene, "2", "102")
    assert (member.name, member.consented_at) == ("示例新邻居", stage.now)


async def test_who_says_not_my_home_joins_nothing_and_leaves_the_slip_unused(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    shown = await scan(stage, person, codes["2单元102"])
    await press(stage, person, shown, "不是我家")
    assert "什么也没记" in shown.text
    assert await members(stage, scene, "2", "102") == []
    other, _ = newcomer(stage, "示例住户 2-102")
    assert AGREE in (await scan(stage, other, codes["2单元102"])).labels


def typed(code: str, how: str) -> str:
    match how:
        case "as printed":
            return code
        case "together":
            return code.replace(" ", "")
        case "full width":
            return code.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
        case _:
            return f" {code[:4]}-{code[5:]} "


@pytest.mark.parametrize("how", ["as printed", "together", "full width", "with a dash"])
async def test_a_code_is_accepted_as_it_is_typed(stage: Stage, how: str) -> None:
    _, codes = await building_with_slips(stage)
    person, chat = newcomer(stage)
    shown = await say(stage, person, chat, typed(codes["1单元101"], how))
    assert "这张条子是 3栋1单元101 的" in shown.text


async def test_a_code_is_welcome_while_the_door_is_asked(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, chat = newcomer(stage)
    await person.open_link(f"{BOT}join_b{scene.building_id}")
    await stage.settle()
    assert "这张条子是 3栋1单元101 的" in (await say(stage, person, chat, codes["1单元101"])).text


async def test_a_used_slip_is_refused(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    await press(stage, person, await scan(stage, person, codes["2单元102"]), AGREE)
    other, _ = newcomer(stage, "示例路人")
    assert "已经有人用过了" in (await scan(stage, other, codes["2单元102"])).text
    assert len(await members(stage, scene, "2", "102")) == 1


async def test_a_slip_used_while_another_hesitates_is_refused_at_the_press(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    slow, _ = newcomer(stage, "示例路人")
    hesitating = await scan(stage, slow, codes["2单元102"])
    quick, _ = newcomer(stage)
    await press(stage, quick, await scan(stage, quick, codes["2单元102"]), AGREE)
    assert "已经有人用过了" in (await press(stage, slow, hesitating, AGREE)).text
    assert [member.name for member in await members(stage, scene, "2", "102")] == ["示例新邻居"]


async def test_newly_printed_slips_make_older_ones_lapse(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    again = await printed(stage, scene)
    person, _ = newcomer(stage)
    assert "没有这个编号" in (await scan(stage, person, codes["2单元102"])).text
    assert AGREE in (await scan(stage, person, again["2单元102"])).labels


async def test_a_second_press_joins_once(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    shown = await scan(stage, person, codes["2单元102"])
    data = shown.state.buttons[0][0]["callback_data"]
    presses = [person.begin_press(shown, data) for _ in range(3)]
    await stage.settle()
    assert "已经登记在 2单元102" in presses[1].answer.result()["text"]
    assert len(await members(stage, scene, "2", "102")) == 1


async def test_the_family_learns_that_somebody_joined_with_the_slip(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    mother = stage.sandbox.people.new("示例住户 2-102")
    await move_in(stage, scene, mother, "2", "102")
    son, _ = newcomer(stage, "示例儿子 <i>")
    await press(stage, son, await scan(stage, son, codes["2单元102"]), AGREE)
    assert "示例儿子 <i> 刚用门上的条子登记到您家（2单元102）" in heard_last(mother)
    assert len(await members(stage, scene, "2", "102")) == 2


async def test_a_person_may_belong_to_several_households(stage: Stage) -> None:
    _, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    for door in ("1单元101", "2单元102"):
        await press(stage, person, await scan(stage, person, codes[door]), AGREE)
    assert "1单元101、2单元102" in (await say(stage, person, person.private(), "帮助")).text


async def test_wrong_codes_are_counted_and_guessing_is_refused(stage: Stage) -> None:
    _, codes = await building_with_slips(stage)
    person, chat = newcomer(stage)
    wrong = [code for number in range(14) if (code := f"0000 {number:04d}") not in codes.values()]
    for code in wrong[:10]:
        assert "没有这个编号" in (await say(stage, person, chat, code)).text
    assert "过一小时再试" in (await say(stage, person, chat, wrong[10])).text
    assert "过一小时再试" in (await scan(stage, person, codes["2单元102"])).text
    await stage.pass_time(minutes=61)
    assert AGREE in (await scan(stage, person, codes["2单元102"])).labels


async def test_forgetting_oneself_does_not_give_more_guesses(stage: Stage) -> None:
    _, codes = await building_with_slips(stage)
    person, chat = newcomer(stage)
    for number in range(10):
        await say(stage, person, chat, f"0000 {number:04d}")
    shown = await say(stage, person, chat, "/forget")
    await press(stage, person, shown, "确定删除")
    assert "过一小时再试" in (await scan(stage, person, codes["2单元102"])).text


async def test_a_forged_press_is_a_guess_like_any_other(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    shown = await scan(stage, person, codes["2单元102"])
    for number in range(10):
        await person.press_forged(shown, f"joins:{joining.hash_code(f'0000{number:04d}')}")
    real = joining.hash_code(codes["1单元101"].replace(" ", ""))
    assert "过一小时再试" in (await person.press_forged(shown, f"joins:{real}")).text
    assert await members(stage, scene, "1", "101") == []


async def test_a_damaged_link_is_a_wrong_code(stage: Stage) -> None:
    await building_with_slips(stage)
    person, _ = newcomer(stage)
    assert "没有这个编号" in (await scan(stage, person, "12")).text


async def test_codes_are_kept_as_hashes_only(stage: Stage) -> None:
    _, codes = await building_with_slips(stage)
    assert len(set(codes.values())) == 4
    async with stage.program.store.glance() as conn:
        kept = await slips.hashes(conn)
    assert kept == {joining.hash_code(code.replace(" ", "")) for code in codes.values()}
    assert all(len(code) == 9 and code[4] == " " for code in codes.values())


async def test_a_slip_survives_a_restart_between_scan_and_consent(stage: Stage) -> None:
    scene, codes = await building_with_slips(stage)
    person, _ = newcomer(stage)
    shown = await scan(stage, person, codes["2单元102"])
    await stage.restart()
    await press(stage, person, shown, AGREE)
    assert len(await members(stage, scene, "2", "102")) == 1


# By asking


async def test_a_neighbour_asks_and_the_leader_confirms(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, chat = newcomer(stage)
    await person.join(scene.group)
    opened = await press(stage, person, scene.group.messages[-2], "登记住户")
    assert opened.url == f"{BOT}join_b{scene.building_id}"
    await person.open_link(opened.url)
    await stage.settle()
    shown = chat.last
    assert shown is not None
    assert shown.labels == ["1单元", "2单元", "先不登记"]
    await press(stage, person, shown, "2单元")
    shown = await say(stage, person, chat, "502")
    assert "您要登记的是 3栋2单元502" in shown.text
    assert await members(stage, scene, "2", "502") == []
    await press(stage, person, shown, AGREE)
    assert "已请组长确认：3栋2单元502" in shown.text
    card = card_of(scene.leader)
    assert "示例新邻居 要登记 3栋2单元502" in card.text
    answer = await press(stage, scene.leader, card, "✅ 确认")
    assert "已确认：示例新邻居" in answer.text
    assert (card.labels, "已登记在 3栋2单元502" in card.text) == ([], True)
    assert "组长确认了：您已登记在 3栋2单元502" in heard_last(person)
    assert [member.name for member in await members(stage, scene, "2", "502")] == ["示例新邻居"]


async def test_the_leader_declines_and_the_neighbour_is_told(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, card = await asked(stage, scene)
    await press(stage, scene.leader, card, "✖️ 不是")
    assert "没有确认" in card.text
    assert "组长没有确认您住 2单元502" in heard_last(person)
    assert await members(stage, scene, "2", "502") == []
    last = person.private().last
    assert last is not None
    await press(stage, person, last, "再登记一次")
    assert "哪个单元" in last.text


async def test_rooms_of_a_roll_are_offered_as_buttons(stage: Stage) -> None:
    await building_with_slips(stage)
    person, chat = newcomer(stage)
    await person.start()
    await stage.settle()
    shown = chat.last
    assert shown is not None
    for label in ("登记住户", "2单元", "102"):
        await press(stage, person, shown, label)
    assert "您要登记的是 3栋2单元102" in shown.text


async def test_a_door_that_is_not_on_the_roll_is_refused(stage: Stage) -> None:
    scene, _ = await building_with_slips(stage)
    _, refused = await at_consent(stage, scene, "2单元999")
    assert "没有找到 2 单元 999" in refused.text
    assert "2 个单元、4 户" in refused.text


@pytest.mark.parametrize("door", ["9单元502", "0单元502", "东单元502"])
async def test_a_unit_that_the_building_does_not_have_is_refused(stage: Stage, door: str) -> None:
    scene = await bound_building(stage)
    _, refused = await at_consent(stage, scene, door)
    assert "没有找到" in refused.text


async def test_a_claim_beyond_the_number_of_households_is_refused(stage: Stage) -> None:
    scene = await bound_building(stage, households=2)
    await residents(stage, scene, 2)
    _, refused = await at_consent(stage, scene, "2单元502")
    assert "2 户" in refused.text


async def test_two_claims_for_the_last_place_give_it_to_one(stage: Stage) -> None:
    scene = await bound_building(stage, households=2)
    await residents(stage, scene, 1)
    _, first = await asked(stage, scene, "2单元502")
    _, second = await asked(stage, scene, "2单元503")
    await press(stage, scene.leader, first, "✅ 确认")
    answer = await press(stage, scene.leader, second, "✅ 确认")
    assert "没有找到" in answer.text
    assert len(await members(stage, scene, "2", "502")) == 1
    assert await members(stage, scene, "2", "503") == []


@pytest.mark.parametrize("text", ["不知道", "x" * 5000, "<b>2</b>", "😀", "下周三"])
async def test_what_is_no_door_is_asked_again(stage: Stage, text: str) -> None:
    scene = await bound_building(stage)
    person, refused = await at_consent(stage, scene, text)
    assert "没看懂" in refused.text
    assert AGREE in (await say(stage, person, person.private(), "2-502")).labels


async def test_in_a_building_of_one_unit_the_room_is_enough(stage: Stage) -> None:
    scene = await bound_building(stage, units=1)
    person, consent = await at_consent(stage, scene, "502室")
    assert "您要登记的是 3栋502" in consent.text
    await press(stage, person, consent, AGREE)
    await press(stage, scene.leader, card_of(scene.leader), "✅ 确认")
    assert "您已登记在 3栋502" in heard_last(person)


async def test_asking_can_be_left(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, consent = await at_consent(stage, scene)
    await press(stage, person, consent, "不是我家")
    assert "什么也没记" in consent.text
    assert "没看懂" in (await say(stage, person, person.private(), "502")).text


async def test_consent_to_a_claim_that_was_left_is_refused(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, consent = await at_consent(stage, scene)
    await say(stage, person, person.private(), "取消")
    answer = await press(stage, person, consent, AGREE)
    assert "这一步已经过了" in answer.text


async def test_a_double_press_asks_once(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, consent = await at_consent(stage, scene)
    presses = [person.begin_press(consent, "joinc") for _ in range(2)]
    await stage.settle()
    assert "这一步已经过了" in presses[1].answer.result()["text"]
    cards = [message for message in scene.leader.private().messages if "要登记" in message.text]
    assert len(cards) == 1


async def test_asking_twice_for_one_door_is_told_to_wait(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, _ = await asked(stage, scene)
    await say(stage, person, person.private(), "登记")
    assert "已经请组长确认了" in (await say(stage, person, person.private(), "2-502")).text


async def test_a_person_waits_for_three_answers_at_most(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, _ = await asked(stage, scene, "1-101")
    chat = person.private()
    for door in ("1-102", "1-103"):
        await say(stage, person, chat, "登记")
        await press(stage, person, await say(stage, person, chat, door), AGREE)
    await say(stage, person, chat, "登记")
    assert "请组长确认 3 次了" in (await say(stage, person, chat, "1-104")).text


async def test_who_was_declined_three_times_leaves_the_leader_in_peace_for_a_day(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, card = await asked(stage, scene, "1-101")
    chat = person.private()
    await press(stage, scene.leader, card, "✖️ 不是")
    for door in ("1-102", "1-103"):
        await say(stage, person, chat, "登记")
        await press(stage, person, await say(stage, person, chat, door), AGREE)
        await press(stage, scene.leader, scene.leader.private().messages[-1], "✖️ 不是")
    await say(stage, person, chat, "登记")
    assert "明天再试" in (await say(stage, person, chat, "1-104")).text
    await stage.pass_time(days=1, minutes=1)
    assert AGREE in (await say(stage, person, chat, "1-104")).labels


async def test_a_member_who_asks_for_his_own_home_is_told(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    chat = neighbour.private()
    await say(stage, neighbour, chat, "登记")
    assert "您已经登记在 1单元101" in (await say(stage, neighbour, chat, "1-101")).text


async def test_a_claim_of_an_inhabited_home_is_shown_to_its_members(stage: Stage) -> None:
    scene = await bound_building(stage)
    mother = stage.sandbox.people.new("示例住户 2-502")
    await move_in(stage, scene, mother, "2", "502")
    _, card = await asked(stage, scene)
    assert "示例新邻居 想登记到您家（2单元502）" in heard_last(mother)
    assert "这一户已有：示例住户 2-502" in card.text
    await press(stage, scene.leader, card, "✅ 确认")
    assert len(await members(stage, scene, "2", "502")) == 2


async def test_only_a_leader_answers_a_claim(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, card = await asked(stage, scene)
    own = person.private().last
    assert own is not None
    for data in ("claimy:1", "claimn:1"):
        assert "组长来办" in (await person.press_forged(own, data)).text
    assert len(card.labels) == 2
    assert await members(stage, scene, "2", "502") == []


async def test_the_leader_of_another_building_does_not_answer(stage: Stage) -> None:
    scene = await bound_building(stage)
    other = await bound_building(stage, name="5栋")
    await asked(stage, scene)
    seen = other.leader.private().last
    assert seen is not None
    assert "组长来办" in (await other.leader.press_forged(seen, "claimy:1")).text
    assert await members(stage, scene, "2", "502") == []


async def test_two_leaders_answer_and_the_first_counts(stage: Stage) -> None:
    scene = await bound_building(stage)
    second = (await residents(stage, scene, 1))[0]
    async with stage.program.store.unit(stage.now) as work:
        known = await people.by_address(work.conn, str(second.id))
        assert known is not None
        await homes.appoint(work.conn, scene.building_id, known.id, "leader", stage.now)
    _, card = await asked(stage, scene)
    twin = card_of(second)
    yes = scene.leader.begin_press(card, "claimy:1")
    no = second.begin_press(twin, "claimn:1")
    await stage.settle()
    answers = [yes.answer.result()["text"], no.answer.result()["text"]]
    assert [answer for answer in answers if "已经处理过了" in answer] != []
    assert card.text == twin.text
    assert card.labels == twin.labels == []


async def test_a_claim_that_does_not_exist_is_over(stage: Stage) -> None:
    scene = await bound_building(stage)
    seen = scene.leader.private().last
    assert seen is not None
    assert "已经处理过了" in (await scene.leader.press_forged(seen, "claimy:99")).text


async def test_a_leader_who_cannot_be_reached_answers_in_the_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    await scene.leader.block()
    await stage.settle()
    person, consent = await at_consent(stage, scene)
    await press(stage, person, consent, AGREE)
    card = scene.group.messages[-1]
    assert "要登记 3栋2单元502" in card.text
    await press(stage, scene.leader, card, "✅ 确认")
    assert "组长确认了" in heard_last(person)


async def test_without_anybody_to_confirm_it_is_said(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, consent = await at_consent(stage, scene)
    await scene.leader.block()
    await scene.leader.remove_bot(scene.group)
    await stage.settle()
    assert "联系不上组长" in (await press(stage, person, consent, AGREE)).text


async def test_a_leader_is_believed_about_his_own_home(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    await say(stage, scene.leader, chat, "登记")
    consent = await say(stage, scene.leader, chat, "1-101")
    await press(stage, scene.leader, consent, AGREE)
    assert "您已登记在 3栋1单元101" in consent.text


async def test_a_restart_while_asking_is_not_noticed(stage: Stage) -> None:
    scene = await bound_building(stage)
    person, chat = newcomer(stage)
    await person.open_link(f"{BOT}join_b{scene.building_id}")
    await stage.restart()
    consent = await say(stage, person, chat, "2-502")
    await stage.restart()
    await press(stage, person, consent, AGREE)
    await stage.restart()
    await press(stage, scene.leader, card_of(scene.leader), "✅ 确认")
    assert "组长确认了" in heard_last(person)


async def test_the_word_in_the_group_leads_to_the_private_chat(stage: Stage) -> None:
    scene = await bound_building(stage)
    shown = await say(stage, scene.leader, scene.group, "登记")
    opened = await press(stage, scene.leader, shown, "登记住户")
    assert opened.url == f"{BOT}join_b{scene.building_id}"


async def test_with_several_buildings_a_stranger_chooses(stage: Stage) -> None:
    await bound_building(stage)
    five = await bound_building(stage, name="5栋", units=1)
    person, chat = newcomer(stage)
    shown = await say(stage, person, chat, "登记")
    assert shown.labels == ["3栋", "5栋", "先不登记"]
    await press(stage, person, shown, "5栋")
    assert "5栋 哪一室" in shown.text
    consent = await say(stage, person, chat, "101")
    await press(stage, person, consent, AGREE)
    assert "5栋101" in card_of(five.leader).text


async def test_without_any_building_a_stranger_is_told(stage: Stage) -> None:
    person, chat = newcomer(stage)
    assert "还没有哪栋楼用上我" in (await say(stage, person, chat, "登记")).text


@pytest.mark.parametrize("payload", ["join_b99", "join_99", "join_xyz", "join_²", "join"])
async def test_a_link_to_nothing_asks_for_the_building(stage: Stage, payload: str) -> None:
    await bound_building(stage)
    person, chat = newcomer(stage)
    await person.open_link(BOT + payload)
    await stage.settle()
    assert chat.last is not None
    assert "哪个单元" in chat.last.text


@pytest.mark.parametrize("data", ["joinb:99", "joinu:1:99", "joinu:99:0", "joinr:1", "joinr:999", "joinc"])
async def test_a_forged_choice_is_over(stage: Stage, data: str) -> None:
    await bound_building(stage)
    person, chat = newcomer(stage)
    shown = await say(stage, person, chat, "登记")
    answer = await person.press_forged(shown, data)
    assert "这一步已经过了" in answer.text


async def test_a_name_with_markup_stays_text_on_the_card(stage: Stage) -> None:
    scene = await bound_building(stage)
    person = stage.sandbox.people.new("<b>示例</b> & 😀")
    await person.open_link(f"{BOT}join_b{scene.building_id}")
    await stage.settle()
    await press(stage, person, await say(stage, person, person.private(), "2-502"), AGREE)
    assert "<b>示例</b> & 😀 要登记" in card_of(scene.leader).text


@pytest.mark.parametrize("text", ["2单元", "二单元", "2", "unit 2"])
async def test_the_unit_alone_may_be_written_first(stage: Stage, text: str) -> None:
    await bound_building(stage)
    person = stage.sandbox.people.new("示例住户")
    chat = await person.start(payload="join")
    await stage.settle()
    asked = await say(stage, person, chat, text)
    assert "2单元 哪一室" in asked.text
    consent = await say(stage, person, chat, "502")
    assert "您要登记的是 3栋2单元502" in consent.text


async def test_an_english_neighbour_joins_in_english(stage: Stage) -> None:
    scene = await bound_building(stage)
    person = stage.sandbox.people.new("Sample Neighbour", language_code="en")
    chat = await person.start(payload="join")
    consent = await say(stage, person, chat, "Unit 2, 502")
    assert "You are registering for 3栋, Unit 2, 502." in consent.text
    await press(stage, person, consent, "I agree")
    await press(stage, scene.leader, scene.leader.private().messages[-1], "✅ 确认")
    assert "you are registered at 3栋, Unit 2, 502." in chat.messages[-1].text
    assert "3栋, Unit 2, 502 (since" in (await say(stage, person, chat, "/mydata")).text
