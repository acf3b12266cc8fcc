"""The root of every refusal: a sentence a person gets when something cannot be done."""

from __future__ import annotations

import re


class Refusal(Exception):
    """Something asked for that the rules do not allow; its class names the template that answers it."""

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__, facts)
        self.facts = facts

    @classmethod
    def template(cls) -> str:
        """The name of its template, e.g. `not_on_the_roll` of NotOnTheRoll."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
