"""The show: starts everything, then plays the story in the terminal or serves it on the page."""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.demo import month, outcome, script, votes
from bot.demo.building import prepare
from bot.demo.play import Play
from bot.demo.story import Told
from bot.demo.time import StoryTime
from bot.demo.transcript import Transcript
from bot.limits import Limits
from bot.program import running
from bot.settings import Settings
from sandbox import Sandbox
from storage import migrate
from storage.engine import open_engine
from storage.store import Store

START = datetime(2026, 11, 20, 19, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CHAPTERS = {
    "bind": ({"zh": "小助手进群", "en": "The bot comes"}, script.bind),
    "join": ({"zh": "一户登记", "en": "A household joins"}, script.join),
    "call": ({"zh": "召集", "en": "The call"}, script.call),
    "meet": ({"zh": "楼宇会：车棚", "en": "The meeting: shed"}, script.meet),
    "parking": ({"zh": "车位", "en": "Parking"}, script.parking),
    "fitness": ({"zh": "健身器材", "en": "Equipment"}, script.fitness),
    "minutes": ({"zh": "纪要", "en": "Minutes"}, script.minutes),
    "committee": ({"zh": "选楼委会", "en": "Committee"}, votes.committee),
    "owners": ({"zh": "业主表决", "en": "Owners' ballot"}, votes.owners),
    "month": ({"zh": "一个月后", "en": "A month later"}, month.month),
    "check": ({"zh": "谁都能核对", "en": "Anyone can check"}, outcome.check),
}
IN_THE_TERMINAL = 40.0  # times as fast as the wall clock; Telegram's limits are kept in that time
ON_THE_PAGE = 6.0

KEPT = Path("build/demo")

console = Console(highlight=False, soft_wrap=True)


def play(*, headless: bool, port: int) -> int:
    """Play the demo; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(in_terminal(Path(folder)) if headless else on_page(Path(folder), port))


@asynccontextmanager
async def stage(folder: Path, speed: float, port: int = 0) -> AsyncIterator[Play]:
    """The sandbox and the bot over real HTTP, the prepared building in the bot's database."""
    time = StoryTime(START, speed)
    database = f"sqlite+aiosqlite:///{folder}/demo.db"
    async with Sandbox(clock=time.seconds, port=port, callback_seconds=3600) as sandbox:
        token = sandbox.new_bot(username="louyuhui_bot", name="楼宇会小助手")
        store = Store(open_engine(database))
        await migrate.upgrade(store.engine)
        cast = await prepare(store, sandbox, time.now())
        await store.close()
        settings = Settings(token=token, database=database, api=sandbox.url, tick=1.0)
        async with running(settings, time.now, Limits(), speed) as program:
            seen = (cast.leader, cast.newcomer, cast.neighbours[0], cast.neighbours[3])
            chats = [cast.group, *(one.private() for one in seen)]
            chance = Random(7)  # noqa: S311 - a story is repeatable
            yield Play(sandbox, program, time, cast, chance, Transcript(chats), KEPT)


def story(play: Play) -> Told:
    """The chapters as the page and the terminal tell them."""
    title = {"zh": "一栋楼怎样开会", "en": "How a building meets"}
    return Told(title, {key: (words, partial(chapter, play)) for key, (words, chapter) in CHAPTERS.items()})


async def in_terminal(folder: Path) -> int:
    """Play everything, print it, keep what came of it, and check it."""
    async with stage(folder, IN_THE_TERMINAL) as play:
        told, chapter = story(play), None
        going_on = True
        while going_on:
            going_on = await told.next()
            for line in play.transcript.news():
                console.print(line, markup=False)
            state = told.state()
            if state.chapter != chapter:
                chapter = state.chapter
                console.rule(" ".join(CHAPTERS[str(chapter)][0].values()))
            if going_on:
                assert isinstance(state.caption, dict)
                console.print(f"\n[bold]— {' '.join(state.caption.values())}[/bold]")
        return await outcome.expectations(console, play)


def free_port(wanted: int) -> int:
    """The port wanted, or 0 (any) where another program has it."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


async def on_page(folder: Path, port: int) -> int:
    """Serve the page until interrupted."""
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with stage(folder, ON_THE_PAGE, free_port(port)) as play:
        play.sandbox.page.hints[play.cast.leader.id] = "组长 leader"
        play.sandbox.page.hints[play.cast.newcomer.id] = "还没登记 not yet joined"
        play.sandbox.page.tell(story(play))
        console.print(f"🏠 打开 / open  [bold]{play.sandbox.url}[/bold]  （Ctrl+C 结束 / to stop）")
        await play.program.until(stop)
        await play.sandbox.page.close()
    return 0
