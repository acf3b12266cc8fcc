"""Who comes and goes: joining, leaving, leading, blocking, and a group's change into a supergroup."""

from typing import Any

from sandbox.accounts import Account, BotAccount
from sandbox.chats import Chat, Member
from sandbox.posting import post
from sandbox.world import World

JSON = dict[str, Any]


def set_status(
    world: World,
    chat: Chat,
    account: Account,
    status: str,
    by: Account,
    rights: dict[str, bool] | None = None,
) -> None:
    """Give somebody a standing in a chat and tell the bots concerned."""
    old = chat.members.get(account.id) or Member(account, "left")
    new = Member(account, status, rights or {})
    if old.as_json() == new.as_json():
        return
    change = {
        "chat": chat.as_chat(),
        "from": by.as_user(),
        "date": int(world.clock()),
        "old_chat_member": old.as_json(),
        "new_chat_member": new.as_json(),
    }
    chat.members[account.id] = new
    if isinstance(account, BotAccount):
        account.updates.put("my_chat_member", change)
    for bot in chat.bots:
        member = chat.members.get(bot.id)
        if bot is not account and member and member.is_admin:
            bot.updates.put("chat_member", change)
    world.changes.tell("membership", chat, user=account.as_user(), status=status)


def join(
    world: World, chat: Chat, account: Account, by: Account | None = None, *, admin: bool = False
) -> None:
    """Let somebody into a group, by themselves or brought by a member."""
    if chat.member(account):
        return
    if isinstance(account, BotAccount):
        chat.bots.append(account)
    set_status(world, chat, account, "administrator" if admin else "member", by or account)
    post(world, chat, by or account, {"new_chat_members": [account.as_user()]})


def leave(world: World, chat: Chat, account: Account, by: Account | None = None) -> None:
    """Let somebody go, or be removed by an administrator; a bot hears of its own removal."""
    if not chat.member(account):
        return
    removed = by is not None and by is not account
    set_status(world, chat, account, "kicked" if removed else "left", by or account)
    post(world, chat, by or account, {"left_chat_member": account.as_user()})
    if isinstance(account, BotAccount):
        chat.bots.remove(account)


def block(world: World, chat: Chat, *, blocked: bool) -> None:
    """Let a person block or unblock the bot of a private chat."""
    if chat.blocked == blocked or chat.person is None:
        return
    chat.blocked = blocked
    bot = chat.bots[0]
    free = {"user": bot.as_user(), "status": "member"}
    shut = {"user": bot.as_user(), "status": "kicked", "until_date": 0}
    old, new = (free, shut) if blocked else (shut, free)
    change = {"chat": chat.as_chat(), "from": chat.person.as_user(), "date": int(world.clock())}
    bot.updates.put("my_chat_member", change | {"old_chat_member": old, "new_chat_member": new})
    world.changes.tell("membership", chat, user=bot.as_user(), status=new["status"])


def upgrade(world: World, group: Chat) -> Chat:
    """Turn a group into a supergroup with an id of its own; both chats say so."""
    creator = next(m.account for m in group.members.values() if m.status == "creator")
    new = world.new_group(group.title, creator, supergroup=True)
    new.members = {
        key: Member(member.account, member.status, member.rights) for key, member in group.members.items()
    }
    new.bots = list(group.bots)
    post(world, group, creator, {"migrate_to_chat_id": new.id})
    group.migrated_to = new.id
    post(world, new, creator, {"migrate_from_chat_id": group.id})
    world.changes.tell("upgrade", group, to=new.id, to_chat=new.key)
    return new
