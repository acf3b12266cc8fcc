"""The Bot API's methods about chats: who is in them, what is pinned, and leaving."""

from typing import Any

from sandbox.call import Call
from sandbox.chats import Chat, Member
from sandbox.errors import bad_request
from sandbox.membership import leave
from sandbox.posting import pin, unpin

JSON = dict[str, Any]

PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_invite_users",
)
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_chat(call: Call) -> JSON:
    """Describe a chat in full."""
    chat = seen_chat(call)
    shown = chat.as_chat() | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        shown["pinned_message"] = pinned.as_json(with_reply=False)
    if not chat.is_private:
        refused = {"can_change_info": False, "can_pin_messages": False, "can_manage_topics": False}
        shown["permissions"] = dict.fromkeys(PERMISSIONS, True) | refused
    return shown


def get_chat_member(call: Call) -> JSON:
    """Tell somebody's standing in a chat."""
    chat = seen_chat(call)
    user_id = call.params.number("user_id")
    account = call.world.accounts.get(user_id)
    if account is None:
        raise bad_request("invalid user_id specified")
    member = chat.members.get(user_id)
    if member is None and chat.is_private:
        raise bad_request("member not found")
    return (member or Member(account, "left")).as_json()


def get_chat_administrators(call: Call) -> list[JSON]:
    """List those who lead a group; other bots are left out."""
    chat = seen_chat(call)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    leaders = [member for member in chat.present() if member.is_admin]
    return [m.as_json() for m in leaders if m.account is call.bot or not m.account.as_user()["is_bot"]]


def get_chat_member_count(call: Call) -> int:
    """Count who is in a chat."""
    return len(seen_chat(call).present())


def seen_chat(call: Call) -> Chat:
    """Return a chat the bot may look at; a private one even before it is started."""
    chat = call.any_chat()
    return chat if chat.is_private else call.chat()


def leave_chat(call: Call) -> bool:
    """Let the bot go."""
    chat = call.chat()
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    leave(call.world, chat, call.bot)
    return True


def pin_chat_message(call: Call) -> bool:
    """Pin a message on top of the chat."""
    message = call.message("pin")
    check_may_pin(call, message.chat)
    if message.is_service:
        raise bad_request("message can't be pinned")
    if message.chat.pinned[-1:] != [message.id]:
        pin(call.world, message, call.bot)
    return True


def unpin_chat_message(call: Call) -> bool:
    """Unpin a message, or the newest pinned one if none is named."""
    chat = call.chat()
    check_may_pin(call, chat)
    message_id = call.params.number("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    unpin(call.world, chat, [message_id])
    return True


def unpin_all_chat_messages(call: Call) -> bool:
    """Unpin everything."""
    chat = call.chat()
    check_may_pin(call, chat)
    unpin(call.world, chat, list(chat.pinned))
    return True


def check_may_pin(call: Call, chat: Chat) -> None:
    """Refuse a bot that is no administrator with the right to pin."""
    if not chat.is_private and not chat.members[call.bot.id].may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
