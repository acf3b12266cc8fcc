"""Times in what people type: the whole of a text, or one within a line with a place and a topic."""

from __future__ import annotations

import re
from datetime import datetime

from rules.when.days import InDays, MonthDay, Weekday
from rules.when.phrase import Phrase, parse
from rules.when.pieces import EDGES
from rules.when.readings import Found, NotUnderstood, Reading
from rules.when.resolving import resolve
from rules.when.text import NUMERAL, fold

LONGEST = 200  # characters looked at; no one writes a time later in a line

_LEAD = re.compile(
    r"[\s,。:;]*(?:(?:那就|就|定在|定于|改到|改在|改成|在|于|约在|时间)[是为:]?\s*)?(?:大约|大概|差不多|约莫)?"
    r"(?:on |from )?"
)
_TAIL = re.compile(r"[\s,。.!;:)~]*(?:左右|前后)?(?:开会|开始|开|见面|见|举行)?[吧啊呢哈]?[\s,。.!;:)~]*")
_NOT_THEN = re.compile(r"\b(?:(?:before|after|by|until|since|till)(?: the)? |week on )$")
# What stands before a time without a gap and is of one piece with it: of 国庆后第一个周六晚上七点 the words
# 周六晚上七点 are no time.
_PART_OF_IT = re.compile(
    r"(?:月[初中底末]?|[上中下]旬|[一二三两几这改每前后隔整]天|周末|[号日节年季假]|[前后内底]|每[年月周季]\S{0,4}|逢\S{0,3}"
    r"|[单双隔]周|[一二三两几]周|[个每隔再大今明]|(?<![楼树桥坡台梯架底])[上下]|(?:星期|礼拜|周)[一二三四五六日天]|春|夏至?|秋分?|冬|除夕|十一"
    r"|[大小][暑寒雪]|[上中下]午|[早晚]上|不是|除了)的?$"
)
_NOT_SO = re.compile(r"\s*(?:不行|不开|不可以|没空|不在|来不了|除外|取消)|\s(?:after|before|week)\b")
_AND = re.compile(r"\s*[、/和跟及与&]?\s*")
_OR_ELSE = re.compile(r"\s*(?:或者?|还是|or\b)\s*")
_BOUNDARY = re.compile(r"$|[\s,，;；。:：)）·|]|[在于到去开]|at\b|in\b")


def read(text: str, now: datetime) -> Reading:
    """Read a text that is a time and nothing else.

    `now` is aware, in the zone of the building; so is the result. Raises ValueError for a naive `now`.
    """
    _require_zone(now)
    folded = fold(text)
    if len(text) > LONGEST:
        return NotUnderstood(text)
    lead = _LEAD.match(folded)
    for begin in dict.fromkeys((0, lead.end() if lead else 0)):
        phrase = parse(folded, begin)
        if phrase is not None and _TAIL.fullmatch(folded, phrase.end):
            return resolve(phrase, text.strip(), now)
    return NotUnderstood(text)


def find(text: str, now: datetime) -> Found | None:
    """Find the time in a line, with what stands before and after it; None if there is none.

    The most precise one is taken, the first of several alike; of two left to choose from (下周三或周四) none.
    Numbers that count or name something else (3栋2单元, 16件健身器材, 三点建议) are not times.
    """
    _require_zone(now)
    folded = fold(text)[:LONGEST]
    best: tuple[int, int, Phrase] | None = None
    position, day_until = 0, -1
    while position < len(folded):
        phrase = parse(folded, position) if _may_begin(folded, position) else None
        weight = _weight(phrase, folded, position) if phrase else 0
        if phrase is not None and (_has_alternative(phrase, folded) or _goes_on(phrase, folded, day_until)):
            return None
        if phrase is not None and weight and phrase.has_day and not phrase.has_hour:
            day_until = phrase.end
        if phrase is not None and weight and (best is None or weight > best[0]):
            best = (weight, position, phrase)
        position = phrase.end if phrase is not None and weight else position + 1
    if best is None:
        return None
    _, begin, phrase = best
    said = text[begin : phrase.end]
    reading = resolve(phrase, said, now)
    if isinstance(reading, NotUnderstood):
        return None
    return Found(reading, said, text[:begin].strip(EDGES), text[phrase.end :].strip(EDGES))


def sounds_like_a_time(text: str) -> bool:
    """Whether an hour with its part of the day stands in a text, whatever else makes it no time."""
    folded = fold(text)[:LONGEST]
    phrases = (parse(folded, at) for at in range(len(folded)) if _may_begin(folded, at))
    return any(
        phrase is not None and phrase.start is not None and phrase.part is not None for phrase in phrases
    )


def _require_zone(now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("now has no zone")


def _may_begin(folded: str, position: int) -> bool:
    """Tell whether a time may begin here: not within a number or an English word, nor after 第."""
    here, before = folded[position], folded[position - 1] if position else " "
    if here.isspace():
        return False
    if here.isascii() and here.isalnum():
        return not (before.isascii() and before.isalnum()) and before not in ".-/:#第"
    return not (here in NUMERAL and (before in NUMERAL or before == "第"))


def _has_alternative(phrase: Phrase, folded: str) -> bool:
    """Tell whether 下周三或周四 leaves the choice to the reader."""
    other = _OR_ELSE.match(folded, phrase.end)
    return other is not None and parse(folded, other.end()) is not None


def _goes_on(phrase: Phrase, folded: str, day_until: int) -> bool:
    """Tell whether it is a second day beside one (周三、周四晚上七点): the choice is the reader's."""
    if day_until < 0 or not phrase.has_day:
        return False
    begins = _AND.match(folded, day_until)
    again = parse(folded, begins.end()) if begins else None
    return again is not None and again.end == phrase.end


def _weight(phrase: Phrase, folded: str, position: int) -> int:
    """Weigh a phrase in a line: 4 with day and hour, 3 with an hour, 2 and 1 with a day, 0 if it is none."""
    before = folded[:position]
    if _NOT_THEN.search(before) or _PART_OF_IT.search(before) or _NOT_SO.match(folded, phrase.end):
        return 0
    at_start = not folded[:position].strip()
    bounded = _BOUNDARY.match(folded, phrase.end) is not None
    if not phrase.has_day:
        clear = phrase.part is not None or ((at_start or ":" in folded[position : phrase.end]) and bounded)
        return 3 if phrase.start is not None and clear else 0
    if phrase.has_hour:
        return 4 if phrase.part is None or phrase.start is not None else 2
    firm = isinstance(phrase.day, InDays | MonthDay | Weekday) and not phrase.loose
    if at_start:
        return 1 if bounded or firm else 0
    return 1 if bounded and not phrase.loose and folded[position - 1] in " ,，" else 0
