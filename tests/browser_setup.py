"""Makes sure that there is a Chromium for the browser tests: Debian's where we may install it, else Playwright's."""

from __future__ import annotations

import shutil
import subprocess
import sys

from debian import installed


def main() -> int:
    if shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"):
        return 0
    if installed("chromium"):
        return 0
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        print("No Chromium could be installed: browser tests are skipped here, and fail in CI.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
