"""Telegram's markup, read as Telegram reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.formatting import parse, units


def entities(text: str, mode: str = "HTML") -> list[tuple[str, int, int]]:
    return [(e["type"], e["offset"], e["length"]) for e in parse(text, mode, None)[1]]


@pytest.mark.parametrize(
    ("markup", "plain", "found"),
    [
        ("<b>会议</b>", "会议", [("bold", 0, 2)]),
        ("🏠<i>一</i>", "🏠一", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        (
            "<s>x</s><del>y</del><u>z</u>",
            "xyz",
            [("strikethrough", 0, 1), ("strikethrough", 1, 1), ("underline", 2, 1)],
        ),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<code>1</code>", "1", [("code", 0, 1)]),
        ("<pre>2</pre>", "2", [("pre", 0, 1)]),
        ("a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#x27;", "a <b> & \"c\" 'd'", []),
        ("&nbsp;&copy;", "&nbsp;&copy;", []),
        ("<b></b>x", "x", []),
        ("  <b> x </b>  ", "x", [("bold", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(markup: str, plain: str, found: list[tuple[str, int, int]]) -> None:
    assert parse(markup, "HTML", None)[0] == plain
    assert entities(markup) == found


def test_a_link_keeps_its_address_and_code_in_pre_its_language() -> None:
    link = parse('<a href="https://example.org/?a=1&amp;b=2">hier</a>', "HTML", None)[1][0]
    assert (link["type"], link["url"]) == ("text_link", "https://example.org/?a=1&b=2")
    code = parse('<pre><code class="language-python">x</code></pre>', "HTML", None)[1]
    assert code == [{"type": "pre", "offset": 0, "length": 1, "language": "python"}]


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("会<b>x</i>", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("3 < 5 户", 'Unsupported start tag "" at byte offset 2'),
        ("x<b", "Unclosed start tag at byte offset 1"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(markup: str, complaint: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(markup, "HTML", None)
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


@pytest.mark.parametrize(
    ("markup", "plain", "found"),
    [
        (r"*a* _b_ \- \.", "a b - .", [("bold", 0, 1), ("italic", 2, 1)]),
        ("__u__ ~s~ ||x||", "u s x", [("underline", 0, 1), ("strikethrough", 2, 1), ("spoiler", 4, 1)]),
        ("`c*d`", "c*d", [("code", 0, 3)]),
        ("```python\nx=1```", "x=1", [("pre", 0, 3)]),
        (">q\n>r\ns", "q\nr\ns", [("blockquote", 0, 4)]),
        ("[t](https://example.org)", "t", [("text_link", 0, 1)]),
    ],
)
def test_markdown_becomes_text_and_entities(
    markup: str, plain: str, found: list[tuple[str, int, int]]
) -> None:
    assert parse(markup, "MarkdownV2", None)[0] == plain
    assert entities(markup, "MarkdownV2") == found


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("a.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("*a", "Can't find end of Bold entity at byte offset 0"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
    ],
)
def test_broken_markdown_is_refused_in_telegrams_words(markup: str, complaint: str) -> None:
    with pytest.raises(ApiError, match="can't parse entities") as refused:
        parse(markup, "MarkdownV2", None)
    assert refused.value.description.endswith(complaint)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/vote 甲", [("bot_command", 0, 5)]),
        ("/vote@echo_bot", [("bot_command", 0, 14)]),
        ("a/b", []),
        ("@demo502 你好", [("mention", 0, 8)]),
        ("看 https://t.me/echo_bot?start=x", [("url", 2, 29)]),
        ("#公示 🏠", [("hashtag", 0, 3)]),
    ],
)
def test_telegram_finds_commands_mentions_and_links_itself(
    text: str, found: list[tuple[str, int, int]]
) -> None:
    assert entities(text, "") == found


@given(st.text(alphabet=st.characters(exclude_characters="<&", exclude_categories=("Cs",)), max_size=30))
def test_plain_text_is_kept_but_for_space_around_it(text: str) -> None:
    assert parse(text, "HTML", None)[0] == text.strip()
    assert units(text) == len(text.encode("utf-16-le")) // 2


def test_a_link_that_leads_nowhere_is_no_link() -> None:
    assert parse('<a href="nowhere">x</a> <a href="http://[">y</a>', "HTML", None) == ("x y", [])
    assert entities("<a>example.org</a>") == [("text_link", 0, 11)]


def test_entities_past_the_end_are_refused() -> None:
    with pytest.raises(ApiError, match="ends after the end of the text"):
        parse("abc", "", [{"type": "bold", "offset": 1, "length": 5}])


def test_an_unknown_parse_mode_is_refused() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        parse("abc", "BBCode", None)
