"""The words on paper are complete in each language, and every one of them can be printed."""

import string
from datetime import date, datetime

import pytest

from paper.font import open_font
from paper.wording import LANGUAGES, read_words, say_day, say_number, say_span, say_time

FILLS = {
    (language, section, key): {field for _, field, _, _ in string.Formatter().parse(said) if field}
    for language in LANGUAGES
    for section, words in read_words(language).items()
    for key, said in words.items()
}


def test_there_are_chinese_and_english():
    assert LANGUAGES == ("en", "zh")


def test_both_languages_have_the_same_words():
    zh, en = (
        {key for spoken, *key in map(list, FILLS) for key in [tuple(key)] if spoken == lang}
        for lang in ("zh", "en")
    )
    assert zh == en


def test_no_word_is_empty_and_english_has_no_chinese():
    for section, words in read_words("en").items():
        for key, said in words.items():
            assert said, (section, key)
            assert not any("\u4e00" <= character <= "\u9fff" for character in said), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_draws_every_word(language):
    font = open_font()
    said = "".join(said for words in read_words(language).values() for said in words.values())
    assert [character for character in said if not font.draws(character)] == []


def test_what_is_filled_in_is_the_same_in_both_languages():
    ours = {"hanzi", "figure"}
    for (language, *key), fields in FILLS.items():
        assert fields - ours == FILLS[("zh", *key)] - ours, (language, key)


@pytest.mark.parametrize(
    ("tag", "code"),
    [("zh-CN", "zh"), ("en_US", "en"), ("EN", "en"), ("fr", "zh"), ("", "zh"), ("../x", "zh")],
)
def test_a_language_tag_means_its_language_and_others_mean_chinese(tag, code):
    assert read_words(tag)["date"]["code"] == code


def test_days_and_times_are_written_as_people_write_them():
    zh, en = read_words("zh"), read_words("en")
    start, end = datetime(2026, 11, 25, 19, 5), datetime(2026, 11, 26, 0, 30)  # noqa: DTZ001
    assert say_day(date(2026, 11, 25), zh) == "2026年11月25日（周三）"
    assert say_time(start, en) == "Wed 25 Nov 2026, 19:05"
    assert say_span(start, end, zh) == "2026年11月25日（周三）19:05 — 2026年11月26日（周四）00:30"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一、"), (10, "十、"), (11, "十一、"), (20, "二十、"), (99, "九十九、"), (100, "100、"), (0, "0、")],
)
def test_headings_are_numbered_in_chinese(number, said):
    assert say_number(number, read_words("zh")) == said
    assert say_number(number, read_words("en")) == f"{number}. "
