"""Documents that change while callers are talking: each answer is from before or from after, and none is missing."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from agent.asking import ask_text
from agent.server import EXTENSIONS
from agent.transports.stream import Stream
from agent.transports.upstream import dial
from tests.e2e.conftest import ROOT, Running
from tests.environment import environment

SESSIONS = 4
PATIENCE = 120
QUESTION = "What time does the night ferry to Bergen leave?"


def write(papers, time):
    papers.mkdir(exist_ok=True)
    text = f"# Night ferry\n\nThe night ferry to Bergen leaves at {time} from pier four.\n"
    (papers / "ferry.md").write_text(text, encoding="utf-8")
    for number in range(30):
        (papers / f"notice {number}.md").write_text(f"# Notice {number}\n\nIssued together with {time}.\n", "utf-8")


async def asked(running):
    client = Stream(await dial(running.ws, {"Sec-WebSocket-Protocol": EXTENSIONS}))
    try:
        return await ask_text(client, QUESTION)
    finally:
        await client.close()


@pytest.mark.slow
async def test_sessions_are_answered_from_one_state_or_the_next_while_documents_change(tmp_path):
    write(tmp_path / "papers", "19:15")
    arguments = ("--documents", str(tmp_path / "papers"), "--index", str(tmp_path / "index.sqlite"), "--watch")
    running = await asyncio.to_thread(Running, "run", "--port", "0", *arguments)
    try:

        async def session():
            times = []
            while "21:40" not in times:
                turn = await asked(running)
                assert [citation["document"] for citation in turn.citations][:1] == ["ferry.md"], turn
                times.append(next(time for time in ("19:15", "21:40") if time in turn.answer))
                assert time_of(turn.citations[0]["text"]) == times[-1], "the citation is of what was said"
            return times

        def time_of(text):
            return next(time for time in ("19:15", "21:40") if time in text)

        async with asyncio.timeout(PATIENCE):
            assert "19:15" in (await asked(running)).answer
            sessions = [asyncio.create_task(session()) for _ in range(SESSIONS)]
            await asyncio.to_thread(write, tmp_path / "papers", "21:40")
            for times in await asyncio.gather(*sessions):
                assert times == sorted(times)
        assert not any("Traceback" in line or "not read" in line for line in running.said), running.said
    finally:
        running.stop()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there")
def test_a_watch_at_the_terminal_takes_in_what_comes_and_ends_well_with_ctrl_c(tmp_path):
    write(tmp_path / "papers", "19:15")
    command = ["ingest", str(tmp_path / "papers"), "--index", str(tmp_path / "index.sqlite"), "--watch"]
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *command],
        cwd=ROOT,
        env=environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1"),
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        said = []

        def until(words):
            while not any(words in line for line in said):
                said.append(process.stderr.readline())
                assert said[-1], said

        until("watching for changes")
        (tmp_path / "papers" / "new.md").write_text("The bridge is closed.")
        until("1 new")
        (tmp_path / "papers" / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing")
        until("not read: broken.pdf")
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert (process.wait(60), "Traceback" in rest) == (0, False), rest
