"""What the operating system tells: processor time and memory of a process tree, and who else is busy.

Linux only; elsewhere every probe says None and the tables say "not measured".
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

AVAILABLE = sys.platform == "linux" and Path("/proc/self/schedstat").exists()


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        for file in _tasks(found[-1], "children"):
            todo += map(int, file.split())
    return found


def cpu_seconds(pid: int) -> float | None:
    """Processor time of a tree so far, from schedstat: `utime` is rounded to ticks of 10 ms."""
    if not AVAILABLE:
        return None
    return sum(int(file.split()[0]) for each in tree(pid) for file in _tasks(each, "schedstat")) / 1e9


def resident_mb(pid: int) -> float | None:
    """Resident memory of a tree in megabytes (10**6 bytes)."""
    if not AVAILABLE:
        return None
    return sum(_resident_kib(each) for each in tree(pid)) * 1024 / 1e6


def machine_busy_seconds() -> float | None:
    """Busy time of the whole machine so far: all cores, all processes."""
    if not AVAILABLE:
        return None
    values = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(values) - values[3] - values[4]) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Clocks:
    """All clocks at one moment (s); None where they cannot be read."""

    wall: float
    harness: float
    machine: float | None
    server: float | None

    @classmethod
    def read(cls, pid: int | None) -> Clocks:
        """Read them; `pid` is the server's, if there is one."""
        server = cpu_seconds(pid) if pid else None
        return cls(time.perf_counter(), time.process_time(), machine_busy_seconds(), server)

    def since(self, before: Clocks, sessions: int) -> dict[str, float]:
        """Cores used by the harness and by others, and the server's processor time a session and minute."""
        span, ours = self.wall - before.wall, self.harness - before.harness
        found = {"harness_cores": round(ours / span, 3)}
        theirs = 0.0
        if self.server is not None and before.server is not None:
            theirs = self.server - before.server
            found["cpu_s_per_session_min"] = round(theirs / span * 60 / sessions, 4)
        if self.machine is not None and before.machine is not None:
            found["other_cores"] = round(max(0.0, (self.machine - before.machine - ours - theirs) / span), 3)
        return found


def machine() -> str:
    """Processor, cores and Python, in one line for a report."""
    name = sys.platform
    if AVAILABLE:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{name}, {os.cpu_count()} cores, Python {python}"


def pin(cores: set[int]) -> set[int]:
    """Keep this process on some cores, where that can be done; returns where it ran before.

    Not without `taskset` either: what we start would share our core, having no way to another.
    """
    if not hasattr(os, "sched_setaffinity") or not shutil.which("taskset"):
        return set()
    before = os.sched_getaffinity(0)
    if cores and cores <= before | set(range(os.cpu_count() or 1)):
        os.sched_setaffinity(0, cores)
    return before


def _resident_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def _tasks(pid: int, file: str) -> list[str]:
    try:
        return [(task / file).read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # the process, or one of its threads, ended while we looked
        return []
