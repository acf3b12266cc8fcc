"""Paper slips: eight a page, each with its household, its number and a square code a camera can read."""

from datetime import date

import pypdfium2
import pytest
import segno

from paper.qr import draw_qr
from paper.slips import Slip, slips_pdf


def make_slips(count):
    return [
        Slip(f"{n // 24 + 1}栋{n // 8 % 3 + 1}单元{n % 8 // 2 + 1}0{n % 2 + 1}", f"{n:04d} 7913", f"https://t.me/b?start={n:08d}")
        for n in range(count)
    ]  # fmt: skip


def read_square(pdf, left, top, side, modules):
    """Sample the middle of each module of the code printed at this place (points from the top left)."""
    scale = 4
    bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=scale, grayscale=True)
    data, stride = bytes(bitmap.buffer), bitmap.stride
    step = side / modules
    middles = [(n + 0.5) * step for n in range(modules)]
    return [
        [data[round((top + y) * scale) * stride + round((left + x) * scale)] < 128 for x in middles]
        for y in middles
    ]


def test_every_household_of_the_community_gets_its_slip(look):
    slips = make_slips(291)
    seen = look(slips_pdf(slips, "彩色水泥厂生活小区", bot="@demo_bot", valid_until=date(2026, 12, 31)))
    assert len(seen.pages) == 37
    assert set(seen.sizes) == {(595, 842)}
    assert not seen.spilled
    for slip in slips:
        assert slip.household + "1.扫右边的码" in seen.text
        assert slip.code.replace(" ", "") in seen.text


def test_a_slip_says_what_to_do_in_chinese_and_small_in_english(look):
    text = look(slips_pdf(make_slips(1), "示例小区", bot="@demo_bot", valid_until=date(2026, 12, 31))).text
    for words in [
        "示例小区",
        "入户确认单",
        "发给@demo_bot。",
        "有效期到2026年12月31日（周四）",
        "Sendthenumberto@demo_bot",
        "untilThu31Dec2026",
    ]:
        assert words in text, words
    assert text.index("扫右边的码") < text.index("Scanthecode")


def test_an_english_slip_keeps_the_chinese_small(look):
    text = look(slips_pdf(make_slips(1), "示例小区", language="en")).text
    assert text.index("Scanthecode") < text.index("扫右边的码")
    assert "Householdslip" in text
    assert "请别给外人看" in text


def test_the_printed_square_is_the_code_of_the_link():
    slip = make_slips(1)[0]
    side, across = 34 / 25.4 * 72, 105 / 25.4 * 72
    margin = 8 / 25.4 * 72
    matrix = [[bool(module) for module in row] for row in segno.make_qr(slip.link, error="m").matrix]
    pdf = slips_pdf([slip], "示例小区")
    assert read_square(pdf, across - margin - side, margin, side, len(matrix)) == matrix


def test_a_code_that_gets_dirty_can_still_be_read():
    assert segno.make_qr("https://t.me/b?start=1", error="m").error in {"M", "Q", "H"}
    assert draw_qr("https://t.me/b?start=1").startswith("<svg")


@pytest.mark.parametrize("text", ["#panic()", "$ [ \\", "W" * 300, "长" * 300, "。" * 300])
def test_long_or_crafted_names_stay_on_their_slip(look, text):
    slips = [Slip(text, "ABCD-EFGH-JKLM-NPQR-STUV", "https://t.me/b?start=" + "x" * 60)] * 8
    seen = look(slips_pdf(slips, text, bot="@" + "w" * 32, valid_until=date(2026, 12, 31)))
    assert len(seen.pages) == 1
    assert not seen.spilled
    assert seen.text.count(text[:8].replace(" ", "")) >= 16
    assert seen.text.count("有效期到") == 8


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (8, 1), (9, 2)])
def test_eight_slips_fill_a_page(look, count, pages):
    seen = look(slips_pdf(make_slips(count), "示例小区"))
    assert len(seen.pages) == pages
    assert ("没有要打印的纸条" in seen.text) == (count == 0)


def test_the_same_slips_give_the_same_bytes():
    assert slips_pdf(make_slips(3), "示例小区") == slips_pdf(make_slips(3), "示例小区")
