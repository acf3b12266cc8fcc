"""Which building a command is about: the one named, or the only one there is."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.terminal import fail
from rules.homes import Building
from storage import homes
from storage.store import Connection

BuildingOption = Annotated[
    str | None,
    typer.Option("--building", help="楼栋名，只有一栋时不用写 / its name; not needed if there is but one"),
]


async def building_named(conn: Connection, name: str | None) -> Building:
    """The building of this name (3栋, or 幸福小区 3栋), or the exit that lists those there are."""
    known = await homes.buildings_of(conn)
    if not known:
        raise fail(
            "还没有楼栋：请先在群里绑定，或者导入名册（louyuhui roll import）。"
            "\nThere is no building yet: bind one in its group, or import a roll."
        )
    meant = [one for one in known if name in {None, one.name, _full_name(one)}]
    if len(meant) == 1:
        return meant[0]
    listed = "\n".join(f"  --building '{_full_name(one)}'" for one in known)
    raise fail(f"请说明是哪一栋 / say which building:\n{listed}")


def _full_name(building: Building) -> str:
    return f"{building.community} {building.name}"
