"""Reading a roll: the list of a building's households as an office keeps it, checked line by line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

HEADERS = {  # the titles a column may have; the first is what it is called here
    "building": ("楼栋", "楼号", "栋", "楼", "building"),
    "unit": ("单元", "单元号", "unit"),
    "room": ("房号", "室", "室号", "房间", "门牌", "room"),
    "area": ("面积", "建筑面积", "专有面积", "面积(m2)", "面积(㎡)", "面积(平方米)", "area"),
    "owner": ("业主", "业主姓名", "姓名", "户主", "owner"),
    "number": ("业主编号", "业主号", "ownernumber", "ownerno"),
    "kind": ("类型", "性质", "用途", "kind"),
    "developer": ("开发商", "developer"),
    "co_owners": ("共有人", "共有业主", "co-owners", "coowners"),
}
_HOMES = {"", "住宅", "公寓", "商铺", "店铺", "商业", "办公", "home", "flat", "shop", "office"}
_PARKING = {"车位", "地下车位", "产权车位", "车库", "parking", "garage"}
_YES, _NO = {"是", "开发商", "√", "1", "y", "yes", "true"}, {"", "否", "不是", "0", "n", "no", "false"}
NEEDED = ("building", "unit", "room")
MOST_AREA = Decimal(100_000)  # m2; beyond it somebody mistook the column


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line (counted from 1, the header included), said in both languages."""

    line: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RollLine:
    """A home of the roll, or a parking place; the area in cm2.

    Lines of one `number` have one owner; so have all that are the developer's.
    """

    line: int
    building: str
    unit: str
    room: str
    area_cm2: int | None
    owner: str | None
    number: str | None = None
    parking: bool = False
    developer: bool = False
    co_owners: tuple[str, ...] = ()


class BadRoll(Exception):
    """A roll that cannot be used; every problem is named, and nothing was taken from it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.line}: {problem.en}" for problem in problems))
        self.problems = tuple(problems)


def read_roll(rows: Iterable[Sequence[str]]) -> list[RollLine]:
    """The households of a table whose first row names its columns. Raises BadRoll with all problems."""
    table = [[_tidy(cell) for cell in row] for row in rows]
    if not table or not any(table[0]):
        raise BadRoll([Problem(1, "文件是空的", "the file is empty")])
    columns = _columns(table[0])
    problems: list[Problem] = []
    lines: list[RollLine] = []
    for number, row in enumerate(table[1:], 2):
        if any(row):
            line = _line(number, row, columns, problems)
            if line is not None:
                lines.append(line)
    problems += _doubled(lines)
    if not lines and not problems:
        problems.append(Problem(2, "没有一户", "there is no household in it"))
    if problems:
        raise BadRoll(sorted(problems, key=lambda problem: problem.line))
    return lines


def _tidy(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).split())


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands. Raises BadRoll for missing and doubled ones."""
    found: dict[str, list[int]] = {name: [] for name in HEADERS}
    for index, title in enumerate(header):
        plain = title.lower().replace(" ", "")
        for name, titles in HEADERS.items():
            if plain in titles:
                found[name].append(index)
    problems = [
        Problem(1, f"缺少列：{_title(name)}", f"the column {name} is missing")
        for name in NEEDED
        if not found[name]
    ]
    problems += [
        Problem(1, f"有两列都是：{_title(name)}", f"the column {name} stands there twice")
        for name, places in found.items()
        if len(places) > 1
    ]
    if problems:
        raise BadRoll(problems)
    return {name: places[0] for name, places in found.items() if places}


def _title(name: str) -> str:
    return HEADERS[name][0]


def _line(
    number: int, row: Sequence[str], columns: Mapping[str, int], problems: list[Problem]
) -> RollLine | None:
    cells = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
    parking = cells.get("kind", "").lower() in _PARKING
    empty = [name for name in NEEDED if not cells[name] and not (parking and name == "unit")]
    problems += [Problem(number, f"{_title(name)}是空的", f"{name} is empty") for name in empty]
    too_long = [name for name, cell in cells.items() if len(cell) > 60]
    problems += [
        Problem(number, f"{_title(name)}超过60个字", f"{name} is longer than 60 characters")
        for name in too_long
    ]
    area = _area(number, cells.get("area", ""), problems)
    for name, known in (("kind", _HOMES | _PARKING), ("developer", _YES | _NO)):
        if cells.get(name, "").lower() not in known:
            cell = cells[name]
            problems.append(Problem(number, f"{_title(name)}“{cell}”看不懂", f"{name} “{cell}” is not known"))
    if empty or too_long:
        return None
    unit = re.sub(r"(单元|门)$", "", cells["unit"])
    room = re.sub(r"(室|号|户)$", "", cells["room"])
    return RollLine(
        number,
        cells["building"],
        unit,
        room,
        area,
        cells.get("owner") or None,
        cells.get("number") or None,
        parking,
        cells.get("developer", "").lower() in _YES,
        tuple(name for name in re.split(r"[、,;/，；\s]+", cells.get("co_owners", "")) if name),
    )


def _area(number: int, cell: str, problems: list[Problem]) -> int | None:
    """The area in cm2, exactly; m2 in the file."""
    plain = re.sub(r"(平方米|平米|m2|㎡|平)$", "", cell.replace(",", ""), flags=re.IGNORECASE).strip()
    if not plain:
        return None
    try:
        area = Decimal(plain)
    except InvalidOperation:
        area = Decimal(0)
    if not (
        area.is_finite() and 0 < area <= MOST_AREA and area * 10_000 == (area * 10_000).to_integral_value()
    ):
        problems.append(Problem(number, f"面积“{cell}”不对", f"“{cell}” is no area in square metres"))
        return None
    return int(area * 10_000)


def _doubled(lines: Sequence[RollLine]) -> list[Problem]:
    first: dict[tuple[bool, str, str, str], int] = {}
    problems = []
    for line in lines:
        door = (line.parking, line.building, line.unit, line.room)
        if door in first:
            text = f"{line.building} {line.unit}单元{line.room}"
            problems.append(
                Problem(
                    line.line,
                    f"{text} 和第 {first[door]} 行重复",
                    f"{text} stands in line {first[door]} already",
                )
            )
        first.setdefault(door, line.line)
    return problems
