"""At start the bot tells Telegram its commands, in both languages."""

from __future__ import annotations

from telegram import Bot

from handlers.help import command_lists
from tests.stage import Stage


async def test_the_commands_are_offered_in_both_languages(stage: Stage) -> None:
    person = stage.sandbox.people.new("示例住户")
    await person.start()
    await stage.settle()
    async with Bot(stage.token, base_url=stage.sandbox.bot_url) as bot:
        zh, en = await bot.get_my_commands(), await bot.get_my_commands(language_code="en")
        about = await bot.get_my_description()
    assert [(one.command, one.description) for one in zh] == command_lists()["zh"]
    assert [(one.command, one.description) for one in en] == command_lists()["en"]
    assert "一户一票" in about.description


async def test_a_platform_that_does_not_take_the_list_holds_up_nothing(stage: Stage) -> None:
    await stage.stop()
    stage.sandbox.faults.next("error_500", 10, "setMyCommands")
    await stage.start()
    chat = await stage.sandbox.people.new("示例住户").start()
    await stage.settle()
    assert chat.messages[-1].by_bot
