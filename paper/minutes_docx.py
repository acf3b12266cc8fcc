"""The minutes as a document for the office: to be filed, printed and signed, in Word or WPS."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from paper.minutes import NO_PHOTOS, Photos, view_minutes
from paper.wording import read_words
from rules.minutes import Addendum, Minutes

BODY = "仿宋"  # GB/T 9704: official documents are set in FangSong under headings in Heiti
HEADING = "黑体"
LATIN = "Times New Roman"
PHOTO = 31  # millimetres a photo is high
UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))  # not in XML

View = Mapping[str, Any]


def minutes_docx(
    minutes: Minutes,
    language: str = "zh",
    *,
    seal: str = "",
    addenda: Sequence[Addendum] = (),
    photos: Photos = NO_PHOTOS,
) -> bytes:
    """Write the minutes as a DOCX; it says what the PDF says, in the same order, with the same photos.

    `seal` is the hash they were approved with, the log's own stands at the foot until then.
    """
    view = view_minutes(minutes, read_words(language), seal, addenda)
    paper = _blank(view)
    _write_head(paper, view)
    _write_presence(paper, view)
    for item in view["items"]:
        _write_item(paper, item, view["words"], photos)
    _write_decisions(paper, view)
    _write_tasks(paper, view)
    _write_rest(paper, view)
    _write_signatures(paper, view["words"])
    _write_addenda(paper, view)
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _blank(view: View) -> Paper:
    """An A4 page with its fonts named, Chinese ones too, and the foot."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(26)
    for name, font, size in (("Normal", BODY, 12), ("Title", HEADING, 22), ("Heading 1", HEADING, 14)):
        style = paper.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # a theme's font would win over the named one
        fonts.set(qn("w:eastAsia"), font)
    stage = view["words"]["draft" if view["draft"] else "approved"]
    section.footer.paragraphs[0].text = f"{stage}  {view['fingerprint']}"
    paper.core_properties.title = _clean(f"{view['words']['head']} {view['title']}")[:255]
    paper.core_properties.author = ""
    return paper


def _write_head(paper: Paper, view: View) -> None:
    for text, style in ((view["community"], None), (view["words"]["head"], "Title"), (view["title"], None)):
        _say(paper, text, style).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _table(paper, (), view["facts"], (30, 128))


def _write_presence(paper: Paper, view: View) -> None:
    paper.add_heading(view["presence_head"], 1)
    named = [" ".join((one["name"], one["household"], *one["notes"])) for one in view["present"]]
    _say(paper, view["words"]["joint"].join(named) or view["words"]["presence_none"])


def _write_item(paper: Paper, item: View, say: Mapping[str, str], photos: Photos) -> None:
    paper.add_heading(_clean(f"{item['number']}{item['title']}"), 1)
    if not item["lines"] and not item["ballots"]:
        _say(paper, say["item_none"])
    for line in item["lines"]:
        kind = "" if line["kind"] == "statement" else f"{line['label']}  "
        _say(paper, f"{line['who']}  {line['at']}  {kind}{line['text']}{_event(line)}")
        _write_photos(paper, photos.get(line["event"], ()))
    for ballot in item["ballots"]:
        _write_ballot(paper, ballot, say)


def _write_photos(paper: Paper, photos: Sequence[bytes]) -> None:
    """The photos of a sentence side by side; one that is damaged is left out."""
    if not photos:
        return
    run = paper.add_paragraph().add_run()
    for photo in photos:
        with suppress(UnrecognizedImageError, UnexpectedEndOfFileError, InvalidImageStreamError):
            run.add_picture(io.BytesIO(photo), height=Mm(PHOTO))
            run.add_text(" ")


def _write_ballot(paper: Paper, ballot: View, say: Mapping[str, str]) -> None:
    _say(paper, f"{say['ballot']}  {ballot['question']}{_event(ballot)}")
    _say(paper, ballot["rule"])
    rows = [(bar["label"], bar["text"], bar["votes"], bar["percent"]) for bar in ballot["bars"]]
    if rows:
        _table(paper, (), rows, (24, 84, 28, 22))
    _say(paper, f"{say['outcome']}  {ballot['outcome']}  {ballot['until']}".rstrip())


def _write_decisions(paper: Paper, view: View) -> None:
    paper.add_heading(view["words"]["decisions"], 1)
    for number, one in enumerate(view["decisions"], 1):
        _say(paper, f"{number}. {one['question']}  {one['outcome']}{_event(one)}")
        for winner in one["winners"]:
            _say(paper, winner)
    if not view["decisions"]:
        _say(paper, view["words"]["decisions_none"])


def _write_tasks(paper: Paper, view: View) -> None:
    if not view["tasks"]:
        return
    say = view["words"]
    paper.add_heading(say["tasks"], 1)
    rows = [(one["who"], f"{one['what']}{_event(one)}", one["due"]) for one in view["tasks"]]
    _table(paper, (say["who"], say["what"], say["due"]), rows, (34, 84, 40))


def _write_rest(paper: Paper, view: View) -> None:
    """Corrections and the next meeting, where there are any."""
    if view["corrections"]:
        paper.add_heading(view["words"]["corrections"], 1)
    for one in view["corrections"]:
        _say(paper, f"{one['who']}  {one['text']}{_event(one)}  {one['state']}")
    if view["next"]:
        paper.add_heading(view["words"]["next"], 1)
        _say(paper, view["next"])


def _write_signatures(paper: Paper, say: Mapping[str, str]) -> None:
    _say(paper, "")
    _table(
        paper, (), [(say["sign_chair"], say["sign_recorder"], say["sign_date"]), ("\n", "", "")], (53,) * 3
    )
    _say(paper, say["trace"])


def _write_addenda(paper: Paper, view: View) -> None:
    """What was corrected after the approval, below the minutes that stay as they are."""
    if not view["addenda"]:
        return
    paper.add_heading(view["words"]["addenda"], 1)
    for one in view["addenda"]:
        _say(paper, f"{one['asked']}  {one['who']}  {one['text']}{_event(one)}  {one['state']}")
    _say(paper, view["words"]["addenda_note"])


def _table(paper: Paper, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
    """A table with lines; widths in millimetres."""
    table = paper.add_table(0, len(widths), "Table Grid")
    table.autofit = False
    for values in (*([head] if head else ()), *rows):
        for cell, value, width in zip(table.add_row().cells, values, widths, strict=True):
            cell.width = Mm(width)
            cell.text = _clean(str(value))


def _say(paper: Paper, text: str, style: str | None = None) -> Paragraph:
    return paper.add_paragraph(_clean(text), style)


def _event(said: View) -> str:
    return f"〔{said['event']}〕"


def _clean(text: str) -> str:
    """The text without what no XML may hold: lone surrogates and control characters."""
    return text.translate(UNPRINTABLE).encode("utf-8", "ignore").decode()
