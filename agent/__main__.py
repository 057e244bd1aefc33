"""`python -m agent` is `vocative`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the exit code is 0, 1 (a service or a model failed), 2 (what was typed is wrong)."""
    try:
        from agent.cli import run_command  # noqa: PLC0415  (an import that fails must say so in words, here)
    except KeyboardInterrupt:  # there is much to import, and nobody has to wait for it
        sys.exit(130)
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
