"""A sandbox with one bot, one person and a plain client for each test."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Group, Person, Sandbox
from tests.sandbox.plain import Api, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    api = Api(sandbox, sandbox.new_bot("echo_bot", "Echo"))
    async with api.client:
        yield api


@pytest.fixture
async def resident(sandbox: Sandbox, api: Api) -> Person:
    """Somebody who has started the bot, whose updates so far are confirmed."""
    resident = sandbox.people.new("示例住户 3-2-502", "demo502")
    await resident.start()
    await api.updates()
    return resident


@pytest.fixture
async def group(sandbox: Sandbox, api: Api, resident: Person) -> Group:
    """A group of theirs with the bot as a plain member, all updates confirmed."""
    group = sandbox.people.new_group("3栋邻里群", resident)
    await resident.add_bot(group)
    await api.updates()
    return group
