"""The example deployment: every setting it names exists, and its parts fit together."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot import settings
from bot.settings import read_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def block(name: str, depth: int = 2) -> str:
    """What stands below a key of the compose file."""
    found = re.search(rf"^ {{{depth}}}{name}:.*\n((?: {{{depth + 2}}}.*\n|\n)+)", COMPOSE, re.MULTILINE)
    assert found is not None, name
    return found[1]


def test_the_compose_file_is_indented_as_yaml_wants_it() -> None:
    lines = [line for line in COMPOSE.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    depths = [len(line) - len(line.lstrip()) for line in lines]
    assert "\t" not in COMPOSE
    assert all(depth % 2 == 0 for depth in depths)
    assert all(after - before <= 2 for before, after in pairwise(depths))
    assert all(re.match(r"\s*(- .+|[A-Za-z_<x-][\w<-]*:( .+)?)$", line) for line in lines)


def test_every_variable_it_sets_is_one_that_the_bot_reads() -> None:
    known = {settings.WORKER, settings.WEBHOOK_SECRET, settings.WEBHOOK_URL, *settings.SECRETS.values()}
    named = set(re.findall(r"^ +(LOUYUHUI_\w+):", COMPOSE, re.MULTILINE))
    assert named <= known
    assert {settings.WORKER, settings.WEBHOOK_URL, *settings.SECRETS.values()} <= named


def test_every_variable_it_asks_for_is_in_the_example() -> None:
    example = (DEPLOY / "example.env").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


@pytest.mark.parametrize("worker", ["east", "west"])
def test_a_worker_starts_with_these_settings(worker: str) -> None:
    name = re.search(r"LOUYUHUI_WORKER: (\w+)", block(worker))
    assert name is not None
    environment = {
        "LOUYUHUI_TOKEN": "123456:any",
        "LOUYUHUI_DATABASE": "postgresql+asyncpg://louyuhui:any@database/louyuhui",
        "LOUYUHUI_WEBHOOK_URL": "https://bot.example.org/telegram",
        "LOUYUHUI_WORKER": name[1],
    }
    read = read_settings(DEPLOY / "worker.toml", environment)
    assert (read.worker, read.webhook.url) == (worker, environment["LOUYUHUI_WEBHOOK_URL"])
    assert f"server {worker}:{read.webhook.listen.port} " in NGINX
    assert f"127.0.0.1:{read.webhook.listen.port}/readyz" in COMPOSE


def test_every_file_it_mounts_is_there_but_for_the_certificates() -> None:
    mounted = set(re.findall(r"^ +- \./([\w.-]+):", COMPOSE, re.MULTILINE)) - {"certificates"}
    assert mounted
    assert all((DEPLOY / name).is_file() for name in mounted)
    assert (DEPLOY / "Dockerfile").is_file()
