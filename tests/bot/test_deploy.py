"""The example deployment: every setting it names exists, and its parts fit together."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import settings
from bot.server import SECONDS_TO_FINISH, SECONDS_TO_IDLE
from bot.settings import read_settings
from bot.webhook import MOST_BYTES, PATH

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EXAMPLE = (DEPLOY / "example.env").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
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
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert asked == set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))


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


def test_what_one_service_waits_for_is_another() -> None:
    named, _, _ = COMPOSE.partition("\nservices:\n")[2].partition("\nvolumes:\n")
    assert re.findall(r"^  (\w+):$", named, re.MULTILINE) == ["east", "west", "database", "proxy"]
    waited = set(re.findall(r"^      - (\w+)$", block("proxy"), re.MULTILINE))
    assert waited == set(re.findall(r"^\s+server (\w+):", NGINX, re.MULTILINE)) == {"east", "west"}
    assert "\n  depends_on:\n    database:\n      condition: service_healthy\n" in COMPOSE
    assert "@database/" in COMPOSE


def test_who_is_stopped_has_the_time_to_finish() -> None:
    grace = re.search(r"stop_grace_period: (\d+)s", COMPOSE)
    assert grace is not None
    assert int(grace[1]) > SECONDS_TO_FINISH
    assert int(unit()["Service"]["TimeoutStopSec"]) > SECONDS_TO_FINISH


def nginx(name: str) -> str:
    """The snippet of the guide, or the file of the example."""
    found = re.search(r"```nginx\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1] if name == "guide" else NGINX


@pytest.mark.parametrize("name", ["guide", "example"])
def test_nginx_passes_on_whatever_the_bot_takes_in(name: str) -> None:
    snippet = nginx(name)
    assert snippet.count("{") == snippet.count("}")
    statements = re.sub(r"#.*", "", snippet)
    assert all(line.rstrip().endswith(("{", "}", ";")) for line in statements.splitlines() if line.strip())
    most = re.search(r"client_max_body_size (\d+)m;", statements)
    assert most is not None
    assert int(most[1]) * 2**20 >= MOST_BYTES
    assert f"location = {PATH} {{" in statements
    assert "location / { return 404; }" in statements, "health and metrics stay inside"
    (upstream,) = re.findall(r"^upstream (\w+) {", statements, re.MULTILINE)
    assert f"proxy_pass http://{upstream};" in statements, "the path is passed on unchanged"
    assert 'proxy_set_header Connection "";' in statements, "connections to the bot are kept"
    assert SECONDS_TO_IDLE > 60, "nginx keeps them for a minute: none is closed under its hands"


def test_the_guides_proxy_knows_where_the_bot_listens() -> None:
    usual = settings.Webhook().listen
    assert f"server {usual.host}:{usual.port};" in nginx("guide")


def test_telegram_is_told_the_path_that_nginx_passes_on() -> None:
    told = re.search(r"^LOUYUHUI_WEBHOOK_URL=(\S+)$", EXAMPLE, re.MULTILINE)
    assert told is not None
    assert (urlsplit(told[1]).scheme, urlsplit(told[1]).path) == ("https", PATH)


def unit(name: str = "louyuhui.service") -> configparser.ConfigParser:
    """A systemd unit of the guide."""
    found = re.search(rf"```ini\n(# /etc/systemd/system/{re.escape(name)}\n.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    read = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(found[1])
    return read


SURROUNDINGS = {
    *("User", "StateDirectory", "WorkingDirectory", "EnvironmentFile", "ExecStart"),
    *("NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ProtectHome"),
}
RESTARTS = {"Restart", "RestartSec", "RestartPreventExitStatus", "TimeoutStopSec"}
DIRECTIVES = {
    "louyuhui.service": {
        "Unit": {"Description", "Wants", "After"},
        "Service": SURROUNDINGS | RESTARTS,
        "Install": {"WantedBy"},
    },
    "louyuhui-backup.service": {
        "Unit": {"Description"},
        "Service": SURROUNDINGS | {"Type", "StateDirectoryMode", "ExecStartPost"},
    },
    "louyuhui-backup.timer": {
        "Unit": {"Description"},
        "Timer": {"OnCalendar", "Persistent"},
        "Install": {"WantedBy"},
    },
}  # of systemd.unit(5), systemd.service(5), systemd.exec(5) and systemd.timer(5)


@pytest.mark.parametrize("name", DIRECTIVES)
def test_the_units_hold_directives_that_systemd_knows(name: str) -> None:
    read = unit(name)
    assert {section: set(read[section]) for section in read.sections()} == DIRECTIVES[name]


def test_the_backup_is_made_where_the_bot_works_with_what_it_is_told() -> None:
    """Its database is named from its folder, and its token stands in the file of secrets alone."""
    bot, backup = unit()["Service"], unit("louyuhui-backup.service")["Service"]
    for same in ("User", "WorkingDirectory", "EnvironmentFile"):
        assert backup[same] == bot[same]
    program, _, rest = bot["ExecStart"].partition(" run ")
    assert f"{program} db backup " in backup["ExecStart"]
    assert rest in backup["ExecStart"]
    assert bot["StateDirectory"] in backup["StateDirectory"].split()
    assert f"{bot['StateDirectory']}/backups" in backup["StateDirectory"].split(), "it may write there"
    assert backup["Type"] == "oneshot"
    assert unit("louyuhui-backup.timer")["Install"]["WantedBy"] == "timers.target"


def test_the_backup_of_the_guide_is_one(sqlite: str, tmp_path: Path) -> None:
    """Its lines are run as they stand but for their paths, with nothing of this terminal's."""
    service = unit("louyuhui-backup.service")["Service"]
    (tmp_path / "backups").mkdir()
    (tmp_path / "config.toml").write_text(f'database = "{sqlite.replace(str(tmp_path) + "/", "")}"\n')
    installed = Path(sys.executable).with_name("louyuhui")
    for line in (service["ExecStart"], service["ExecStartPost"]):
        said = line.replace("$$", "$").replace("%%", "%")  # as systemd reads them
        said = said.replace("/opt/louyuhui/.venv/bin/louyuhui", str(installed))
        said = said.replace("/etc/louyuhui/config.toml", f"{tmp_path}/config.toml")
        environment = {"PATH": "/usr/bin:/bin", "LOUYUHUI_TOKEN": "123456:any"}
        subprocess.run(shlex.split(said), check=True, cwd=tmp_path, env=environment, capture_output=True)
    (kept,) = (tmp_path / "backups").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.db", kept.name)
    assert kept.read_bytes().startswith(b"SQLite format 3")


def test_the_unit_starts_the_bot_where_it_may_write() -> None:
    service = unit()["Service"]
    program, command, *rest = service["ExecStart"].split()
    assert Path(program).name in PROJECT["scripts"]
    assert (command, rest[0]) == ("run", "--config")
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    assert service["ProtectSystem"] == "strict", "it writes in its state directory alone"
    assert settings.Settings("1:a").database == "sqlite+aiosqlite:///louyuhui.db", "beside its work"
    assert service["EnvironmentFile"] in GUIDE.partition("```ini")[2].partition("```")[2]


def test_the_unit_does_not_start_again_what_needs_a_person() -> None:
    """2: the settings are wrong; 3: the token is. All else may pass (docs/operations.md)."""
    assert unit()["Service"]["RestartPreventExitStatus"].split() == ["2", "3"]
    assert unit()["Service"]["Restart"] == "always"
    assert "`run` ends with 2 when the settings are wrong, 3 for a wrong token" in GUIDE


def test_the_image_runs_what_the_project_is() -> None:
    version = re.search(r"^FROM python:3\.(\d+)", DOCKERFILE, re.MULTILINE)
    wanted = re.search(r">=3\.(\d+)", PROJECT["requires-python"])
    assert version is not None
    assert wanted is not None
    assert int(version[1]) >= int(wanted[1])
    for name in re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / name).exists()
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE), "not as root"
    for command in (
        *re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE),
        *re.findall(r"command: (.*)", COMPOSE),
    ):
        assert command == '["louyuhui", "run", "--config", "/etc/louyuhui/config.toml"]'
    assert ":/etc/louyuhui/config.toml:ro" in COMPOSE


def kept_out(path: str) -> bool:
    """Whether .dockerignore keeps a file out of the image."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.rstrip("/") for line in lines if line and not line.startswith("#")]
    places = [path, *(str(parent) for parent in Path(path).parents)]
    return any(
        fnmatch(place, pattern) or fnmatch(place, pattern.removeprefix("**/"))
        for place in places
        for pattern in patterns
    )


@pytest.mark.parametrize(
    "path",
    [
        *("deploy/.env", "deploy/certificates/privkey.pem", "config.toml", ".git/config"),
        *("louyuhui.db", "louyuhui.db-wal", "data/louyuhui.db", "louyuhui.db.lock", "backups/2026-11-20.age"),
    ],
)
def test_no_secret_and_no_vote_gets_into_the_image(path: str) -> None:
    assert kept_out(path)


@pytest.mark.parametrize("path", ["bot/start.py", "pyproject.toml", "requirements.txt", "README.md"])
def test_what_the_image_needs_gets_into_it(path: str) -> None:
    assert not kept_out(path)


def test_what_holds_secrets_is_never_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/.env", "deploy/certificates/", "config.toml", "*.db"} <= set(ignored)
