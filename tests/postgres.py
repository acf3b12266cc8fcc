"""A PostgreSQL for tests: the one that is named, or a private cluster that lives as long as they run."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

NAMED = "LOUYUHUI_TEST_POSTGRES"  # postgresql://user@host/name, of somebody who may create databases
MISSING = f"no PostgreSQL: apt install postgresql, or set {NAMED}"
OWNER = "postgres"  # who runs the cluster where the tests run as root, which it refuses
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server, `postgresql://…/postgres`; without one the test is skipped."""
    if named := os.environ.get(NAMED):
        yield named
        return
    with cluster(FAST) as own:
        yield own.address


@contextmanager
def cluster(options: str = "", *, on_disk: bool = False) -> Iterator[Cluster]:
    """A private cluster, without any the test is skipped. Without options it keeps what it acknowledged."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or _on_the_path()
    if not programs:
        pytest.skip(MISSING)
    with tempfile.TemporaryDirectory(prefix="louyuhui-pg-", dir=None if on_disk else _quick()) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        own = Cluster(programs[-1].parent, Path(folder), _free_port(), options)
        own.create()
        own.start()
        try:
            yield own
        finally:
            own.stop()


def _on_the_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found)] if found else []


def _quick() -> str | None:
    """A folder in memory where there is one."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that sorts by the rules of Chinese: nothing may depend on the order of bytes."""

    programs: Path
    folder: Path
    port: int
    options: str

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make its files."""
        _run(
            self.programs / "initdb", "-D", self.folder / "data", "-U", OWNER, "--auth=trust", "--no-sync",
            "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu",
            "--icu-locale=zh",
        )  # fmt: skip

    def start(self) -> None:
        """Start it; on return it can be reached."""
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} {self.options}"
        self._control("-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it."""
        self._control("-m", "immediate", "stop")

    def _control(self, *more: object) -> None:
        _run(self.programs / "pg_ctl", "-D", self.folder / "data", "-w", *more)

    def kill(self) -> None:
        """Kill its first process and all the others, as when the power fails."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGSTOP)  # it begets no more
        rest = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in [first, *map(int, rest)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(map(_lives, [first, *map(int, rest)])):
            time.sleep(0.005)
        for left in (self.folder / "data" / "postmaster.pid", self.folder / f".s.PGSQL.{self.port}.lock"):
            left.unlink()  # where nobody takes note of its end, its number seems to be in use


def _lives(process: int) -> bool:
    """Whether a process is there, and not only waits for somebody to take note of its end."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _run(*command: object) -> None:
    as_owner = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*as_owner, *map(str, command)],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def named(address: str, database: str) -> str:
    """The address of another database at the same server, as settings have it."""
    server = address.partition("://")[2].rpartition("/")[0]
    return f"postgresql+asyncpg://{server}/{database}"


async def command(address: str, statement: str) -> None:
    """Run a statement that no transaction can hold, such as CREATE DATABASE."""
    connection: Any = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def database(address: str, template: str = "template1") -> Iterator[str]:
    """A database that is there for a while; its address as settings have it."""
    name = f"louyuhui_test_{secrets.token_hex(6)}"
    asyncio.run(command(address, f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield named(address, name)
    finally:
        asyncio.run(command(address, f"DROP DATABASE {name} WITH (FORCE)"))
