"""Tables to hand out: rows as CSV and as a workbook that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

FORMULA = frozenset("=+-@＝＋－＠\t\r\n")  # what a text may not begin with, or a spreadsheet runs it


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV that Excel opens as UTF-8; a text that it would take for a formula gets a ' before it."""
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def workbook(sheets: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    """Sheets of texts as .xlsx; what would be taken for a formula gets a ' before it, as in CSV."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and most starts write no table

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([_cell(_clean(value)) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _clean(text: str) -> str:
    """A text without the control characters that a workbook cannot hold."""
    return "".join(one for one in text if one >= " " or one in "\t\r\n")


def _cell(value: object) -> object:
    if isinstance(value, str) and value[:1] in FORMULA and value:
        return f"'{value}"
    return value
