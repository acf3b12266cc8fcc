"""When people mean: how residents write time, read at a given now.

The reading is never a silent guess; it is echoed with its date, or asked about. The rules:

- The week begins on Monday. 周三 is the next Wednesday, today included while the hour is ahead; 本周三 and
  下周三 (next Wednesday) name their week. An exact day that is over is `InThePast`.
- A date without a year is this year's; more than thirty days past, next year's; less, it is `InThePast`.
- No day said: today, or tomorrow if the hour is over.
- An hour without a part of the day means each half of the day. Of the two, one outside 7:00 to 21:00 is
  left out (九点 is the morning, 三点 the afternoon); one that is over is left out; if both remain (七点,
  八点半), it is `Ambiguous`.
  07:30, 0点 and 19:30 are exact.
- 晚上十二点 ends the day. 12/1 and 11.28 are month and day.
- 八月十五 without 日 is `Ambiguous` between the two calendars; 腊月, 正月, 初五, 农历 are lunar.
"""

from rules.when.finding import find, read, sounds_like_a_time
from rules.when.readings import (
    Ambiguous,
    Every,
    Found,
    InThePast,
    Moment,
    NoSuchDate,
    NotUnderstood,
    Part,
    Pattern,
    Precision,
    Reading,
    Recurrence,
    Refused,
    Understood,
)
from rules.when.recurrences import next_after

__all__ = [
    "Ambiguous",
    "Every",
    "Found",
    "InThePast",
    "Moment",
    "NoSuchDate",
    "NotUnderstood",
    "Part",
    "Pattern",
    "Precision",
    "Reading",
    "Recurrence",
    "Refused",
    "Understood",
    "find",
    "next_after",
    "read",
    "sounds_like_a_time",
]
