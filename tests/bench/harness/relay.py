"""The relay's latency, processor time and memory, each against bare relays in the same run."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import probes
from harness.endpoint import Endpoint, Script
from harness.load import callers
from harness.process import BENCH, explain, free_port, serving
from harness.relay_table import table
from harness.window import Window

__all__ = ["measure", "table", "tiers"]

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

HARNESS_CORE, SERVER_CORE = 0, 1
_SETTLE_SECONDS = 3
_QUIET = 0.25  # cores that others may use; a window in which they used more is taken again


@dataclass(frozen=True)
class Load:
    """How many sessions, rounds and seconds a window, and how often a disturbed window is taken again."""

    sessions: int
    rounds: int
    seconds: float
    retakes: int


@dataclass(frozen=True)
class Tier:
    """Something between the callers and the endpoint; without a command, nothing is."""

    name: str
    command: tuple[str, ...] = ()
    runs_tools: bool = False
    env: tuple[tuple[str, str], ...] = ()

    @contextlib.contextmanager
    def up(self, upstream: str) -> Iterator[tuple[str, int | None]]:
        """Run it; yields what callers dial, and the process id."""
        if not self.command:
            yield upstream, None
            return
        port = free_port()
        words = [word.format(port=port, upstream=upstream) for word in self.command]
        env = {"PORT": str(port), "BENCH_UPSTREAM": upstream, "OPENAI_API_KEY": "bench", **dict(self.env)}
        with serving(words, port, core=SERVER_CORE, env=env) as pid:
            yield f"ws://127.0.0.1:{port}/v1/realtime", pid


def tiers() -> list[Tier]:
    """Those that can run here: `relay-picows` needs picows and uvloop, which only the bench uses."""
    plain = ("python", str(BENCH / "baselines" / "relay_aiohttp.py"))
    found = [Tier("direct"), Tier("relay-aiohttp", plain)]
    if importlib.util.find_spec("uvloop"):
        found.append(Tier("relay-aiohttp-uvloop", plain, env=(("RELAY_UVLOOP", "1"),)))
        if importlib.util.find_spec("picows"):
            found.append(Tier("relay-picows", ("python", str(BENCH / "baselines" / "relay_picows.py"))))
    vocative = "python -m agent run --model {upstream} --host 127.0.0.1 --port {port} noop_app:agent"
    found.append(Tier("vocative", tuple(vocative.split()), runs_tools=True))
    return found


async def measure(options: argparse.Namespace, emit: Callable[[dict[str, Any]], None]) -> None:
    """Take every tier in every round, in an order that changes, and emit one line a window."""
    load = Load(2, 1, 6.0, retakes=0) if options.quick else Load(8, 3, 12.0, retakes=2)
    chosen = [tier for tier in tiers() if not options.tiers or tier.name in options.tiers.split(",")]
    before = probes.pin({HARNESS_CORE})
    try:
        await _rounds(chosen, load, emit)
    finally:
        probes.pin(before)


async def _rounds(chosen: list[Tier], load: Load, emit: Callable[[dict[str, Any]], None]) -> None:
    window = Window()
    async with Endpoint(free_port(), Script(), window) as endpoint:
        for number in range(load.rounds):
            for tier in random.Random(number).sample(chosen, len(chosen)):
                try:
                    line = await _measure_one(tier, endpoint.url, window, load)
                except (RuntimeError, OSError, TimeoutError) as error:
                    line = {"error": explain(error)}
                emit({"part": "relay", "tier": tier.name, "round": number, "sessions": load.sessions, **line})


async def _measure_one(tier: Tier, upstream: str, window: Window, load: Load) -> dict[str, Any]:
    with tier.up(upstream) as (url, pid):
        idle_mb = probes.resident_mb(pid) if pid else None
        async with callers(url, load.sessions, window, mic_ms=Script().mic, runs_tools=not tier.runs_tools):
            await asyncio.sleep(_SETTLE_SECONDS)
            line: dict[str, Any] = {}
            for _ in range(load.retakes + 1):
                line = await _take_window(pid, window, load)
                if line.get("other_cores", 0) < _QUIET:
                    break
            if pid and idle_mb and (mb := probes.resident_mb(pid)):
                line |= {"resident_mb": round(mb, 1), "mb_per_session": round((mb - idle_mb) / load.sessions, 3)}
            return line


async def _take_window(pid: int | None, window: Window, load: Load) -> dict[str, Any]:
    window.reset()
    before = probes.Clocks.read(pid)
    await asyncio.sleep(load.seconds)
    clocks = probes.Clocks.read(pid).since(before, load.sessions)
    return {**window.summary(), "faults": window.faults(), **clocks}
