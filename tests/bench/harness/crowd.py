"""Many sessions on one core: what each costs in processor time and memory, and whether sound still comes in time."""

from __future__ import annotations

import asyncio
import random
from statistics import median
from typing import TYPE_CHECKING, Any

from harness import probes
from harness.endpoint import Endpoint, Script
from harness.load import callers
from harness.process import explain, free_port
from harness.relay import HARNESS_CORE, tiers
from harness.window import Window

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from harness.relay import Tier

_NAMES = ("relay-picows", "relay-aiohttp-uvloop", "vocative")
_SETTLE_SECONDS = 4


async def measure(options: argparse.Namespace, emit: Callable[[dict[str, Any]], None]) -> None:
    """Hold the same crowd through each relay, in every round in another order."""
    sessions, rounds, seconds = (4, 1, 3.0) if options.quick else (100, 3, 10.0)
    chosen = [tier for tier in tiers() if tier.name in (options.tiers.split(",") if options.tiers else _NAMES)]
    before, window = probes.pin({HARNESS_CORE}), Window()
    try:
        async with Endpoint(free_port(), Script(), window) as endpoint:
            for number in range(rounds):
                for tier in random.Random(number).sample(chosen, len(chosen)):
                    try:
                        line = await _hold(tier, endpoint.url, window, sessions, seconds)
                    except (RuntimeError, OSError, TimeoutError) as error:
                        line = {"error": explain(error)}
                    emit({"part": "crowd", "tier": tier.name, "round": number, "sessions": sessions, **line})
    finally:
        probes.pin(before)


async def _hold(tier: Tier, upstream: str, window: Window, sessions: int, seconds: float) -> dict[str, Any]:
    with tier.up(upstream) as (url, pid):
        idle = probes.resident_mb(pid) if pid else None
        async with callers(url, sessions, window, mic_ms=Script().mic, runs_tools=not tier.runs_tools):
            await asyncio.sleep(_SETTLE_SECONDS)
            window.reset()
            before = probes.Clocks.read(pid)
            await asyncio.sleep(seconds)
            line = window.summary() | probes.Clocks.read(pid).since(before, sessions) | {"faults": window.faults()}
            if pid and idle and (held := probes.resident_mb(pid)):
                line["kb_per_session"] = round((held - idle) * 1000 / sessions, 1)
            return line


def table(lines: list[dict[str, Any]]) -> list[list[str]]:
    """Medians over the rounds."""
    mine = [line for line in lines if line["part"] == "crowd"]
    good = [line for line in mine if "error" not in line]
    rows = [["Tier", "sessions", "down p99 ms", "up p99 ms", "CPU s/session-min", "CPU x picows", "kB/session",
             "others' cores", "faults"]]  # fmt: skip
    floor = _median([line.get("cpu_s_per_session_min") for line in good if line["tier"] == "relay-picows"])
    for name in dict.fromkeys(line["tier"] for line in good):
        theirs = [line for line in good if line["tier"] == name]
        cpu = _median([line.get("cpu_s_per_session_min") for line in theirs])
        rows.append([
            name,
            str(theirs[0]["sessions"]),
            _text(_median([line["down"]["p99"] for line in theirs]), 1),
            _text(_median([line["up"]["p99"] for line in theirs]), 1),
            _text(cpu, 3),
            _text(cpu / floor if cpu and floor else None, 2),
            _text(_median([line.get("kb_per_session") for line in theirs]), 0),
            _text(_median([line.get("other_cores") for line in theirs]), 2),
            "; ".join(sorted({fault for line in theirs for fault in line["faults"]})) or "none",
        ])  # fmt: skip
    failed = [line for line in mine if "error" in line]
    return rows + [[line["tier"], line["error"].strip().splitlines()[-1][:80]] for line in failed]


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _text(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
