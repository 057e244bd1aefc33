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
TIME = 90  # seconds for one command, on a busy machine


class Sandbox:
    """A folder to run commands in.

    Args:
        folder: The folder.
        given: Variables of the environment beside the usual ones.
    """

    def __init__(self, folder: Path, **given: str) -> None:
        self.folder = folder
        paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
        kept = {name: os.environ[name] for name in ("LANG", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
        usual = {"PATH": os.pathsep.join(paths), "HOME": str(folder), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        self._environment = kept | usual | {"COLUMNS": "200"} | given

    def run(self, command: str, expect: int = 0) -> str:
        """Run a command of the shell to its end.

        Returns:
            What it printed, both streams together.
        """
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=TIME,
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
            stop: The signal that ends it; SIGTERM if not given.

        Returns:
            What it printed.
        """
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
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
            process.send_signal(stop or signal.SIGTERM)
            rest, _ = process.communicate(timeout=TIME)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        assert process.returncode == 0, f"{command}\n{printed}{rest}"
        return printed + rest
