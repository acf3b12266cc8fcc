"""Who is in a chat, and what a bot says about itself."""

import pytest

from sandbox import Group, Person, Sandbox
from tests.sandbox.plain import Api


async def test_a_group_tells_its_members_and_leaders(
    sandbox: Sandbox, api: Api, group: Group, resident: Person
) -> None:
    neighbour, stranger = sandbox.people.new("示例住户 2"), sandbox.people.new("示例住户 3")
    await neighbour.join(group)
    bot_id = (await api("getMe"))["id"]
    standing = {
        person: (await api("getChatMember", chat_id=group.id, user_id=person))["status"]
        for person in (resident.id, neighbour.id, stranger.id, bot_id)
    }
    assert list(standing.values()) == ["creator", "member", "left", "member"]
    assert await api("getChatMemberCount", chat_id=group.id) == 3
    leaders = await api("getChatAdministrators", chat_id=group.id)
    assert [leader["user"]["id"] for leader in leaders] == [resident.id]
    await resident.promote(group, neighbour, can_pin_messages=False)
    await resident.promote(group)
    leaders = await api("getChatAdministrators", chat_id=group.id)
    assert {leader["user"]["id"] for leader in leaders} == {resident.id, bot_id, neighbour.id}
    assert not next(m for m in leaders if m["user"]["id"] == neighbour.id)["can_pin_messages"]
    await resident.remove(group, neighbour)
    assert (await api("getChatMember", chat_id=group.id, user_id=neighbour.id))["status"] == "kicked"
    await neighbour.join(group)
    await neighbour.leave(group)
    assert (await api("getChatMember", chat_id=group.id, user_id=neighbour.id))["status"] == "left"


async def test_strange_questions_about_members_are_refused(api: Api, group: Group, resident: Person) -> None:
    refused = await api.refusal("getChatMember", chat_id=group.id, user_id=5)
    assert refused == "Bad Request: invalid user_id specified"
    refused = await api.refusal("getChatAdministrators", chat_id=resident.id)
    assert refused == "Bad Request: there are no administrators in the private chat"


async def test_chats_are_described_in_full(api: Api, group: Group, resident: Person) -> None:
    described = await api("getChat", chat_id=group.id)
    assert (described["type"], described["title"]) == ("group", "3栋邻里群")
    assert (await api("getChat", chat_id=resident.id))["first_name"] == resident.name


async def test_a_bot_can_leave_and_is_then_no_member(api: Api, group: Group, resident: Person) -> None:
    assert await api("leaveChat", chat_id=group.id) is True
    refused = await api.refusal("sendMessage", chat_id=group.id, text="x")
    assert refused == "Forbidden: bot is not a member of the group chat"
    refused = await api.refusal("leaveChat", chat_id=resident.id)
    assert refused == "Bad Request: chat member status can't be changed in private chats"


async def test_commands_are_kept_by_scope_and_language(api: Api) -> None:
    chinese = [{"command": "meeting", "description": "开会"}]
    english = [{"command": "meeting", "description": "Call a meeting"}]
    await api("setMyCommands", commands=chinese)
    await api("setMyCommands", commands=english, language_code="en", scope={"type": "all_group_chats"})
    assert await api("getMyCommands") == chinese
    assert await api("getMyCommands", scope={"type": "all_group_chats"}, language_code="en") == english
    await api("deleteMyCommands")
    assert await api("getMyCommands") == []


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ({"command": "Meeting", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "会", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "a" * 33, "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "a", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_a_bad_command_is_refused(api: Api, command: dict, complaint: str) -> None:
    assert await api.refusal("setMyCommands", commands=[command]) == f"Bad Request: {complaint}"


async def test_descriptions_are_kept_by_language(api: Api) -> None:
    await api("setMyDescription", description="楼宇会")
    await api("setMyDescription", description="Meetings", language_code="en")
    await api("setMyShortDescription", short_description="短")
    assert (await api("getMyDescription"))["description"] == "楼宇会"
    assert (await api("getMyDescription", language_code="en"))["description"] == "Meetings"
    assert (await api("getMyShortDescription", language_code="fr"))["short_description"] == "短"
    assert "TOO_LONG" in await api.refusal("setMyShortDescription", short_description="x" * 121)


async def test_files_nobody_sent_are_not_found(api: Api) -> None:
    assert await api.refusal("getFile", file_id="x") == "Bad Request: invalid file_id"
    lost = await api.client.get(f"{api.sandbox.file_url}{api.token}/photos/file_9.png")
    assert lost.status_code == 404
    foreign = await api.client.get(f"{api.sandbox.file_url}1:x/photos/file_9.png")
    assert foreign.status_code == 401


async def test_logging_out_changes_nothing(api: Api) -> None:
    assert await api("logOut") is True
    assert (await api("getMe"))["username"] == "echo_bot"
