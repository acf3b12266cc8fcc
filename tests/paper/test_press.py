"""The press finds its font, says what to do without one, and needs nothing from the network or the system."""

import re
import shutil
import struct
import sys

import pytest

from paper.font import FontMissing, find_bundled, open_font, read_glyphs
from paper.minutes import minutes_pdf
from paper.pictures import Bar, result_picture
from paper.press import TEMPLATES


def test_the_bundled_font_is_found_without_importing_its_package():
    assert find_bundled().is_file()
    assert "zhplot" not in sys.modules
    assert open_font().family == "Noto Sans SC"
    assert open_font().draws("楼")
    assert not open_font().draws("🎉")


def test_another_font_of_the_settings_is_used(tmp_path):
    other = tmp_path / "own.ttf"
    shutil.copy(find_bundled(), other)
    assert result_picture("停", [Bar("甲", "", "", 1)], [], font=other) == result_picture(
        "停", [Bar("甲", "", "", 1)], []
    )


@pytest.mark.parametrize("content", [None, b"this is no font"])
def test_a_missing_or_broken_font_says_what_to_do(tmp_path, content):
    file = tmp_path / "none.ttf"
    if content:
        file.write_bytes(content)
    with pytest.raises(FontMissing, match=r"none\.ttf.*pip install --no-deps zhplot.*settings"):
        result_picture("停", [], [], font=file)


def make_font(form, table):
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10 if form == 12 else 1, 12) + table
    return (
        struct.pack(">4sHHHH", b"\0\1\0\0", 1, 0, 0, 0)
        + struct.pack(">4sIII", b"cmap", 0, 28, len(cmap))
        + cmap
    )


def test_the_bundled_font_maps_the_characters_of_every_day():
    glyphs = set(read_glyphs(find_bundled().read_bytes()))
    assert len(glyphs) > 20_000
    assert set(map(ord, "会议纪要〓AZ09")) <= glyphs
    assert 0xFFFF not in glyphs


def test_a_map_of_segments_gives_all_but_what_has_no_glyph():
    # A-C by delta, a-c through an array whose second glyph is missing, and the closing segment.
    arrays = [(0x43, 0x63, 0xFFFF), (0,), (0x41, 0x61, 0xFFFF), (0xFFFF, 0, 1), (0, 4, 0), (7, 0, 9)]
    table = struct.pack(">7H", 4, 0, 0, 6, 0, 0, 0) + b"".join(struct.pack(f">{len(a)}H", *a) for a in arrays)
    assert "".join(map(chr, read_glyphs(make_font(4, table)))) == "ABCac"


def test_a_map_of_groups_reaches_beyond_the_basic_plane():
    groups = [(0x41, 0x42, 5), (0x43, 0x44, 0), (0x20000, 0x20001, 9)]
    table = struct.pack(">HHIII", 12, 0, 0, 0, 3) + b"".join(struct.pack(">III", *group) for group in groups)
    assert "".join(map(chr, read_glyphs(make_font(12, table)))) == "ABD\U00020000\U00020001"


def test_the_font_is_embedded(minutes):
    assert b"/FontFile" in minutes_pdf(minutes)


def test_no_template_asks_for_a_package_a_bold_face_or_evaluates_text():
    for template in TEMPLATES.glob("*.typ"):
        text = template.read_text("utf-8")
        for word in ["@preview", "@local", "eval(", "bold", "datetime.today"]:
            assert word not in text, (template.name, word)


def test_the_font_draws_all_that_the_templates_themselves_write():
    written = {character for template in TEMPLATES.glob("*.typ") for character in template.read_text("utf-8")}
    assert {character for character in written - {"\n"} if not open_font().draws(character)} == set()


def find_colours(template):
    return dict(re.findall(r'#let (\w+) = rgb\("#(\w{6})"\)', (TEMPLATES / template).read_text("utf-8")))


def contrast(one, other):
    """Contrast of two colours as WCAG 2 defines it, 1 to 21."""

    def lighten(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((lighten(one), lighten(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["ink", "soft", "red", "blue"])
def test_every_colour_of_text_is_readable_on_white_and_on_grey(name):
    colours = find_colours("house.typ")
    assert contrast(colours[name], "ffffff") >= 4.5
    assert contrast(colours[name], colours["wash"]) >= 4.5


@pytest.mark.parametrize("use", ["night", "visitor", "charging"])
def test_every_letter_of_a_zone_is_readable_on_its_colour(use):
    text = (TEMPLATES / "sketch.typ").read_text("utf-8")
    deep, pale = re.search(rf'#let {use} = \(deep: rgb\("#(\w+)"\), pale: rgb\("#(\w+)"\)\)', text).groups()
    assert contrast(deep, pale) >= 4.5
