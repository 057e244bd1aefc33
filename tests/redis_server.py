"""A real `redis-server` for tests: without a port, on a socket in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

MISSING = "redis-server is not installed: `make setup` does it as root on Debian; else `apt install redis-server`"


class RedisServer:
    """One server, which can be stopped and started again with nothing in it."""

    def __init__(self, folder):
        self.socket = Path(folder) / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process = None

    def start(self):
        command = ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir"]
        self._process = subprocess.Popen([*command, str(self.socket.parent)], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, "redis-server has ended"
            assert time.monotonic() < deadline, "redis-server does not listen"
            time.sleep(0.02)

    def stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def do(self, *words):
        """A command, and what it gave as text."""
        done = subprocess.run(["redis-cli", "-s", str(self.socket), *words], capture_output=True, check=True)
        return done.stdout.decode(errors="replace").strip()

    def raw(self, *words):
        return subprocess.run(["redis-cli", "-s", str(self.socket), *words], capture_output=True, check=True).stdout

    def _answers(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        return False


@contextlib.contextmanager
def redis_server():
    if shutil.which("redis-server") is None:
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    # A socket's path has some hundred characters at most, so not pytest's folder.
    with tempfile.TemporaryDirectory(prefix="vr") as folder:
        server = RedisServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
