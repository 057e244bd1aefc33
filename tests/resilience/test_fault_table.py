"""What a caller notices of each fault, through the real relay. The docstrings are the table of docs/resilience.md."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from agent import Agent
from agent.server import Server
from agent.testing import (
    Delay,
    Drop,
    Duplicate,
    Error,
    Expire,
    Fail,
    Faults,
    Late,
    Lose,
    Nameless,
    Refuse,
    Reject,
    Stall,
)
from agent.transports.memory import pair
from tests.resilience.house import house

PAGE = Path(__file__).parent.parent.parent / "docs" / "resilience.md"


@pytest.fixture(autouse=True)
def short_times(monkeypatch):
    monkeypatch.setattr("agent.core.responses.LONGEST_HOLD", 0.6)
    monkeypatch.setattr("agent.core.responses.REQUEST_LOST", 0.6)
    monkeypatch.setattr("agent.core.responses.AWAITED_RESPONSE", 0.5)


async def asks(at, text="hello", number=1):
    await at.caller.types(text)
    return await at.caller.answered(number)


async def reconnected(at, reason="lost"):
    notice = await at.caller.gets("extension.reconnected")
    assert notice["reason"] == reason
    return notice


@pytest.mark.parametrize("code", [1006, 1012])
async def test_drop_between_turns(code):
    """the connection drops between turns, with or without a close frame → a gap of one dial"""
    async with house(Faults(Drop(event="response.done", code=code, session=1, times=1))) as at:
        await asks(at)
        await reconnected(at)
        await asks(at, "again", 2)
        texts = [part.get("text") for item in at.script.items for part in item.get("content", [])]
        assert "hello" in texts
        assert at.caller.count("error") == 0


async def test_drop_in_a_tool():
    """… while a tool runs → the answer follows after the gap; the tool runs once"""
    async with house(Faults(Drop(event="response.done", session=1, times=1))) as at:
        at.release = asyncio.Event()
        await at.caller.types("tool")
        await reconnected(at)
        at.release.set()
        assert await at.caller.answered() == "It is number 1."
        assert at.runs == ["number 1"]


async def test_drop_before_a_word():
    """… before a word of an answer → the answer comes after the gap"""
    async with house(Faults(Drop(event="response.created", session=1, times=1))) as at:
        assert (await asks(at)).startswith("Good evening")
        await reconnected(at)
        assert at.caller.count("response.done") >= 1
        assert at.caller.of("response.done")[0]["response"]["status"] == "cancelled"


async def test_drop_in_an_answer():
    """… in the midst of an answer → it ends there; the next question is answered"""
    async with house(Faults(Drop(event="response.output_audio.delta", session=1, times=1))) as at:
        await at.caller.types("hello")
        await reconnected(at)
        done = await at.caller.gets("response.done")
        assert done["response"]["status"] == "cancelled"
        count = len(at.caller.answers)
        await asks(at, "again", count + 1)
        ids = {event["response_id"] for event in at.caller.of("response.output_audio.delta")}
        assert len(ids) == 2, "no sound of the lost one comes later"


async def test_drop_while_the_user_speaks():
    """… while the user speaks → the turn ends unheard, and has to be said again"""
    async with house(Faults(Drop(event="input_audio_buffer.speech_started", session=1, times=1))) as at:
        await at.caller.gets("session.created")
        await at.caller.speaks(silence=0)
        await reconnected(at)
        await at.caller.gets("input_audio_buffer.cleared")
        await at.caller.speaks()
        await at.caller.answered()


async def test_delay():
    """events are delayed → so is the answer"""
    async with house(Faults(Delay(event="response.created", ms=150, times=1))) as at:
        await asks(at)
        assert at.sessions == 1


async def test_late_transcripts():
    """transcripts come late, behind the answer → none"""
    async with house(Faults(Late(until="response.done"))) as at:
        await at.caller.gets("session.created")
        await at.caller.speaks()
        await at.caller.answered()
        await at.caller.gets("conversation.item.input_audio_transcription.completed")
        assert at.caller.count("response.created") == 1


@pytest.mark.parametrize("status", [401, 404, 429])
async def test_refused_at_first(status):
    """the first connection is refused (401, 404, 429) → an error in words, and a close"""
    async with house(Faults(Refuse(status=status, session=2))) as at:
        client, theirs = pair()
        serving = asyncio.create_task(Server(Agent(), at.connect, None).serve(client, extensions=True))
        error = json.loads(await theirs.receive())["error"]
        assert (error["code"], str(status) in error["message"]) == ("upstream_unreachable", True)
        await serving
        await theirs.close()


@pytest.mark.parametrize("status", [401, 404])
async def test_refused_for_good(status):
    """a later connection is refused for good (401, 404) → an error in words, and a close, after one attempt"""
    async with house(Faults(Drop(event="response.done"), Refuse(status=status, session=2))) as at:
        await asks(at)
        assert (await at.caller.ends()).code == 1011
        assert f"HTTP {status}" in at.caller.of("error")[0]["error"]["message"]
        assert at.sessions == 2


async def test_refused_for_now():
    """… for now (429, 503) → the gap is longer: the pauses double, or are what the service asks for"""
    faults = Faults(Drop(event="response.done", session=1), Refuse(status=429, retry_after=1, session=2))
    async with house(faults) as at:
        await asks(at)
        assert (await reconnected(at))["gap_ms"] >= 1000
        await asks(at, "again", 2)


async def test_server_error_once():
    """one response fails → the client is told, as by the service; the next question is answered"""
    async with house(Faults(Fail(times=1))) as at:
        await at.caller.types("hello")
        done = await at.caller.gets("response.done")
        assert done["response"]["status"] == "failed"
        await asks(at, "again")
        assert at.sessions == 1


async def test_poisoned():
    """every response fails → three failures, then the answer, from another session"""
    async with house(Faults(Fail(session=1))) as at:
        for number in (1, 2, 3):
            await at.caller.types("hello")
            await at.caller.gets("response.done", number)
        await reconnected(at, "poisoned")
        await at.caller.answered()


async def test_lost_response_done():
    """`response.done` is lost → the next answer waits, at most 20 s"""
    async with house(Faults(Lose(times=1))) as at:
        await asks(at, "tool")
        await asks(at, "hello", 2)
        assert at.runs == ["number 1"]
        assert at.sessions == 1


async def test_expiry():
    """the session's time is up → none: another one has taken over before"""
    async with house(Faults(Expire(after_s=3, session=1))) as at:
        await asks(at)
        # What was heard is told by the client, so that it is quiet.
        notice = await reconnected(at, "expiring")
        assert notice["gap_ms"] == 0
        await asks(at, "again", 2)
        assert at.caller.count("extension.reconnecting") == at.caller.count("error") == 0


async def test_expired_without_a_warning():
    """the error `session_expired` comes without a warning → a gap of one dial; the client does not see the error"""
    async with house(Faults(Error(event="response.done", code="session_expired", session=1, times=1))) as at:
        await asks(at)
        await reconnected(at, "expired")
        await asks(at, "again", 2)
        assert at.caller.count("error") == 0


@pytest.mark.parametrize("session", [1, 2])
async def test_rejected_field(session):
    """a field of ours is refused, by the first session or a later one → the session goes on without it"""
    faults = Faults(
        Drop(event="response.done", session=1), Reject(field="session.audio.input.transcription", session=session)
    )
    async with house(faults) as at:
        await asks(at)
        await reconnected(at)
        await asks(at, "again", 2)
        assert at.sessions == 2, "the field is left out at once, and not after another dial"
        assert at.caller.count("error") == 0


async def test_rejected_choice():
    """a client's setting or tool is refused by a later session → the session goes on without it"""
    faults = Faults(Drop(event="response.done", session=1), Reject(field="session.audio.output.speed", session=2))
    async with house(faults) as at:
        await at.caller.gets("session.created")
        await at.caller.send("session.update", session={"type": "realtime", "audio": {"output": {"speed": 1.2}}})
        await at.caller.gets("session.updated")
        await asks(at)
        await reconnected(at)
        await asks(at, "again", 2)
        assert at.sessions == 2, "the field is left out at once, and not after another dial"


async def test_duplicates():
    """events come twice → the client sees them twice; a tool runs once, and is answered once"""
    async with house(Faults(Duplicate(event="response.output_item.done"), Duplicate(event="response.done"))) as at:
        assert await asks(at, "tool") == "It is number 1."
        await asks(at, "hello", 2)
        assert at.runs == ["number 1"]
        assert len(at.caller.answers) == 2


async def test_nameless_errors():
    """errors do not say what they are about → the client is told, and the session goes on"""
    async with house(Faults(Nameless())) as at:
        await at.caller.gets("session.created")
        await at.caller.send("conversation.item.delete", item_id="nobody")
        await at.caller.gets("error")
        await asks(at, "tool")
        assert at.runs == ["number 1"]


async def test_stalled():
    """the service reads nothing for a while → the answer is late; nothing is lost"""
    async with house(Faults(Stall(event="session.updated", ms=300, times=1))) as at:
        await asks(at, "tool")
        assert at.runs == ["number 1"]


async def test_lost_acknowledgements():
    """what the new session was told is not acknowledged → a gap of 5 s at most"""
    faults = Faults(Drop(event="response.done", session=1), Lose(event="conversation.item.*", session=2))
    async with house(faults) as at:
        await asks(at)
        await reconnected(at)
        await asks(at, "again", 2)


async def test_nobody():
    """nobody can be reached any more → an error in words, and a close, after six attempts"""
    refused = [Refuse(status=503, session=number) for number in range(2, 9)]
    async with house(Faults(Drop(event="response.done"), *refused)) as at:
        await asks(at)
        assert (await at.caller.ends()).code == 1011
        assert "after 6 attempts" in at.caller.of("error")[0]["error"]["message"]


def test_the_table_of_the_page_is_that_of_the_tests():
    here = sys.modules[__name__]
    tests = [each for name, each in vars(here).items() if name.startswith("test_") and "→" in (each.__doc__ or "")]
    told = [tuple(part.strip() for part in each.__doc__.split("→")) for each in tests]
    section = PAGE.read_text("utf-8").split("## Faults, each a test")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)[1:]
    assert rows == told
