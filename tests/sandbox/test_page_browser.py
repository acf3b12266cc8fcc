"""The chat page in a real browser: a small bot on one side, a person clicking on the other."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from sandbox import Group, Person, Sandbox
from sandbox.page import StoryState
from tests.sandbox.page_bot import Bot, keyboard, png
from tests.screens import CHROMIUM, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


class Screen:
    """One window on the page, as one person has it, and the world behind it."""

    def __init__(self, sandbox: Sandbox, browser: Browser) -> None:
        self.sandbox = sandbox
        self.browser = browser
        self.bot = Bot(sandbox)
        self.lin: Person = sandbox.people.new("示例组长 林")
        self.wu: Person = sandbox.people.new("示例住户 3-1-102")
        self.group: Group = sandbox.people.new_group("3栋楼宇会", self.lin, self.wu)
        self.page: Page
        self.troubles: list[str] = []

    async def open(
        self, width: int = 1280, height: int = 800, *, chat: str | None = "3栋楼宇会", **how: Any
    ) -> Page:
        """Open the page, and a chat in it."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **how
        )
        self.page = await context.new_page()
        self.page.set_default_timeout(8000)
        self.page.on("console", lambda said: said.type == "error" and self.troubles.append(said.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        await self.page.goto(self.sandbox.url)
        if chat is not None:
            await self.chat(chat).click()
        return self.page

    def chat(self, title: str) -> Locator:
        name = self.page.locator("strong", has_text=title)
        return self.page.get_by_test_id("chat").filter(has=name)

    def message(self, text: str) -> Locator:
        return self.page.get_by_test_id("message").filter(has_text=text)

    def button(self, text: str) -> Locator:
        return self.page.get_by_test_id("button").filter(has_text=text)

    async def send(self, text: str, *rows: list[tuple[str, str]], **more: Any) -> Any:
        """Let the bot say something in the group."""
        markup = {"reply_markup": keyboard(*rows)} if rows else {}
        return await self.bot("sendMessage", chat_id=self.group.id, text=text, **markup, **more)


@pytest_asyncio.fixture(loop_scope="module")
async def screen(browser: Browser) -> AsyncIterator[Screen]:
    async with Sandbox(limits=None) as sandbox:
        screen = Screen(sandbox, browser)
        await screen.lin.add_bot(screen.group, admin=True)
        async with screen.bot.client:
            yield screen
            for context in list(browser.contexts):
                await context.close()
    assert screen.troubles == []


async def test_formatting_is_shown_and_markup_is_only_text(screen: Screen) -> None:
    page = await screen.open()
    html = '<b>粗<i>斜</i></b> <a href="https://example.org/x">链接</a> <tg-spoiler>谜底</tg-spoiler>'
    await screen.send(f"{html}\n&lt;img src=x onerror=alert(1)&gt; 😀<u>尾</u>", parse_mode="HTML")
    words = screen.message("onerror").get_by_test_id("text")
    await expect(words.locator("strong em")).to_have_text("斜")
    await expect(words.locator("a")).to_have_attribute("rel", "noopener noreferrer")
    await expect(words.locator("u")).to_have_text("尾")
    await expect(words).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(page.locator("img")).to_have_count(0)
    hidden = page.get_by_role("button", name="点开看隐藏文字")
    await hidden.click()
    await expect(words.locator(".revealed")).to_have_text("谜底")


async def test_a_link_that_runs_script_is_no_link(screen: Screen) -> None:
    await screen.open()
    entity = {"type": "text_link", "offset": 0, "length": 2, "url": "javascript:alert(1)"}
    await screen.send("点我", entities=[entity])
    await expect(screen.message("点我").get_by_test_id("text")).to_be_visible()
    await expect(screen.page.locator("a[href^=javascript]")).to_have_count(0)


async def test_a_press_spins_until_it_is_answered_and_then_toasts(screen: Screen) -> None:
    page = await screen.open()
    sent = await screen.send("来吗？", [("我参加", "yes"), ("来不了", "no")], [("加进日历", "cal")])
    await expect(page.get_by_test_id("keyboard").locator(".keys")).to_have_count(2)
    await screen.button("我参加").click()
    await expect(screen.button("我参加")).to_have_attribute("aria-busy", "true")
    query = await screen.bot.hears("callback_query")
    await screen.bot(
        "editMessageText",
        chat_id=screen.group.id,
        message_id=sent["message_id"],
        text="来吗？1 户",
        reply_markup=keyboard([("我参加", "yes")]),
    )
    await expect(screen.message("来吗？1 户")).to_contain_text("已编辑")
    await expect(screen.button("我参加")).to_have_attribute("aria-busy", "true")
    await screen.bot("answerCallbackQuery", callback_query_id=query["id"], text="已记下：参加")
    await expect(page.get_by_test_id("toast")).to_have_text("已记下：参加")
    await expect(screen.button("我参加")).not_to_have_attribute("aria-busy", "true")
    assert query["data"] == "yes"


async def test_an_alert_stays_until_it_is_closed(screen: Screen) -> None:
    page = await screen.open()
    await screen.send("投票", [("甲", "a")])
    await screen.button("甲").click()
    await screen.bot.answers(text="这次投票 21:00 已截止。", show_alert=True)
    alert = page.get_by_role("alertdialog")
    await expect(alert).to_contain_text("已截止")
    await expect(alert.get_by_role("button", name="知道了")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(alert).to_have_count(0)
    await expect(screen.button("甲")).to_be_focused()


async def test_messages_change_and_vanish_as_they_do_in_the_chat(screen: Screen) -> None:
    await screen.open()
    sent, wrong = await screen.send("已投 1 户"), await screen.send("发错了")
    await expect(screen.message("发错了")).to_be_visible()
    await expect(screen.message("已投 1 户").get_by_test_id("edited")).to_have_count(0)
    await screen.bot(
        "editMessageText", chat_id=screen.group.id, message_id=sent["message_id"], text="已投 2 户"
    )
    await screen.bot("deleteMessage", chat_id=screen.group.id, message_id=wrong["message_id"])
    await expect(screen.message("已投 2 户").get_by_test_id("edited")).to_have_text("已编辑")
    await expect(screen.message("发错了")).to_have_count(0)


async def test_pictures_open_and_an_album_is_one_bubble(screen: Screen) -> None:
    page = await screen.open()
    names = ["a", "b", "c"]
    media = [{"type": "photo", "media": f"attach://{name}"} for name in names]
    media[0]["caption"] = "三个方案"
    files = {name: (f"{name}.png", png(60, 40, (40, 90 + 30 * at, 80))) for at, name in enumerate(names)}
    await screen.bot("sendMediaGroup", files=files, chat_id=str(screen.group.id), media=media)
    album = page.get_by_test_id("album")
    await expect(album.locator("img")).to_have_count(3)
    await expect(screen.message("三个方案")).to_have_count(1)
    assert (
        await album.locator("img").first.evaluate(
            "async (image) => (await image.decode(), image.naturalWidth)"
        )
        == 60
    )
    await album.get_by_role("button").nth(1).click()
    await expect(page.get_by_test_id("lightbox")).to_be_visible()
    second = await page.get_by_test_id("lightbox").locator("img").get_attribute("src")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_test_id("lightbox").locator("img")).not_to_have_attribute("src", str(second))
    await page.get_by_role("button", name="上一张").click()
    await expect(page.get_by_test_id("lightbox").locator("img")).to_have_attribute("src", str(second))
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("lightbox")).to_have_count(0)


async def test_a_pdf_opens_in_a_tab_and_a_calendar_file_downloads(screen: Screen) -> None:
    page = await screen.open()
    for name in ("纪要.pdf", "楼宇会.ics"):
        await screen.bot(
            "sendDocument", files={"document": (name, b"%PDF-1.4 minutes")}, chat_id=str(screen.group.id)
        )
    await expect(page.get_by_role("link", name="打开 纪要.pdf")).to_have_attribute("target", "_blank")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="下载 楼宇会.ics").click()
    assert (await download.value).suggested_filename == "楼宇会.ics"


async def test_the_pinned_message_stands_on_top_and_leads_to_it(screen: Screen) -> None:
    page = await screen.open()
    sent = await screen.send("📢 楼宇会通知")
    await screen.bot("pinChatMessage", chat_id=screen.group.id, message_id=sent["message_id"])
    for number in range(90):
        await screen.lin.say(screen.group, f"第 {number} 句")
    await page.reload()
    await expect(screen.message("第 89 句")).to_be_visible()
    await expect(screen.message("📢 楼宇会通知")).to_have_count(0)
    await page.get_by_test_id("pinned").click()
    await expect(screen.message("📢 楼宇会通知")).to_be_in_viewport()
    await page.get_by_test_id("to-bottom").click()
    await expect(screen.message("第 89 句")).to_be_in_viewport()


async def test_service_messages_stand_in_the_middle(screen: Screen) -> None:
    page = await screen.open()
    sent = await screen.send("通知")
    await screen.bot("pinChatMessage", chat_id=screen.group.id, message_id=sent["message_id"])
    newcomer = screen.sandbox.people.new("示例新住户")
    await newcomer.join(screen.group)
    await expect(page.get_by_test_id("service").filter(has_text="示例新住户 加入了群聊")).to_be_visible()
    await expect(page.get_by_test_id("service").filter(has_text="页面小助手 置顶了“通知”")).to_be_visible()


async def test_a_deep_link_leads_to_the_private_chat_and_starts_with_its_payload(screen: Screen) -> None:
    page = await screen.open()
    await screen.send("器材太多，请私下选", [("私下选", f"https://t.me/{screen.bot.username}?start=b_7")])
    await screen.button("私下选").click()
    await expect(page.get_by_test_id("chat-title")).to_have_text("页面小助手")
    await expect(screen.message("/start b_7")).to_be_visible()
    assert len(page.context.pages) == 1


async def test_an_empty_private_chat_offers_to_start_and_then_its_commands(screen: Screen) -> None:
    await screen.bot(
        "setMyCommands",
        commands=[
            {"command": "meeting", "description": "召集会议"},
            {"command": "help", "description": "帮助"},
        ],
    )
    await screen.bot("setMyDescription", description="我帮大家开会。")
    page = await screen.open(chat="页面小助手")
    await expect(page.get_by_test_id("empty")).to_contain_text("我帮大家开会。")
    await page.get_by_test_id("start").click()
    await expect(screen.message("/start")).to_be_visible()
    await page.get_by_test_id("composer").press_sequentially("/he")
    await expect(page.get_by_test_id("commands").get_by_role("menuitem")).to_have_count(1)
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(screen.message("/help")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_focused()


async def test_in_an_empty_sandbox_one_invites_people_and_opens_a_group(browser: Browser) -> None:
    async with Sandbox() as sandbox:
        sandbox.new_bot("page_bot", "页面小助手")
        context = await browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        page = await context.new_page()
        await page.goto(sandbox.url)
        await page.get_by_test_id("persona").click()
        await page.get_by_test_id("people-search").last.fill("示例组长")
        await page.get_by_test_id("add-person").last.click()
        await expect(page.get_by_test_id("persona")).to_contain_text("示例组长")
        await page.get_by_test_id("new-group").click()
        await page.get_by_test_id("group-name").fill("3栋楼宇会")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("chat-title")).to_have_text("3栋楼宇会")
        await page.get_by_test_id("composer").fill("/help")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("message")).to_contain_text("/help")
        await context.close()


async def test_typing_is_seen(screen: Screen) -> None:
    page = await screen.open()
    await screen.bot("sendChatAction", chat_id=screen.group.id, action="typing")
    await expect(page.get_by_test_id("chat-status")).to_have_text("正在输入…")
    await screen.send("好了")
    await expect(page.get_by_test_id("chat-status")).to_have_text("3 人")


async def test_one_of_three_hundred_people_is_found_and_becomes_oneself(screen: Screen) -> None:
    for number in range(300):
        person = screen.sandbox.people.new(f"示例住户 {number:03d}")
        screen.sandbox.page.hints[person.id] = f"3栋{number // 12 + 1}单元"
    page = await screen.open()
    await page.get_by_test_id("people-search").fill("25单元 299")
    await expect(page.get_by_test_id("person")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("persona")).to_contain_text("示例住户 299")
    await expect(page.get_by_test_id("persona")).to_contain_text("3栋25单元")
    await expect(page.get_by_test_id("chat")).to_have_count(1)


async def test_becoming_somebody_else_one_stays_in_private_with_the_bot(screen: Screen) -> None:
    await screen.wu.start(payload="by_wu")
    page = await screen.open(chat="页面小助手")
    await expect(page.get_by_test_id("start")).to_be_visible()
    await page.get_by_test_id("person").nth(1).click()
    await expect(screen.message("/start by_wu")).to_be_visible()
    await expect(page.get_by_test_id("chat-title")).to_have_text("页面小助手")


async def test_enter_sends_shift_enter_breaks_the_line_and_a_reply_is_quoted(screen: Screen) -> None:
    page = await screen.open()
    await screen.wu.say(screen.group, "周三行吗？")
    await screen.message("周三行吗？").hover()
    await screen.message("周三行吗？").get_by_test_id("reply").click()
    await expect(page.get_by_test_id("replying")).to_contain_text("回复 示例住户 3-1-102")
    await page.keyboard.type("行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("七点半")
    await page.keyboard.press("Enter")
    await expect(screen.message("七点半").get_by_test_id("quote")).to_contain_text("周三行吗？")
    await expect(page.get_by_test_id("composer")).to_have_value("")
    await expect(page.get_by_test_id("replying")).to_be_hidden()
    assert screen.group.messages[-1].text == "行\n七点半"


async def test_what_the_sandbox_refuses_is_said_and_not_lost(screen: Screen) -> None:
    page = await screen.open()
    await page.get_by_test_id("composer").fill("长" * 4097)
    async with page.expect_response(lambda answer: answer.status == 400):
        await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("toast")).to_have_text("没有成功：内容太长")
    await expect(page.get_by_test_id("composer")).to_have_value("长" * 4097)
    screen.troubles.clear()  # the browser reports every 400


async def test_a_photo_is_sent_with_its_caption(screen: Screen) -> None:
    page = await screen.open()
    picture = {"name": "车棚.png", "mimeType": "image/png", "buffer": png(80, 60, (30, 120, 90))}
    await page.get_by_test_id("file-input").set_input_files([picture])  # type: ignore[list-item]
    await expect(page.get_by_test_id("chosen-file")).to_contain_text("车棚.png")
    await page.get_by_test_id("composer").fill("车棚现状")
    await page.get_by_test_id("send").click()
    await expect(screen.message("车棚现状").get_by_test_id("photo")).to_be_visible()
    await expect(page.get_by_test_id("chosen-file")).to_be_hidden()


async def test_one_votes_in_a_poll_and_sees_the_shares(screen: Screen) -> None:
    page = await screen.open()
    await screen.bot(
        "sendPoll", chat_id=screen.group.id, question="怎么划？", options=["甲", "乙"], is_anonymous=False
    )
    await page.get_by_test_id("option").filter(has_text="乙").click()
    answer = await screen.bot.hears("poll_answer")
    await expect(page.get_by_test_id("option").filter(has_text="乙")).to_contain_text("100%")
    await screen.wu.vote_in_poll(screen.group.messages[-1], 0)
    await expect(page.get_by_test_id("option").filter(has_text="乙")).to_contain_text("50%")
    await page.get_by_role("button", name="撤回").click()
    await expect(page.get_by_test_id("poll")).to_contain_text("1 人已投")
    assert answer["option_ids"] == [1]


async def test_unread_messages_are_counted_until_they_are_seen(screen: Screen) -> None:
    page = await screen.open(chat=None)
    await screen.wu.say(screen.group, "有人吗？")
    await expect(screen.chat("3栋楼宇会")).to_contain_text("有人吗？")
    await expect(page.get_by_test_id("unread")).to_be_visible()
    await screen.chat("3栋楼宇会").click()
    await expect(page.get_by_test_id("unread")).to_have_count(0)
    await screen.wu.say(screen.group, "都在吗？")
    await expect(screen.message("都在吗？")).to_be_visible()
    await expect(page.get_by_test_id("unread")).to_have_count(0)


async def test_reading_further_up_is_not_disturbed_by_what_comes(screen: Screen) -> None:
    for number in range(40):
        await screen.lin.say(screen.group, f"第 {number} 句")
    page = await screen.open()
    await expect(screen.message("第 39 句")).to_be_in_viewport()
    await page.get_by_test_id("messages").evaluate("(list) => { list.scrollTop = 300; }")
    await expect(page.get_by_test_id("to-bottom")).to_be_visible()
    top = await page.get_by_test_id("messages").evaluate("(list) => list.scrollTop")
    await screen.wu.say(screen.group, "最新一句")
    await expect(page.get_by_test_id("to-bottom")).to_have_text("1")
    assert await page.get_by_test_id("messages").evaluate("(list) => list.scrollTop") == top
    await page.get_by_test_id("to-bottom").click()
    await expect(screen.message("最新一句")).to_be_in_viewport()
    await page.get_by_test_id("messages").evaluate("(list) => { list.scrollTop = 300; }")
    await expect(page.get_by_test_id("to-bottom")).to_be_visible()
    await page.get_by_test_id("composer").fill("我说的")
    await page.keyboard.press("Enter")
    await expect(screen.message("我说的")).to_be_in_viewport()


async def test_an_address_of_an_earlier_sandbox_leads_to_the_list(screen: Screen) -> None:
    page = await screen.open(chat=None)
    await page.goto("about:blank")
    await page.goto(f"{screen.sandbox.url}/#999999/-123456")
    await expect(page.get_by_test_id("persona")).to_contain_text("示例组长 林")
    await screen.chat("3栋楼宇会").click()
    await expect(page.get_by_test_id("chat-title")).to_have_text("3栋楼宇会")
    await expect(page.get_by_test_id("toast")).to_have_count(0)


async def test_on_a_phone_one_goes_from_the_list_to_a_chat_and_back(screen: Screen) -> None:
    page = await screen.open(390, 844, has_touch=True, is_mobile=True, chat=None)
    await expect(page.get_by_test_id("conversation")).to_be_hidden()
    await screen.chat("3栋楼宇会").tap()
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await expect(page.get_by_test_id("chat-list")).to_be_hidden()
    await page.get_by_test_id("back").tap()
    await expect(page.get_by_test_id("chat-list")).to_be_visible()
    await page.get_by_test_id("persona").tap()
    await page.get_by_test_id("people-dialog").get_by_test_id("person").nth(1).tap()
    await expect(page.get_by_test_id("persona")).to_contain_text("示例住户 3-1-102")


async def test_on_a_phone_everything_is_big_enough_for_a_thumb(screen: Screen) -> None:
    screen.sandbox.page.tell(Walk(screen))
    page = await screen.open(390, 844, has_touch=True, is_mobile=True)
    await screen.send("来吗？", [("我参加", "yes"), ("来不了，委托别人", "no")])
    await expect(screen.button("我参加")).to_be_visible()
    small = await page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, select, a.file")]
            .filter((one) => one.checkVisibility() && !one.matches(".inline, .quote, .chip, [role=switch]"))
            .map((one) => [one.dataset.testid || one.className, one.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 44 || box.width < 44))
            .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )
    assert small == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert await page.get_by_test_id("composer").evaluate("(one) => getComputedStyle(one).fontSize") == "16px"


async def test_language_and_colours_are_switched_and_kept(screen: Screen) -> None:
    page = await screen.open(color_scheme="light")
    await page.get_by_test_id("language").click()
    await expect(page.get_by_test_id("composer")).to_have_attribute("placeholder", "Message…")
    await page.get_by_test_id("theme").click()
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.reload()
    await expect(page.get_by_test_id("composer")).to_have_attribute("placeholder", "Message…")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


async def test_without_a_mouse_one_finds_a_chat_a_message_and_its_button(screen: Screen) -> None:
    await screen.send("来吗？", [("我参加", "yes")])
    page = await screen.open(chat=None)
    await screen.chat("3栋楼宇会").focus()
    await page.keyboard.press("ArrowDown")
    await expect(screen.chat("页面小助手")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(screen.message("来吗？")).to_be_visible()
    await page.get_by_test_id("messages").focus()
    await page.keyboard.press("ArrowUp")
    await expect(screen.message("来吗？")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(screen.button("我参加")).to_be_focused()
    await page.keyboard.press("Enter")
    await screen.bot.answers(text="好")
    await expect(page.get_by_test_id("toast")).to_have_text("好")
    await expect(screen.button("我参加")).to_be_focused()


async def test_a_thousand_changes_at_once_leave_the_page_alive(screen: Screen) -> None:
    page = await screen.open()
    card = await screen.send("已投 0 户", [("甲", "a")])
    await expect(screen.message("已投 0 户")).to_be_visible()
    for number in range(1, 1001):
        await screen.wu.say(screen.group, f"第 {number} 句")
        if number % 100 == 0:
            await screen.bot(
                "editMessageText",
                chat_id=screen.group.id,
                message_id=card["message_id"],
                text=f"已投 {number} 户",
            )
    await expect(screen.message("第 1000 句")).to_be_in_viewport()
    assert await page.get_by_test_id("messages").evaluate("(list) => list.children.length") <= 500
    await page.get_by_test_id("composer").fill("我还在")
    await page.keyboard.press("Enter")
    await expect(screen.message("我还在")).to_be_in_viewport()


async def test_after_a_break_the_page_comes_back_and_knows_what_it_missed(screen: Screen) -> None:
    page = await screen.open()
    stays, goes = await screen.send("会变的"), await screen.send("会消失的")
    await expect(screen.message("会消失的")).to_be_visible()
    await screen.sandbox.stop()
    await expect(page.get_by_test_id("chat-status")).to_contain_text("正在重连")
    world = screen.group.state.messages
    world[stays["message_id"]].body = {"text": "变了"}
    del world[goes["message_id"]]
    await screen.sandbox.start()
    await expect(screen.message("变了")).to_be_visible()
    await expect(screen.message("会消失的")).to_have_count(0)
    await expect(page.get_by_test_id("chat-status")).to_have_text("3 人")
    screen.troubles.clear()  # the browser reports the connections that were refused


async def test_the_page_goes_along_when_the_group_becomes_a_supergroup(screen: Screen) -> None:
    page = await screen.open()
    screen.group.upgrade()
    await screen.wu.say(screen.group, "都过来了")
    await expect(screen.message("都过来了")).to_be_visible()
    await expect(page.get_by_test_id("service").filter(has_text="升级为超级群")).to_be_visible()
    await expect(screen.chat("3栋楼宇会")).to_have_count(1)


async def test_who_is_thrown_out_is_back_at_the_list(screen: Screen) -> None:
    page = await screen.open(390, 844)
    await page.get_by_test_id("back").click()
    await page.get_by_test_id("persona").click()
    await page.get_by_test_id("people-dialog").get_by_test_id("person").nth(1).click()
    await screen.chat("3栋楼宇会").click()
    await screen.lin.remove(screen.group, screen.wu)
    await expect(page.get_by_test_id("chat-list")).to_be_visible()
    await expect(screen.chat("3栋楼宇会")).to_have_count(0)


class Walk:
    """A story of two steps: one person speaks in the group, another starts the bot in private."""

    def __init__(self, screen: Screen) -> None:
        self.title = {"zh": "一次楼宇会", "en": "One meeting"}
        self.chapters = [
            ("say", {"zh": "说一句", "en": "Speak"}),
            ("start", {"zh": "私聊", "en": "In private"}),
        ]
        self.speed = 1.0
        self.screen = screen
        self.now = StoryState()

    def state(self) -> StoryState:
        return self.now

    async def play(self, chapter: str | None = None) -> None:
        await self.step()
        if chapter is None:
            await self.step()

    def pause(self) -> None:
        pass

    async def step(self) -> None:
        screen = self.screen
        if self.now.chapter is None:
            self.now = StoryState(True, "say", "吴家说了一句", screen.wu.id, screen.group.state.key)
            await screen.wu.say(screen.group, "我家同意")
        else:
            chat = await screen.lin.start()
            self.now = StoryState(
                False,
                "start",
                {"zh": "组长打开私聊", "en": "The leader opens a private chat"},
                screen.lin.id,
                chat.state.key,
                done=True,
            )


async def test_a_story_is_followed_from_person_to_person(screen: Screen) -> None:
    screen.sandbox.page.tell(Walk(screen))
    page = await screen.open(chat=None)
    await expect(page.get_by_test_id("story-caption")).to_contain_text("按“播放”看一遍")
    await page.get_by_test_id("story-step").click()
    await expect(page.get_by_test_id("story-caption")).to_have_text("吴家说了一句")
    await expect(page.get_by_test_id("persona")).to_contain_text("示例住户 3-1-102")
    await expect(screen.message("我家同意")).to_be_visible()
    await expect(page.get_by_test_id("story-chapter-say")).to_have_attribute("aria-current", "step")


async def test_who_does_not_follow_stays_where_they_are(screen: Screen) -> None:
    screen.sandbox.page.tell(Walk(screen))
    page = await screen.open()
    await page.get_by_test_id("story-follow").uncheck(force=True)
    await page.get_by_test_id("story-play").click()
    await expect(page.get_by_test_id("story-caption")).to_have_text("组长打开私聊")
    await expect(page.get_by_test_id("persona")).to_contain_text("示例组长 林")
    await expect(page.get_by_test_id("chat-title")).to_have_text("3栋楼宇会")
    await page.get_by_test_id("language").click()
    await expect(page.get_by_test_id("story-caption")).to_have_text(re.compile("The leader opens"))


async def test_two_people_on_two_screens_see_the_same_thing(screen: Screen) -> None:
    first = await screen.open()
    second = await screen.open()
    await second.get_by_test_id("person").nth(1).click()
    await expect(second.get_by_test_id("persona")).to_contain_text("示例住户 3-1-102")
    await asyncio.gather(screen.lin.say(screen.group, "您好"), screen.wu.say(screen.group, "您也好"))
    for page in (first, second):
        await expect(page.get_by_test_id("message").filter(has_text="您也好")).to_be_visible()
    await expect(first.locator(".own")).to_have_text(re.compile("您好"))
    await expect(second.locator(".own")).to_have_text(re.compile("您也好"))
