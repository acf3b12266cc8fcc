"""The Bot API's methods about the bot itself: who it is, its commands and descriptions, and its files."""

import json
import re
from typing import Any

from sandbox.call import Call
from sandbox.errors import bad_request
from sandbox.files import LARGEST_DOWNLOAD
from sandbox.formatting import units
from sandbox.pressing import answer

JSON = dict[str, Any]

COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")
MOST_COMMANDS = 100
LONGEST_ANSWER = 200


def get_me(call: Call) -> JSON:
    """Tell who the bot is."""
    return call.bot.as_me()


def log_out(_call: Call) -> bool:
    """Log out of the server; the sandbox has nowhere else to go, so nothing changes."""
    return True


def set_my_commands(call: Call) -> bool:
    """Set the commands of the menu, for a scope and a language."""
    commands = call.params.objects("commands", "can't parse commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("can't set more than 100 commands")
    for command in commands:
        if not COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= units(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[audience(call)] = [
        {"command": str(c["command"]).removeprefix("/"), "description": str(c["description"])}
        for c in commands
    ]
    return True


def get_my_commands(call: Call) -> list[JSON]:
    """Return the commands of a scope and language."""
    return call.bot.commands.get(audience(call), [])


def delete_my_commands(call: Call) -> bool:
    """Take the commands of a scope and language away."""
    call.bot.commands.pop(audience(call), None)
    return True


def audience(call: Call) -> tuple[str, str]:
    """Return for whom commands are: their scope and language."""
    scope = call.params.nested("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), call.params.text("language_code")


def set_my_description(call: Call) -> bool:
    """Set what an empty chat with the bot says."""
    return describe(call, call.bot.descriptions, "description", 512)


def get_my_description(call: Call) -> JSON:
    """Return what an empty chat with the bot says."""
    return {"description": described(call, call.bot.descriptions)}


def set_my_short_description(call: Call) -> bool:
    """Set what the bot's profile says."""
    return describe(call, call.bot.short_descriptions, "short_description", 120)


def get_my_short_description(call: Call) -> JSON:
    """Return what the bot's profile says."""
    return {"short_description": described(call, call.bot.short_descriptions)}


def describe(call: Call, where: dict[str, str], name: str, longest: int) -> bool:
    """Keep a description in one language."""
    text = call.params.text(name)
    if units(text) > longest:
        raise bad_request("BOT_DESCRIPTION_TOO_LONG" if longest > 120 else "BOT_SHORT_DESCRIPTION_TOO_LONG")
    where[call.params.text("language_code")] = text
    return True


def described(call: Call, where: dict[str, str]) -> str:
    """Return a description in the language asked for, or the one for all."""
    return where.get(call.params.text("language_code")) or where.get("", "")


def get_file(call: Call) -> JSON:
    """Tell where a file can be downloaded."""
    file = call.world.files.get(call.params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id" if "file_id" in call.params else "file_id is empty")
    if len(file.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return file.as_file()


def answer_callback_query(call: Call) -> bool:
    """Answer a pressed button: a toast, an alert, a link, or nothing but the end of waiting."""
    text = call.params.text("text")
    if units(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    content = {"text": text, "show_alert": call.params.flag("show_alert"), "url": call.params.text("url")}
    answer(call.world, call.bot, call.params.text("callback_query_id"), content)
    return True
