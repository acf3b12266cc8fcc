"""The card of a result is 1080 pixels wide and says who won without colour."""

from fractions import Fraction

import pytest

from paper.pictures import Bar, result_picture

BARS = [
    Bar("丙", "夜间专区15 + 访客10 + 充电5", "22户 46%", Fraction(22, 48), won=True),
    Bar("甲", "夜间专区20 + 访客10", "15户 31%", Fraction(15, 48)),
    Bar("乙", "全部夜间专区", "11户 23%", Fraction(11, 48)),
]
FACTS = ["48户应投，48户参加。规则：票多者胜。"]


def test_the_card_is_1080_pixels_wide_and_grows_with_its_options(size):
    few, many = (size(result_picture("停车位怎么划？", BARS * times, FACTS)) for times in (1, 8))
    assert few[0] == many[0] == 1080
    assert 500 < few[1] < 1080
    assert few[1] * 3 < many[1] < 5000


@pytest.mark.parametrize(
    "text", ["", "W" * 5000, "。" * 5000, "字" * 5000, "#panic()", "🎉" * 20, "a\nb\x00c"]
)
def test_no_text_breaks_the_card_or_makes_it_taller_than_a_photo_may_be(size, text):
    bars = [Bar(text, text, text, Fraction(1), won=True)] * 24
    width, height = size(result_picture(text, bars, [text] * 4, outcome=text, head=text, foot=text))
    assert width == 1080
    assert width + height <= 10_000


@pytest.mark.parametrize("count", [2, 10, 13, 24, 40, 60])
@pytest.mark.parametrize("letter", ["字", "W"])
def test_a_list_of_any_length_is_no_taller_than_a_photo_may_be(size, count, letter):
    bars = [Bar("60", letter * 150, "291户 100%", Fraction(1), won=True)] * count
    long = letter * 150
    assert sum(size(result_picture(long, bars, [long] * 4, outcome=long, head=long, foot=long))) <= 10_000


def test_a_winner_looks_different_from_the_others():
    lost = [Bar(bar.label, bar.text, bar.figure, bar.share) for bar in BARS]
    assert result_picture("停车位怎么划？", BARS, FACTS) != result_picture("停车位怎么划？", lost, FACTS)


def test_shares_outside_of_nought_to_one_stay_on_the_card():
    over, full = (result_picture("", [Bar("甲", "", "", Fraction(share))], []) for share in (7, 1))
    under, none = (result_picture("", [Bar("甲", "", "", Fraction(share))], []) for share in (-7, 0))
    assert over == full
    assert under == none


def test_the_same_result_gives_the_same_bytes():
    assert result_picture("停", BARS, FACTS, language="en") == result_picture(
        "停", BARS, FACTS, language="en"
    )
