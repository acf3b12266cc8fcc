"""Words: everything that people read, from the templates of their language.

`words.html("zh", "ballot.closed", …)` renders the block `closed` of templates/zh/ballot.j2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from rules.homes import Door

LANGUAGES = ("zh", "en")
TEMPLATES = Path(__file__).parent / "templates"
_Blocks = dict[str, list[Callable[[Context], Iterator[str]]]]
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


class Words:
    """The templates of all languages."""

    def __init__(self) -> None:
        self._html = _environment(autoescape=True)
        self._plain = _environment(autoescape=False)

    def html(self, lang: str, name: str, /, **facts: object) -> str:
        """A message, with what people wrote escaped."""
        return _render(self._html, lang, name, facts)

    def plain(self, lang: str, name: str, /, **facts: object) -> str:
        """A toast, a label or a file's text, without markup."""
        return _render(self._plain, lang, name, facts)

    def has(self, name: str) -> bool:
        """Whether there is such a template."""
        file, _, block = name.partition(".")
        path = TEMPLATES / LANGUAGES[0] / f"{file}.j2"
        return path.exists() and block in self._plain.get_template(f"{LANGUAGES[0]}/{file}.j2").blocks


def _render(environment: Environment, lang: str, name: str, facts: Mapping[str, object]) -> str:
    file, _, block = name.partition(".")
    template = f"{lang}/{file}.j2"
    blocks, known = _blocks(environment, template)
    context = environment.context_class(environment, {**known, "lang": lang, **facts}, template, {})
    context.blocks = blocks
    return "".join(blocks[block][0](context)).strip()


@cache
def _blocks(environment: Environment, file: str) -> tuple[_Blocks, dict[str, Any]]:
    """A file's blocks as its context has them, and what all templates know.

    For each word the library would list them anew, which costs more than to say it: a file has hundreds.
    """
    template = environment.get_template(file)
    return {name: [block] for name, block in template.blocks.items()}, dict(template.globals)


@cache
def _environment(*, autoescape: bool) -> Environment:
    """The templates, compiled once however many words are spoken."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - off for toasts and labels, which are no HTML
        undefined=StrictUndefined,
        auto_reload=False,  # or it asks the disk at every word
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=_day,
        clock=_clock,
        moment=_moment,
        number=_number,
        bar=bar,
        door=_door,
        office=_office,
        recurs=_said("monthly.recurs", "pattern"),  # 每月最后一个周五, the last Friday of every month
        basis=_basis,
        secrecy=_secrecy,
        electorate=_said("owners.electorate", "ballot"),  # who is on the roll, in figures
        turnout=_said("owners.turnout", "ballot"),  # how many of them have voted
        voters=_said("owners.voters", "count", "basis"),  # 48 户, 3 owners
        yours=_said("owners.yours", "basis"),  # 您家, you: for whom somebody votes
        whose=_said("owners.whose", "basis"),  # 您家的, your: whose vote it is
        each=_said("owners.each", "basis"),  # 每户, each resident
        cast_by=_said("owners.cast_by", "how", "basis"),  # （纸质票）: how it came in, where others cast it
        area=_area,
        yuan=yuan,
    )
    return environment


def _local(context: Context, value: datetime) -> datetime:
    zone = context.get("zone")
    return value.astimezone(ZoneInfo(zone)) if zone else value


@pass_context
def _day(context: Context, value: date | datetime) -> str:
    """11月25日（周三）, Wed 25 Nov."""
    if isinstance(value, datetime):
        value = _local(context, value)
    pattern = "M月d日（EEE）" if context["lang"] == "zh" else "EEE d MMM"
    return format_date(value, pattern, locale=_LOCALES[context["lang"]])


@pass_context
def _door(context: Context, value: str) -> str:
    """2单元502, Unit 2, 502."""
    return value.said_in(context["lang"]) if isinstance(value, Door) else value


@pass_context
def _clock(context: Context, value: datetime | time) -> str:
    """19:30, in the building's zone."""
    if isinstance(value, datetime):
        value = _local(context, value).time()
    return format_time(value, "HH:mm", locale=_LOCALES[context["lang"]])


@pass_context
def _moment(context: Context, value: datetime) -> str:
    """11月25日（周三）19:30, Wed 25 Nov 19:30."""
    gap = "" if context["lang"] == "zh" else " "
    return f"{_day(context, value)}{gap}{_clock(context, value)}"


@pass_context
def _office(context: Context, role: str) -> str:
    """组长, leader: the block of offices.j2 that is named like the office."""
    return _render(context.environment, context["lang"], f"offices.{role}", {})


@pass_context
def _basis(context: Context, basis: str) -> str:
    """一户一票, one vote a household: the block of owners.j2 that is named like the basis."""
    return _render(context.environment, context["lang"], f"owners.{basis}", {})


@pass_context
def _secrecy(context: Context, name: str) -> str:
    """What a kind of secrecy promises: a block of secrecy.j2."""
    return _render(context.environment, context["lang"], f"secrecy.{name}", {})


def _said(block: str, *names: str) -> Callable[..., str]:
    """A filter that says a block; what it stands behind, and what it is given, has these names there."""

    @pass_context
    def say(context: Context, *given: object) -> str:
        return _render(context.environment, context["lang"], block, dict(zip(names, given, strict=True)))

    return say


@pass_context
def _area(context: Context, area_cm2: int) -> str:
    """89.5 平方米, exactly, of cm2."""
    metres = Decimal(area_cm2) / 10_000
    return _render(context.environment, context["lang"], "owners.area", {"metres": metres})


@pass_context
def _number(context: Context, value: Any) -> str:
    return format_decimal(value, locale=_LOCALES[context["lang"]])


def yuan(fen: int) -> str:
    """3,200 and 12.50, of fen."""
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{fen // 100:,}.{fen % 100:02}"


def bar(part: int, whole: int, width: int = 10) -> Markup:
    """A bar of ▓ and ░; something shows as soon as there is anything, and full only when all is there."""
    filled = part * width // whole if whole else 0
    if part and not filled:
        filled = 1
    return Markup("▓" * filled + "░" * (width - filled))  # noqa: S704 - two fixed characters
