"""Everything that is printed or drawn, page by page as a reader sees it: nothing cut off, no glyph missing.

Each template of paper/ stands in the register below; a new one without its entry fails the first test.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

import pypdfium2
import pytest

from paper.agreement import Agreement, Party, agreement_pdf
from paper.digest import digest_picture
from paper.font import open_font
from paper.layouts import Site, Use, Zone, parking_picture, shed_picture
from paper.legible import make_legible
from paper.minutes import minutes_pdf
from paper.notice import Notice, notice_pdf
from paper.pictures import Bar, result_picture
from paper.press import TEMPLATES
from paper.slips import Slip, slips_pdf
from paper.wording import LANGUAGES
from rules.minutes import Addendum, Count, Minutes, PartyPresence
from rules.months import Decided, Held, Month
from tests.paper.conftest import ZONE, at

PLAIN = "电动车棚建在哪里"
RARE = "张👩‍👩‍👧三 Zoë Müller 𬸣𠮷 1️⃣ ①㎡℃ 🎉🎉"
SHORT = "张🎉三𠮷 Zoë"  # no paper cuts it
LONG = "示例住户欧阳娜娜买买提·阿卜杜拉" * 9 + " W" * 20 + "W" * 120 + "。" * 90
BANDS = range(1, 17)  # points from the edge of a picture that stay white
SCALE = 1  # pixels a point: hairs at the edge still darken a pixel


@dataclass(frozen=True)
class Paper:
    """How a template is printed: `pages` with the plain and the long content, 0 for a picture."""

    make: Callable[[str, int, str, Minutes], bytes]
    pages: tuple[int, int] = (0, 0)
    cells: tuple[int, int] = (1, 1)  # across and down, cut apart along lines


def make_notice(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    texts = dict.fromkeys(
        ("community", "building", "kind", "title", "place", "invited", "convener", "hurry"), text
    )
    notice = Notice(
        **texts, when=at(19, 30), agenda=(text,) * count, posted=date(2026, 6, 10), link="https://t.me/b"
    )
    return notice_pdf(notice, language)


def make_minutes(text: str, count: int, language: str, minutes: Minutes) -> bytes:
    item = minutes.items[0]
    line, task, ballot = item.lines[0], item.tasks[0], item.ballots[0]
    kinds = ("statement", "proposal", "corrected", "voice_concern", "item_deferred")
    lines = tuple(replace(line, who=text[:40], text=text, kind=kind, photo=True) for kind in kinds)
    counts = tuple(Count(str(n), text, n, won=n == count) for n in range(1, count + 1))
    full = replace(
        item,
        title=text,
        lines=lines,
        ballots=(replace(ballot, question=text, counts=counts, voted=count),),
        tasks=(replace(task, who=text[:40], what=text),) * count,
    )
    addendum = Addendum(95, text[:40], text, at(22, 0), "accepted", at(22, 30), text[:40])
    long = replace(
        minutes,
        **dict.fromkeys(("community", "building", "title", "place", "chair", "recorder", "hurry"), text),
        present=tuple(
            replace(one, name=text[:40], left=at(20, 30)) for one in (minutes.present * count)[: 21 * count]
        ),
        items=(full, *minutes.items[1:]),
        corrections=(replace(minutes.corrections[0], who=text[:40], text=text),),
        parties=(PartyPresence(9, "物业", text[:40], at(19, 25)),),
        parties_needed=2,
    )
    return minutes_pdf(long, language, addenda=(addendum,))


def make_agreement(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    parties = (Party(text[:80], (text[:40],) * count, text[:40], at(20, 10)),) * (6 if count > 6 else 2)
    texts = dict.fromkeys(("community", "building", "kind", "subject", "place", "mediator"), text)
    body = "\n".join([text] * count)
    times = {"opened": at(19, 30), "agreed": at(20, 30)}
    told = Agreement(**texts, **times, number=2, text=body, parties=parties, fingerprint="a" * 64)
    return agreement_pdf(told, language)


def make_slips(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    slips = [Slip(text, "0123 7913", "https://t.me/b?start=12345678")] * count
    return slips_pdf(slips, text, bot="@demo_bot", valid_until=date(2026, 12, 31), language=language)


def make_result(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    bars = [Bar(str(n), text, "12 户 50%", Fraction(n, count), n == count) for n in range(1, count + 1)]
    return result_picture(text, bars, [text] * 3, outcome=text, head=text, foot=text, language=language)


def make_digest(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    held = (Held(date(2026, 11, 5), "building", 21, 48),) * count
    decided = (Decided(text, 31, 48, carried=True),) * count
    soon = at(19, 30) + timedelta(days=160)
    month = Month(date(2026, 11, 1), held, decided, (text,), 3, 4, 5, count, 1, count, soon)
    return digest_picture(month, ZONE, head=text, language=language)


def make_parking(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    zones = [Zone(use, 10 * count // 3) for use in Use]
    return parking_picture(text, text, zones, [text] * 2, language=language)


def make_shed(text: str, count: int, language: str, _minutes: Minutes) -> bytes:
    site = list(Site)[count % 3]
    return shed_picture(text, text, site, count, count, [text] * 2, language=language)


PAPERS = {
    "notice": Paper(make_notice, (1, 19)),
    "minutes": Paper(make_minutes, (3, 28)),
    "agreement": Paper(make_agreement, (1, 14)),
    "slips": Paper(make_slips, (1, 3), cells=(2, 4)),
    "result": Paper(make_result),
    "digest": Paper(make_digest),
    "parking": Paper(make_parking),
    "shed": Paper(make_shed),
}


def test_every_template_stands_in_the_register() -> None:
    texts = {file.name: file.read_text("utf-8") for file in TEMPLATES.glob("*.typ")}
    shared = {name for text in texts.values() for name in re.findall(r'#import "(.+?)"', text)}
    assert {f"{name}.typ" for name in PAPERS} == set(texts) - shared


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAPERS)
def test_no_page_is_cut_off_whatever_stands_on_it(name: str, language: str, minutes: Minutes) -> None:
    paper = PAPERS[name]
    for text, count, pages in ((PLAIN, 3, paper.pages[0]), (RARE, 2, 0), (LONG, 24, paper.pages[1])):
        sheets = list(look_at(paper.make(text, count, language, minutes)))
        for sheet in sheets:
            assert sheet.is_blank_around(*paper.cells), (name, text[:20], sheets.index(sheet) + 1)
            assert sheet.has_ink, "an empty page"
        assert not pages or len(sheets) == pages, (name, text[:20], len(sheets))


@pytest.mark.parametrize("name", PAPERS)
def test_what_the_font_cannot_draw_is_marked_on_every_paper(name: str, minutes: Minutes) -> None:
    marked = make_legible(SHORT, open_font())
    assert marked == "张〓三〓 Zoë"
    assert PAPERS[name].make(SHORT, 2, "zh", minutes) == PAPERS[name].make(marked, 2, "zh", minutes)


def test_the_eye_sees_what_stands_too_near_an_edge(minutes: Minutes) -> None:
    (sheet,) = look_at(make_slips(PLAIN, 8, "zh", minutes))
    assert sheet.is_blank_around(2, 4)
    assert not sheet.is_blank_around(1, 1), "the lines to cut along reach the edge"
    assert not sheet.is_blank_around(3, 4), "text stands there"


@dataclass(frozen=True)
class Sheet:
    """A page as grey pixels, row by row."""

    grey: bytes
    width: int
    height: int
    stride: int

    @property
    def has_ink(self) -> bool:
        """Whether anything dark stands on it."""
        return min(self.grey) < 128

    def is_blank_around(self, across: int, down: int) -> bool:
        """Whether each of the parts it is cut into keeps its margin white."""
        wide, high = self.width / across, self.height / down
        return all(
            self._is_white(round(x * wide), round(y * high), round(wide), round(high))
            for x in range(across)
            for y in range(down)
        )

    def _is_white(self, left: int, top: int, wide: int, high: int) -> bool:
        """Whether the ring of a part is white, but for the line it is cut along."""
        inner = range(BANDS.start, BANDS.stop)
        rows = [*(top + n for n in inner), *(top + high - 1 - n for n in inner)]
        first, last = left + 2, left + wide - 2
        white = all(min(self._row(y)[first:last]) > 250 for y in rows if y < self.height)
        return white and all(
            min(self._row(y)[first : left + inner.stop] + self._row(y)[left + wide - inner.stop : last]) > 250
            for y in range(top + 2, min(top + high - 2, self.height))
        )

    def _row(self, y: int) -> bytes:
        return self.grey[y * self.stride : y * self.stride + self.width]


def look_at(paper: bytes) -> Iterator[Sheet]:
    """The pages of a PDF, or a PNG as its one page."""
    document = pypdfium2.PdfDocument(paper if paper.startswith(b"%PDF") else wrap(paper))
    for page in document:
        bitmap = page.render(scale=SCALE, grayscale=True)
        yield Sheet(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)
        page.close()
    document.close()


def wrap(png: bytes) -> bytes:
    """A PNG in a PDF, a point for two pixels: opaque RGBA is what a PDF calls inverted CMYK."""
    width, height, depth, colours, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, colours, interlaced) == (8, 6, 0), "RGBA, row after row"
    data, place = b"", 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + size]
        place += size + 12
    image = (
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceCMYK"
        f"/BitsPerComponent 8/Decode[1 0 1 0 1 0 1 0]/Filter/FlateDecode"
        f"/DecodeParms<</Predictor 15/Colors 4/Columns {width}>>"
        f"/Length {len(data)}>>stream\n"
    ).encode()
    wide, high = width / 2, height / 2
    drawn = f"{wide} 0 0 {high} 0 0 cm /I Do".encode()
    return assemble(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Contents 4 0 R"
        "/Resources<</XObject<</I 5 0 R>>>>>>".encode(),
        b"<</Length %d>>stream\n" % len(drawn) + drawn + b"\nendstream",
        image + data + b"\nendstream",
    )


def assemble(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + one + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + tail
