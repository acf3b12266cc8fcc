"""Minutes to print, and eyes to look into what was printed."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from rules.minutes import (
    BallotRecord,
    Correction,
    Count,
    Item,
    Line,
    Minutes,
    Presence,
    Stage,
    TaskRecord,
)

ZONE = ZoneInfo("Asia/Shanghai")
EDGE = 17  # points (6 mm) that printers leave white
GAPS = {ord(gap): None for gap in " \r\n\u200b\u2060\ufffe\x02"}


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 6, 14, hour, minute, tzinfo=ZONE)


@dataclass(frozen=True)
class Seen:
    """What a reader finds in a PDF: its text without gaps, and what is too near the edge to print."""

    pages: list[str]
    spilled: list[str]
    sizes: list[tuple[int, int]]

    @property
    def text(self) -> str:
        return "".join(self.pages)


@pytest.fixture
def look() -> Callable[[bytes], Seen]:
    def open_and_read(pdf: bytes) -> Seen:
        document = pypdfium2.PdfDocument(pdf)
        pages, spilled, sizes = [], [], []
        for page in document:
            width, height = page.get_size()
            sizes.append((round(width), round(height)))
            text = page.get_textpage()
            pages.append(text.get_text_range().translate(GAPS))
            for n in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(n)
                if min(left, bottom, width - right, height - top) < EDGE and left < right:
                    spilled.append(text.get_text_range(n, 1))
            text.close()
            page.close()
        document.close()
        return Seen(pages, spilled, sizes)

    return open_and_read


@pytest.fixture
def size() -> Callable[[bytes], tuple[int, int]]:
    def read_header(png: bytes) -> tuple[int, int]:
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        return struct.unpack(">II", png[16:24])

    return read_header


@pytest.fixture
def minutes() -> Minutes:
    """The building meeting of 21 on the shed for electric motorcycles."""
    present = tuple(
        Presence(
            n,
            f"示例住户{n}",
            f"{n % 5 + 1}栋1单元{n}01",
            ("chat", "added", "proxy")[n % 3],
            at(19, 25),
            n == 9,
        )
        for n in range(1, 22)
    )
    shed = BallotRecord(
        event=60,
        question="电动车棚建在哪里？",
        method="single",
        at_most=1,
        eligible=21,
        voted=20,
        counts=(
            Count("甲", "大门旁", 6, won=False),
            Count("乙", "楼后空地", 11, won=True),
            Count("丙", "沿东围墙", 3, won=False),
        ),
        carried=True,
        tie=False,
        open_until=date(2026, 6, 21),
    )
    statement = Line(31, "statement", "示例住户5", "车棚最好离楼道远一些。", at(19, 42))
    proposal = Line(33, "proposal", "示例住户8", "楼后空地，雨棚加长两米。", at(19, 48))
    tasks = (
        TaskRecord(80, "物业公司", "出车棚施工图", date(2026, 6, 28)),
        TaskRecord(81, "示例楼栋长", "登记要充电的车", None),
    )
    return Minutes(
        community="彩色水泥厂生活小区",
        building="3栋",
        kind="楼宇会",
        title="电动车棚和充电桩",
        place="社区活动室",
        planned=at(19, 30),
        opened=at(19, 32),
        closed=at(21, 5),
        chair="示例组长",
        recorder="示例记录员",
        invited=28,
        quorum=15,
        present=present,
        items=(Item(20, 1, "电动车棚", (statement, proposal), (shed,), tasks), Item(21, 2, "其他")),
        next_meeting=datetime(2026, 7, 14, 19, 30, tzinfo=ZONE),
        stage=Stage.DRAFT,
        corrections=(Correction(90, "示例住户5", "充电点应为16个。", "accepted"),),
        head="3fa4c09be1d27788aa5500ff",
    )
