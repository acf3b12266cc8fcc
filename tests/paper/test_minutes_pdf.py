"""The minutes on paper say all that the minutes hold, and nothing typed by people can spoil them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from paper.minutes import minutes_pdf
from rules.minutes import BallotRecord, Count, Item, Line, Presence, Stage
from rules.thresholds import DEFAULTS

AT = datetime(2026, 6, 14, 19, 42, tzinfo=UTC)
A4 = (595, 842)
TRICKS = [
    "#panic()",
    "$x^2$",
    "[a]*b*_c_",
    "\\#\\u{41}",
    '"#sys.inputs"',
    "<label>@ref",
    "//x/*y*/",
    "= 标题",
    "`a`",
]


def with_text(minutes, text):
    return replace(minutes, items=(replace(minutes.items[0], lines=(said(text),)),))


def said(text):
    return Line(31, "statement", "示例住户1", text, AT)


def with_ballot(minutes, **changes):
    ballot = replace(minutes.items[0].ballots[0], **changes)
    return replace(minutes, items=(replace(minutes.items[0], ballots=(ballot,)),))


def test_the_minutes_show_facts_people_statements_figures_tasks_and_the_next_meeting(minutes, look):
    seen = look(minutes_pdf(minutes))
    assert set(seen.sizes) == {A4}
    for words in [
        "会议纪要", "彩色水泥厂生活小区3栋", "2026年6月14日（周日）19:32—21:05",
        "社区活动室", "楼宇会", "示例组长", "示例记录员",
        "到会21户，应到28户；法定15户，已达到", "示例住户21", "2栋1单元101", "委托", "代签到", "迟到",
        "一、电动车棚", "二、其他", "没有发言记录在案", "车棚最好离楼道远一些。〔31〕",
        "19:42", "方案楼后空地",
        "电动车棚建在哪里？", "应投21户，参加20户", "票多者胜", "11户55%", "6户30%", "3户15%",
        "乙胜出", "公示至2026年6月21日",
        "议定事项", "乙楼后空地", "物业公司", "出车棚施工图", "2026年6月28日", "示例楼栋长", "未定",
        "充电点应为16个。", "已采纳", "下次会议2026年7月14日（周二）19:30",
        "主持人（签字）", "记录员（签字）",
    ]:  # fmt: skip
        assert words in seen.text, words


@pytest.mark.parametrize(
    ("silence", "said"),
    [
        (
            {"counted": True, "undelivered": 0, "heads": [3, "approving"], "area": [3_000_000, ""]},
            "没投的3位、300平方米按议事规则“第18条”算进多数：人数归赞成，面积归哪边都不算",
        ),
        ({"counted": False, "undelivered": None, "heads": [3, ""]}, "没有送达记录，没投的3位不算"),
        ({"counted": False, "undelivered": 2, "heads": [3, ""]}, "没投的3位里有2位不能证明看到了通知"),
    ],
)
def test_a_clause_on_silence_is_told_with_the_figures(minutes, look, silence, said):
    threshold = replace(DEFAULTS["278_ordinary"], clause="第18条").as_data()
    verdict = {"passed": True, "silent": silence["counted"], "held": [], "silence": silence}
    seen = look(minutes_pdf(with_ballot(minutes, threshold=threshold, verdict=verdict)))
    assert said in seen.text


def test_each_foot_says_the_stage_the_page_and_the_first_sixteen_of_the_hash(minutes, look):
    draft = look(minutes_pdf(minutes))
    approved = look(minutes_pdf(replace(minutes, stage=Stage.APPROVED)))
    for n, page in enumerate(draft.pages, 1):
        assert f"待确认存证3fa4c09be1d27788第{n}页，共{len(draft.pages)}页" in page
    assert all("已确认存证" in page and "待确认" not in page for page in approved.pages)
    assert "3fa4c09be1d27788aa" not in draft.text
    sealed = look(minutes_pdf(replace(minutes, stage=Stage.APPROVED), "en", seal="7d" * 32))
    assert f"Fingerprint{'7d' * 8}" in sealed.text
    assert "3fa4c09be1d27788" not in sealed.text


def test_the_english_minutes_are_english_but_for_what_people_wrote(minutes, look):
    text = look(minutes_pdf(minutes, "en")).text
    for words in [
        "Minutes", "Draft", "Sun14Jun2026,19:32–21:05", "proxy", "late",
        "21householdspresentof28invited;quorum15,reached",
        "1.电动车棚", "Proposal", "20of21householdsvoted", "乙won", "Decisions", "Tasks",
        "publisheduntilSun21Jun2026",
        "Corrections", "accepted", "Nextmeeting", "Page1of",
    ]:  # fmt: skip
        assert words in text, words
    for word in ["纪要", "时间", "地点", "主持", "签到", "议题", "表决", "结果", "公示", "第1页"]:
        assert word not in text, word


@pytest.mark.parametrize("trick", TRICKS)
def test_what_people_type_is_printed_and_never_run(minutes, look, trick):
    person = Presence(1, trick, trick, "chat", minutes.opened)
    crafted = replace(with_text(minutes, trick), title=trick, present=(person,), chair=trick)
    assert look(minutes_pdf(crafted)).text.count(trick.replace(" ", "")) == 5


def test_a_statement_of_five_thousand_characters_flows_over_pages_and_loses_nothing(minutes, look):
    text = "".join(chr(0x4E00 + n) for n in range(5000))
    seen = look(minutes_pdf(with_text(minutes, text)))
    assert len(seen.pages) > 3
    assert not seen.spilled
    assert sum("\u4e00" <= c < chr(0x4E00 + 5000) for c in seen.text) >= 5000


def test_a_long_meeting_flows_over_pages_with_every_item_on_them(minutes, look):
    items = tuple(
        Item(n, n, f"议题{n}号", (said(f"第{n}条发言" * 20),), minutes.items[0].ballots) for n in range(1, 31)
    )
    seen = look(minutes_pdf(replace(minutes, items=items)))
    assert len(seen.pages) > 8
    assert all(f"议题{n}号" in seen.text for n in range(1, 31))
    assert "三十、议题30号" in seen.text
    assert not seen.spilled


@pytest.mark.parametrize(
    "long", ["W" * 900, "。" * 600, "！？" * 300, "https://x.example/" + "a%20" * 200, "-" * 500]
)
def test_a_word_that_never_ends_stays_on_the_page(minutes, look, long):
    person = Presence(1, long[:300], long[:300], "proxy", minutes.opened)
    tasks = tuple(replace(task, who=long[:200], what=long) for task in minutes.items[0].tasks)
    crafted = with_text(minutes, long)
    items = tuple(replace(item, title=long, tasks=tasks) for item in crafted.items)
    crafted = replace(crafted, title=long, place=long, present=(person,), items=items)
    seen = look(minutes_pdf(with_ballot(crafted, question=long, counts=(Count("甲", long, 3, won=True),))))
    assert not seen.spilled
    assert seen.text.count(long[:12]) >= 3


def test_emoji_in_a_name_become_one_mark_that_the_foot_explains(minutes, look):
    person = Presence(1, "示例👨‍👩‍👧🎉住户", "1栋", "chat", minutes.opened)
    seen = look(minutes_pdf(replace(minutes, present=(person,))))
    assert "示例〓住户" in seen.text
    assert "〓代表字库里没有的字或表情符号。" in seen.text
    assert "〓" not in look(minutes_pdf(minutes)).text


def test_a_motion_says_for_and_against_in_the_readers_language(minutes, look):
    counts = (
        Count("赞成", "赞成", 9, won=True),
        Count("反对", "反对", 2, won=False),
        Count("弃权", "弃权", 1, won=False),
    )
    motion = with_ballot(minutes, method="motion", voted=12, counts=counts)
    chinese, english = look(minutes_pdf(motion)), look(minutes_pdf(motion, "en"))
    assert "赞成多于反对为通过" in chinese.text
    assert "赞成9户75%反对2户17%弃权1户8%" in chinese.text
    assert "for975%against217%abstain18%" in english.text
    assert "结果通过" in chinese.text
    assert "carried" in english.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tie": True, "carried": False}, "甲票数相同，未能决定"),
        ({"tie": True}, "乙胜出；甲票数相同，未能决定"),
        ({"method": "motion", "voted": 2, "counts": ()}, "结果通过；参加太少，不公布票数"),
        ({"method": "motion", "voted": 2, "counts": (), "carried": False}, "未通过；参加太少，不公布票数"),
        ({"counts": (), "carried": False}, "参加太少，不公布票数"),
        ({"carried": False}, "未通过"),
        ({"voted": 0, "counts": (Count("甲", "大门旁", 0, won=False),), "carried": False}, "0户–"),
        ({"open_until": None}, "乙胜出"),
        ({"method": "approval", "at_most": 16}, "每张票最多选16项"),
    ],
)
def test_every_end_of_a_ballot_has_its_words(minutes, look, changes, words):
    text = look(minutes_pdf(with_ballot(minutes, **changes))).text
    assert words in text
    named = changes.get("carried", True) and changes.get("counts") != ()
    assert ("乙楼后空地" in text.split("议定事项")[1]) == named


def test_an_empty_meeting_still_has_its_minutes(minutes, look):
    empty = replace(minutes, present=(), items=(), corrections=(), next_meeting=None)
    text = look(minutes_pdf(empty)).text
    for words in ["无人签到", "没有议题记录在案", "没有表决事项", "未达到（流会）"]:
        assert words in text, words
    for words in ["任务分工", "更正意见", "下次会议"]:
        assert words not in text, words
    assert "不设法定户数" in look(minutes_pdf(replace(empty, quorum=0))).text


def test_the_same_minutes_give_the_same_bytes_in_any_thread(minutes):
    once = minutes_pdf(minutes)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(minutes_pdf, [minutes] * 8)) == {once}


def test_a_meeting_over_midnight_names_both_days(minutes, look):
    late = replace(minutes, closed=minutes.closed.replace(day=15, hour=0, minute=20))
    assert "2026年6月14日（周日）19:32—2026年6月15日（周一）00:20" in look(minutes_pdf(late)).text


def test_a_ballot_with_thirty_options_breaks_over_pages(minutes, look):
    counts = tuple(Count(str(n), f"器材{n}号", n, won=n > 14) for n in range(1, 31))
    ballot = BallotRecord(
        60, "选哪些？", "approval", 16, 40, 30, counts, carried=True, tie=False, open_until=date(2026, 7, 1)
    )
    seen = look(minutes_pdf(replace(minutes, items=(Item(1, 1, "器材", (), (ballot,) * 3),))))
    assert not seen.spilled
    assert seen.text.count("器材30号") == 6
