"""A rolling update with the real engine: who is being answered is answered to the end, and may ask on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from agent.server import EXTENSIONS
from tests.e2e.conftest import Running
from tests.e2e.test_sessions import QUESTIONS, Conversation


def workers(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(each) for each in listed if "spawn_main" in Path(f"/proc/{each}/cmdline").read_text("ascii")]


@pytest.mark.skipif(sys.platform != "linux", reason="it looks processes up in /proc")
async def test_both_workers_are_replaced_in_the_middle_of_an_answer_and_the_caller_does_not_notice():
    running = await asyncio.to_thread(Running, "run", "--port", "0", "--workers", "2", "--drain", "300")
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(running.ws, protocols=("realtime", EXTENSIONS)) as ws,
        ):
            caller, (first, second) = Conversation(ws), list(QUESTIONS.items())[:2]
            await caller.ask(first[0])
            await caller.until("extension.call.started")
            for pid in workers(running.process.pid):
                os.kill(pid, signal.SIGTERM)
            for question, (word, document) in (first, second):
                said, documents = await caller.answer()
                assert word in said
                assert document in str(documents)
                if question == first[0]:
                    await caller.ask(second[0])
    finally:
        await asyncio.to_thread(running.stop)
