"""The press: a template of this folder and data go in, a PDF or a PNG comes out.

The data reach Typst as JSON in `sys.inputs`, so what people typed is always a value and never code. Nothing
is read from the network, the same input gives the same bytes, and the font is embedded. Each call takes some
tens of milliseconds of one core; callers run it in a worker thread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import typst

from paper.font import Font, open_font
from paper.legible import find_mark, make_legible

TEMPLATES = Path(__file__).parent / "templates"


def print_pdf(
    template: str, data: Mapping[str, object], *, font: Path | None = None, drawings: Sequence[str] = ()
) -> bytes:
    """Print the data with a template as PDF; `drawings` are SVG texts of our own, raises FontMissing."""
    return _press(template, data, "pdf", open_font(font), drawings)


def print_png(template: str, data: Mapping[str, object], *, font: Path | None = None) -> bytes:
    """Print the data with a template of one page as PNG, two pixels a point; raises FontMissing."""
    return _press(template, data, "png", open_font(font), ())


def _press(
    template: str,
    data: Mapping[str, object],
    form: Literal["pdf", "png"],
    font: Font,
    drawings: Sequence[str],
) -> bytes:
    face = {"family": font.family, "weight": font.weight, "mark": find_mark(font)}
    made = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=font.shelf,
        ignore_system_fonts=True,
        format=form,
        ppi=144,
        sys_inputs={
            "data": json.dumps(_make_all_legible(data, font), ensure_ascii=False),
            "drawings": json.dumps(drawings),
            "font": json.dumps(face, ensure_ascii=False),
        },
    )
    if not isinstance(made, bytes):
        raise TypeError(f"The template {template} must fill exactly one picture.")
    return made


def _make_all_legible(value: object, font: Font) -> object:
    if isinstance(value, str):
        return make_legible(value, font)
    if isinstance(value, Mapping):
        return {key: _make_all_legible(inner, font) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_make_all_legible(inner, font) for inner in value]
    return value
