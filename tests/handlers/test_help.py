"""Help fits the person and the place, and no dead end is without a way on."""

from __future__ import annotations

import pytest

from handlers.all import all_routes
from handlers.help import command_lists
from storage import updates
from tests.scenes import bound_building, move_in, open_ballot, open_meeting, press, reply, residents, say
from tests.stage import Stage

ON_KEYS = {  # nobody has to know these: a key does the same, or a message says how
    *("open", "code", "present", "next", "task", "record", "hand", "left", "close", "correct"),
    *("leader", "recorder", "teller", "supervisor"),
    *("start", "ballot"),  # /ballot is /vote
}
JOIN = "🏠 登记住户"
MINE = "🗂 我的资料"
CALL = "📢 开会"
VOTE = "🗳 发起投票"
MONTHS = "📅 每月的事"


@pytest.mark.parametrize(
    "text", ["/start", "/help", "帮助", "help", " HELP ", "/start hello", "/help@louyuhui_bot"]
)
async def test_a_stranger_in_private_is_shown_how_to_join(stage: Stage, text: str) -> None:
    stranger = stage.sandbox.people.new("示例路人")
    shown = await say(stage, stranger, stranger.private(), text)
    assert "您好，我是楼宇会小助手" in shown.text
    assert shown.labels == [JOIN, MINE]


@pytest.mark.parametrize(("lang", "answer"), [("zh-hans", "还没有登记"), ("en", "not registered yet")])
@pytest.mark.parametrize("text", ["/meeting", "/checkin", "/vote", "/vote 修路 | 修 | 不修", "/minutes"])
async def test_a_stranger_in_private_is_led_to_join_not_to_bind(
    stage: Stage, text: str, lang: str, answer: str
) -> None:
    person = stage.sandbox.people.new("示例路人", language_code=lang)
    shown = await say(stage, person, person.private(), text)
    assert answer in shown.text
    assert shown.labels
    await person.press(shown, 0)
    await stage.settle()


async def test_a_resident_in_private_sees_home_and_data(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    shown = await say(stage, neighbour, neighbour.private(), "帮助")
    assert "您登记在 1单元101" in shown.text
    assert shown.labels == [MINE]


async def test_a_leader_in_private_can_call_a_meeting(stage: Stage) -> None:
    scene = await bound_building(stage)
    shown = await say(stage, scene.leader, scene.leader.private(), "帮助")
    assert "组长好" in shown.text
    assert shown.labels == [CALL, VOTE, MONTHS, JOIN, MINE]
    await press(stage, scene.leader, shown, VOTE)
    assert "要请大家决定什么" in scene.leader.private().messages[-1].text
    await press(stage, scene.leader, shown, MONTHS)
    assert "每月的事" in shown.text
    again = await say(stage, scene.leader, scene.leader.private(), "帮助")
    await press(stage, scene.leader, again, CALL)
    assert "哪天开楼宇会" in again.text


async def test_a_leader_who_lives_elsewhere_is_a_leader_in_private(stage: Stage) -> None:
    home = await bound_building(stage, name="5栋")
    led = await bound_building(stage)
    await move_in(stage, home, led.leader, "1", "101")
    shown = await say(stage, led.leader, led.leader.private(), "帮助")
    assert "组长好！您登记在 1单元101" in shown.text
    assert CALL in shown.labels


async def test_a_group_that_is_not_bound_is_shown_how(stage: Stage) -> None:
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("新群", leader)
    await leader.add_bot(group)
    await stage.settle()
    await press(stage, leader, group.messages[-1], "我能做什么")
    assert "还没有绑定楼栋" in group.messages[-1].text
    assert group.messages[-1].labels == ["绑定本楼栋"]


async def test_a_bound_group_helps_whoever_asks(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    stranger = stage.sandbox.people.new("示例租户")
    await stranger.join(scene.group)
    assert (await say(stage, scene.leader, scene.group, "帮助")).labels == [CALL, JOIN]
    assert (await say(stage, neighbour, scene.group, "帮助")).labels == []
    shown = await say(stage, stranger, scene.group, "/help")
    assert "先登记住户" in shown.text
    assert shown.labels == [JOIN]


async def test_what_is_going_on_is_offered_to_residents(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await open_meeting(stage, scene)
    await open_ballot(stage, scene)
    for chat in (neighbour.private(), scene.group):
        labels = (await say(stage, neighbour, chat, "帮助")).labels
        assert labels[:2] == ["✋ 签到", "🗳 投票：停车位怎么划"]
    shown = await say(stage, neighbour, neighbour.private(), "帮助")
    assert "签到" in (await press(stage, neighbour, shown, "签到")).text
    await neighbour.open_link((await press(stage, neighbour, shown, "投票")).url)
    await stage.settle()
    last = neighbour.private().last
    assert last is not None
    assert "停车位怎么划" in last.words
    stranger = stage.sandbox.people.new("示例路人")
    assert (await say(stage, stranger, stranger.private(), "帮助")).labels == [JOIN, MINE]


async def test_the_latest_minutes_are_offered(stage: Stage) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    await open_meeting(stage, scene)
    await press(stage, scene.leader, await say(stage, scene.leader, scene.group, "/close"), "✅ 散会")
    shown = await say(stage, neighbour, neighbour.private(), "帮助")
    assert "📝 看纪要" in shown.labels
    await press(stage, neighbour, shown, "看纪要")
    assert "纪要" in neighbour.private().messages[-1].words


@pytest.mark.parametrize("text", ["你好", "x" * 5000, "<b>&", "😀", "/nonsense", "12345", "/start zzz_1"])
async def test_what_nobody_understands_offers_the_way_on(stage: Stage, text: str) -> None:
    person = stage.sandbox.people.new("示例路人")
    shown = await say(stage, person, person.private(), text)
    assert "没看懂" in shown.text
    assert shown.labels == [JOIN, MINE]


async def test_a_link_that_somebody_made_up_is_refused_and_no_fault(stage: Stage) -> None:
    scene = await bound_building(stage)
    for prefix in sorted(all_routes().links):
        for rest in ("9" * 20, f"b{'9' * 20}", "²_²", "1_x9999999999", "9999999999_202611"):
            await scene.leader.say(scene.leader.private(), f"/start {prefix}_{rest}")
    await stage.settle()
    async with stage.program.store.glance() as conn:
        assert await updates.list_faults(conn) == []


async def test_in_a_group_what_is_not_for_the_bot_is_left_alone(stage: Stage) -> None:
    scene = await bound_building(stage)
    for text in ("你好", "/nonsense", "/help@another_bot"):
        assert not (await say(stage, scene.leader, scene.group, text)).by_bot


async def test_what_is_under_way_can_be_left_by_a_word(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    await say(stage, scene.leader, chat, "登记")
    assert "到此为止" in (await say(stage, scene.leader, chat, "取消")).text
    assert "没看懂" in (await say(stage, scene.leader, chat, "2-502")).text
    assert "没有在办的事" in (await say(stage, scene.leader, chat, "/cancel")).text


async def test_starting_anew_leaves_what_was_under_way(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    await say(stage, scene.leader, chat, "登记")
    await say(stage, scene.leader, chat, "/start")
    assert "没看懂" in (await say(stage, scene.leader, chat, "2-502")).text


async def test_binding_is_left_by_a_word_too(stage: Stage) -> None:
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("新群", leader)
    await leader.add_bot(group)
    await stage.settle()
    hello = group.messages[-1]
    await press(stage, leader, hello, "绑定本楼栋")
    assert "到此为止" in (await reply(stage, leader, hello, "取消")).text
    assert not (await reply(stage, leader, hello, "3栋")).by_bot


async def test_help_survives_a_restart_and_a_second_press(stage: Stage) -> None:
    scene = await bound_building(stage)
    shown = await say(stage, scene.leader, scene.group, "帮助")
    await stage.restart()
    for _ in range(2):
        answer = await press(stage, scene.leader, shown, JOIN)
        assert answer.url.endswith(f"join_b{scene.building_id}")


async def test_an_english_speaker_is_helped_in_english(stage: Stage) -> None:
    person = stage.sandbox.people.new("Sample Neighbour", language_code="en-GB")
    shown = await say(stage, person, person.private(), "help")
    assert "Hello, I am the building's meeting assistant" in shown.text
    assert shown.labels == ["🏠 Register my household", "🗂 My data"]


def test_the_commands_are_told_to_the_platform_in_both_languages() -> None:
    lists = command_lists()
    assert set(lists) == {"zh", "en"}
    for commands in lists.values():
        assert [name for name, _ in commands][:4] == ["meeting", "checkin", "vote", "proxy"]
        assert all(name.isascii() and name.islower() and len(name) <= 32 for name, _ in commands)
        assert all(1 <= len(text) <= 256 for _, text in commands)


def test_every_command_is_told_or_stands_on_a_key() -> None:
    told = {name for name, _ in command_lists()["zh"]}
    assert told | ON_KEYS == set(all_routes().commands)
    assert told & ON_KEYS == set()


@pytest.mark.parametrize(("word", "answer"), [("签到", "现在没有在开的会"), ("纪要", "还没有会议纪要")])
@pytest.mark.parametrize("written", ["{}", " {}。", "{}！"])
async def test_a_plain_word_is_heard_however_it_is_punctuated(
    stage: Stage, word: str, answer: str, written: str
) -> None:
    scene = await bound_building(stage)
    [neighbour] = await residents(stage, scene, 1)
    assert answer in (await say(stage, neighbour, scene.group, written.format(word))).text


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("checkin", "No meeting is under way"),
        ("Check in", "No meeting is under way"),
        ("minutes", "There are no minutes yet"),
        ("vote", "No ballot is open"),
        ("next item", "No meeting is under way"),
        ("close the meeting", "No meeting is under way"),
        ("help", "This is 3栋"),
    ],
)
async def test_plain_english_words_are_heard(stage: Stage, word: str, answer: str) -> None:
    scene = await bound_building(stage, lang="en")
    assert answer in (await say(stage, scene.leader, scene.group, word)).text


async def test_in_private_a_plain_word_may_begin_the_line(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "开会 下周三晚上七点半 活动室 电动车棚")
    assert "11月25日（周三）19:30" in draft.text
    assert "1. 电动车棚" in draft.text


async def test_in_the_group_a_plain_word_within_a_sentence_is_talk(stage: Stage) -> None:
    scene = await bound_building(stage)
    said = await say(stage, scene.leader, scene.group, "开会 那天我出差")
    assert scene.group.messages[-1] == said


async def test_what_is_neither_text_nor_picture_is_answered_and_loses_no_question(stage: Stage) -> None:
    scene = await bound_building(stage)
    chat = scene.leader.private()
    await say(stage, scene.leader, chat, "/meeting 活动室 电动车棚")
    await scene.leader.send_document(chat, b"OggS", "voice.ogg")
    await stage.settle()
    assert "我只看得懂文字和图片" in chat.messages[-1].text
    assert "11月25日（周三）19:30" in (await say(stage, scene.leader, chat, "下周三晚上七点半")).text


async def test_a_file_among_neighbours_is_left_alone(stage: Stage) -> None:
    scene = await bound_building(stage)
    sent = await scene.leader.send_document(scene.group, b"OggS", "voice.ogg")
    await stage.settle()
    assert scene.group.messages[-1] == sent
