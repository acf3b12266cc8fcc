"""Pictures for the documentation, kept small; only where LOUYUHUI_SCREENS names a folder (`make screens`)."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Locator, Page, async_playwright

FOLDER = os.environ.get("LOUYUHUI_SCREENS")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
QUIET += " --disable-component-update --disable-sync"
COLOURS = 128  # enough for a page of text and a few pictures


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of our own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        await browser.close()


async def open_page(browser: Browser, url: str, width: int, height: int) -> Page:
    """The chat page as somebody has it; the address says who, and which chat."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        timezone_id="Asia/Shanghai",
        locale="zh-CN",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(url)
    return page


async def keep(page: Page, name: str, part: Locator | None = None) -> None:
    """Keep what the page shows, or a part of it, where pictures are wanted."""
    if FOLDER:
        await page.wait_for_timeout(600)  # let pictures and transitions settle
        shown = Image.open(io.BytesIO(await (part or page).screenshot())).convert("RGB")
        shown.quantize(COLOURS, dither=Image.Dither.NONE).save(Path(FOLDER) / f"{name}.png", optimize=True)
