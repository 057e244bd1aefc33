"""Stock clients as separate processes, the servers they talk to, and the recording they speak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.clients.hotel import CALLS
from tests.clients.install import HERE, ROOT, python_of
from tests.e2e.conftest import Running
from tests.environment import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPOKEN = "When is breakfast served on Sunday?"
PATIENCE = 90
# One worker runs all of these beside the one that runs tests/e2e: every server holds the models.
GROUP = "clients"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group(GROUP))
            item.add_marker(pytest.mark.timeout(240))


@dataclass
class Hotel:
    """`vocative run` with the hotel's agent.

    Attributes:
        server: The process.
        calls: Where its tool notes down that it ran.
    """

    server: Running
    calls: Path

    def called(self) -> list[dict[str, Any]]:
        """The calls of our tool since this was asked last."""
        text = self.calls.read_text(encoding="utf-8") if self.calls.exists() else ""
        self.calls.unlink(missing_ok=True)
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def hotels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str | None], Hotel]]:
    """Starts the hotel before the embedded engine (None), or before an engine of another process at a path of it."""
    running: dict[str | None, Hotel] = {}
    engines: list[Running] = []

    def open_(path: str | None) -> Hotel:
        if path not in running:
            model: list[str] = []
            if path is not None:
                if not engines:
                    engines.append(Running("engine", "--port", "0"))
                model = ["--model", engines[0].ws.removesuffix("/v1/realtime") + path]
            folder = tmp_path_factory.mktemp("hotel")
            server = Running("run", "tests.clients.hotel:agent", "--port", "0", *model, cwd=folder)
            running[path] = Hotel(server, folder / CALLS)
        return running[path]

    yield open_
    for each in [*(hotel.server for hotel in running.values()), *engines]:
        each.stop()


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The spoken question, as a WAV."""
    from agent.engine.speak import load_voice

    pause = np.zeros(24_000 // 4, np.int16)
    speech = np.concatenate([pause, *load_voice().speak(SPOKEN), pause])
    path = tmp_path_factory.mktemp("speech") / "question.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(speech.astype("<i2").tobytes())
    return path


@dataclass
class Told:
    """What a client told of a conversation.

    Attributes:
        lines: What it told, in order.
        complaints: What it and its library said besides.
    """

    lines: list[dict[str, Any]]
    complaints: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The lines of one kind."""
        return [line for line in self.lines if line["kind"] == kind]


def run_client(command: list[str | Path], address: str, recording: Path) -> Told:
    """Let a client hold its conversation."""
    process = subprocess.run(
        [*map(str, command), address, str(recording)],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env=environment(PYTHONWARNINGS="ignore", NODE_NO_WARNINGS="1"),
    )
    told = Told([json.loads(line) for line in process.stdout.splitlines()], process.stderr)
    assert process.returncode == 0, (told.complaints, told.lines[-5:])
    return told


def command_of(client: str) -> list[str | Path]:
    """How a client is run; a test of one that is not installed is skipped, and fails in CI."""
    if client == "agents_realtime":
        import hatch_build

        node = hatch_build.node_on_path() or hatch_build.node_from_wheel()
        _needed(node is not None and (HERE / client / "node_modules").is_dir())
        assert node is not None
        return [node.node, HERE / client / "client.mjs"]
    environments = {"stock_azure_openai": "openai_1_107", "stock_openai_agents": "openai_agents"}
    python = python_of(environments[client]) if client in environments else Path(sys.executable)
    _needed(python.is_file())
    return [python, HERE / f"{client}.py"]


def _needed(installed: bool) -> None:
    if not installed:
        how = f"not installed: run {sys.executable} {(HERE / 'install.py').relative_to(ROOT)}"
        pytest.fail(how) if os.environ.get("CI") else pytest.skip(how)
