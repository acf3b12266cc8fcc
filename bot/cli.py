"""The command line: `louyuhui run`, `demo`, `check` and what is done beside the chat."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands import db, faults, roll
from bot.commands.check import check
from bot.commands.export import export
from bot.commands.register import register
from bot.commands.run import run
from bot.commands.slips import slips
from bot.commands.status import status
from bot.commands.tally import tally
from bot.commands.verify import verify_export

app = typer.Typer(
    name="louyuhui",
    help="楼宇会：楼栋开会、投票、记纪要、到点提醒。\n\nA building meets, votes and keeps minutes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option(help="不开网页，在终端里演一遍 / play it in the terminal")
    ] = False,
    port: Annotated[int, typer.Option(help="网页的端口，0 为任意 / the page's port, 0 for any")] = 8000,
) -> None:
    """看一栋楼开会：沙盒和机器人一起启动。/ Watch a building meet: sandbox and bot together."""
    from bot.demo.show import play  # noqa: PLC0415 - the sandbox is needed for nothing else

    raise typer.Exit(play(headless=headless, port=port))


app.command()(check)
app.command()(status)
app.add_typer(roll.app, name="roll")
app.command()(slips)
app.command()(export)
app.command()(register)
app.command()(tally)
app.command("verify")(verify_export)
app.add_typer(faults.app, name="faults")
app.add_typer(db.app, name="db")
