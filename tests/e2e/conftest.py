"""The real commands as separate processes, real speech, and the clock that waits for them."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.e2e.calling import library, loopback, model  # noqa: F401  (fixtures)
from tests.e2e.hearing import ears  # noqa: F401
from tests.environment import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
STARTUP = 90  # seconds for the slowest machine to load every model

# One worker runs all of these: each process that serves holds the models, and two cores are no crowd.
GROUP = "engine"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group(GROUP))
            item.add_marker(pytest.mark.timeout(240))


class Running:
    """A command that serves.

    Attributes:
        process: The process.
        url: Where it listens, as it said itself.
    """

    def __init__(self, *arguments: str, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd or ROOT,
            env=environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1"),
        )
        self.said: list[str] = []
        self._listening = threading.Event()
        self.url = ""
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._listening.wait(STARTUP) or not self.url:
            self.stop()
            raise RuntimeError("it did not start:\n" + "".join(self.said))

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"listens on (\S+)", line):
                self.url = found[1]
                self._listening.set()
        self._listening.set()

    @property
    def http(self) -> str:
        """Where it listens, without a path, as an HTTP address."""
        return re.sub(r"^ws", "http", self.url).removesuffix("/v1/realtime")

    @property
    def ws(self) -> str:
        """Its Realtime endpoint."""
        return re.sub(r"^http", "ws", self.http) + "/v1/realtime"

    def stop(self) -> int:
        """Ask it to stop, as a container does, and wait."""
        self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            if self.process.stdout is not None:
                self.process.stdout.close()


@pytest.fixture(scope="session")
def assistant() -> Iterator[Running]:
    """`vocative run` on the sample documents."""
    running = Running("run", "--port", "0")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def engine() -> Iterator[Running]:
    """`vocative engine`."""
    running = Running("engine", "--port", "0")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def say() -> Callable[[str], NDArray[np.int16]]:
    """Speech for a text: mono samples at 24 kHz, with a little silence around them."""
    from agent.engine.speak import load_voice

    voice = load_voice()

    def speak(text: str) -> NDArray[np.int16]:
        pause = np.zeros(24_000 // 4, np.int16)
        return np.concatenate([pause, *voice.speak(text), pause])

    return speak


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """What the served process said is the first thing to read when a test fails."""
    report = yield
    if report.failed:
        for name in ("assistant", "engine"):
            running = getattr(item, "funcargs", {}).get(name)
            if isinstance(running, Running):
                report.sections.append((f"vocative ({name})", "".join(running.said[-60:])))
    return report
