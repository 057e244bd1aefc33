"""Several workers that are watched: each has its `/metrics`, and the supervisor writes its log as they do."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
from contextlib import ExitStack

import aiohttp
import pytest

from tests.agent.workers.house import HOTEL, Caller, House, Model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks processes up in /proc")

SESSIONS = re.compile(r"^vocative_sessions_active(?:\{.*\})? (\d+)", re.MULTILINE)


def free_ports(count):
    """The first of so many free ports in a row."""
    while True:
        with ExitStack() as stack:
            probes = [stack.enter_context(socket.socket()) for _ in range(count)]
            probes[0].bind(("127.0.0.1", 0))
            first = probes[0].getsockname()[1]
            try:
                for each, probe in enumerate(probes[1:], 1):
                    probe.bind(("127.0.0.1", first + each))
            except (OSError, OverflowError):
                continue
            return first


async def scrape(http, port):
    async with http.get(f"http://127.0.0.1:{port}/metrics") as page:
        return await page.text()


async def test_each_worker_has_its_own_metrics_and_the_supervisors_log_is_json_as_theirs(tmp_path):
    base = free_ports(3)
    async with Model() as model, aiohttp.ClientSession() as http:
        (tmp_path / "hotel.py").write_text(HOTEL.format(port=model.port, instructions="You are one."))
        (tmp_path / ".env").write_text(f"VOCATIVE_METRICS={base}\n")
        house = House(tmp_path, "hotel:agent", "--workers", "2", "--drain", "300", "--log-format", "json")
        async with house, Caller(house) as caller:
            await caller.ready.wait()
            await house.says(f"metrics: http://127.0.0.1:{base}/metrics and so on to port {base + 1}, one for each")
            pages = [await scrape(http, base + slot) for slot in range(2)]
            counts = [sum(int(each) for each in SESSIONS.findall(page)) for page in pages]
            assert sorted(counts) == [0, 1], "the caller is at one of them"
            busy = counts.index(1)
            os.kill(house.workers()[busy], signal.SIGTERM)  # they are listed in the order in which they began
            # It keeps its port while its call goes on, and the one that follows has the next free one.
            await house.says('"message": "worker 3 serves"')
            assert SESSIONS.search(await scrape(http, base + busy))[1] == "1"
            assert "vocative_event_loop_lag" in await scrape(http, base + 2)
        lines = [line for line in "".join(house.said).splitlines() if line.startswith("{")]
        told = [json.loads(line) for line in lines]
        assert {each["logger"] for each in told} >= {"agent.workers.supervisor", "agent.telemetry.building"}
        assert any(re.fullmatch(r"worker \d leaves; its sessions have 300 s", each["message"]) for each in told)
        plain = [line for line in "".join(house.said).splitlines() if not line.startswith("{")]
        assert all(line.startswith(("metrics: ", "model: ", "Hotel listens on ")) for line in plain), plain
