"""The minutes for the office say what the pages on the wall say, and open in Word and WPS."""

import io
import json
import re
from dataclasses import replace

import pytest
from docx import Document
from docx.oxml.ns import qn

from paper.minutes import minutes_pdf
from paper.minutes_docx import minutes_docx
from rules.minutes import Line, Stage
from rules.minutes_freezing import file_of, fingerprint, freeze, thaw
from tests.sandbox.plain import png

REFERENCE = re.compile(r"〔(\d+)〕")


def words_of(document):
    """All text of a document in its order, tables in their place."""
    return "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


def opened(minutes, *how, **more):
    return Document(io.BytesIO(minutes_docx(minutes, *how, **more)))


def events_of(minutes):
    """The events that the minutes' sentences were read from."""
    found = {one.event for one in minutes.corrections}
    for item in minutes.items:
        found |= {one.event for one in (*item.lines, *item.ballots, *item.tasks)}
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_document_and_the_pages_say_the_same(minutes, look, lang):
    said = "".join(words_of(opened(minutes, lang)).split())
    wall = look(minutes_pdf(minutes, lang)).text
    for words in [
        "彩色水泥厂生活小区", "社区活动室", "示例组长", "示例记录员", "车棚最好离楼道远一些。〔31〕",
        "楼后空地，雨棚加长两米。〔33〕", "电动车棚建在哪里？〔60〕", "出车棚施工图〔80〕",
        "充电点应为16个。〔90〕",
        "55%", "30%", "15%", "示例住户21",
    ]:  # fmt: skip
        assert words in said, words
        assert words in wall, words
    assert set(REFERENCE.findall(said)) == set(REFERENCE.findall(wall))


def test_every_reference_on_paper_resolves_to_an_event_of_the_minutes(minutes):
    said = words_of(opened(minutes))
    assert {int(number) for number in REFERENCE.findall(said)} == events_of(minutes)


def test_the_document_has_real_headings_tables_signatures_and_chinese_fonts(minutes):
    document = opened(minutes)
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert heads == [
        "到会名单（21 户）",
        "一、电动车棚",
        "二、其他",
        "议定事项",
        "任务分工",
        "更正意见",
        "下次会议",
    ]
    facts, figures, tasks, signatures = document.tables
    assert [cell.text for cell in facts.columns[0].cells] == ["时间", "地点", "类型", "主持", "记录", "到会"]
    assert [cell.text for cell in figures.rows[1].cells] == ["乙", "楼后空地", "11 户", "55%"]
    assert [cell.text for cell in tasks.rows[0].cells] == ["谁来办", "办什么", "何时办完"]
    assert signatures.cell(0, 0).text == "主持人（签字）"
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Heading 1")
    }
    assert fonts == {"Normal": "仿宋", "Heading 1": "黑体"}


def test_the_foot_says_the_stage_and_the_hash(minutes):
    approved = opened(replace(minutes, stage=Stage.APPROVED), seal="7d" * 32)
    assert approved.sections[0].footer.paragraphs[0].text == f"已确认  存证 {'7d' * 8}"
    assert opened(minutes).sections[0].footer.paragraphs[0].text.startswith("待确认")


def test_nothing_that_people_write_spoils_the_document(minutes):
    text = "a\x00b\x0b\ud800c <w:t>&amp; 🏠"
    line = replace(minutes.items[0].lines[0], text=text)
    spoiled = replace(minutes, items=(replace(minutes.items[0], lines=(line,)),))
    assert isinstance(line, Line)
    assert "abc <w:t>&amp; 🏠" in words_of(opened(spoiled))


def test_a_kind_of_meeting_is_named_in_the_papers_language(minutes, look):
    assert "buildingmeeting" in look(minutes_pdf(minutes, "en")).text
    english = replace(minutes, kind="building meeting")
    assert "楼宇会" in look(minutes_pdf(english)).text
    own = replace(minutes, kind="消夏晚会")
    assert "消夏晚会" in look(minutes_pdf(own, "en")).text


def test_photos_stand_below_their_sentence_and_a_damaged_one_spoils_nothing(minutes, look):
    line = replace(minutes.items[0].lines[0], photo=True, photos=3)
    shown = replace(minutes, items=(replace(minutes.items[0], lines=(line,)),))
    photos = {31: (png(40, 30), png(30, 40), b"\xff\xd8\xffdamaged"), 99: (png(9, 9),)}
    pages, document = minutes_pdf(shown, photos=photos), opened(shown, photos=photos)
    assert "（附照片3张）〔31〕" in look(pages).text
    assert "（附照片 3 张）〔31〕" in words_of(document)
    assert len(document.inline_shapes) == 2
    assert len(pages) > len(minutes_pdf(shown))
    assert minutes_pdf(shown, photos=photos) == pages


def test_the_data_of_the_minutes_come_back_as_they_went(minutes):
    content = freeze(minutes, "Asia/Shanghai")
    file = json.loads(json.dumps(file_of(content, fingerprint(content))))
    assert (file["format"], file["version"]) == ("louyuhui-minutes", 1)
    assert thaw(file["content"]) == minutes
    assert fingerprint(file["content"]) == file["hash"]
