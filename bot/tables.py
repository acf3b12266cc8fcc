"""Tables in files: the rows of a CSV or Excel file as text, whatever program wrote it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import BadZipFile

MOST_BYTES = 20_000_000
ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in China writes the second


class NotATable(Exception):
    """A file that is no table; the message says why in both languages."""


def read_table(path: Path) -> list[list[str]]:
    """The rows of a .csv or .xlsx file (its first sheet). Raises NotATable, OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise NotATable("文件超过 20 MB / the file is larger than 20 MB")
    if path.suffix.lower() == ".xlsx":
        return _excel(path)
    if path.suffix.lower() == ".csv":
        return _csv(path.read_bytes())
    raise NotATable("只能读 .csv 和 .xlsx 文件 / only .csv and .xlsx files can be read")


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
        sample = text[:2000]
        delimiter = max(",;\t", key=sample.count)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise NotATable(f"不是完整的 CSV / not a whole CSV: {error}") from None
    raise NotATable("文字编码认不出来，请存成 UTF-8 / unknown encoding, please save as UTF-8")


def _excel(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and most starts read no table
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise NotATable(f"不是 Excel 文件 / not an Excel file: {error}") from None
    try:
        sheet = book.worksheets[0]
        return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()


def _text(cell: object) -> str:
    """A cell as it is seen: 502, not 502.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
