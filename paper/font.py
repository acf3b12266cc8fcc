"""The one font all paper is set in: where it lies, and which characters it can draw."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

BUNDLED = Path("fonts") / "NotoSansSC-Regular.ttf"


class FontMissing(Exception):
    """There is no usable font at the place named; the sentence says what to do."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"No font at {where}: install it with `pip install --no-deps zhplot`, "
            "or name a TrueType or OpenType file with Chinese characters in the settings."
        )


@dataclass(frozen=True, slots=True)
class Font:
    """A font ready to print with: its family and weight as Typst knows them, and the code points it draws."""

    family: str
    weight: int
    glyphs: frozenset[int]
    shelf: typst.Fonts

    def draws(self, character: str) -> bool:
        """Whether the font has a picture of this character."""
        return ord(character) in self.glyphs


@cache
def open_font(path: Path | None = None) -> Font:
    """Open the font file at `path`, or the bundled Noto Sans SC; raises FontMissing."""
    file = (path or find_bundled()).resolve()
    if not file.is_file():
        raise FontMissing(str(file))
    shelf = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(file.parent)]
    )
    for face in shelf.fonts():
        if face.path and Path(face.path).resolve() == file:
            return Font(face.family, face.weight, frozenset(read_glyphs(file.read_bytes())), shelf)
    raise FontMissing(f"{file} (which is no font Typst can read)")


def find_bundled() -> Path:
    """Where the zhplot wheel keeps its font; it is located, not imported, as it would want matplotlib."""
    spec = find_spec("zhplot")
    if spec is None or not spec.submodule_search_locations:
        raise FontMissing("the zhplot package (not installed)")
    return Path(spec.submodule_search_locations[0]) / BUNDLED


def read_glyphs(font: bytes) -> Iterator[int]:
    """Yield each code point with a glyph in the Unicode `cmap` tables (OpenType, formats 4 and 12)."""
    start = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    (tables,) = struct.unpack_from(">H", font, start + 4)
    for record in range(start + 12, start + 12 + 16 * tables, 16):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, record)
        if tag == b"cmap":
            yield from _read_cmap(font, offset)


def _read_cmap(font: bytes, cmap: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for record in range(cmap + 4, cmap + 4 + 8 * count, 8):
        platform, encoding, offset = struct.unpack_from(">HHI", font, record)
        (form,) = struct.unpack_from(">H", font, cmap + offset)
        if platform == 0 or (platform == 3 and encoding in {1, 10}):
            yield from _FORMATS.get(form, _read_nothing)(font, cmap + offset)


def _read_nothing(_font: bytes, _table: int) -> Iterator[int]:
    """Other formats (variation selectors and the like) name no further characters."""
    return iter(())


def _read_segments(font: bytes, table: int) -> Iterator[int]:
    """Format 4: ranges of the basic plane, each shifted by a delta or looked up in an array."""
    size = struct.unpack_from(">H", font, table + 6)[0] // 2
    ends = struct.unpack_from(f">{size}H", font, table + 14)
    starts, deltas, offsets = (
        struct.unpack_from(f">{size}H", font, table + 16 + 2 * size * part) for part in (1, 2, 3)
    )
    for n, (first, last) in enumerate(zip(starts, ends, strict=True)):
        place = table + 16 + 6 * size + 2 * n + offsets[n]
        for code in range(first, min(last, 0xFFFE) + 1):
            if not offsets[n]:
                glyph = code
            else:
                (glyph,) = struct.unpack_from(">H", font, place + 2 * (code - first))
                if not glyph:
                    continue
            if (glyph + deltas[n]) & 0xFFFF:
                yield code


def _read_groups(font: bytes, table: int) -> Iterator[int]:
    """Format 12: ranges of all planes, each with its first glyph."""
    (count,) = struct.unpack_from(">I", font, table + 12)
    for first, last, glyph in struct.iter_unpack(">III", font[table + 16 : table + 16 + 12 * count]):
        yield from range(first if glyph else first + 1, last + 1)


_FORMATS = {4: _read_segments, 12: _read_groups}
