"""Settings are read strictly, and the example names every one of them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, make_settings, read_settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
KEYS = [item.name for item in fields(Settings)]


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(found: dict[str, object]) -> str:
    with pytest.raises(SettingsError) as refusal:
        make_settings({"token": "1:a", **found})
    return str(refusal.value)


def test_a_token_is_all_that_must_be_said(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, 'token = "123:abc"'), {})
    assert settings == Settings(token="123:abc")


def test_every_key_can_be_set(tmp_path: Path) -> None:
    text = """
        token = " 123:abc "
        database = "sqlite+aiosqlite:///other.db"
        api = "http://127.0.0.1:8081/"
        tick = 10
        log_level = "DEBUG"
        font = "fonts/song.otf"
        speaking_time = 5
    """
    settings = read_settings(written(tmp_path, text), {})
    assert settings == Settings(
        "123:abc",
        "sqlite+aiosqlite:///other.db",
        "http://127.0.0.1:8081",
        10.0,
        "debug",
        Path("fonts/song.otf"),
        speaking_time=timedelta(minutes=5),
    )


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b'token = "123:abc"\r\n')
    assert read_settings(path, {}).token == "123:abc"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("tokn", "token"),
        ("databse", "database"),
        ("TICK", "tick"),
        ("loglevel", "log_level"),
        ("fonts", "font"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(wrong: str, near: str) -> None:
    said = refused({wrong: "x"})
    assert f"不认识的设置 {wrong}，是不是 {near}？" in said
    assert f"did you mean {near}?" in said


def test_a_key_like_no_other_is_named_alone() -> None:
    assert refused({"zzz": 1}) == "不认识的设置 zzz。\nUnknown setting zzz."


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("token", 123),
        ("database", ["a"]),
        ("api", "api.telegram.org"),
        ("api", "https://"),
        ("api", "http://[broken"),
        ("api", 80),
        ("tick", "5"),
        ("tick", True),
        ("tick", 0),
        ("tick", 61),
        ("tick", float("nan")),
        ("speaking_time", "3"),
        ("speaking_time", 1.5),
        ("speaking_time", 0),
        ("speaking_time", 61),
        ("speaking_time", True),
        ("log_level", "loud"),
        ("log_level", 10),
        ("font", 12),
        ("font", {"path": "x"}),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_in_both_languages(key: str, value: object) -> None:
    said = refused({key: value})
    assert f"设置 {key} 应该是" in said
    assert f"The setting {key} should be" in said


@pytest.mark.parametrize("text", ["", 'token = ""', 'token = "  "'])
def test_a_missing_token_is_asked_for(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="LOUYUHUI_TOKEN"):
        read_settings(written(tmp_path, text), {})


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'token = "1:file"\ndatabase = "sqlite+aiosqlite:///file.db"')
    spoken = {"LOUYUHUI_TOKEN": "2:environment", "LOUYUHUI_DATABASE": "sqlite+aiosqlite:///e.db"}
    settings = read_settings(path, spoken)
    assert (settings.token, settings.database) == ("2:environment", "sqlite+aiosqlite:///e.db")


def test_an_empty_variable_of_the_environment_says_nothing(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, 'token = "1:file"'), {"LOUYUHUI_TOKEN": ""}).token == "1:file"


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"config\.example\.toml"):
        read_settings(tmp_path / "config.toml", {"LOUYUHUI_TOKEN": "1:a"})


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2"):
        read_settings(written(tmp_path, "tick = 5\ntoken = 1:a\n"), {})


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="读不了"):
        read_settings(tmp_path, {})


def test_another_encoding_is_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("# 令牌\ntoken = '1:a'".encode("gb18030"))
    with pytest.raises(SettingsError, match="UTF-8"):
        read_settings(path, {})


def test_the_token_is_never_shown_with_the_settings() -> None:
    assert "123:secret" not in repr(Settings(token="123:secret"))


def test_the_example_names_every_key_in_order_and_nothing_else() -> None:
    assert list(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))) == KEYS


def test_the_example_holds_the_defaults() -> None:
    found = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert make_settings({**found, "token": "1:a"}) == Settings(token="1:a")


@pytest.mark.parametrize("key", KEYS)
def test_the_example_explains_each_key_in_chinese_and_english(key: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    block = next(
        block for block in text.split("\n\n") if re.search(rf"^({key} = |\[{key}\])", block, re.MULTILINE)
    )
    comments = [line for line in block.splitlines() if line.startswith("#")]
    assert any(re.search(r"[一-鿿]", line) for line in comments)
    assert any(re.search(r"[a-z]{3,}", line) and not re.search(r"[一-鿿]", line) for line in comments)


def test_no_key_is_dead() -> None:
    root = EXAMPLE.parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in (root / "bot").rglob("*.py"))
    assert all(re.search(rf"settings\.{key}\b", code) for key in KEYS)


# What it takes to decide

OWN = {
    "name": "our_rules",
    "version": "2026",
    "zh": "本小区议事规则",
    "en": "Our own rules",
    "zh_said": "六成以上赞成",
    "en_said": "three fifths are for it",
    "source": "议事规则第12条",
    "approval": ">= 3/5",
}


@pytest.mark.parametrize(
    ("values", "zh", "en"),
    [
        ({"certified": "yes"}, "deciding.certified 应该是true 或 false", "should be true or false"),
        ({"publication": 0}, "deciding.publication 应该是1 到 90 的天数", "a number of days from 1 to 90"),
        ({"publication": 91}, "deciding.publication 应该是1 到 90", "from 1 to 90"),
        ({"publication": True}, "deciding.publication 应该是1 到 90", "from 1 to 90"),
        ({"publication": 7.5}, "deciding.publication 应该是1 到 90", "from 1 to 90"),
        ({"owners_publication": "15"}, "deciding.owners_publication 应该是1 到 90", "from 1 to 90"),
        ({"silence": 1}, "deciding.silence 应该是true 或 false", "should be true or false"),
        ({"silence": True}, "deciding.silence_clause 应该是议事规则里", "needed while silence = true"),
        (
            {"silence": True, "silence_clause": " "},
            "deciding.silence_clause 应该是议事规则里",
            "needed while silence = true",
        ),
        ({"silence_clause": 18}, "deciding.silence_clause 应该是带引号的文字", "text in quotes"),
        ({"silence_clause": "条" * 201}, "deciding.silence_clause 应该是最多 200 个字", "at most 200"),
        ({"thresholds": {}}, "deciding.thresholds 应该是几节", "sections [[deciding.thresholds]]"),
        ({"thresholds": ["most"]}, "deciding.thresholds 应该是几节", "sections [[deciding.thresholds]]"),
        ({"thresholds": [OWN, OWN]}, "our_rules 有两个", "our_rules stands there twice"),
        (
            {"certifed": True},
            "deciding.certifed，是不是 deciding.certified",
            "did you mean deciding.certified",
        ),
    ],
)
def test_what_is_wrong_in_deciding_is_named_with_what_it_may_be(
    values: dict[str, object], zh: str, en: str
) -> None:
    said = refused({"deciding": values})
    assert zh in said
    assert en in said


@pytest.mark.parametrize("key", list(OWN))
@pytest.mark.parametrize("value", [None, "", " ", "长" * 81, 5])
def test_each_key_of_an_own_threshold_is_named_with_its_number(key: str, value: object) -> None:
    second = {name: one for name, one in {**OWN, "name": "other", key: value}.items() if one is not None}
    said = refused({"deciding": {"thresholds": [OWN, second]}})
    assert f"设置 deciding.thresholds 第 2 项的 {key} " in said
    assert f"The setting deciding.thresholds, number 2: {key} " in said


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"name": "simple"}, "name 要用新的小写英文名", "name should be a new name of small letters"),
        ({"name": "议事"}, "name 要用新的小写英文名", "name should be a new name of small letters"),
        ({"version": "第一版"}, "version 要用数字和字母", "version should be digits and letters"),
        ({"since": "2026-01-01"}, "since 要写成日期", "since should be a date such as 2026-01-01"),
        ({"approval": "most"}, "approval 要写成 > 1/2 或 >= 2/3", "approval should be written like > 1/2"),
        ({"approval": ">= 3/0"}, "approval 要写成 > 1/2", "approval should be written like > 1/2"),
        ({"approval": "> 1/1"}, "approval 要写成 > 1/2", "approval should be written like > 1/2"),
        ({"area_approval": "60%"}, "area_approval 要写成 > 1/2", "area_approval should be written like"),
        ({"participation": "> 1/2 voted"}, "participation 只能按应投的算", "participation can be of those"),
        ({"quorum": "> 1/2"}, "quorum 不认识", "quorum is unknown"),
    ],
)
def test_what_is_wrong_in_an_own_threshold_is_named(change: dict[str, str], zh: str, en: str) -> None:
    said = refused({"deciding": {"thresholds": [OWN | change]}})
    assert zh in said
    assert en in said


def test_deciding_is_a_section() -> None:
    assert "deciding 应该是一节 [deciding]" in refused({"deciding": "simple"})


def test_the_clause_on_silence_is_read() -> None:
    found = make_settings({"token": "1:a", "deciding": {"silence": True, "silence_clause": " 第18条 "}})
    assert (found.deciding.silence, found.deciding.clause) == (True, "第18条")
