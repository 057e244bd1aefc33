"""Console: whether somebody sits before a process, and by that what SIGHUP means to it."""

from __future__ import annotations

import os


def has_terminal() -> bool:
    """Whether somebody sits before this process; a terminal that was closed is none any more."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) >= 0
    except (AttributeError, OSError):  # Windows has no groups of processes
        return False
