"""The introduction: at start the bot tells Telegram its commands and, in a line, what it is for."""

from __future__ import annotations

import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from handlers.help import command_lists
from handlers.words import LANGUAGES, Words

log = logging.getLogger(__name__)


async def introduce(bot: Bot) -> None:
    """Set the lists of commands and the descriptions, Chinese for everybody and English for its readers.

    Nothing depends on it: where it cannot be done now, it is done at the next start.
    """
    words, lists = Words(), command_lists()
    try:
        for lang in LANGUAGES:
            code = None if lang == LANGUAGES[0] else lang
            commands = [BotCommand(name, text) for name, text in lists[lang]]
            await bot.set_my_commands(commands, language_code=code)
            await bot.set_my_description(words.plain(lang, "help.description"), language_code=code)
    except TelegramError as error:
        log.info("the bot could not introduce itself: %s", error)
