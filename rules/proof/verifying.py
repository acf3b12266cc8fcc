"""Verifying: a whole export checked from itself alone, with nothing of any database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.proof.ballots import Checked, check_ballot
from rules.proof.chains import Entry, find_head, read_streams
from rules.proof.meetings import check_meeting
from rules.proof.misfits import Misfit, Wrong
from rules.proof.parts import FILE, Part, digest_of, read_export

FORMAT, VERSION, MINOR = "louyuhui-export", 1, 2
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked and fits; `heads` are the events of the heads that were given, in their order."""

    building: str
    events: int
    meetings: int
    minutes: int
    ballots: tuple[Checked, ...]
    heads: tuple[Entry, ...]
    digest: str


def export_digest(data: Mapping[str, object]) -> str:
    """The sha256 of all of an export but its own digest, in hex."""
    return digest_of({name: value for name, value in data.items() if name != DIGEST})


def verify(content: bytes, heads: Iterable[str] = ()) -> Proof:
    """Check an export from its text alone; `heads` are beginnings of hashes known from elsewhere.

    Raises Misfit at the first thing that does not fit: events first, then heads, ballots, meetings, and at
    last what no event speaks of.
    """
    export = read_export(content)
    _check_format(export)
    meetings, ballots = export.parts("meetings", "meeting"), export.parts("ballots", "ballot")
    building = f"building:{export.part('building').get('id', int)}"
    names = [building, *(one.place for one in (*meetings, *ballots))]
    if len(set(names)) < len(names):
        raise Misfit(Wrong.STRANGE, next(name for name in names if names.count(name) > 1))
    streams = read_streams(export, names)
    known = tuple(find_head(head, streams.values()) for head in heads)
    _check_listed(ballots, streams)
    checked = tuple(check_ballot(one, streams[one.place], _around(one, streams, building)) for one in ballots)
    approved = sum(check_meeting(one, streams[one.place]) for one in meetings)
    digest = export.get(DIGEST, str)
    if digest != export_digest(export.values):
        raise Misfit(Wrong.DIGEST, FILE)
    name = export.part("building").get("name", str)
    events = sum(map(len, streams.values()))
    return Proof(name, events, len(meetings), approved, checked, known, digest)


def _check_format(export: Part) -> None:
    minor = export.values.get("minor")
    if (export.values.get("format"), export.values.get("version")) != (FORMAT, VERSION):
        raise Misfit(Wrong.FORMAT, FILE)
    if type(minor) is not int or minor < MINOR:
        raise Misfit(Wrong.FORMAT, FILE, "minor")


def _around(told: Part, streams: Mapping[str, Sequence[Entry]], building: str) -> Sequence[Entry]:
    """The events of a ballot's meeting, or of the building where it has none."""
    meeting = told.maybe("meeting", int)
    name = building if meeting is None else f"meeting:{meeting}"
    if name not in streams:
        raise Misfit(Wrong.UNLISTED, name)
    return streams[name]


def _check_listed(ballots: Iterable[Part], streams: Mapping[str, Sequence[Entry]]) -> None:
    """Every ballot that was opened is in the export."""
    listed = {one.get("id", int) for one in ballots}
    for name, log in streams.items():
        for entry in log:
            opens = entry.kind == "ballot_opened" and not name.startswith("ballot:")
            if opens and entry.data.get("ballot", int) not in listed:
                raise Misfit(Wrong.UNLISTED, entry.place)
