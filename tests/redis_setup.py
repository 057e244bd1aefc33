"""Makes sure that there is a Redis for the tests of what outlives a worker: Debian's, where we may install it."""

from __future__ import annotations

import shutil
import sys

from debian import installed


def main() -> int:
    if shutil.which("redis-server"):
        return 0
    # Nothing is to be started: the tests run servers of their own.
    if installed("redis-server", "redis-tools", DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1"):
        return 0
    text = "redis-server is not installed, so the tests that need it are skipped here, and fail in CI on Linux: "
    print(text + "install Debian's or Ubuntu's `redis-server`, or Homebrew's `redis`.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
