"""A place to run a page's commands in: a folder, our programs on the path, and none of the developer's settings."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the pages speak to a POSIX shell")
OURS = Path(sys.executable).parent  # of this environment, its programs
TIME = 90  # seconds for one command, on a busy machine


class Sandbox:
    """A folder to run commands in.

    Args:
        folder: The folder.
        programs: Folders of programs that go before the system's.
        given: Variables of the environment beside the usual ones.

    Attributes:
        before: What the shell was told before, and is to be told again each time: `source …`.
        process: What is served, while it is.
    """

    def __init__(self, folder: Path, programs: tuple[Path, ...] = (OURS,), **given: str) -> None:
        self.folder, self.before = folder, ""
        # Of a developer's own environment, which is active, nothing is to be found by accident.
        system = [each for each in os.environ["PATH"].split(os.pathsep) if Path(each) != OURS]
        paths = [*map(str, programs), *system]
        kept = {name: os.environ[name] for name in ("LANG", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
        usual = {"PATH": os.pathsep.join(paths), "HOME": str(folder), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        self._environment = kept | usual | {"COLUMNS": "200"} | given

    def run(self, command: str, expect: int = 0, seconds: int = TIME) -> str:
        """Run a command of the shell to its end.

        Args:
            command: The command.
            expect: Its exit code.
            seconds: How long it may take.

        Returns:
            What it printed, both streams together.
        """
        done = subprocess.run(
            ["bash", "-c", f"{self.before}{command}"],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
        assert done.returncode == expect, f"{command}\n{done.stdout}"
        return done.stdout

    def serve(
        self, command: str, ready: str, while_ready: Callable[[re.Match[str]], object] = lambda _: None, stop: int = 0
    ) -> str:
        """Run a command that goes on until it is stopped.

        Args:
            command: The command.
            ready: A pattern of the line by which it is ready.
            while_ready: What to do then.
            stop: The signal that ends it: SIGINT goes to all that the command began, as Ctrl+C does; SIGTERM, if
                not given, to the command alone.

        Returns:
            What it printed.
        """
        variables, told = re.fullmatch(r"((?:[A-Z_]+=\S+ )*)(.*)", command, re.DOTALL).groups()
        process = self.process = subprocess.Popen(
            ["bash", "-c", f"{self.before}{variables}exec {told}"],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        printed = ""
        try:
            found = None
            while found is None:
                line = process.stdout.readline()
                assert line, f"{command} ended before it was ready:\n{printed}"
                printed += line
                found = re.search(ready, line)
            while_ready(found)
            if stop == signal.SIGINT:
                os.killpg(process.pid, stop)
            else:
                process.send_signal(stop or signal.SIGTERM)
            rest, _ = process.communicate(timeout=TIME)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        # A make that was interrupted says so by the signal.
        assert process.returncode in ({0, -stop} if told.startswith("make ") else {0}), f"{command}\n{printed}{rest}"
        return printed + rest
