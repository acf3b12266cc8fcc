"""The operator's own kinds of meeting: read, refused with the key, and known while the bot runs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.settings import SettingsError, make_settings
from rules.kinds import KINDS, kind_of, known

GARDEN = {
    "code": "garden",
    "zh": "花园议事会",
    "en": "garden meeting",
    "notice": 2,
    "share": "1/10",
    "least": 5,
}


def read(**more: object) -> object:
    return make_settings({"token": "1:a", "kinds": [{**GARDEN, **more}]}).kinds[0]


def test_a_kind_of_ones_own_is_known_while_the_bot_runs() -> None:
    kinds = make_settings({"token": "1:a", "kinds": [GARDEN]}).kinds
    with known(kinds):
        assert kind_of("garden").quorum.needed(100) == 10
        assert kind_of("garden").quorum.share == Fraction(1, 10)
    assert "garden" not in KINDS
    assert kind_of("garden").zh == "garden", "its meetings stay readable"


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"code": "花园"}, "code"),
        ({"zh": ""}, "zh"),
        ({"notice": -1}, "notice"),
        ({"share": "3/2"}, "share"),
        ({"callers": ["mayor"]}, "callers"),
        ({"parties": ["press"]}, "parties"),
        ({"parties_needed": 1}, "parties_needed"),
        ({"decides": "all"}, "decides"),
        ({"hurry": "yes"}, "hurry"),
        ({"zh_agenda": [""]}, "zh_agenda"),
        ({"color": "red"}, "color"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(wrong: dict[str, object], key: str) -> None:
    with pytest.raises(SettingsError, match=rf"kinds\[1\]\.{key}"):
        read(**wrong)


def test_two_kinds_of_one_code_are_refused() -> None:
    with pytest.raises(SettingsError, match="code"):
        make_settings({"token": "1:a", "kinds": [GARDEN, GARDEN]})
