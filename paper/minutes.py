"""The minutes on paper, for the wall: laid out as Chinese minutes are, from the facts to the signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paper.photos import frame
from paper.press import print_pdf
from paper.wording import Section, Words, read_words, say_day, say_number, say_span, say_time
from rules.kinds import kind_name
from rules.minutes import (
    Addendum,
    BallotRecord,
    Correction,
    Count,
    Item,
    Line,
    Minutes,
    Presence,
    Stage,
    TaskRecord,
)
from rules.thresholds import Base, Dimension, square_metres, threshold_of, verdict_of

MOTION = {"赞成": "in_favour", "反对": "against", "弃权": "abstain"}
POINTS = ("score", "schulze")  # methods whose figures are no votes
FINGERPRINT = 16  # characters of a hash printed at the foot

View = Mapping[str, object]
Photos = Mapping[int, Sequence[bytes]]  # by the number of an event
NO_PHOTOS: Photos = MappingProxyType({})


def minutes_pdf(
    minutes: Minutes,
    language: str = "zh",
    *,
    seal: str = "",
    addenda: Sequence[Addendum] = (),
    photos: Photos = NO_PHOTOS,
    font: Path | None = None,
) -> bytes:
    """Print the minutes as A4 pages; names stand as the minutes hold them, masked where they came masked.

    `seal` is the hash they were approved with, the log's own stands at the foot until then. `photos` (JPEG or
    PNG, by the event of their statement) stand small below it. The bytes depend on nothing but the arguments.
    Raises FontMissing.
    """
    words = read_words(language)
    view = view_minutes(minutes, words, seal, addenda, photos)
    drawings = [
        frame(one) for item in minutes.items for line in item.lines for one in photos.get(line.event, ())
    ]
    return print_pdf("minutes", view, font=font, drawings=drawings)


def view_minutes(
    minutes: Minutes,
    words: Words,
    seal: str,
    addenda: Sequence[Addendum] = (),
    photos: Photos = NO_PHOTOS,
) -> Mapping[str, Any]:
    """All that the minutes say, in the words of a language: what the PDF and the DOCX are laid out from."""
    say, shown = words["minutes"], count()
    return {
        "language": words["date"]["code"],
        "words": dict(say),
        "foot": dict(words["foot"]),
        "community": f"{minutes.community}  {minutes.building}",
        "title": minutes.title,
        "draft": minutes.stage is Stage.DRAFT,
        "facts": _view_facts(minutes, words),
        "presence_head": say["presence_of"].format(presence=say["presence"], count=len(minutes.present)),
        "present": [_view_presence(person, say) for person in minutes.present],
        "items": [_view_item(item, words, photos, shown) for item in minutes.items],
        "decisions": [_view_decision(ballot, say) for item in minutes.items for ballot in item.ballots],
        "tasks": [_view_task(task, words) for item in minutes.items for task in item.tasks],
        "corrections": [_view_correction(correction, say) for correction in minutes.corrections],
        "addenda": [_view_addendum(one, words) for one in addenda],
        "next": say_time(minutes.next_meeting, words) if minutes.next_meeting else "",
        "fingerprint": say["fingerprint"].format(head=(seal or minutes.head)[:FINGERPRINT]),
    }


def _view_facts(minutes: Minutes, words: Words) -> list[tuple[str, str]]:
    say = words["minutes"]
    quorum = "quorum_none" if not minutes.quorum else "quorum_met" if minutes.quorate else "quorum_missed"
    attended = say["attended_of"].format(present=len(minutes.present), invited=minutes.invited)
    return [
        (say["held"], say_span(minutes.opened, minutes.closed, words)),
        (say["place"], minutes.place),
        (say["kind"], kind_name(minutes.kind, words["date"]["code"])),
        (say["chair"], minutes.chair),
        (say["recorder"], minutes.recorder),
        (say["attended"], attended + say["stop"] + say[quorum].format(quorum=minutes.quorum)),
        *_view_parties(minutes, say),
        *([(say["hurry"], minutes.hurry)] if minutes.hurry else []),
    ]


def _view_parties(minutes: Minutes, say: Section) -> list[tuple[str, str]]:
    """The parties that were there, for a meeting that invited some."""
    if not minutes.parties_needed and not minutes.parties:
        return []
    there = say["between"].join(f"{one.party} {one.name}".strip() for one in minutes.parties)
    met = "parties_met" if minutes.quorate else "parties_missed"
    needed = say[met].format(needed=minutes.parties_needed) if minutes.parties_needed else ""
    return [(say["parties"], say["stop"].join(part for part in (there, needed) if part))]


def _view_presence(person: Presence, say: Section) -> View:
    how = [say[person.how]] if person.how in {"proxy", "added"} else []
    late = [say["late"]] if person.late else []
    left = [say["left"].format(time=f"{person.left:%H:%M}")] if person.left else []
    return {"name": person.name, "household": person.household, "notes": how + late + left}


def _view_item(item: Item, words: Words, photos: Photos, shown: Iterator[int]) -> View:
    return {
        "number": say_number(item.number, words),
        "title": item.title or words["minutes"]["other"],
        "event": item.event,
        "lines": [_view_line(line, words["minutes"], photos, shown) for line in item.lines],
        "ballots": [_view_ballot(ballot, words) for ballot in item.ballots],
    }


def _view_line(line: Line, say: Section, photos: Photos, shown: Iterator[int]) -> View:
    """A sentence with its photos, as numbers of the drawings; `shown` counts those of all sentences."""
    said = say["photos"].format(count=line.photos) if line.photos > 1 else say["photo"] if line.photo else ""
    return {
        "kind": line.kind,
        "label": say.get(line.kind, line.kind),
        "who": line.who,
        "text": line.text + said,
        "photos": [next(shown) for _ in photos.get(line.event, ())],
        "at": f"{line.at:%H:%M}",
        "event": line.event,
    }


def _view_ballot(ballot: BallotRecord, words: Words) -> View:
    say = words["minutes"]
    most = _measure(ballot)
    rule = _say_rule(ballot, say)
    turnout = say[f"turnout_{ballot.basis}"].format(eligible=ballot.eligible, voted=ballot.voted)
    return {
        "event": ballot.event,
        "question": ballot.question,
        "rule": say["stop"].join([rule, turnout, *_say_reached(ballot, say), *_say_standing(ballot, say)]),
        "bars": [
            {
                "label": say[MOTION[count.label]] if count.label in MOTION else count.label,
                "text": count.text if count.text != count.label else "",
                "votes": _say_votes(ballot, count, say),
                "percent": "" if ballot.method in POINTS else _say_percent(_amount(count), ballot.voted),
                "permille": min(1000, int(1000 * _amount(count) / most)),
                "won": count.won,
            }
            for count in ballot.counts
        ],
        "outcome": _say_outcome(ballot, say),
        "settled": ballot.carried and not ballot.tie,
        "until": say["open_until"].format(day=say_day(ballot.open_until, words)) if ballot.open_until else "",
    }


def _say_votes(ballot: BallotRecord, count: Count, say: Section) -> str:
    """Stars or the like as the method has it, else so many of those who have a vote."""
    return say.get(f"votes_{ballot.method}", say[f"votes_{ballot.basis}"]).format(votes=count.votes)


def _amount(count: Count) -> Fraction:
    return Fraction(str(count.votes))


def _measure(ballot: BallotRecord) -> Fraction:
    """What a full bar stands for: all who took part, or the best where figures are no votes."""
    best = max((_amount(count) for count in ballot.counts), default=Fraction(1))
    return max(Fraction(1), best if ballot.method in POINTS else Fraction(ballot.voted))


def _say_rule(ballot: BallotRecord, say: Section) -> str:
    """By which threshold it was decided; where that is the usual one, how it was counted."""
    asked = threshold_of(ballot.threshold) if ballot.threshold is not None else None
    if asked is None or asked.name in ("simple", "most", "consent"):
        basis = say[f"basis_{ballot.basis}"]
        return say.get(ballot.method, ballot.method).format(basis=basis, at_most=ballot.at_most)
    name = asked.named(say["tongue"])
    return say["asked"].format(title=name.title, said=name.said)


def _say_reached(ballot: BallotRecord, say: Section) -> list[str]:
    """What had to be reached and what was, by area and by heads."""
    if ballot.verdict is None:
        return []
    said = []
    for one in verdict_of(ballot.verdict).held:
        if one.condition.base is Base.DECIDED:
            continue
        figure = square_metres if one.dimension is Dimension.AREA else str
        facts = {"have": figure(one.have), "of": figure(one.of), "needed": figure(one.needed)}
        told = say[f"{one.dimension}_{one.step}"].format(**facts)
        said.append(told if one.held else told + say["short"].format(more=figure(one.more)))
    return [*said, *_say_silence(ballot, say), *_say_each(ballot, say)]


def _say_each(ballot: BallotRecord, say: Section) -> list[str]:
    """Who did not reach what each has to reach to be chosen, though votes were given."""
    said = []
    for option in (ballot.verdict or {}).get("each", ()):
        for one in verdict_of({"held": option["held"], "silent": False}).held:
            if one.held or not one.have:
                continue
            figure = square_metres if one.dimension is Dimension.AREA else str
            facts = {"have": figure(one.have), "of": figure(one.of), "needed": figure(one.needed)}
            told = say[f"{one.dimension}_{one.step}"].format(**facts)
            said.append(option["label"] + " " + told + say["short"].format(more=figure(one.more)))
    return said


def _say_silence(ballot: BallotRecord, say: Section) -> list[str]:
    """With whom those who did not vote are counted, or why they are not, where a clause speaks of them."""
    told = (ballot.verdict or {}).get("silence")
    if told is None or ballot.threshold is None:
        return []
    (heads, heads_with), (area, area_with) = told["heads"], told.get("area", [0, ""])
    facts = {
        "clause": ballot.threshold.get("clause", ""),
        "heads": heads,
        "area": square_metres(area),
        "heads_with": say[f"side_{heads_with or 'level'}"],
        "area_with": say[f"side_{area_with or 'level'}"],
        "undelivered": told["undelivered"],
    }
    if told["counted"]:
        return [say["silence_counted"].format(**facts)]
    why = "silence_unrecorded" if told["undelivered"] is None else "silence_undelivered"
    return [say[why].format(**facts)]


def _say_standing(ballot: BallotRecord, say: Section) -> list[str]:
    """A joint decision of owners is never presented as an agreement."""
    if ballot.threshold is None or not ballot.threshold["joint"]:
        return []
    return [say["joint_certified" if ballot.threshold["certified"] else "joint_intended"]]


def _say_names(ballot: BallotRecord, say: Section) -> list[str]:
    """The outcome by name alone, where so few voted that no figure is told."""
    if ballot.named:
        return [say["won"].format(labels=say["joint"].join(ballot.named))]
    if ballot.tie:
        return [say["tie"].format(labels=say["joint"].join(ballot.level))]
    return [say["lost"]] if ballot.voted and ballot.threshold is not None else []


def _say_outcome(ballot: BallotRecord, say: Section) -> str:
    if ballot.method in ("motion", "consent") and ballot.voted:
        ended = say["carried"] if ballot.carried else say["lost"]
        return ended if ballot.counts else ended + say["stop"] + say["too_few"]
    if not ballot.counts:
        return say["stop"].join([*_say_names(ballot, say), say["too_few"]])
    if not ballot.carried and not ballot.tie:
        return say["lost"]
    said = [
        say[word].format(labels=say["joint"].join(count.label for count in counts))
        for word, counts in (("won", ballot.winners if ballot.carried else ()), ("tie", ballot.tied))
        if counts
    ]
    return say["stop"].join(said)


def _say_percent(votes: Fraction, voted: int) -> str:
    """Whole per cent, halves up, of those who took part."""
    return f"{int((200 * votes + voted) // (2 * voted))}%" if voted else "–"


def _view_decision(ballot: BallotRecord, say: Section) -> View:
    winners = ballot.winners if ballot.carried else ()
    named = ballot.method not in ("motion", "consent")
    told = named and winners and not ballot.tie
    return {
        "question": ballot.question,
        "outcome": "" if told else _say_outcome(ballot, say),
        "winners": [f"{count.label}  {count.text}" for count in winners] if named else [],
        "event": ballot.event,
    }


def _view_task(task: TaskRecord, words: Words) -> View:
    due = say_day(task.due, words) if task.due else words["minutes"]["due_none"]
    return {"who": task.who, "what": task.what, "due": due, "event": task.event}


def _view_addendum(one: Addendum, words: Words) -> View:
    say = words["minutes"]
    day = say_day(one.decided.date(), words) if one.decided else ""
    return {
        "who": one.who,
        "text": one.text,
        "asked": say_day(one.asked.date(), words),
        "state": " ".join(part for part in (say.get(one.state, one.state), day, one.by) if part),
        "event": one.event,
    }


def _view_correction(correction: Correction, say: Section) -> View:
    return {
        "who": correction.who,
        "text": correction.text,
        "state": say.get(correction.state, correction.state),
        "event": correction.event,
    }
