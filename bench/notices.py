"""Ten thousand notices to as many groups: how near we come to the floor that Telegram's limits set."""

from __future__ import annotations

import time
from pathlib import Path

from bench.fast_time import fast_clock
from bench.figure import Figure, at_most
from bench.ours import build_town, ours
from bench.telegram import telegram
from storage.outbox import depth

NOTICES, A_SECOND = 10_000, 30
SPEED = 1.5  # each millisecond of a request is so many of simulated time
_SAY = """INSERT INTO outbox (chat_id, rank, notice, key, payload, state, attempts, made_at)
  SELECT id, 3, 1, 'bench:' || id, '{"text": "下周三晚上七点半，三楼会议室开会。", "keys": []}',
         'queued', 0, :now
  FROM chats WHERE kind = 'group'"""


async def notices(folder: Path) -> Figure:
    """Simulated seconds from the commit of all to the arrival of the last, to the least there can be."""
    database, now = folder / "notices.db", fast_clock(SPEED)
    async with telegram(SPEED, limits=True) as platform:
        await build_town(platform, database, NOTICES, NOTICES)
        async with ours(platform, database, now, speed=SPEED) as bot:
            begun = time.monotonic()
            said = {"now": now().replace(tzinfo=None).isoformat(sep=" ")}
            await bot.store.at_once(lambda conn: conn.exec_driver_sql(_SAY, said))
            await bot.dispatcher.idle.wait()
            spent = (time.monotonic() - begun) * SPEED
            async with bot.store.glance() as conn:
                assert await depth(conn) == 0, "all are sent"
        counted = await platform.ask("counters")
    assert counted["methods"]["sendMessage"] == NOTICES, "each once"
    assert counted["statuses"].get("429", 0) == 0, "within the limits"
    floor = NOTICES / A_SECOND
    note = f"{spent:.0f} simulated seconds; 30 a second would be {floor:.0f}; no 429"
    return at_most("10,000 notices, to the floor the limits set", [spent / floor], 1.02, "x", note)
