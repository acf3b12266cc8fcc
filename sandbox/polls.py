"""Telegram's own polls: options, who chose what, and the counts shown."""

from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass(slots=True, eq=False)
class Poll:
    """A poll and the choices made in it."""

    id: str
    question: str
    question_entities: list[JSON]
    options: list[JSON]
    anonymous: bool = True
    kind: str = "regular"
    multiple: bool = False
    closed: bool = False
    quiz: JSON = field(default_factory=dict)
    choices: dict[int, list[int]] = field(default_factory=dict)

    def vote(self, person_id: int, options: list[int]) -> None:
        """Record somebody's choice in place of an earlier one; none retracts it."""
        if options:
            self.choices[person_id] = options
        else:
            self.choices.pop(person_id, None)

    def as_json(self) -> JSON:
        """Return the poll as the Bot API's Poll."""
        counts = [0] * len(self.options)
        for chosen in self.choices.values():
            for option in chosen:
                counts[option] += 1
        shown: JSON = {
            "id": self.id,
            "question": self.question,
            "options": [o | {"voter_count": count} for o, count in zip(self.options, counts, strict=True)],
            "total_voter_count": len(self.choices),
            "is_closed": self.closed,
            "is_anonymous": self.anonymous,
            "type": self.kind,
            "allows_multiple_answers": self.multiple,
            "allows_revoting": self.kind != "quiz",
            "members_only": False,
            **self.quiz,
        }
        if self.question_entities:
            shown["question_entities"] = self.question_entities
        return shown
