"""How hours are written, in Chinese and in English."""

from __future__ import annotations

from datetime import timedelta

from rules.when.clock import Clock, Lasting, Midnight, PartOfDay
from rules.when.forms import Form, Groups, form
from rules.when.readings import Part
from rules.when.text import COUNTED, NUMBER, NUMERAL, WORD_NUMBER, number

_CHINESE_PARTS = {
    Part.SMALL_HOURS: "凌晨",
    Part.MORNING: "早上|早晨|清晨|清早|一早|大早|早饭后|早起|上午|早(?!会|餐|市|教|点|期|日|些)",
    Part.NOON: "中午|晌午头|晌午|正午",
    Part.AFTERNOON: "下午|午后|后晌|午饭后|午休后",
    Part.EVENING: "傍晚|傍黑|擦黑|黄昏|吃过晚饭|晚饭后|夜饭后|饭后|下班后|黑夜|晚上|晚间|夜晚|夜间|夜里|"
    "晚(?!会(?!议)|餐|宴|报|婚|期|些|点)",
    Part.NIGHT: "半夜|深夜|午夜",
}
_ENGLISH_PARTS = {
    Part.MORNING: r"(?:(?:in )?the |this )?morning\b",
    Part.AFTERNOON: r"(?:(?:in )?the |this )?afternoon\b",
    Part.EVENING: r"(?:(?:in )?the |this )?evening\b|(?:at )?night\b|after dinner\b",
}
_PARTS = [(part, names) for parts in (_CHINESE_PARTS, _ENGLISH_PARTS) for part, names in parts.items()]
_ANY_PART = "|".join(_CHINESE_PARTS.values())
_PART = rf"(?:(?P<part>{_ANY_PART})[的 ,]*)?"
_COUNT = rf"(?:[0-9]{{1,2}}|[{NUMERAL}]{{1,3}})"
_HOUR = rf"(?P<hour>{_COUNT})"
_NOT_COUNTED = rf"(?![0-9{NUMERAL}]|{COUNTED}|\s*[号日:.-])"
_BARE_MINUTE = rf"[0-5][0-9]|零[{NUMERAL}]|[二三四五]?十[{NUMERAL}]?"
_PAST = rf"过?(?P<minute>{_COUNT})分钟?|(?P<bare>{_BARE_MINUTE}){_NOT_COUNTED}"
_HALF = r"\s?(?P<half>半)(?!\s*个?(?:小时|钟头|天))"
_MINUTE = rf"(?:{_HALF}|(?P<quarter>[一1三3])刻|整|{_PAST})"
_LESS = rf"(?:差(?:(?P<less>{_COUNT})分钟?|(?P<less_quarter>[一1])刻))"
_POINTS = "建议|意见|要求|说明|问题|想法|看法|体会|共识|希望|原因|措施|[多几]"
_O_CLOCK = rf"(?:点(?:来?钟)?|时(?!间|候|期|段|长|代))(?!\s*(?:{_POINTS}))"
_AP = r"(?P<ap>[ap])\.?m\b\.?"
_UNTIL = r"\s*(?:到|至|-+|~|to\b|until\b|till\b|and\b)\s*"
_WORD_HOUR = rf"(?P<hour>{WORD_NUMBER})(?:[:.](?P<minute>[0-5][0-9])(?::00)?)?"
_ALONE = r"(?![:.]?[0-9a-z]|%)"
_TO_MINUTES = r"(?P<minutes>half|(?:a )?quarter|five|ten|twenty|[0-9]{1,2} minutes) (?P<past>past|to)"
_LATER = r"(?!后|之后|以后|前|内)"
_TAKES = r"(?:开|共|历时|时长|为时)?\s*"


def _part(written: str | None) -> Part | None:
    for part, names in _CHINESE_PARTS.items():
        if written and any(written.startswith(name.split("(")[0]) for name in names.split("|")):
            return part
    return None


def _chinese(groups: Groups) -> Clock | None:
    hour = number(groups["hour"] or "")
    minute = _minute(groups)
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    clock = Clock(hour, minute, _part(groups["part"]))
    return clock if clock.hands() else None


def _minute(groups: Groups) -> int | None:
    if groups.get("half"):
        return 30
    if quarter := groups.get("quarter"):
        return 15 * (number(quarter) or 1)
    if groups.get("less_quarter"):
        return -15
    if less := groups.get("less"):
        found = number(less)
        return None if found is None else -found
    said = groups.get("minute") or groups.get("bare")
    return number(said) if said else 0


def _digital(groups: Groups) -> Clock | None:
    written = groups["hour"] or ""
    hour, minute = int(written), int(groups["minute"] or 0)
    part = _part(groups.get("part"))
    clock = Clock(hour, minute, part, exact=part is None and len(written) == 2 and written.startswith("0"))
    return clock if clock.hands() else None


def _english(groups: Groups) -> Clock | None:
    hour, minute = number(groups["hour"] or ""), _english_minute(groups)
    if hour is None or minute is None or hour > 24:
        return None
    half = groups.get("ap")
    if half is None:
        clock = Clock(hour, minute, exact=(groups["hour"] or "").startswith("0"))
        return clock if clock.hands() else None
    if not 1 <= hour <= 12:
        return Clock(hour, minute, exact=True) if half == "p" and 12 < hour < 24 else None
    return Clock(hour % 12 + (12 if half == "p" else 0), minute, exact=True)


def _english_minute(groups: Groups) -> int | None:
    if not (past := groups.get("past")):
        return int(groups.get("minute") or 0)
    said = groups.get("minutes") or ""
    count = 30 if "half" in said else 15 if "quarter" in said else number(said.removesuffix(" minutes"))
    return None if count is None else count if past == "past" else -count


def _lasting(groups: Groups) -> Lasting | None:
    count = number(groups.get("n") or "") if groups.get("n") else 0
    if count is None:
        return None
    unit = (
        timedelta(minutes=1) if (groups.get("unit") or "").startswith(("分", "min")) else timedelta(hours=1)
    )
    length = count * unit + (timedelta(minutes=30) if groups.get("half") else timedelta())
    return Lasting(length) if timedelta() < length <= timedelta(days=1) else None


def _part_form(part: Part, names: str) -> Form:
    return form(f"(?:{names})", lambda _: PartOfDay(part))


CLOCKS: tuple[Form, ...] = (
    form(rf"{_PART}{_HOUR}\s?{_O_CLOCK}(?:{_LESS}|{_MINUTE})?", _chinese),
    form(rf"{_PART}{_LESS}\s*{_HOUR}{_O_CLOCK}", _chinese),
    form(rf"{_PART}(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-5][0-9])(?::00)?(?![0-9:])", _digital),
    form(rf"(?:从)?{_PART}{_HOUR}(?={_UNTIL}(?:{_ANY_PART})?[的 ]*{_COUNT}{_O_CLOCK})", _chinese),
    form(rf"(?P<part>{_ANY_PART})[的 ,]*(?P<hour>[0-9]{{1,2}})\.(?P<minute>[0-5][0-9])(?![0-9.])", _digital),
    form(r"(?:正午|(?:at )?noon\b|midday\b|12 noon\b)", lambda _: Clock(12, exact=True)),
    form(r"(?:午夜|(?:at )?midnight\b|零点)(?!\s*[0-9])", lambda _: Midnight()),
    form(rf"(?:at |@ ?)?{_WORD_HOUR}\s*{_AP}", _english),
    form(rf"(?P<ap>[ap])\.?m\.? ?{_WORD_HOUR}{_ALONE}", _english),
    form(rf"(?:at |@ ?){_WORD_HOUR}{_ALONE}", _english),
    form(rf"(?:at )?(?P<hour>{WORD_NUMBER}) o'?clock(?:\s*{_AP})?", _english),
    form(rf"(?:at )?{_TO_MINUTES} (?P<hour>{WORD_NUMBER})\b(?:\s*{_AP})?", _english),
    form(rf"{_WORD_HOUR}(?= (?:in the (?:morn|after|even)|at night))", _english),
    form(rf"(?:from |between ){_WORD_HOUR}(?:\s*{_AP})?(?={_UNTIL}[0-9a-z])", _english),
    form(rf"{_WORD_HOUR}(?={_UNTIL}[0-9]{{1,2}}(?:[:.][0-5][0-9])?\s*[ap]\.?m\b)", _english),
)

BARE = (form(rf"{_WORD_HOUR}{_ALONE}(?!\s*[{NUMERAL}栋号楼户件个])", _english),)

PARTS: tuple[Form, ...] = tuple(_part_form(part, names) for part, names in _PARTS)

LENGTHS: tuple[Form, ...] = (
    form(rf"{_TAKES}(?P<n>{NUMBER})个?(?P<half>半)?(?P<unit>小时|钟头|分钟){_LATER}", _lasting),
    form(rf"{_TAKES}(?P<half>半)个?(?:小时|钟头){_LATER}", _lasting),
    form(rf"for (?P<n>{WORD_NUMBER}) (?P<unit>hour|minute|min)s?\b(?P<half> and a half)?", _lasting),
    form(r"for (?P<half>half) an hour\b", _lasting),
)
