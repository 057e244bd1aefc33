"""Start a server under test, wait until it listens, and stop it with all its children."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BENCH = Path(__file__).parents[1]
ROOT = BENCH.parents[1]
_START_SECONDS = 120


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our own environment, with the project and the bench's applications importable."""
    path = os.pathsep.join([str(ROOT), str(BENCH), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **(extra or {})}


def pinned(command: Sequence[str], core: int | None) -> list[str]:
    """The command, kept on one core where `taskset` exists."""
    if core is None or (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        return list(command)
    return ["taskset", "-c", str(core), *command]


@contextlib.contextmanager
def serving(
    command: Sequence[str], port: int, *, core: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server for the time of a block and yield its process id.

    Args:
        command: Its arguments; `python` stands for this interpreter.
        port: Where it is going to listen, on 127.0.0.1.
        core: The core to keep it on, or None for all.
        env: More environment.

    Raises:
        RuntimeError: It ended or did not listen in time; the text carries the end of its log.
    """
    words = [sys.executable if word == "python" else word for word in command]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        group = {} if sys.platform == "win32" else {"start_new_session": True}
        server = subprocess.Popen(pinned(words, core), env=environment(env), stdout=log, stderr=log, **group)
        try:
            _wait(server, port, log)
            yield server.pid
        except Exception as error:
            error.add_note(f"The server's log ended with:\n{_tail(log)}")
            raise
        finally:
            _stop(server)


def explain(error: Exception) -> str:
    """An error for a report: first the server's log, if it is known, then what went wrong."""
    return "\n".join([*getattr(error, "__notes__", []), f"{type(error).__name__}: {error}"])


def _wait(server: subprocess.Popen, port: int, log) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"{server.args} ended with {server.returncode}:\n{_tail(log)}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{server.args} did not listen on port {port} within {_START_SECONDS} s:\n{_tail(log)}")


def _tail(log) -> str:
    log.seek(0)
    return log.read()[-2000:]


def _stop(server: subprocess.Popen) -> None:
    # The group is our own, made above; what the server started ends with it.
    if sys.platform == "win32":
        server.terminate()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill() if sys.platform == "win32" else os.killpg(server.pid, signal.SIGKILL)
        server.wait()
