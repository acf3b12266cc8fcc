"""What can go wrong on the way, on demand: slow, broken and repeated answers, and none at all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

JSON = dict[str, Any]

KINDS = ("drop_before", "drop_after", "error_500", "error_502")


@dataclass(slots=True)
class Next:
    """A fault that hits the next requests of a method, or of any."""

    kind: str
    count: int
    method: str | None = None


@dataclass(slots=True)
class Faults:
    """Settings of what goes wrong; probabilities are drawn from a seeded source."""

    latency: float = 0.0
    latency_of: dict[str, float] = field(default_factory=dict)
    drop_before: float = 0.0
    drop_after: float = 0.0
    error_500: float = 0.0
    error_502: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    late: float = 0.0
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - repeatable, not secret
    happened: dict[str, int] = field(default_factory=dict)
    _next: list[Next] = field(default_factory=list)
    _held: list[JSON] = field(default_factory=list)

    def next(self, kind: str, count: int = 1, method: str | None = None) -> None:
        """Let a fault (drop_before, drop_after, error_500 or error_502) hit the next requests."""
        if kind not in KINDS:
            raise ValueError(f"{kind} is no fault; there are {', '.join(KINDS)}")
        self._next.append(Next(kind, count, method.lower() if method else None))

    def clear(self) -> None:
        """Let everything go well again."""
        self.latency = self.drop_before = self.drop_after = self.error_500 = self.error_502 = 0.0
        self.duplicate = self.reorder = self.late = 0.0
        self.latency_of.clear()
        self._next.clear()

    def latency_for(self, method: str) -> float:
        """Return the seconds a request of a method is held back."""
        return self.latency_of.get(method, self.latency)

    def draw(self, method: str) -> str | None:
        """Return the fault that hits a request, if any."""
        for planned in self._next:
            if planned.method in {None, method.lower()}:
                planned.count -= 1
                if planned.count <= 0:
                    self._next.remove(planned)
                return self._count(planned.kind)
        for kind in KINDS:
            if (chance := getattr(self, kind)) and self.random.random() < chance:
                return self._count(kind)
        return None

    def mix(self, updates: list[JSON]) -> list[JSON]:
        """Return updates as they arrive: some twice, some out of order."""
        if not (self.duplicate or self.reorder):
            return updates
        mixed = list(self._doubled(updates))
        if self.reorder and len(mixed) > 1 and self.random.random() < self.reorder:
            self._count("reorder")
            self.random.shuffle(mixed)
        return mixed

    @property
    def holds(self) -> bool:
        """Whether updates are held back that come with the next batch."""
        return bool(self._held)

    def hold(self, updates: list[JSON]) -> list[JSON]:
        """Return a batch without those that come a batch late, behind those of which that is now."""
        due, self._held = self._held, []
        for update in updates:
            if update not in due and self.late and self.random.random() < self.late:
                self._held.append(update)
                self._count("late")
        return [*(update for update in updates if update not in self._held and update not in due), *due]

    def _doubled(self, updates: list[JSON]) -> Iterator[JSON]:
        for update in updates:
            yield update
            if self.duplicate and self.random.random() < self.duplicate:
                self._count("duplicate")
                yield update

    def _count(self, kind: str) -> str:
        self.happened[kind] = self.happened.get(kind, 0) + 1
        return kind
