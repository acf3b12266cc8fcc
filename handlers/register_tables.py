"""The register as a file: its sheets with their heads and codes in words, as a workbook or as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.words import Words
from paper.tables import csv_text, workbook
from rules.register import SHEETS, Entry, Row

CODED = {"meetings": {7}, "ballots": {3, 8}, "resolutions": {2, 6}, "tasks": {4, 5}}  # columns of codes
Filed = Mapping[str, Sequence[tuple[str, Entry]]]  # by sheet: the building's name and an entry of it


def sheets(words: Words, langs: Sequence[str], filed: Filed) -> dict[str, list[Row]]:
    """Each sheet by its title, its head first; in several languages beside each other."""

    def said(name: str, **facts: str) -> str:
        found = [words.plain(lang, f"register.{name}", **facts) for lang in langs]
        return " ".join(dict.fromkeys(found))

    def head(sheet: str) -> Row:
        columns = [words.plain(lang, "register.columns", sheet=sheet).split("|") for lang in langs]
        return tuple(" ".join(names) for names in zip(*columns, strict=True))

    def worded(sheet: str, building: str, row: Row) -> Row:
        coded = CODED[sheet]
        return (
            building,
            *(
                said("code", code=value) if place in coded and value else value
                for place, value in enumerate(row)
            ),
        )

    return {
        said("sheet", sheet=sheet): [
            head(sheet),
            *(worded(sheet, building, entry.row) for building, entry in filed[sheet]),
        ]
        for sheet in SHEETS
    }


def as_workbook(words: Words, langs: Sequence[str], filed: Filed) -> bytes:
    """The register as .xlsx, a sheet each."""
    return workbook(sheets(words, langs, filed))


def as_csv(words: Words, langs: Sequence[str], filed: Filed) -> bytes:
    """The register as CSV, one table below the other."""
    tables = sheets(words, langs, filed).items()
    return csv_text([row for title, rows in tables for row in ((title,), *rows, ())]).encode()
