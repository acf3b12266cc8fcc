"""The leaders' handbook: what its pages say to press is pressed here (`make screens` takes the pictures)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from sandbox.conversations import Conversation
from sandbox.people import Person
from tests.handlers.test_monthly import at
from tests.scenes import Scene, bound_building, press, reply, residents, say, tap
from tests.screens import FOLDER, chromium, keep, open_page
from tests.stage import Stage

DOCS = Path(__file__).parents[2] / "docs"
BOOKS = (DOCS / "组长手册.md", DOCS / "leaders-handbook.md")
LARGEST = 80_000  # bytes of a picture


@dataclass
class Album:
    """Takes a phone's picture of a chat as somebody sees it, where pictures are wanted."""

    stage: Stage
    browser: Browser | None

    async def take(
        self, name: str, person: Person, chat: Conversation, *words: str, height: int = 700
    ) -> None:
        """Keep a picture of the end of a chat, which shows these words."""
        await self.stage.settle()
        shown = "".join(message.words + "".join(message.labels) for message in chat.messages[-8:])
        assert all(word in shown for word in words), shown
        if self.browser is not None:
            url = f"{self.stage.sandbox.url}/#{person.id}/{chat.key}"
            page = await open_page(self.browser, url, 390, height)
            await page.get_by_test_id("message").last.wait_for()
            await keep(page, f"handbook-{name}")
            await page.context.close()


@pytest.fixture
async def album(stage: Stage) -> AsyncIterator[Album]:
    async with AsyncExitStack() as stack:
        yield Album(stage, await stack.enter_async_context(chromium()) if FOLDER else None)


async def test_what_the_handbook_says_is_so(stage: Stage, album: Album) -> None:
    scene = await begun(stage, album)
    living = await residents(stage, scene, 5)
    await called(stage, album, scene, living)
    await met(stage, album, scene, living)
    await voted(stage, album, scene, living)
    await written(stage, album, scene, living)
    await every_month(stage, album, scene)
    await in_private(stage, album, scene)


async def begun(stage: Stage, album: Album) -> Scene:
    """Pages 1 and 2: the bot comes into the group, and a household is registered."""
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("5栋邻里群", leader)
    await leader.add_bot(group, admin=True)
    await album.take("bind", leader, group, "绑定本楼栋")
    scene = await bound_building(stage)
    await album.take("bound", scene.leader, scene.group, "组长")
    asking = stage.sandbox.people.new("示例住户 2-302")
    await asking.join(scene.group)
    await asking.start()
    await tap(stage, asking, asking.private(), "登记住户")
    await say(stage, asking, asking.private(), "2-302")
    await tap(stage, asking, asking.private(), "同意并加入")
    await album.take("claim", scene.leader, scene.leader.private(), "确认", "2单元302")
    await tap(stage, scene.leader, scene.leader.private(), "确认")
    return scene


async def called(stage: Stage, album: Album, scene: Scene, living: list[Person]) -> None:
    """Page 3: a meeting is called in one line, and who has not seen it is listed."""
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/meeting 下周三晚上七点半 活动室 电动车棚；停车位")
    await album.take("call", scene.leader, chat, "发布通知", "11月25日")
    await press(stage, scene.leader, draft, "发布通知")
    await tap(stage, living[0], living[0].private(), "知道了")
    await tap(stage, living[1], scene.group, "我参加")
    await album.take("notice", scene.leader, scene.group, "我参加", "加进日历")
    await press(stage, scene.leader, draft, "谁还没看到")
    await album.take("seen", scene.leader, chat, "已看到")


async def met(stage: Stage, album: Album, scene: Scene, living: list[Person]) -> None:
    """Page 4: the meeting is opened, people check in and speak."""
    await stage.pass_time(to=at(11, 25, 19, 20))
    await tap(stage, scene.leader, scene.group, "开始开会")
    for neighbour in living[:4]:
        await tap(stage, neighbour, scene.group, "签到")
    await tap(stage, scene.leader, scene.group, "第一项")
    await tap(stage, living[0], scene.group, "举手发言")
    await tap(stage, living[1], scene.group, "举手发言")
    await tap(stage, scene.leader, scene.group, "下一位")
    await album.take("meet", scene.leader, scene.group, "发言")
    await say(stage, living[0], scene.group, "/say 车棚离楼道远一些")
    await say(stage, scene.leader, scene.group, "/task 1单元101 出施工图 12月4日")


async def voted(stage: Stage, album: Album, scene: Scene, living: list[Person]) -> None:
    """Pages 5 and 6: something is put to the vote, on the phone and on paper, and comes to its result."""
    chat = scene.leader.private()
    draft = await say(stage, scene.leader, chat, "/vote 停车位怎么划 | 专区20 | 全部专区 | 专区15")
    await album.take("wizard", scene.leader, chat, "开始投票", "一户一票", height=1060)
    await press(stage, scene.leader, draft, "开始投票")
    for neighbour, label in zip(living, "乙乙甲乙", strict=False):
        await tap(stage, neighbour, scene.group, label)
    await album.take("ballot", living[0], scene.group, "已投 4 户")
    said = await living[3].say(scene.group, "我来计票")
    await reply(stage, scene.leader, said, "/teller")
    await say(stage, living[3], living[3].private(), "纸质票")
    await tap(stage, living[3], living[3].private(), "停车位怎么划")
    await say(stage, living[3], living[3].private(), "1-301 乙\n2-301 丙")
    await album.take("paper", living[3], living[3].private(), "交给两位邻居见证")
    await tap(stage, scene.leader, scene.group, "截止")
    await tap(stage, scene.leader, scene.group, "现在截止")
    await album.take("result", scene.leader, scene.group, "乙", "怎么算出来的")


async def written(stage: Stage, album: Album, scene: Scene, living: list[Person]) -> None:
    """Pages 7 and 8: the minutes, and a task that is done."""
    await say(stage, scene.leader, scene.group, "散会")
    await tap(stage, scene.leader, scene.group, "✅ 散会")
    await album.take("minutes", scene.leader, scene.group, "会议纪要", "我要更正")
    await stage.pass_time(to=at(12, 2, 9))
    await album.take("task", living[0], living[0].private(), "办好了")


async def every_month(stage: Stage, album: Album, scene: Scene) -> None:
    """Page 9: what comes by itself, the report, and the register."""
    chat = scene.leader.private()
    await say(stage, scene.leader, chat, "/monthly 每月5号晚上七点半")
    await album.take("monthly", scene.leader, chat, "例会", "月报", height=760)
    await tap(stage, scene.leader, chat, "两分钟填完")
    await say(stage, scene.leader, chat, "走访12户，诉求6件，办结5件")
    await album.take("report", scene.leader, chat, "交上去")
    await say(stage, scene.leader, chat, "台账")
    await tap(stage, scene.leader, chat, "11月")
    await album.take("register", scene.leader, chat, "台账", "会议 1")


async def in_private(stage: Stage, album: Album, scene: Scene) -> None:
    """Page 10: a mediation, of which only its sides know."""
    chat = scene.leader.private()
    await say(stage, scene.leader, chat, "调解")
    for words in ("楼上漏水", "1单元101", "1单元102", "明天晚上七点半", "凉亭"):
        await say(stage, scene.leader, chat, words)
    await album.take("mediation", scene.leader, chat, "私聊去问各方")


def pictures(text: Path) -> set[str]:
    """The pictures that a text shows."""
    written = text.read_text(encoding="utf-8")
    shown = re.findall(r'!\[[^\]]+\]\(([^)]+)\)|<img src="([^"]+)" alt="[^"]+"', written)
    return {Path("".join(one)).name for one in shown}


def test_every_picture_is_shown_in_both_languages_and_is_small() -> None:
    taken = {path.name: path.stat().st_size for path in (DOCS / "screens").iterdir()}
    readmes = [pictures(DOCS.parent / name) for name in ("README.md", "README.zh-CN.md")]
    books = [pictures(book) for book in BOOKS]
    assert readmes[0] == readmes[1]
    assert books[0] == books[1]
    assert readmes[0] | books[0] == set(taken)
    assert max(taken.values()) < LARGEST


def test_every_picture_is_taken_by_make_screens() -> None:
    """`make screens` runs the three files named in the Makefile: all that is shown comes from there."""
    tests = DOCS.parent / "tests"
    book = (tests / "handlers/test_handbook.py").read_text(encoding="utf-8")
    story = "".join(
        (tests / "bot" / name).read_text(encoding="utf-8") for name in ("test_demo.py", "pictures.py")
    )
    taken = {f"handbook-{name}.png" for name in re.findall(r'album\.take\(\s*"(\w+)"', book)}
    taken |= {f"{name}.png" for name in re.findall(r'"([\w]+-\d+)"', story)}
    assert taken == {path.name for path in (DOCS / "screens").iterdir()}


@pytest.mark.parametrize(("book", "lang"), [(BOOKS[0], "zh"), (BOOKS[1], "en")], ids=("zh", "en"))
def test_the_handbook_names_buttons_that_there_are(book: Path, lang: str) -> None:
    templates = DOCS.parent / "handlers/templates" / lang
    words = "".join(path.read_text(encoding="utf-8") for path in templates.glob("*.j2"))
    named = re.findall(r"〔([^〕]+)〕", book.read_text(encoding="utf-8"))
    assert len(named) > 40
    assert not [label for label in named if label not in words]
