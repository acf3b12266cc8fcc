"""`louyuhui verify`: checks an export from itself alone, and names the first thing that does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.export import files_beside
from bot.commands.terminal import console, fail, say
from rules.proof import MINOR, Checked, Misfit, Proof, Standing, Wrong, verify

FILE = "export.json"
WORDS = {
    Wrong.MALFORMED: ("不是完整的 JSON", "no sound JSON object"),
    Wrong.FORMAT: (
        "不是能核对的导出格式（louyuhui-export 1.1 起）",
        "no export this can check (1.1 or later)",
    ),
    Wrong.SHAPE: ("缺了，或者写法不对", "missing, or not as the format says"),
    Wrong.STRANGE: ("这一条不该在这里", "this does not belong here"),
    Wrong.NUMBER: ("编号不连续：少了、多了或换了位置", "out of number: dropped, doubled or moved"),
    Wrong.LINK: ("接不上前一条", "does not follow the event before it"),
    Wrong.HASH: ("内容被改过", "what it says was changed"),
    Wrong.WITHHELD: ("该保密的和该公开的对不上", "withheld or told against the rule"),
    Wrong.HEAD: (
        "群里公布的这个存证，导出里没有（要 16 到 64 位）",
        "no event has this head (16 to 64 digits)",
    ),
    Wrong.UNLISTED: ("记录里有、导出里没有，或者相反", "in the log but not in the export, or the reverse"),
    Wrong.DIFFERS: ("和记录里的不一样", "not what the log says"),
    Wrong.ROLL: ("名册和它的指纹、户数对不上", "the roll is not of its hash and total"),
    Wrong.CAST: ("不在名册上，或者不在投票时间里", "not on the roll, or not in time"),
    Wrong.VOTED: ("投票户数和记录里的不一样", "not as many votes as households that voted"),
    Wrong.VOTE: ("有一张票无效，或者出现两次", "a vote is invalid, or stands twice"),
    Wrong.COUNT: ("按这些票数出来不是这个结果", "these votes do not count to this result"),
    Wrong.MINUTES: ("纪要和确认时的指纹对不上", "the minutes are not those that were approved"),
    Wrong.DIGEST: (
        "记录都对，别处被改过",
        "the logs fit, but something beside them was changed",
    ),
    Wrong.BESIDE: ("和 export.json 里的不一样", "not what export.json says"),
}
STANDINGS = {
    Standing.OPEN: "还在投 / open",
    Standing.COUNTED: "重新计票，结果一致 / counted again, the same result",
    Standing.WITHHELD: "不到 3 户，票数保密，不能重新计票 / withheld: fewer than 3 voted",
}


def verify_export(
    export: Annotated[
        Path, typer.Argument(help="导出的文件夹或 export.json / the folder, or its export.json")
    ],
    head: Annotated[
        list[str] | None,
        typer.Option(help="群里公布的存证，可以写几个 / a head posted in the group; repeatable"),
    ] = None,
) -> None:
    """核对导出：只用导出本身，谁都可以查。/ Check an export from itself alone, so that anyone can."""
    path = export / FILE if export.is_dir() else export
    heads = head or []
    try:
        with console.status("核对 / checking"):
            content = path.read_bytes()
            proof = verify(content, heads)
            if export.is_dir():
                _check_beside(export, json.loads(content), proof)
    except OSError as error:
        raise fail(f"读不了 {path} / cannot be read: {error.strerror}") from None
    except Misfit as misfit:
        zh, en = WORDS[misfit.wrong]
        where = f"{misfit.place} {misfit.about}".rstrip()
        raise fail(f"对不上 / does not fit: {where} —— {zh} / {en}") from None
    _show(proof, heads)


def _check_beside(folder: Path, data: dict[str, Any], proof: Proof) -> None:
    """The files beside an export say what it says, as far as they are there. Raises Misfit, OSError."""
    if data["minor"] != MINOR:  # written by a later program, perhaps in other words
        return
    recounts = {one.id: one.recount for one in proof.ballots if one.recount is not None}
    try:
        files = files_beside(data, recounts)
    except (AttributeError, KeyError, TypeError, ValueError):  # what no event speaks of may have any shape
        raise Misfit(Wrong.SHAPE, FILE) from None
    found = {file.relative_to(folder).as_posix() for file in folder.glob("ballots/ballot-*.json")}
    for name in sorted(found | {name for name in files if (folder / name).exists()}):
        if name not in files or (folder / name).read_bytes() != files[name].encode():
            raise Misfit(Wrong.BESIDE, name)


def _not_compared(proof: Proof, ballot: Checked) -> list[str]:
    """Which of the events whose heads stand in the group were not compared, of those that can be."""
    posted = ["opened", "closed"] if ballot.standing is Standing.COUNTED else ["opened"]
    mine = [entry for entry in proof.heads if entry.stream == f"ballot:{ballot.id}"]
    compared = {entry.kind for entry in mine if entry.told is not None}
    return [kind for kind in posted if kind not in compared]


def _show(proof: Proof, heads: list[str]) -> None:
    say(f"✅ {proof.building}：全部对得上 / all of it fits")
    say(f"   {proof.events} 条记录，首尾相连 / events, each linked to the one before")
    for ballot in proof.ballots:
        say(f"   🗳 ballot:{ballot.id} {ballot.question}")
        say(f"      {ballot.voted} 户投票 / voted · {STANDINGS[ballot.standing]}")
    minutes = f"{proof.minutes} 份已确认的纪要 / approved minutes"
    say(f"   {proof.meetings} 次会议 / meetings, {minutes}")
    about = {f"ballot:{ballot.id}": ballot.question for ballot in proof.ballots}
    for given, entry in zip(heads, proof.heads, strict=True):
        say(f"   🔗 {given} = {entry.place} {entry.kind} {about.get(entry.stream, '')}".rstrip())
        say(f"      {entry.hash}")
        if entry.told is None:
            say("      ⚠️ 这一条的内容保密，存证核对不了它 / withheld: the head proves nothing of it")
    for ballot in proof.ballots if heads else ():
        left = _not_compared(proof, ballot)
        if left:
            say(f"   ⚠️ ballot:{ballot.id} 的存证没有核对 / heads not compared: {'、'.join(left)}")
    if not heads:
        say("   群里公布的存证还没有核对，请加 --head / compare the heads posted in the group: add --head")
    say(f"   这份导出的指纹 / digest of this export: {proof.digest}")
