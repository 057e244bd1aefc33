"""Several workers, as an operator has them: one port, nobody cut off, and always as many as wanted."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.agent.workers.house import HOTEL, ROOT, STARTUP, Caller, House, Model
from tests.environment import environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks processes up in /proc")

SESSIONS = 50


@asynccontextmanager
async def house(tmp_path, *arguments, workers=2):
    async with Model() as model:
        (tmp_path / "hotel.py").write_text(HOTEL.format(port=model.port, instructions="You are one."))
        async with House(tmp_path, "hotel:agent", "--workers", str(workers), *arguments) as running:
            running.model = model
            yield running


async def more(callers, deltas):
    """Wait until everybody has heard so much more."""
    heard = {caller: caller.deltas for caller in callers}
    async with asyncio.timeout(120):
        while any(caller.deltas < heard[caller] + deltas for caller in callers):
            assert [caller.closed for caller in callers if caller.closed] == []
            await asyncio.sleep(0.05)


async def test_fifty_calls_go_on_while_one_worker_after_the_other_is_replaced_and_no_output_of_a_tool_is_lost(tmp_path):
    async with house(tmp_path, "--drain", "300") as running, AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(Caller(running)) for _ in range(SESSIONS)]
        await more(callers, 1)
        former = running.workers()
        for count, pid in enumerate(former, 1):
            os.kill(pid, signal.SIGTERM)
            # Its place is taken at once. Whoever comes now is served by somebody else, and nobody here notices.
            await running.until(lambda wanted=2 + count: len(running.workers()) == wanted)
            async with Caller(running) as late:
                await more([*callers, late], 6)
        assert set(former) < set(running.workers()), "one has ended though it had calls"
        assert running.model.heard > SESSIONS
        running.model.resting = True
        asked = set(running.model.asked)
        await running.until(lambda: asked <= running.model.answered)
        assert running.model.asked == running.model.answered
        assert running.model.unknown == 0
        assert [caller.closed for caller in callers if caller.closed] == []
        for caller in callers:
            await caller.leave()
        # What had calls ends when the last one has: long before its grace is over.
        await running.until(lambda: len(running.workers()) == 2 and not set(former) & set(running.workers()))
        running.process.terminate()
        assert await running.process.wait() == 0


async def test_a_call_is_not_cut_before_its_grace_is_over_and_then_told_why(tmp_path):
    async with house(tmp_path, "--drain", "2") as running, Caller(running) as caller:
        await more([caller], 1)
        told = asyncio.get_running_loop().time()
        for pid in running.workers():
            os.kill(pid, signal.SIGTERM)
        await running.until(lambda: caller.closed is not None)
        when, code = caller.closed
        assert when - told >= 2
        assert code == 1001


async def test_a_worker_that_is_killed_is_replaced_and_callers_find_the_other_one_meanwhile(tmp_path):
    async with house(tmp_path) as running:
        first, second = running.workers()
        os.kill(first, signal.SIGKILL)
        async with Caller(running) as caller:
            await more([caller], 1)
            await running.until(lambda: len(running.workers()) == 2 and first not in running.workers())
            assert second in running.workers()
        await running.says("ended by signal 9: another one is begun")


async def test_sighup_replaces_all_workers_by_ones_that_read_everything_anew_and_a_mistake_leaves_those_that_are(
    tmp_path,
):
    async with house(tmp_path, "--drain", "300", "--log-level", "info") as running, Caller(running) as caller:
        await more([caller], 1)
        former, hotel = set(running.workers()), tmp_path / "hotel.py"
        text = hotel.read_text()
        hotel.write_text("agent = Agnt()\n")
        running.process.send_signal(signal.SIGHUP)
        await running.says(r"cannot begin: hotel:agent: .*hotel\.py, line 1: NameError")
        await running.says("2 of 2 workers are left as they were")
        assert set(running.workers()) >= former
        hotel.write_text(text.replace("You are one.", "You are another one."))
        running.process.send_signal(signal.SIGHUP)
        await running.until(lambda: len(set(running.workers()) - former) == 2)
        await running.until(lambda: len(set(running.workers()) & former) == 1)
        await running.says("all workers were restarted")
        await running.says("stopping: 1 sessions have 300 s left")  # said once nobody else can come to it
        await more([caller], 6)
        async with Caller(running) as later:
            await more([later], 1)
        assert running.model.instructions[-1] == "You are another one."


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_terminal_that_is_closed_ends_what_was_typed_at_it(tmp_path, workers):
    # Not at the top: this module is read on Windows, too.
    import fcntl
    import pty
    import termios

    (tmp_path / "hotel.py").write_text(HOTEL.format(port=1, instructions="You are one."))
    window, terminal = pty.openpty()
    seated = {"start_new_session": True, "preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}
    try:
        async with House(tmp_path, "hotel:agent", "--workers", workers, stdin=terminal, **seated) as running:
            os.close(window)
            async with asyncio.timeout(STARTUP):
                assert await running.process.wait() == 0
    finally:
        os.close(terminal)


async def test_a_ticket_of_one_worker_opens_a_session_at_any(tmp_path):
    key = "k" * 32
    async with Model() as model:
        (tmp_path / "hotel.py").write_text(HOTEL.format(port=model.port, instructions="You are one."))
        (tmp_path / ".env").write_text(f"VOCATIVE_API_KEYS={key}\nVOCATIVE_WORKERS=2\n")
        async with House(tmp_path, "hotel:agent", "--host", "0.0.0.0") as running, aiohttp.ClientSession() as http:
            assert len(running.workers()) == 2
            for _ in range(8):
                body, headers = {"user": {"id": "ada"}}, {"api-key": key}
                async with http.post(f"{running.url}/v1/tickets", json=body, headers=headers) as answer:
                    ticket = (await answer.json())["ticket"]
                offers = ("realtime", "vocative.v1", f"vocative.ticket.{ticket}")
                async with http.ws_connect(f"{running.url}/v1/realtime", protocols=offers) as opened:
                    assert "session.created" in (await opened.receive_str())


def alive(pid):
    try:
        return "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


async def test_when_the_supervisor_is_gone_its_workers_leave_as_well(tmp_path):
    async with house(tmp_path, "--drain", "0") as running:
        workers = running.workers()
        running.process.kill()
        await running.process.wait()
        async with asyncio.timeout(60):
            while any(map(alive, workers)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


def said_by(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "agent", "run", "--workers", "2", *arguments],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_what_is_wrong_with_the_configuration_is_said_once_and_ends_the_command(tmp_path):
    (tmp_path / "hotel.py").write_text("agent = 7\n")
    done = said_by(tmp_path, "hotel:agent", "--port", "0")
    assert done.returncode == 2
    said = "vocative: hotel:agent: the module has a int; write agent = Agent(instructions=…, tools=[…])"
    assert done.stderr.strip() == said


def test_a_port_in_use_is_said_before_any_worker_begins(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = said_by(tmp_path, "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "choose another with --port" in done.stderr
