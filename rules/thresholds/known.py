"""The thresholds that are known everywhere, each with the law or the usage it comes from.

A change of a law is a new version beside the old one: ballots that were opened keep theirs.
None is by 城市居民委员会组织法: its text of 2026 was not at hand, and no figure is invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from rules.counting import Method
from rules.counting.question import YES_OR_NO
from rules.thresholds.terms import Base, Condition, Name, Source, Terms, Threshold, read_condition

_USAGE = Source("通行议事规则 Robert's Rules of Order", "44", None)
_CODE = date(2021, 1, 1)  # 民法典 in force
_VILLAGE = date(2010, 10, 28)  # 村民委员会组织法 as rewritten; amended 2018 and 2025
_UNCHECKED = (
    "条号和比例按2018年修正的文本；2025年10月28日修改、2026年1月1日起施行的文本没有核对到 / "
    "article and figures as amended in 2018; the text in force since 2026 could not be compared"
)
OWNERS_DAYS = 15  # of publication; our own default


def _terms(participation: str | None, approval: str | None) -> Terms:
    return Terms(
        None if participation is None else read_condition(participation, Base.ENTITLED),
        None if approval is None else read_condition(approval, Base.TAKING_PART),
    )


def _civil_code(name: str, article: str, zh: Name, en: Name, terms: Terms) -> Threshold:
    source = Source("民法典", article, _CODE)
    return Threshold(name, "2021", zh, en, source, terms, terms, joint=True, days=OWNERS_DAYS)


def _village(name: str, article: str, zh: Name, en: Name, participation: str) -> Threshold:
    source = Source("村民委员会组织法", article, _VILLAGE, _UNCHECKED)
    return Threshold(name, "2010", zh, en, source, _terms(participation, "> 1/2 voted"))


_ALL = (
    Threshold(
        "simple",
        "1",
        Name("过半数", "赞成比反对多就通过，弃权不算赞成也不算反对"),
        Name("Simple majority", "carried by more for than against; abstentions stand on neither side"),
        _USAGE,
        _terms(None, "> 1/2 decided"),
    ),
    Threshold(
        "absolute",
        "1",
        Name("全体过半数", "应投的有一半以上赞成才通过，没投的等于没赞成"),
        Name("Absolute majority", "carried if more than half of all entitled are for it"),
        _USAGE,
        _terms(None, "> 1/2 entitled"),
    ),
    Threshold(
        "two_thirds",
        "1",
        Name("三分之二", "参加的有三分之二以上赞成才通过，正好三分之二也算"),
        Name("Two thirds", "carried if at least two thirds of those taking part are for it"),
        _USAGE,
        _terms(None, ">= 2/3 voted"),
    ),
    Threshold(
        "three_quarters",
        "1",
        Name("四分之三", "参加的有四分之三以上赞成才通过，正好四分之三也算"),
        Name("Three quarters", "carried if at least three quarters of those taking part are for it"),
        _USAGE,
        _terms(None, ">= 3/4 voted"),
    ),
    Threshold(
        "consent",
        "1",
        Name("没人坚决反对", "没有人坚决反对就通过"),
        Name("Consent", "carried if nobody blocks"),
        Source("Hartnett, Consensus-Oriented Decision-Making", "", None),
        _terms(None, ">= 1/1 voted"),
    ),
    Threshold(
        "half",
        "1",
        Name("过半才算数", "要有参加的一半以上支持才算数，不过半就再商量"),
        Name("More than half", "valid only with the support of more than half of those taking part"),
        _USAGE,
        _terms(None, "> 1/2 voted"),
    ),
    Threshold(
        "most",
        "1",
        Name("票多者胜", "票多的胜出，不另设门槛"),
        Name("Most votes", "the most votes win; no more is asked"),
        _USAGE,
    ),
    _civil_code(
        "278_ordinary",
        "278",
        Name("业主一般事项", "面积和人数都有三分之二以上参加，参加的都过半赞成（民法典278条）"),
        Name(
            "Owners, ordinary matter",
            "two thirds by area and by owners take part, more than half of both are for it (Civil Code 278)",
        ),
        _terms(">= 2/3 entitled", "> 1/2 voted"),
    ),
    _civil_code(
        "278_major",
        "278",
        Name("业主重大事项", "面积和人数都有三分之二以上参加，参加的都四分之三以上赞成（民法典278条）"),
        Name(
            "Owners, major matter",
            "two thirds by area and by owners take part, three quarters of both are for it (Civil Code 278)",
        ),
        _terms(">= 2/3 entitled", ">= 3/4 voted"),
    ),
    Threshold(
        "279",
        "2021",
        Name("住宅改经营用房", "有利害关系的业主一个不少都同意（民法典279条）"),
        Name("Home into business premises", "every owner concerned agrees (Civil Code 279)"),
        Source("民法典", "279", _CODE),
        _terms(None, ">= 1/1 entitled"),
        joint=True,
        days=OWNERS_DAYS,
    ),
    _village(
        "village_adults",
        "22",
        Name("村民会议", "十八岁以上村民过半数到会，到会的过半数赞成"),
        Name(
            "Village meeting",
            "more than half of the adults take part, more than half of those are for it",
        ),
        "> 1/2 entitled",
    ),
    _village(
        "village_election",
        "15",
        Name("村民选举", "登记的村民过半数投票，得票过投票人数一半的才当选"),
        Name(
            "Village election",
            "more than half of those registered vote; elected is who has the votes of more than half of them",
        ),
        "> 1/2 entitled",
    ),
    _village(
        "village_households",
        "22",
        Name("村民会议（户代表）", "三分之二以上的户派代表到会，到会的过半数赞成"),
        Name(
            "Village meeting by households",
            "at least two thirds of the households take part, and more than half of those are for it",
        ),
        ">= 2/3 entitled",
    ),
    _village(
        "village_representatives",
        "26",
        Name("村民代表会议", "三分之二以上的代表到会，到会的过半数赞成"),
        Name(
            "Village representatives",
            "at least two thirds of the representatives take part, and more than half of those are for it",
        ),
        ">= 2/3 entitled",
    ),
)

KNOWN: Mapping[str, Threshold] = {one.key: one for one in _ALL}
DEFAULTS: Mapping[str, Threshold] = {one.name: one for one in _ALL}  # the newest version of each

_PLAIN = ("simple", "absolute", "two_thirds", "three_quarters")
_BY_BASIS: Mapping[str, tuple[str, ...]] = {
    "household": (*_PLAIN, "village_households"),
    "person": (*_PLAIN, "village_adults", "village_representatives"),
    "owner": ("278_ordinary", "278_major", "279", *_PLAIN),
}
_WINNER: Mapping[str, tuple[str, ...]] = {
    "household": ("most", "half", "absolute", "village_households"),
    "person": ("most", "half", "absolute", "village_adults", "village_representatives", "village_election"),
    "owner": ("most", "half", "278_ordinary", "278_major"),
}
BY_OPTION = frozenset({Method.SINGLE, Method.APPROVAL})  # what wins may be asked for more than the most votes


def fitting(method: Method, basis: str, own: Iterable[Threshold] = ()) -> tuple[Threshold, ...]:
    """The thresholds a ballot may take that is counted so among voters of this kind, the usual one first.

    `own`: the operator's; one by area is for owners alone.
    """
    if method is Method.CONSENT:
        return (DEFAULTS["consent"],)
    names = _BY_BASIS[basis] if method in YES_OR_NO else _WINNER[basis] if method in BY_OPTION else ()
    more = [one for one in own if names and (one.area is None or basis == "owner")]
    found = [DEFAULTS[name] for name in names or ("most",)]
    first = usual(method)
    return (first, *(one for one in found if one != first), *more)


def asks_as_much(one: Threshold, least: Threshold) -> bool:
    """Whether one asks for all that the other does, by heads and by area, or for more of the same."""
    pairs = [(one.heads, least.heads)]
    if least.area is not None:
        pairs.append((one.area or Terms(), least.area))
    return all(
        _as_much(mine.participation, law.participation) and _as_much(mine.approval, law.approval)
        for mine, law in pairs
    )


def _as_much(one: Condition | None, least: Condition | None) -> bool:
    if least is None:
        return True
    same = one is not None and one.base is least.base
    return same and one is not None and (one.share, one.strict) >= (least.share, least.strict)


def as_known(threshold: Threshold) -> bool:
    """Whether one that bears a known name asks for what that name says; any other is the operator's own."""
    known = KNOWN.get(threshold.key)
    if threshold.clause and not may_count_silence(threshold):
        return False
    if known is None:
        return threshold.name not in DEFAULTS
    return replace(threshold, days=known.days, certified=known.certified, clause="") == known


def may_count_silence(threshold: Threshold) -> bool:
    """Whether an assembly's clause on silence can go with it: with what 民法典278 settles."""
    return threshold.name in {"278_ordinary", "278_major"}


def usual(method: Method) -> Threshold:
    """What is asked of a ballot unless its convener asks for something else."""
    if method is Method.CONSENT:
        return DEFAULTS["consent"]
    return DEFAULTS["simple" if method in YES_OR_NO else "most"]
