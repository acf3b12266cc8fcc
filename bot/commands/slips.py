"""`louyuhui slips`: prints the paper slips with which households prove where they live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import utc_now
from bot.commands.buildings import BuildingOption, building_named
from bot.commands.terminal import (
    CONFIG,
    ConfigOption,
    carry_out,
    console,
    fail,
    name_of_bot,
    opened,
    say,
    settings_of,
)
from bot.settings import Settings
from handlers.speech import deep_link
from paper.font import FontMissing
from paper.slips import Slip, slips_pdf
from rules.homes import Building, Household
from services import joining
from storage import homes


@dataclass(frozen=True, slots=True)
class _Printed:
    """How many slips were printed, and for how many households none could be: their door is unknown."""

    building: Building
    slips: int
    unknown: int


def slips(
    building: BuildingOption = None,
    out: Annotated[Path, typer.Option(help="写到哪里 / the PDF to write")] = Path("slips.pdf"),
    bot: Annotated[
        str | None,
        typer.Option(help="机器人的用户名，不写就去问 Telegram / its username; else Telegram is asked"),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="已有人登记的住户也印 / also for households that somebody joined")
    ] = False,
    config: ConfigOption = CONFIG,
) -> None:
    """打印每户一张的入群条（带二维码）。/ Print the paper slips with QR codes, one a household."""
    settings = settings_of(config)
    with console.status("印条子 / printing"):
        printed = carry_out(settings, _print(settings, building, out, bot, everyone=everyone))
    say(f"✅ {printed.building.name}：{printed.slips} 张 / slips → {out}")
    if printed.unknown:
        say(
            f"   还有 {printed.unknown} 户没有门牌，导入名册后再印。"
            f"/ {printed.unknown} households have no door yet: import the roll, then print again."
        )
    say("   这些户以前印的、没用过的条子作废。/ Their earlier slips, if unused, are void.")


async def _print(
    settings: Settings, name: str | None, out: Path, bot: str | None, *, everyone: bool
) -> _Printed:
    """Print into a file beside `out` that takes its name once the codes are valid, which is at the commit."""
    bot = (bot or await name_of_bot(settings)).removeprefix("@")
    part = out.with_name(f"{out.name}.part")
    try:
        async with opened(settings) as store, store.unit(utc_now()) as unit:
            building = await building_named(unit.conn, name)
            codes = await joining.print_codes(unit, building.id, only_empty=not everyone)
            unknown = sum(not home.room for home in await homes.households_in(unit.conn, building.id))
            if not codes:
                raise _nothing_to_print(building, unknown)
            part.touch(mode=0o600)  # who holds a slip can claim its household
            part.write_bytes(await asyncio.to_thread(_pdf, building, codes, bot, settings.font))
        part.replace(out)
    except FontMissing as error:
        raise fail(f"没有可用的字体 / {error}") from None
    except OSError as error:
        raise fail(f"写不了 {out} / cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    return _Printed(building, len(codes), unknown)


def _pdf(building: Building, codes: Sequence[tuple[Household, str]], bot: str, font: Path | None) -> bytes:
    printed = [
        Slip(_at(building, home), code, deep_link(bot, f"h_{code.replace(' ', '')}")) for home, code in codes
    ]
    return slips_pdf(printed, building.community, bot=f"@{bot}", language=building.lang, font=font)


def _at(building: Building, home: Household) -> str:
    comma = ", " if building.lang == "en" else ""
    return f"{building.name}{comma}{home.door.said_in(building.lang)}"


def _nothing_to_print(building: Building, unknown: int) -> typer.Exit:
    if unknown:
        return fail(
            f"{building.name} 的门牌还不知道：请先导入名册（louyuhui roll import）。"
            f"\nThe doors of {building.name} are not known yet: import its roll first."
        )
    return fail(
        f"{building.name} 每户都有人登记了。要全部重印，请加 --all。"
        f"\nEvery household of {building.name} was joined. Add --all to print them again."
    )
