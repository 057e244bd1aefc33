"""What the tests of the door share."""

from __future__ import annotations

import pytest

from tests.agent.door.issuer import NOW, KeyServer


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def key_server():
    async with KeyServer() as server:
        yield server
