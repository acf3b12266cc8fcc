"""Two libraries that know Telegram judge what the sandbox says, and what a bot asks of it."""

import json
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

import aiogram.methods
import telegram
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, TypeAdapter

from sandbox import Request, Sandbox

JSON = dict[str, Any]

OF_TELEGRAM = {
    "getMe": telegram.User,
    "sendMessage": telegram.Message,
    "sendPhoto": telegram.Message,
    "sendDocument": telegram.Message,
    "sendMediaGroup": telegram.Message,
    "sendPoll": telegram.Message,
    "stopPoll": telegram.Poll,
    "editMessageText": telegram.Message,
    "editMessageCaption": telegram.Message,
    "editMessageMedia": telegram.Message,
    "editMessageReplyMarkup": telegram.Message,
    "getUpdates": telegram.Update,
    "getChat": telegram.ChatFullInfo,
    "getChatMember": telegram.ChatMember,
    "getChatAdministrators": telegram.ChatMember,
    "getFile": telegram.File,
    "getWebhookInfo": telegram.WebhookInfo,
    "getMyCommands": telegram.BotCommand,
    "getMyDescription": telegram.BotDescription,
    "getMyShortDescription": telegram.BotShortDescription,
}


def method_model(name: str) -> Any:
    """Return aiogram's model of a method."""
    return getattr(aiogram.methods, name[0].upper() + name[1:])


@cache
def result_type(name: str) -> Any:
    """Return what, for aiogram, a method returns."""
    return TypeAdapter(method_model(name).__returning__)


def check_result(method: str, result: Any) -> None:
    """Let both libraries parse what a method returned; what they do not know, no Telegram would say."""
    result_type(method).validate_python(result)
    if kind := OF_TELEGRAM.get(method):
        for one in result if isinstance(result, list) else [result]:
            check_object(kind.de_json(one, None))


def check_object(parsed: Any) -> None:
    """Refuse an object of python-telegram-bot that carries fields the library has no name for."""
    assert parsed is not None
    newer = {"all_members_are_administrators", "can_send_welcome_messages"}
    for found in walk(parsed):
        assert not set(found.api_kwargs) - newer, f"{type(found).__name__} has no {dict(found.api_kwargs)}"


def walk(parsed: Any) -> Iterator[telegram.TelegramObject]:
    """Yield an object and all those inside it."""
    if isinstance(parsed, telegram.TelegramObject):
        yield parsed
        for name in parsed.__slots__:
            yield from walk(getattr(parsed, name, None))
    elif isinstance(parsed, list | tuple):
        for one in parsed:
            yield from walk(one)


def check_requests(sandbox: Sandbox) -> int:
    """Let aiogram's models judge every request of a bot in the log; return how many there were."""
    for request in sandbox.requests:
        check_request(request)
    return len(sandbox.requests)


def check_request(request: Request) -> None:
    """Let aiogram's model of the method judge one request: no unknown name, no missing or ill-typed value."""
    model = method_model(request.method)
    fields = model.model_fields
    unknown = set(request.params) - set(fields)
    assert not unknown, f"{request.method} takes no {unknown}"
    given = {name: value_of(fields[name].annotation, value) for name, value in request.params.items()}
    for name in request.files:
        if name in fields and name not in given:
            given[name] = BufferedInputFile(b"content", name)
    for part in parts(model.model_validate(given)):
        assert not part.model_extra, f"{type(part).__name__} takes no {part.model_extra}"


def parts(model: Any) -> Iterator[BaseModel]:
    """Yield a model and all those inside it."""
    if isinstance(model, BaseModel):
        yield model
        for name in type(model).model_fields:
            yield from parts(getattr(model, name))
    elif isinstance(model, list):
        for one in model:
            yield from parts(one)


def value_of(annotation: Any, value: Any) -> Any:
    """Return a parameter as the object it stands for: forms carry nested ones as JSON."""
    if not isinstance(value, str) or takes_text(annotation):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def takes_text(annotation: Any) -> bool:
    """Whether a parameter may be a plain text."""
    if get_origin(annotation) in {Union, UnionType}:
        return any(takes_text(kind) for kind in get_args(annotation))
    return annotation is str
