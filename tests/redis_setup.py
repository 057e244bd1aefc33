"""Makes sure that there is a Redis for the tests of what outlives a worker: Debian's, where we may install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def main() -> int:
    if shutil.which("redis-server"):
        return 0
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        packages = ["redis-server", "redis-tools"]
        # Nothing is to be started: the tests run servers of their own.
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        if subprocess.run(command, check=False, env=env).returncode == 0:
            return 0
    text = "redis-server is not installed, so the tests that need it are skipped here, and fail in CI on Linux: "
    print(text + "install Debian's or Ubuntu's `redis-server`, or Homebrew's `redis`.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
