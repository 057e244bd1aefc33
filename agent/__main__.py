"""`python -m agent` is `vocative`."""

from __future__ import annotations

import os
import sys
from typing import Any


def main() -> None:
    """Run the command line; the exit code is 0, 1 (a service or a model failed), 2 (what was typed is wrong)."""
    _have_streams()
    try:
        from agent.cli import run_command  # noqa: PLC0415  (an import that fails must say so in words, here)
    except KeyboardInterrupt:  # there is much to import, and nobody has to wait for it
        sys.exit(130)
    sys.exit(run_command(sys.argv[1:]))


def _have_streams() -> None:
    """Have all three standard streams, which take any text.

    Whoever began us may have closed one, as `>&-` does. The next file or socket would get its number: the event loop
    takes that for a bug and aborts, and what is printed would go there.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)  # workers have them as well
    os.close(number)
    # A name of a file may be no text at all, and an answer may have letters that the terminal or a file cannot have.
    stdout: Any = sys.stdout
    if hasattr(stdout, "reconfigure"):
        stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
