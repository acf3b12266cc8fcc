"""A group meets the bot and is bound to its building."""

from __future__ import annotations

import pytest

from rules.homes import Building
from sandbox.conversations import Group, Seen
from sandbox.people import Person
from storage import homes, people
from storage.outbox import move_chat
from tests.scenes import bound_building, press, reply, say
from tests.stage import Stage

YES = "✅ 对，就这样"
BIND = "绑定本楼栋"


async def new_group(stage: Stage, *, admin: bool = True) -> tuple[Person, Group]:
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("3栋邻里群", leader)
    await leader.add_bot(group, admin=admin)
    await stage.settle()
    return leader, group


async def asked_for_name(stage: Stage, *, admin: bool = True) -> tuple[Person, Group, Seen]:
    leader, group = await new_group(stage, admin=admin)
    hello = group.messages[-1]
    await press(stage, leader, hello, BIND)
    return leader, group, hello


async def to_confirm(stage: Stage, name: str = "3栋") -> tuple[Person, Group, Seen]:
    leader, group, asked = await asked_for_name(stage)
    for answer in (name, "2", "48户"):
        asked = await reply(stage, leader, asked, answer)
    return leader, group, asked


async def building_of(stage: Stage, group: Group) -> Building | None:
    async with stage.program.store.glance() as conn:
        chat = await people.chat_by_address(conn, str(group.id))
        if chat is None or chat.building_id is None:
            return None
        return await homes.building(conn, chat.building_id)


async def on_file(stage: Stage, name: str, *rooms: str) -> int:
    """A building as the import of a roll leaves it."""
    async with stage.program.store.unit(stage.now) as work:
        community = await homes.community(work.conn, "示例小区")
        building = await homes.add_building(
            work.conn, community_id=community, name=name, units=1, zone="Asia/Shanghai", lang="zh"
        )
        await homes.add_households(work.conn, [{"building_id": building.id, "room": room} for room in rooms])
    return building.id


async def test_a_new_group_is_greeted_in_four_lines(stage: Stage) -> None:
    _, group = await new_group(stage)
    hello = group.messages[-1]
    assert len(hello.text.splitlines()) == 4
    assert hello.labels == [BIND, "我能做什么"]


async def test_an_english_group_is_greeted_in_four_lines_too(stage: Stage) -> None:
    leader = stage.sandbox.people.new("Sample Leader", language_code="en")
    group = stage.sandbox.people.new_group("Building 3", leader)
    await leader.add_bot(group)
    await stage.settle()
    hello = group.messages[-1]
    assert len(hello.text.splitlines()) == 4
    assert hello.labels == ["Bind this building", "What I can do"]


async def test_a_group_is_bound_by_its_administrator(stage: Stage) -> None:
    leader, group, asked = await asked_for_name(stage)
    units = await reply(stage, leader, asked, "3栋")
    await press(stage, leader, units, "2")
    households = await reply(stage, leader, group.messages[-1], "48户")
    assert "2 个单元，48 户" in households.text
    await press(stage, leader, households, YES)
    assert "绑定好了：3栋，2 个单元，48 户" in group.messages[-1].text
    bound = await building_of(stage, group)
    assert bound is not None
    assert (bound.name, bound.units) == ("3栋", 2)


async def test_a_bound_group_is_shown_what_comes_next(stage: Stage) -> None:
    scene = await bound_building(stage)
    assert scene.group.messages[-1].labels == ["📢 开会", "🏠 登记住户"]


async def test_whoever_binds_leads(stage: Stage) -> None:
    scene = await bound_building(stage)
    async with stage.program.store.glance() as conn:
        leaders = await homes.holders(conn, scene.building_id, "leader")
    assert [leader.address for leader in leaders] == [str(scene.leader.id)]


async def test_binding_works_in_privacy_mode_by_replies(stage: Stage) -> None:
    leader, group, asked = await asked_for_name(stage, admin=False)
    await say(stage, leader, group, "说点别的")
    for answer in ("3栋", "2", "48"):
        asked = await reply(stage, leader, asked, answer)
    await press(stage, leader, asked, YES)
    assert await building_of(stage, group) is not None
    assert "请再把我设为群管理员" in asked.text


async def test_an_administrator_is_not_asked_for_the_rights_it_has(stage: Stage) -> None:
    scene = await bound_building(stage)
    assert "设为群管理员" not in scene.group.messages[-1].text


async def test_only_an_administrator_binds(stage: Stage) -> None:
    _, group = await new_group(stage)
    neighbour = stage.sandbox.people.new("示例邻居")
    await neighbour.join(group)
    answer = await press(stage, neighbour, group.messages[-2], BIND)
    assert answer.show_alert
    assert "群管理员" in answer.text


async def test_a_neighbour_cannot_stop_the_binding_or_confirm_it(stage: Stage) -> None:
    _, group, asked = await to_confirm(stage)
    neighbour = stage.sandbox.people.new("示例邻居")
    await neighbour.join(group)
    for button in (YES, "先不弄了"):
        assert "群管理员" in (await press(stage, neighbour, asked, button)).text
    assert asked.labels == [YES, "先不弄了"]
    assert await building_of(stage, group) is None


async def test_who_lost_the_right_midway_cannot_confirm(stage: Stage) -> None:
    owner, group = await new_group(stage)
    helper = stage.sandbox.people.new("示例管理员")
    await helper.join(group)
    await owner.promote(group, helper)
    hello = group.messages[-2]
    await press(stage, helper, hello, BIND)
    asked = hello
    for answer in ("3栋", "2", "48"):
        asked = await reply(stage, helper, asked, answer)
    await owner.promote(group, helper, admin=False)
    assert "群管理员" in (await press(stage, helper, asked, YES)).text
    assert await building_of(stage, group) is None


async def test_another_administrator_does_not_confirm_what_he_was_not_asked(stage: Stage) -> None:
    owner, group, asked = await to_confirm(stage)
    other = stage.sandbox.people.new("示例管理员")
    await other.join(group)
    await owner.promote(group, other)
    assert "从头再来" in (await press(stage, other, asked, YES)).text
    assert await building_of(stage, group) is None


async def test_binding_can_be_left_and_begun_again(stage: Stage) -> None:
    leader, group, asked = await to_confirm(stage)
    await press(stage, leader, asked, "先不弄了")
    assert asked.labels == [BIND]
    silent = await reply(stage, leader, asked, "3栋")
    assert not silent.by_bot
    await press(stage, leader, asked, BIND)
    assert "这栋楼叫什么" in asked.text
    assert await building_of(stage, group) is None


@pytest.mark.parametrize("name", ["\u200b", "…", "楼" * 41, "x" * 5000])
async def test_a_name_that_is_none_is_asked_again(stage: Stage, name: str) -> None:
    leader, _, asked = await asked_for_name(stage)
    refused = await reply(stage, leader, asked, name)
    assert "1 到 40 个字" in refused.text
    assert "有几个单元" in (await reply(stage, leader, refused, "3栋")).text


@pytest.mark.parametrize(
    "number", ["0", "-3", "很多", "99999999999999999999", "1" * 5000, "2.5", "3栋2单元", "½"]
)
async def test_a_number_that_is_none_is_asked_again(stage: Stage, number: str) -> None:
    leader, _, asked = await asked_for_name(stage)
    units = await reply(stage, leader, asked, "3栋")
    refused = await reply(stage, leader, units, number)
    assert "1 到 200 之间" in refused.text
    assert "2 个单元" in (await reply(stage, leader, refused, "两个单元")).text


@pytest.mark.parametrize("written", ["48", "４８户", "四十八户", "一共48户", "大约 48"])
async def test_the_number_of_households_is_read_as_it_is_written(stage: Stage, written: str) -> None:
    leader, _, asked = await asked_for_name(stage)
    for answer in ("3栋", "2", written):
        asked = await reply(stage, leader, asked, answer)
    assert "2 个单元，48 户" in asked.text


async def test_markup_and_emoji_in_a_name_stay_text(stage: Stage) -> None:
    leader, group, asked = await to_confirm(stage, "<b>3栋</b> & 🏠")
    await press(stage, leader, asked, YES)
    assert "绑定好了：<b>3栋</b> & 🏠，" in group.messages[-1].text


async def test_a_second_press_changes_nothing(stage: Stage) -> None:
    leader, group, asked = await to_confirm(stage)
    first = leader.begin_press(asked, "bindy")
    second = leader.begin_press(asked, "bindy")
    await stage.settle()
    assert (first.answer.done(), second.answer.done()) == (True, True)
    async with stage.program.store.glance() as conn:
        assert len(await homes.buildings_of(conn)) == 1
    assert "已经绑定了 3栋" in second.answer.result()["text"]
    assert (await building_of(stage, group)) is not None


async def test_old_buttons_of_a_binding_that_is_over_are_refused(stage: Stage) -> None:
    scene = await bound_building(stage)
    for message in [message for message in scene.group.messages if message.labels][:-1]:
        answer = await press(stage, scene.leader, message, "先不弄了")
        assert "已经绑定了 3栋" in answer.text


async def test_a_number_of_units_pressed_before_there_is_a_name_is_refused(stage: Stage) -> None:
    leader, _, asked = await asked_for_name(stage)
    units = await reply(stage, leader, asked, "3栋")
    await press(stage, leader, units, "先不弄了")
    await press(stage, leader, units, BIND)
    answer = await leader.press_forged(units, "bindu:2")
    assert "从头再来" in answer.text


async def test_a_forged_number_of_units_is_refused(stage: Stage) -> None:
    leader, _, asked = await asked_for_name(stage)
    units = await reply(stage, leader, asked, "3栋")
    answer = await leader.press_forged(units, "bindu:0")
    assert "1 到 200" in answer.text


async def test_a_restart_in_the_middle_is_not_noticed(stage: Stage) -> None:
    leader, group, asked = await asked_for_name(stage)
    for answer in ("3栋", "2", "48"):
        await stage.restart()
        asked = await reply(stage, leader, asked, answer)
    await stage.restart()
    await press(stage, leader, asked, YES)
    assert await building_of(stage, group) is not None


async def test_a_building_whose_roll_was_imported_is_offered(stage: Stage) -> None:
    known = await on_file(stage, "5栋", "101", "102")
    leader, group = await new_group(stage)
    asked = group.messages[-1]
    await press(stage, leader, asked, BIND)
    assert asked.labels == ["5栋", "别的楼栋", "先不弄了"]
    await press(stage, leader, asked, "5栋")
    assert "绑定好了：5栋，1 个单元，2 户" in group.messages[-1].text
    bound = await building_of(stage, group)
    assert bound is not None
    assert bound.id == known


async def test_another_building_than_those_on_file_can_be_bound(stage: Stage) -> None:
    await on_file(stage, "5栋", "101")
    leader, group = await new_group(stage)
    asked = group.messages[-1]
    await press(stage, leader, asked, BIND)
    await press(stage, leader, asked, "别的楼栋")
    assert "这栋楼叫什么" in asked.text


async def test_a_building_is_bound_to_one_group(stage: Stage) -> None:
    known = await on_file(stage, "5栋", "101")
    first, one = await new_group(stage)
    second, other = await new_group(stage)
    await press(stage, first, one.messages[-1], BIND)
    await press(stage, second, other.messages[-1], BIND)
    await press(stage, first, one.messages[-1], "5栋")
    answer = await second.press_forged(other.messages[-1], f"bindto:{known}")
    assert "已经有自己的群" in answer.text
    assert await building_of(stage, other) is None


async def test_a_building_thrown_out_of_its_group_is_bound_anew_by_its_leader_only(stage: Stage) -> None:
    scene = await bound_building(stage)
    await scene.leader.remove_bot(scene.group)
    await stage.settle()
    stranger, foreign = await new_group(stage)
    await press(stage, stranger, foreign.messages[-1], BIND)
    assert "3栋" not in foreign.messages[-1].labels
    group = stage.sandbox.people.new_group("3栋新群", scene.leader)
    await scene.leader.add_bot(group)
    await stage.settle()
    await press(stage, scene.leader, group.messages[-1], BIND)
    await press(stage, scene.leader, group.messages[-1], "3栋")
    bound = await building_of(stage, group)
    assert bound is not None
    assert bound.id == scene.building_id
    assert await building_of(stage, scene.group) is None


async def test_two_buildings_of_one_name_are_told_apart(stage: Stage) -> None:
    await bound_building(stage)
    leader, _, asked = await to_confirm(stage)
    await press(stage, leader, asked, YES)
    assert "绑定好了：3栋 (2)" in asked.text


async def test_the_leader_is_told_that_the_bot_was_removed(stage: Stage) -> None:
    scene = await bound_building(stage)
    await scene.leader.remove_bot(scene.group)
    await stage.settle()
    last = scene.leader.private().last
    assert last is not None
    assert "移出了 3栋" in last.text


async def test_a_bot_that_is_added_again_remembers_its_building(stage: Stage) -> None:
    scene = await bound_building(stage)
    await scene.leader.remove_bot(scene.group)
    await stage.settle()
    await scene.leader.add_bot(scene.group)
    await stage.settle()
    assert "我回来了。这里是 3栋" in scene.group.messages[-1].text


async def test_a_group_that_becomes_a_supergroup_keeps_its_building(stage: Stage) -> None:
    scene = await bound_building(stage)
    scene.group.upgrade()
    await stage.settle()
    assert "这里是 3栋" in (await say(stage, scene.leader, scene.group, "/help")).text
    bound = await building_of(stage, scene.group)
    assert bound is not None
    assert bound.id == scene.building_id


async def test_a_group_that_becomes_a_supergroup_midway_goes_on_binding(stage: Stage) -> None:
    leader, group, asked = await asked_for_name(stage)
    await reply(stage, leader, asked, "3栋")
    group.upgrade()
    await stage.settle()
    help_given = await say(stage, leader, group, "/help")
    asked = await reply(stage, leader, help_given, "2")
    asked = await reply(stage, leader, asked, "48")
    await press(stage, leader, asked, YES)
    assert "绑定好了：3栋" in asked.text


async def test_a_supergroup_heard_before_its_move_is_one_with_the_group(stage: Stage) -> None:
    scene = await bound_building(stage)
    async with stage.program.store.unit(stage.now) as work:
        early = await people.enter(work.conn, "-100999", "group", "3栋邻里群")
        await people.converse(work.conn, 1, early.id, "bind", {"step": "name"}, stage.now)
        chat = await people.chat_by_address(work.conn, str(scene.group.id))
        assert chat is not None
        await move_chat(work.conn, chat.id, "-100999")
        moved = await people.chat_by_address(work.conn, "-100999")
    assert moved is not None
    assert (moved.id, moved.building_id) == (chat.id, scene.building_id)


async def test_an_english_administrator_binds_in_english(stage: Stage) -> None:
    scene = await bound_building(stage, name="Building 3", lang="en")
    assert "Bound: Building 3, 2 units, 48 households" in scene.group.messages[-1].text
