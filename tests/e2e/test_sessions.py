"""Many sessions on one server, clients that talk nonsense, how it stops, and a user's own agent."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

from agent.asking import ask_text
from agent.server import EXTENSIONS
from agent.transports.stream import Stream
from agent.transports.upstream import dial
from tests.e2e.conftest import Running

PATIENCE = 90

QUESTIONS = {
    "How much is the Island Pass?": ("42", "fares.html"),
    "How many steps does the lighthouse have?": ("142", "visitor-guide.pdf"),
    "What is the general emergency alarm?": ("seven short blasts", "safety-manual.pdf"),
    "When does the last boat back from Seal Island leave in summer?": ("19:45", "timetable.txt"),
    "How many kinds of apple grow on Apple Island?": ("63", "visitor-guide.pdf"),
}


class Conversation:
    """A client that types, over a socket."""

    def __init__(self, socket):
        self.socket = socket

    async def send(self, kind, **fields):
        await self.socket.send_str(json.dumps({"type": kind} | fields))

    async def until(self, kind):
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.TEXT, message
                event = json.loads(message.data)
                if event["type"] == kind:
                    return event

    async def ask(self, text):
        content = [{"type": "input_text", "text": text}]
        await self.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await self.send("response.create")

    async def answer(self):
        """The next answer, and the documents that it stands in."""
        cited = await self.until("extension.citations")
        done = await self.until("response.done")
        said = " ".join(part["transcript"] for part in done["response"]["output"][0]["content"])
        return said, [each["document"] for each in cited["citations"]]


@asynccontextmanager
async def conversation(running):
    async with aiohttp.ClientSession() as http, http.ws_connect(running.ws, protocols=(EXTENSIONS,)) as socket:
        talk = Conversation(socket)
        await talk.until("extension.ready")
        yield talk


async def asked(running, question):
    """Ask one question as `vocative ask` does, over a socket."""
    client = Stream(await dial(running.ws, {"Sec-WebSocket-Protocol": EXTENSIONS}))
    try:
        return await ask_text(client, question)
    finally:
        await client.close()


async def test_two_interleaved_callers_get_their_own_answers_and_citations(assistant):
    async with conversation(assistant) as one, conversation(assistant) as other:
        for first, second in [(0, 1), (2, 3), (1, 4)]:
            questions = [[*QUESTIONS][first], [*QUESTIONS][second]]
            await one.ask(questions[0])
            await other.ask(questions[1])
            answers = await asyncio.gather(one.answer(), other.answer())
            for question, (said, documents) in zip(questions, answers, strict=True):
                expected, document = QUESTIONS[question]
                assert expected in said, (question, said)
                assert documents[0] == document, (question, documents)


async def test_ten_sessions_at_once_are_all_answered(assistant):
    async with aiohttp.ClientSession() as http:

        async def ask(question):
            return question, await asked(assistant, question)

        async with asyncio.timeout(PATIENCE):
            turns = await asyncio.gather(*(ask(question) for question in [*QUESTIONS] * 2))
        for question, turn in turns:
            assert QUESTIONS[question][0] in turn.answer, (question, turn.answer)
            assert turn.audio
        async with asyncio.timeout(PATIENCE):
            while True:
                async with http.get(assistant.http + "/healthz") as answer:
                    if (await answer.json())["sessions"] == 0:
                        return
                await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("nonsense", "code"),
    [
        ('{"type": "response.create"', "invalid_json"),
        ("[1, 2]", "invalid_json"),
        ("", "invalid_json"),
        (b"\x00\x01\x02", "invalid_frame"),
        ('{"type": "make.coffee"}', "unknown_event_type"),
        ('{"type": "session.update", "session": 7}', "invalid_type"),
    ],
)
async def test_nonsense_in_mid_session_gets_an_error_and_leaves_the_session_alive(assistant, nonsense, code):
    async with conversation(assistant) as talk:
        await talk.ask("How much is the Island Pass?")
        await (talk.socket.send_bytes if isinstance(nonsense, bytes) else talk.socket.send_str)(nonsense)
        assert (await talk.until("error"))["error"]["code"] == code
        said, _ = await talk.answer()
        assert "42" in said
        await talk.ask("How many steps does the lighthouse have?")
        assert "142" in (await talk.answer())[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM: a process is ended outright")
async def test_a_server_that_is_told_to_stop_says_so_to_its_callers_and_exits_with_0():
    running = await asyncio.to_thread(Running, "run", "--port", "0", "--drain", "0")
    try:
        async with conversation(running) as idle, conversation(running) as busy:
            await busy.ask("Tell me about the lighthouse.")
            await busy.until("response.output_audio.delta")
            running.process.terminate()
            for talk in (idle, busy):
                end = await _drain(talk.socket)
                assert (end.data, end.extra) == (1001, "the server is stopping")
        assert await asyncio.to_thread(running.process.wait, 30) == 0
    finally:
        await asyncio.to_thread(running.stop)
    assert "Traceback" not in "".join(running.said)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM: a process is ended outright")
async def test_a_server_that_is_told_to_stop_lets_a_caller_finish_and_takes_no_new_one():
    running = await asyncio.to_thread(Running, "run", "--port", "0", "--drain", "60")
    try:
        async with conversation(running) as busy:
            running.process.terminate()
            async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE):
                status = ""
                while status != "draining":
                    async with http.get(running.http + "/healthz") as answer:
                        status = (await answer.json())["status"]
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await http.ws_connect(running.ws)
            assert refused.value.status == 503
            assert int(refused.value.headers["Retry-After"]) > 0
            await busy.ask("How many steps does the lighthouse have?")
            assert "142" in (await busy.answer())[0]
        assert await asyncio.to_thread(running.process.wait, 30) == 0
    finally:
        await asyncio.to_thread(running.stop)


async def _drain(socket):
    async with asyncio.timeout(PATIENCE):
        while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return message


HOTEL = '''
from typing import Literal

from agent import Agent
from tools import tool


@tool
def breakfast_hours(day: Literal["Saturday", "Sunday"]) -> str:
    """Tell when breakfast is served on a day of the week."""
    return f"On {day}, breakfast is served from 7:15 to 10:45."


agent = Agent(name="Hotel Beispiel", instructions="You are the hotel's receptionist.", tools=[breakfast_hours])
'''


async def test_a_users_own_agent_answers_with_its_own_tool(tmp_path):
    (tmp_path / "hotel_beispiel.py").write_text(HOTEL, encoding="utf-8")
    running = await asyncio.to_thread(Running, "run", "hotel_beispiel:agent", "--port", "0", cwd=tmp_path)
    try:
        assert "Hotel Beispiel listens on" in "".join(running.said)
        turn = await asked(running, "When is breakfast served on Sunday?")
    finally:
        await asyncio.to_thread(running.stop)
    assert [call["name"] for call in turn.tool_calls] == ["breakfast_hours"]
    assert "10:45" in turn.answer
    assert "Sunday" in turn.answer
