"""The characters of a phrase: widths, scripts and numerals brought to one form, place by place."""

from __future__ import annotations

_TRADITIONAL = "點鐘週號禮後個兩這時節農歷曆陰臘閏國慶勞動兒過間飯淩從開會聖誕婦師邊〇"
_SIMPLIFIED = "点钟周号礼后个两这时节农历历阴腊闰国庆劳动儿过间饭凌从开会圣诞妇师边零"
_MARKS = "\t〜～–—―−‐‑﹣’‘︰∶"
_PLAIN = " ~~-------''::"
_SPACES = "\u00a0\u2002\u2003\u2009\u200a\u202f\u3000"
_FOLD = str.maketrans(
    {chr(0xFF01 + offset): chr(0x21 + offset) for offset in range(94)}
    | dict.fromkeys(_SPACES, " ")
    | dict(zip(_TRADITIONAL + _MARKS, _SIMPLIFIED + _PLAIN, strict=True))
)
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip

NUMERAL = "零一二两三四五六七八九十廿卅"
NUMBER = rf"(?:[0-9]{{1,3}}|[{NUMERAL}百]{{1,5}})"
# After a number these say that it counts something, or that it is the number of a place.
COUNTED = r"\s*[个户人件条项栋幢座名位楼层单元室区期排组队次月年天%]"
WORD_NUMBER = rf"(?:[0-9]{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"


def fold(text: str) -> str:
    """Bring each character to its plain form; every character keeps its place, so that positions agree."""
    return text.translate(_FOLD).translate(_LOWER)


def number(written: str) -> int | None:
    """A whole number in digits, Chinese numerals up to 999, or an English word; None for anything else."""
    if written.isascii() and written.isdigit():
        return int(written)
    if written in _WORDS:
        return _WORDS[written]
    return _chinese(written.replace("廿", "二十").replace("卅", "三十"))


def _chinese(written: str) -> int | None:
    if not written:
        return None
    if len(written) > 2 and all(character in _DIGITS for character in written):  # 二九一; 两三 is no 23
        return int("".join(str(_DIGITS[character]) for character in written))
    hundreds, found, rest = written.rpartition("百")
    high = _small(hundreds) if found else 0
    low = _small(rest.lstrip("零") or "零")
    if high is None or low is None or high > 9:
        return None
    return high * 100 + low


def _small(written: str) -> int | None:
    """Read a numeral below one hundred."""
    if len(written) == 1 and written in _DIGITS:
        return _DIGITS[written]
    tens, found, ones = written.partition("十")
    if not found or len(tens) > 1 or len(ones) > 1:
        return None
    if not all(character in _DIGITS for character in tens + ones):
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
