"""Pictures of what comes late in the story: it proves nothing, so only `make screens` runs it."""

from __future__ import annotations

from pathlib import Path

from bot.demo import show
from tests.screens import chromium, keep, open_page


async def test_pictures_of_what_comes_later_in_the_story(tmp_path: Path) -> None:
    async with show.stage(tmp_path, show.IN_THE_TERMINAL) as play, chromium() as browser:
        story = show.story(play)
        url = f"{play.sandbox.url}/#{play.cast.neighbours[5].id}/{play.cast.group.key}"
        for chapter, words, name in (
            ("month", "大修屋面 —— 结果", "owners-390"),
            ("check", "12月月报", "month-390"),
        ):
            while story.state().chapter != chapter:
                assert await story.next()
            phone = await open_page(browser, url, 390, 1300)  # as high as the highest message
            shown = phone.get_by_test_id("message").filter(has_text=words).last
            await shown.scroll_into_view_if_needed()
            await keep(phone, name, shown)
        await play.sandbox.page.close()
