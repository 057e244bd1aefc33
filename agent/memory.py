"""Memory: how much there is, and how much of it is taken: by this process, or by all in its container."""

from __future__ import annotations

import os
from pathlib import Path

_CONTAINER = Path("/sys/fs/cgroup")  # cgroup v2, as a process in a container sees its own group
_PROCESS = Path("/proc/self/statm")
_SHARE = 0.9  # of a container's limit; at the limit itself the kernel ends a process


class Memory:
    """Measures it.

    Args:
        limit: Bytes that this process may take; None to go by the container's limit, if there is one.
        container: Where the container's figures stand.
        process: Where the process's figures stand.
    """

    def __init__(self, limit: int | None = None, container: Path = _CONTAINER, process: Path = _PROCESS) -> None:
        self._limit, self._container, self._process = limit, container, process

    def reading(self) -> tuple[int, int] | None:
        """How many bytes are used and how many may be; None where nothing limits them or nothing tells."""
        try:
            return self._in_container() if self._limit is None else (self._of_process(), self._limit)
        except (OSError, ValueError, KeyError):  # another system, or "max" for no limit
            return None

    def _of_process(self) -> int:
        return int(self._process.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _in_container(self) -> tuple[int, int]:
        allowed = int((self._container / "memory.max").read_text("ascii"))
        taken = int((self._container / "memory.current").read_text("ascii"))
        lines = (self._container / "memory.stat").read_text("ascii").splitlines()
        # Files that nobody reads at present are given up before anybody is ended.
        spare = int(dict(line.split() for line in lines)["inactive_file"])
        return max(0, taken - spare), int(allowed * _SHARE)
