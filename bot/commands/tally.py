"""`louyuhui tally`: counts the votes of a file again, with nothing but the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bot.commands.terminal import console, fail, say
from rules.counting import ImpossibleQuestion, Method, TieStep
from rules.exchange import MalformedFile, TallyReport, UnknownFormat, WrongMethod, tally_text, text_of
from rules.exchange.amounts import amount_text
from rules.thresholds import Dimension, Held, Step, square_metres

METHODS = {
    Method.MOTION: "表决（赞成、反对）",
    Method.SINGLE: "单选",
    Method.APPROVAL: "多选（赞成制）",
    Method.SCORE: "打分",
    Method.SCHULZE: "排序（舒尔策法）",
    Method.IRV: "排序（逐轮淘汰）",
    Method.STV: "排序（可转移选票）",
    Method.EQUAL_SHARES: "分配资金（等额法）",
    Method.GREEDY: "分配资金（按得票）",
    Method.CONSENT: "共识",
}
SETTLED_BY = {
    TieStep.EARLIER_ROUND: "看前几轮的票 / by an earlier round",
    TieStep.SUPPORT: "看支持人数 / by support",
    TieStep.COST: "看花费 / by cost",
    TieStep.SEED: "用事先公布的种子 / by the published seed",
    TieStep.MEETING: "会议已定 / as the meeting decided",
    TieStep.OPEN: "由会议决定 / for the meeting to decide",
}


def tally(
    file: Annotated[
        Path, typer.Argument(help=".json（导出的）、.blt、.soc .soi .toc .toi .cat、.pb / a ballot file")
    ],
    method: Annotated[Method | None, typer.Option(help="换一种计票办法 / count by another method")] = None,
    seats: Annotated[int | None, typer.Option(min=1, help="选出几个 / how many win")] = None,
    seed: Annotated[str | None, typer.Option(help="同票时用的种子 / the seed that settles ties")] = None,
    json: Annotated[bool, typer.Option("--json", help="全部细节，JSON 格式 / everything, as JSON")] = False,
) -> None:
    """重新计票：只用一个文件，谁都可以核对。/ Count a ballot file again, so that anyone can check."""
    report = _count(file, method, seats, seed)
    if json:
        typer.echo(report.to_json(), nl=False)
    else:
        _show(report)


def _count(file: Path, method: Method | None, seats: int | None, seed: str | None) -> TallyReport:
    try:
        return tally_text(file.name, text_of(file.read_bytes()), method, seats, seed)
    except OSError as error:
        raise fail(f"读不了 {file} / cannot be read: {error.strerror}") from None
    except MalformedFile as error:
        raise fail(f"{file} 第 {error.line} 行有错 / line {error.line}: {error.why}") from None
    except (UnknownFormat, WrongMethod, ImpossibleQuestion) as error:
        raise fail(f"{file} 不能这样计票 / cannot be counted so: {error}") from None


def _show(report: TallyReport) -> None:
    outcome, question = report.outcome, report.file.question
    say(f"🗳 {report.file.title or report.name}")
    say(f"{METHODS[question.method]} / {question.method}" + f" · {question.seats}" * (question.seats > 1))
    handed_in = (outcome.total, outcome.valid, outcome.abstained, outcome.invalid)
    zh = "收到 {} 张，有效 {}，弃权 {}，无效 {}".format(*map(amount_text, handed_in))
    en = "{} handed in, {} valid, {} abstained, {} invalid".format(*map(amount_text, handed_in))
    say(f"{zh} / {en}")
    for why, times in outcome.reasons.items():
        say(f"  {why}: {amount_text(times)}")
    console.print(_figures(report))
    for tie in outcome.ties:
        names = "、".join(report.file.name(option) for option in tie.options)
        say(f"⚖ 同票 / tie: {names} — {SETTLED_BY[tie.rule]}")
    _show_asked(report)
    if report.carried is not None:
        say("✅ 通过 / carried" if report.carried else "❌ 没有通过 / not carried")
    elif report.judged is not None and not report.winners:
        say("❌ 没有一项达到要求 / no option reached what was asked")


def _show_asked(report: TallyReport) -> None:
    """What it took to decide, and how far that was reached; of each option where each has to."""
    asking, judged = report.file.asking, report.judged
    if asking is None or judged is None:
        return
    say(f"门槛 / threshold: {asking.threshold.zh.title} / {asking.threshold.en.title}")
    for held in judged.whole.held:
        say(f"  {_reached(held)}")
    for option, one in zip(report.file.question.options, judged.each, strict=False):
        own = (held for held in one.held if held.step is Step.APPROVAL)
        say(f"  {report.file.name(option)}：" + "；".join(map(_reached, own)))


def _reached(held: Held) -> str:
    area = held.dimension is Dimension.AREA
    tell = square_metres if area else str
    what = ("面积", "area") if area else ("票", "heads")
    if held.step is Step.PARTICIPATION:
        what = (f"{what[0]}参加", f"{what[1]} taking part") if area else ("参加", "taking part")
    mark = "✅" if held.held else "❌"
    asked = f"{held.condition} → {tell(held.needed)}"
    return f"{mark} {what[0]} / {what[1]}: {tell(held.have)} / {tell(held.of)} ({asked})"


def _figures(report: TallyReport) -> Table:
    """Options from best to worst with their votes, round by round where there are rounds."""
    outcome = report.outcome
    counted: list[tuple[str, Mapping[str, object]]] = [("票 votes", outcome.standings)]
    if len(outcome.rounds) > 1:
        counted = [(f"第{one.number}轮", one.tallies) for one in outcome.rounds]
    table = Table("", "选项 option")
    for title, _ in counted:
        table.add_column(title, justify="right")
    for option in outcome.standings:
        won = "★" if option in report.winners else ""
        figures = (_figure(tallies.get(option)) for _, tallies in counted)
        table.add_row(won, escape(report.file.name(option)), *figures)
    return table


def _figure(votes: object) -> str:
    return amount_text(votes) if isinstance(votes, int) else "" if votes is None else str(votes)
