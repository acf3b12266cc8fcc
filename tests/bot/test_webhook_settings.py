"""The settings of the webhook and of those who watch, read as strictly as all others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.settings import Address, Settings, SettingsError, Webhook, make_settings, read_settings


def test_a_webhook_is_read_from_its_section(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'token = "1:a"\nmetrics_listen = "[::1]:9100"\n[webhook]\nurl = "https://bot.example.org/telegram"\n'
        'listen = "0.0.0.0:8080"\nsecret = "s-e_cret"\nmax_connections = 7\n',
        encoding="utf-8",
    )
    webhook = Webhook("https://bot.example.org/telegram", Address("0.0.0.0", 8080), "s-e_cret", 7)
    expected = Settings("1:a", metrics_listen=Address("::1", 9100), webhook=webhook)
    assert read_settings(path, {}) == expected


@pytest.mark.parametrize("text", ['token = "1:a"', 'token = "1:a"\n[webhook]\nsecret = "file"'])
def test_the_secret_may_come_from_the_environment(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    settings = read_settings(path, {"LOUYUHUI_WEBHOOK_SECRET": "environment"})
    assert settings.webhook.secret == "environment"
    assert "environment" not in repr(settings)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("webhook", {"webhook": "https://bot.example.org"}),
        ("webhook.url", {"webhook": {"url": "bot.example.org"}}),
        ("webhook.url", {"webhook": {"url": 7}}),
        ("webhook.listen", {"webhook": {"listen": "8443"}}),
        ("webhook.listen", {"webhook": {"listen": ":8443"}}),
        ("webhook.listen", {"webhook": {"listen": "127.0.0.1:65536"}}),
        ("webhook.listen", {"webhook": {"listen": "127.0.0.1:８"}}),
        ("webhook.secret", {"webhook": {"secret": "两个字"}}),
        ("webhook.secret", {"webhook": {"secret": "x" * 257}}),
        ("webhook.max_connections", {"webhook": {"max_connections": 0}}),
        ("webhook.max_connections", {"webhook": {"max_connections": 101}}),
        ("webhook.max_connections", {"webhook": {"max_connections": True}}),
        ("metrics_listen", {"metrics_listen": "localhost"}),
        ("metrics_listen", {"metrics_listen": 9100}),
    ],
)
def test_a_wrong_value_is_named_with_its_section(key: str, found: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refusal:
        make_settings({"token": "1:a", **found})
    assert f"设置 {key} 应该是" in str(refusal.value)
    assert f"The setting {key} should be" in str(refusal.value)


def test_an_unknown_key_of_the_section_is_named_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match=r"did you mean webhook\.secret\?"):
        make_settings({"token": "1:a", "webhook": {"secrets": "x"}})
