"""Kinds of meeting, as data: who calls one, who is invited, how long before, how many, what it may decide.

A rural hamlet's 屋场恳谈会 and an owners' assembly differ by these values, never by a code path. The operator
adds kinds of his own in the settings; one that was taken out of them again keeps its meetings readable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil

from rules.refusals import Refusal

CALLERS = ("leader", "recorder", "supervisor")  # the offices that may be allowed to call a meeting


class Decides(StrEnum):
    """What a meeting of a kind may come to."""

    CONSENSUS = "consensus"  # 协商意见: ballots, whose result is an agreement of those who deliberated
    AGREEMENT = "agreement"  # mediation: all sides' consent, never a vote
    OWNERS = "owners"  # 业主共同决定 (民法典278), by its own thresholds
    TALK = "talk"  # nothing: people hear each other


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many households must be present: a share of those invited, and never fewer than `least`.

    Where `parties` is not 0 it is parties that are counted, and that many must be there.
    """

    share: Fraction
    least: int
    parties: int = 0

    def needed(self, invited: int) -> int:
        """The number of households, at most all of them."""
        return min(invited, max(self.least, ceil(self.share * invited)))

    def reached(self, present: int, invited: int) -> bool:
        """Whether so many present are enough; the number itself is (民法典1259)."""
        return present >= self.needed(invited)


@dataclass(frozen=True, slots=True)
class Party:
    """One who takes part in a neighbourhood's affairs beside its households."""

    code: str
    zh: str
    en: str


PARTIES = {
    party.code: party
    for party in (
        Party("property", "物业", "property manager"),
        Party("committee", "业委会", "owners' committee"),
        Party("residents", "居民代表", "residents' representatives"),
        Party("branch", "小区党支部", "party branch"),
        Party("community", "社区", "community office"),
        Party("grid", "网格员", "grid worker"),
    )
}
COMMUNITY_OFFICE = ("community", "grid")  # the parties that keep the community's register


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of meeting; `notice` is in days, `zh_agenda` and `en_agenda` are what its drafts begin with.

    `callers` are the offices that may call one, `parties` those invited beside the households. With `hurry` a
    meeting may be called or moved inside the notice period for a reason that everybody is told.
    """

    code: str
    zh: str
    en: str
    notice: int
    quorum: Quorum
    callers: tuple[str, ...] = ("leader",)
    parties: tuple[str, ...] = ()
    decides: Decides = Decides.CONSENSUS
    hurry: bool = True
    zh_agenda: tuple[str, ...] = ()
    en_agenda: tuple[str, ...] = ()

    def name(self, lang: str) -> str:
        """Its name in a language."""
        return self.en if lang == "en" else self.zh

    def agenda(self, lang: str) -> tuple[str, ...]:
        """The titles its drafts begin with."""
        return self.en_agenda if lang == "en" else self.zh_agenda

    @property
    def apart(self) -> bool:
        """Whether it is a mediation (rules.mediations): arranged in private, no meeting of the building."""
        return self.decides is Decides.AGREEMENT

    @property
    def votes(self) -> bool:
        """Whether ballots may be held in it."""
        return self.decides in {Decides.CONSENSUS, Decides.OWNERS}


class MayNotCall(Refusal):
    """The office that calls this kind of meeting is another."""


class NoSuchKind(Refusal):
    """There is no such kind of meeting, or not any more."""


class KindDoesNotVote(Refusal):
    """A mediation or a talk: nothing is put to the vote there."""


class PartiesMissing(Refusal):
    """Too few of the parties that are invited have a contact."""


_FEW = Quorum(Fraction(1, 20), 3)  # a deliberation: 21 of 291 households made a good one
_FOUR = ("property", "committee", "residents", "branch")
_PRESETS = (
    Kind("building", "楼宇会", "building meeting", 3, _FEW),
    Kind(
        "bench",
        "板凳调解会",
        "bench mediation",
        0,
        Quorum(Fraction(0), 2),
        callers=("leader", "recorder"),
        decides=Decides.AGREEMENT,
        zh_agenda=("各方说说情况", "商量怎么办", "写下约定"),
        en_agenda=("Each side tells its story", "Look for a way", "Write down the agreement"),
    ),
    Kind(
        "four_party",
        "四方议事会",
        "four-party meeting",
        3,
        Quorum(Fraction(0), 0, parties=3),
        parties=_FOUR,
        zh_agenda=("各方通报情况", "会诊：谁来办、什么时候办完"),
        en_agenda=("Each party reports", "Who does what by when"),
    ),
    Kind("courtyard", "屋场恳谈会", "courtyard talk", 3, _FEW),
    Kind(
        "evening",
        "邻里夜话",
        "evening talk",
        1,
        Quorum(Fraction(0), 3),
        callers=("leader", "recorder"),
        decides=Decides.TALK,
        zh_agenda=("大家聊聊：最近有什么烦心事",),
        en_agenda=("What is on our minds",),
    ),
    Kind(
        "party_group",
        "党小组会",
        "party group meeting",
        1,
        Quorum(Fraction(0), 3),
        zh_agenda=("学习", "上月工作和下月打算"),
        en_agenda=("Study", "Last month's work and plans for the next"),
    ),
    # 物业管理条例: 15 days' notice; 民法典278: two thirds take part
    Kind(
        "owners",
        "业主大会",
        "owners' assembly",
        15,
        Quorum(Fraction(2, 3), 1),
        decides=Decides.OWNERS,
        hurry=False,
    ),
)
KINDS = {kind.code: kind for kind in _PRESETS}
DEFAULT_KIND = "building"


@contextmanager
def known(kinds: Iterable[Kind]) -> Iterator[None]:
    """Let the operator's kinds be known for as long as the bot runs; one of a preset's code stands for it."""
    before = dict(KINDS)
    KINDS.update({kind.code: kind for kind in kinds})
    try:
        yield
    finally:
        KINDS.clear()
        KINDS.update(before)


def kind_of(code: str) -> Kind:
    """The kind of a code that is stored; one that is known no longer bears its code for a name."""
    return KINDS.get(code) or Kind(code, code, code, 3, _FEW)


def kind_name(name: str, lang: str) -> str:
    """A kind's name in a language; one that an operator took out again keeps the name it was written by."""
    found = next((kind for kind in KINDS.values() if name in (kind.zh, kind.en)), None)
    return found.name(lang) if found else name


def to_call(held: Collection[str]) -> list[Kind]:
    """The meetings that somebody who holds these offices may call, the usual one first."""
    return [kind for kind in _callable(held) if not kind.apart]


def to_mediate(held: Collection[str]) -> list[Kind]:
    """The kinds of mediation that somebody who holds these offices may call."""
    return [kind for kind in _callable(held) if kind.apart]


def _callable(held: Collection[str]) -> list[Kind]:
    return [kind for kind in KINDS.values() if not set(kind.callers).isdisjoint(held)]


def check_caller(kind: Kind, held: Collection[str]) -> None:
    """Go on only for one who may call this kind. Raises MayNotCall."""
    if set(kind.callers).isdisjoint(held):
        raise MayNotCall(kind=kind, callers=kind.callers)


def check_parties(kind: Kind, with_contact: Collection[str]) -> None:
    """Go on only when as many parties can be invited as the quorum asks for. Raises PartiesMissing."""
    missing = [PARTIES[code] for code in kind.parties if code not in with_contact]
    if len(kind.parties) - len(missing) < kind.quorum.parties:
        raise PartiesMissing(kind=kind, parties=missing, needed=kind.quorum.parties)
