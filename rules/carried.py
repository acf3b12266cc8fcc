"""What comes back on the next agenda: the items that were not finished, and a look at the open tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.meetings import MOST_ITEMS, TITLE_LIMIT, Item, ItemState

_TASKS = {"zh": "任务回头看：{}", "en": "Open tasks: {}"}
_BETWEEN = {"zh": "、", "en": "; "}


def unfinished(agenda: Iterable[Item]) -> list[str]:
    """The titles of the items of a closed meeting that were not dealt with, in order."""
    return [item.title for item in agenda if item.state is not ItemState.DONE]


def look_back(tasks: Sequence[str], lang: str) -> str | None:
    """The title under which the next meeting looks at what is still to be done; None when all is done."""
    if not tasks:
        return None
    title = _TASKS[lang].format(_BETWEEN[lang].join(tasks))
    return title if len(title) <= TITLE_LIMIT else f"{title[: TITLE_LIMIT - 1]}…"


def titles(
    standing: Iterable[str], left: Iterable[str], tasks: Sequence[str], lang: str, most: int = MOST_ITEMS
) -> list[str]:
    """What a new agenda begins with: what was left over, the open tasks, the standing items; each once.

    One place is kept free for what the meeting is called for.
    """
    back = look_back(tasks, lang)
    every = [*left, *([back] if back else []), *standing]
    return list(dict.fromkeys(every))[: most - 1]
