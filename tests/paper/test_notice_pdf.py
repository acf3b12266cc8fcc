"""The notice for the door says what, when, where, who and how on one page."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from paper.notice import Notice, notice_pdf

NOTICE = Notice(
    community="彩色水泥厂生活小区",
    building="3栋",
    kind="楼宇会",
    title="电动车棚和充电桩",
    when=datetime(2026, 6, 14, 19, 30, tzinfo=UTC),
    place="社区活动室",
    agenda=("电动车棚建在哪里", "充电收费"),
    invited="3栋全体住户，28户",
    convener="示例组长",
    posted=date(2026, 6, 10),
    link="https://t.me/demo_bot?start=m1",
)


def test_a_notice_says_what_when_where_who_and_how_on_one_page(look):
    seen = look(notice_pdf(NOTICE))
    assert len(seen.pages) == 1
    assert seen.sizes == [(595, 842)]
    for words in [
        "彩色水泥厂生活小区3栋", "楼宇会通知", "电动车棚和充电桩", "2026年6月14日（周日）19:30", "社区活动室",
        "3栋全体住户，28户",
        "一、电动车棚建在哪里", "二、充电收费", "扫码报名", "不用手机也行", "召集人示例组长",
        "2026年6月10日（周三）",
    ]:  # fmt: skip
        assert words in seen.text, words


def test_a_notice_in_english(look):
    text = look(notice_pdf(NOTICE, "en")).text
    for words in [
        "Notice:buildingmeeting",
        "WhenSun14Jun2026,19:30",
        "Where",
        "Invited",
        "2.充电收费",
        "Scantosignup",
        "Convener",
    ]:
        assert words in text, words


def test_without_a_link_there_is_no_code_and_the_convener_is_asked(look):
    without = notice_pdf(replace(NOTICE, link=""))
    assert "向召集人报名" in look(without).text
    assert "扫码" not in look(without).text


def test_an_empty_agenda_is_agreed_at_the_meeting(look):
    assert "会上商定" in look(notice_pdf(replace(NOTICE, agenda=()))).text


def test_a_long_agenda_flows_over_pages(look):
    seen = look(notice_pdf(replace(NOTICE, agenda=tuple(f"议题{n}号" * 9 for n in range(60)))))
    assert len(seen.pages) > 2
    assert all(f"议题{n}号" in seen.text for n in range(60))
    assert not seen.spilled


@pytest.mark.parametrize("text", ["#panic()", "$x$ [a] *b* \\c", "W" * 400, "。" * 400, "@ref <label>"])
def test_crafted_or_endless_words_are_printed_as_they_are(look, text):
    crafted = replace(
        NOTICE, title=text, place=text, agenda=(text,), invited=text, convener=text, building=text
    )
    seen = look(notice_pdf(crafted))
    assert not seen.spilled
    assert seen.text.count(text[:8].replace(" ", "")) >= 6


def test_the_same_notice_gives_the_same_bytes():
    assert notice_pdf(NOTICE) == notice_pdf(NOTICE)
