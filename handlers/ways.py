"""Ways on: buttons that any screen may offer, whatever it is about."""

from __future__ import annotations

from handlers.buttons import Button


class WhatICanDo(Button, code="what"):
    """Asks what can be done here and now."""


class Bind(Button, code="bind"):
    """Begins to bind the group to a building."""


class Join(Button, code="join"):
    """Begins to register as a member of a household."""


class MyData(Button, code="mine"):
    """Asks what is stored about oneself."""


class ShowMonthly(Button, code="wp"):
    """Shows what is set for a building's months."""

    building: int
