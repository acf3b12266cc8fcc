"""The picture of a month is 1080 pixels wide, and no month makes it too tall."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from paper.digest import digest_picture
from rules.months import Decided, Held, Month

ZONE = ZoneInfo("Asia/Shanghai")


def month(text="修好楼道灯", times=1, next_at=None):
    return Month(
        date(2026, 11, 1),
        (Held(date(2026, 11, 5), "building", 21, 48),) * times,
        (Decided(text, 31, 48, True),) * times,
        (text,) * times,
        items=3,
        said=4,
        joined=5,
        open_tasks=times,
        overdue=times,
        under_way=times,
        next_at=next_at,
    )


@pytest.mark.parametrize("text", ["", "W" * 500, "字" * 500, "#panic()", "🎉" * 20, "a\nb\x00c"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_breaks_the_picture(size, text, language):
    width, height = size(digest_picture(month(text, 40), ZONE, head=text, language=language))
    assert width == 1080
    assert height < 3000


def test_it_grows_with_what_there_is_to_tell(size):
    empty = Month(date(2026, 12, 1), (), (), (), 0, 0, 0, 0, 0, 0, None)
    ahead = month(next_at=datetime(2026, 12, 5, 11, 30, tzinfo=ZoneInfo("UTC")))
    heights = [size(digest_picture(one, ZONE))[1] for one in (empty, month(), ahead)]
    assert heights == sorted(set(heights))


def test_a_meeting_to_which_nobody_was_invited_has_no_bar():
    nobody = Month(
        date(2026, 12, 1), (Held(date(2026, 12, 5), "talk", 0, 0),), (), (), 0, 0, 0, 0, 0, 0, None
    )
    assert digest_picture(nobody, ZONE).startswith(b"\x89PNG")
