"""The agreement of a mediation says who agreed to what, and leaves room for each to sign."""

from dataclasses import replace

import pytest

from paper.agreement import Agreement, Party, agreement_pdf
from tests.paper.conftest import at

AGREEMENT = Agreement(
    community="彩色水泥厂生活小区",
    building="3栋",
    kind="板凳调解会",
    subject="露台花盆滴水",
    place="凉亭",
    opened=at(19, 30),
    agreed=at(20, 40),
    mediator="示例组长",
    number=2,
    text="楼上月底前修好水管。\n赔八百元，当面付清。",
    parties=(
        Party("1单元101", ("示例住户甲", "示例家人"), "示例住户甲", at(20, 31)),
        Party("5栋2单元502", ("示例住户乙",), "示例住户乙", at(20, 40)),
    ),
    fingerprint="3fa4c09be1d27788" * 4,
)


def test_an_agreement_names_its_sides_its_text_and_where_each_signs(look):
    seen = look(agreement_pdf(AGREEMENT))
    assert len(seen.pages) == 1
    assert not seen.spilled
    for words in [
        "调解约定", "甲方1单元101示例住户甲、示例家人", "乙方5栋2单元502示例住户乙", "事由露台花盆滴水",
        "板凳调解会", "楼上月底前修好水管。", "赔八百元，当面付清。", "示例住户乙2026年6月14日（周日）20:40",
        "甲方（签字）", "乙方（签字）", "主持人（签字）", "一式3份", "请不要张贴", "人民调解法",
        "第2稿存证3fa4c09be1d27788",
    ]:  # fmt: skip
        assert words in seen.text, words


def test_an_agreement_in_english(look):
    text = look(agreement_pdf(AGREEMENT, "en")).text
    for words in ["Agreementofamediation", "SideA", "SideB(signature)", "3copies", "benchmediation"]:
        assert words in text, words


@pytest.mark.parametrize("text", ["#panic()", "$x$ [a] *b* \\c", "W" * 400, "。" * 1500])
def test_whatever_was_agreed_is_printed_as_it_is(look, text):
    seen = look(agreement_pdf(replace(AGREEMENT, text=text, subject=text[:120])))
    assert not seen.spilled
    assert seen.text.count(text[:8].replace(" ", "")) >= 2


def test_six_sides_sign_below_each_other(look):
    seen = look(agreement_pdf(replace(AGREEMENT, parties=AGREEMENT.parties * 3)))
    assert "己方（签字）" in seen.text
    assert "一式7份" in seen.text
    assert agreement_pdf(AGREEMENT) == agreement_pdf(AGREEMENT)
