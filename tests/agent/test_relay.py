"""The relay drives one session: tools off the pump, order kept, both ends closed, no task left behind."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from agent.core.session import Session, SessionConfig
from agent.handing_on import Return
from agent.hosting import cited
from agent.relay import Relay
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.agent.by_hand import House, gets, houses
from tools import Result, ToolContext, Toolset, tool

DELTA = {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "m1", "content_index": 0}


@pytest.fixture
async def house():
    async with houses() as make:
        yield make


async def test_audio_and_barge_in_go_on_while_a_tool_runs(house):
    """Trap VoiceRAG 4: the tool runs inside the model→client pump: audio and barge-in stall."""
    release = asyncio.Event()

    @tool
    async def slow() -> str:
        """Take a while."""
        await release.wait()
        return "done"

    at = await house(slow)
    await at.call("slow")
    await at.model_says(**DELTA | {"kind": DELTA["type"], "delta": "AAAA"})
    await at.client_gets("response.output_audio.delta")
    await at.client_says("input_audio_buffer.append", audio="AAAA")
    await at.model_gets("input_audio_buffer.append")
    release.set()
    assert (await at.model_gets("conversation.item.create"))["item"]["output"] == "done"
    await at.model_gets("response.create")


async def test_a_blocking_tool_stalls_nobody(house):
    """Trap openai-agents#1942: a blocking tool freezes the audio."""
    import threading

    release = threading.Event()

    @tool
    def blocking() -> str:
        """Block a thread."""
        release.wait(5)
        return "done"

    at = await house(blocking)
    await at.call("blocking")
    await at.model_says(**DELTA | {"kind": DELTA["type"], "delta": "AAAA"})
    await at.client_gets("response.output_audio.delta")
    release.set()
    assert (await at.model_gets("conversation.item.create"))["item"]["output"] == "done"


async def test_two_tools_run_side_by_side(house):
    """Trap VoiceRAG 4: parallel calls run one by one."""
    both = asyncio.Barrier(2)

    @tool
    async def meet() -> str:
        """Wait for the other."""
        await both.wait()
        return "met"

    at = await house(meet)
    await at.call("meet", "c1")
    await at.call("meet", "c2")
    for _ in range(2):
        assert (await at.model_gets("conversation.item.create"))["item"]["output"] == "met"


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [("nobody", "{}", "unknown_tool"), ("fragile", "{", "malformed_arguments"), ("fragile", "{}", "exception")],
)
async def test_whatever_goes_wrong_in_a_tool_is_an_output_and_the_session_goes_on(house, name, arguments, code):
    """Trap VoiceRAG 3: an unknown tool, malformed JSON arguments, or an exception in a tool ends the session."""

    @tool
    async def fragile() -> str:
        """Break."""
        raise RuntimeError("a secret path")

    at = await house(fragile)
    await at.call(name, arguments=arguments)
    output = (await at.model_gets("conversation.item.create"))["item"]["output"]
    assert json.loads(output)["error"]["code"] == code
    assert "secret" not in output
    await at.model_gets("response.create")


async def test_a_tool_that_takes_too_long_is_stopped_and_its_output_says_so(house):
    stopped = asyncio.Event()

    @tool
    async def endless(context: ToolContext) -> str:
        """Never end."""
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return "never"

    at = await house(endless, config={"timeouts": {"endless": 0.05}})
    await at.call("endless")
    output = json.loads((await at.model_gets("conversation.item.create"))["item"]["output"])
    assert output["error"]["code"] == "timeout"
    async with asyncio.timeout(5):
        await stopped.wait()


async def test_a_tool_reports_its_progress_and_its_result_to_the_client(house):
    @tool
    async def steps(context: ToolContext) -> Result:
        """Work in steps."""
        await context.progress("half way", fraction=0.5)
        return Result("for the model", for_client={"for": "the client"}, citations=[{"document": "a"}])

    at = await house(steps)
    await at.call("steps")
    assert (await at.client_gets("extension.call.progress"))["fraction"] == 0.5
    assert (await at.client_gets("extension.call.finished"))["result"] == {"for": "the client"}


BARE = [
    {"title": "Wiki", "text": "The office opens at nine."},
    {"text": "The office opens at nine."},
    {"url": "https://wiki.example/hours", "text": "The office opens at nine.", "page": "3", "headings": None},
]


@pytest.mark.parametrize("bare", BARE)
async def test_a_citation_of_ones_own_tool_needs_no_more_than_its_text_and_is_told_whole(house, bare):
    @tool
    async def wiki() -> Result:
        """Look it up."""
        return Result("The office opens at nine.", citations=[bare])

    at = await house(wiki, cite=cited)
    await at.call("wiki")
    await at.client_gets("extension.call.finished")
    content = [{"type": "output_text", "text": "The office opens at nine."}]
    item = {"id": "a1", "type": "message", "role": "assistant", "status": "completed", "content": content}
    await at.model_says("response.output_item.done", response_id="r2", output_index=0, item=item)
    told = (await at.client_gets("extension.citations"))["citations"][0]
    assert told["text"] == bare["text"]
    assert told["title"] == bare.get("title", bare.get("url", "The office opens at nine."))
    assert (told["document"], told["page"], told["headings"], told["start"], told["end"]) == ("", None, [], 0, 0)
    assert told["url"] == bare.get("url", "")
    assert told["supports"][0]["url"].startswith(told["url"])
    await at.call("wiki", "c2")
    assert (await at.client_gets("extension.call.finished"))["call_id"] == "c2", "the session goes on"


async def test_an_upstream_that_closes_is_told_to_the_client_with_its_reason(house):
    """Trap VoiceRAG 11: an upstream close is not passed on; an orphan pump stays behind."""
    at = await house()
    await at.model.close(1001, "session_expired")
    error = await at.client_gets("error")
    assert "session_expired" in error["error"]["message"]
    with pytest.raises(TransportClosed) as closed:
        await at.client.receive()
    assert closed.value.code == 1011


async def test_a_client_that_leaves_ends_the_tools_and_the_upstream(house):
    """Trap VoiceRAG 11, pipecat#3661: a call in progress for ever."""
    stopped = asyncio.Event()

    @tool
    async def endless() -> str:
        """Never end."""
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return "never"

    at = await house(endless)
    await at.call("endless")
    await at.client_gets("extension.call.started")
    await at.client.close(1001, "gone")
    async with asyncio.timeout(5):
        await stopped.wait()
        await at.running


async def test_a_client_is_not_heard_before_the_configuration_holds():
    """Trap VoiceRAG 8: no session.update at all."""
    at = House()
    await at.client_says("response.create")
    await at.model_says("session.created", session={})
    assert (await at.model_gets("session.update"))["session"] == {"type": "realtime"}
    await asyncio.sleep(0.02)
    await at.model_says("session.updated", session={})
    await at.model_gets("response.create")
    await at.client.close()
    await at.running


async def test_binary_frames_are_answered_and_never_passed_on(house, caplog):
    """Trap VoiceRAG 13: binary frames are printed and lost."""
    at = await house()
    await at.client.send(b"\x00\x01")
    assert (await at.client_gets("error"))["error"]["code"] == "invalid_frame"
    with caplog.at_level(logging.WARNING):
        await at.model.send(b"\x00\x01")
        await at.model_says("rate_limits.updated")
        assert await at.client_gets("rate_limits.updated")
    assert "binary" in caplog.text


async def test_a_client_that_reads_slowly_delays_neither_its_tools_nor_the_model(house):
    """A full inbox at the client must not hold the output of a tool, nor the request that follows it."""

    @tool
    async def quick() -> str:
        """Answer at once."""
        return "done"

    at = await house(quick, capacity=4)
    for _ in range(4):  # nobody reads at the client's end; the relay's inbox there is now full
        await at.model_says("rate_limits.updated")
    await at.call("quick")
    assert (await at.model_gets("conversation.item.create"))["item"]["output"] == "done"
    await at.model_gets("response.create")


async def test_what_was_decided_first_is_sent_first_however_slow_the_other_side_is(house):
    """What a tool's task sends must not overtake what waits for a client that reads slowly."""
    gate = asyncio.Event()

    @tool
    async def gated() -> str:
        """Wait to be let go."""
        await gate.wait()
        return "done"

    at = await house(gated, capacity=1)
    await at.model_says("rate_limits.updated")  # nobody reads: from here on everything waits
    await at.call("gated")
    await at.model_says("something.large")
    await asyncio.sleep(0.02)
    gate.set()
    await at.model_gets("response.create")
    kinds = [json.loads(await at.client.receive())["type"] for _ in range(4)]
    assert kinds == ["rate_limits.updated", "extension.call.started", "something.large", "extension.call.finished"]


async def test_a_client_that_takes_nothing_is_let_go_with_a_reason(monkeypatch):
    """Trap: a slow client must not cost us memory for ever."""
    monkeypatch.setattr("agent.reception.STALLED", 0.05)
    at = House(capacity=1)
    await at.open()
    for _ in range(3):
        await at.model_says("rate_limits.updated")
    async with asyncio.timeout(5):
        with pytest.raises(TransportClosed) as closed:
            await gets(at.model, "nothing more")
        assert closed.value.code == 1000
        with pytest.raises(TransportClosed) as closed:
            await gets(at.client, "nothing more")
        assert (closed.value.code, closed.value.reason[:8]) == (1008, "too slow")
        await at.running


async def test_a_client_that_leaves_before_the_model_greets_is_noticed_at_once():
    at = House()
    await at.client.close(1001, "gone")
    async with asyncio.timeout(5):
        await at.running
    with pytest.raises(TransportClosed):
        await at.model.receive()


async def test_a_client_that_says_much_before_the_model_greets_is_held_back_and_loses_nothing(monkeypatch):
    monkeypatch.setattr("agent.reception.EARLY", 2)
    at = House()
    for number in range(5):
        await at.client_says("input_audio_buffer.append", audio=f"AAA{number}")
    await asyncio.sleep(0.02)
    await at.open()
    heard = [(await at.model_gets("input_audio_buffer.append"))["audio"] for _ in range(5)]
    assert heard == [f"AAA{number}" for number in range(5)]
    await at.client.close()
    await at.running


async def test_a_bug_of_ours_costs_this_caller_the_session_and_is_logged_without_content(house, caplog, monkeypatch):
    at = await house()

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(at.session._client, "receive", broken)
    with caplog.at_level(logging.ERROR):
        await at.client_says("response.create", instructions="the caller's own words")
        assert (await at.client_gets("error"))["error"]["code"] == "internal_error"
        await at.running
    assert "session s1: ZeroDivisionError" in caplog.text
    assert "own words" not in caplog.text


async def test_a_failure_in_the_timer_ends_the_session_too(house, monkeypatch):
    at = await house()
    monkeypatch.setattr(at.session, "next_deadline", lambda: 0.0)

    def broken(_now):
        raise ZeroDivisionError

    monkeypatch.setattr(at.session, "handle_timer", broken)
    await at.model_says("rate_limits.updated")
    assert (await at.client_gets("error"))["error"]["code"] == "internal_error"


async def test_a_failure_while_a_session_is_taken_over_ends_it_in_words_and_leaves_nobody_waiting(monkeypatch):
    line, client = pair()
    upstream, _model = pair()
    clock = asyncio.get_running_loop().time
    session = Session(SessionConfig({"type": "realtime"}), new_id=lambda: "id", now=clock())

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(session, "client_back", broken)
    relay = Relay(line, upstream, session, Toolset([]), back=Return({}), clock=clock)
    attending = asyncio.create_task(relay.attends(line))
    async with asyncio.timeout(5):
        await relay.run()
        await attending
        assert json.loads(await client.receive())["error"]["code"] == "internal_error"


async def test_a_session_that_never_opens_is_given_up(monkeypatch):
    """Trap VoiceRAG 10."""
    monkeypatch.setattr("agent.core.opening.OPENING_TIME", 0.05)
    at = House()
    assert (await at.client_gets("error"))["error"]["code"] == "upstream_timeout"
    await at.running


async def test_two_sessions_side_by_side_keep_their_calls_apart(house):
    """Trap VoiceRAG 1: one caller's response.done clears another caller's calls."""

    @tool
    async def who(context: ToolContext, name: str) -> str:
        """Repeat a name."""
        await asyncio.sleep(0.01)
        return name

    one, two = await house(who), await house(who)
    await one.call("who", arguments='{"name":"one"}')
    await two.call("who", arguments='{"name":"two"}')
    await one.model_says("response.done", response={"id": "r1", "output": []})
    for at, name in ((one, "one"), (two, "two")):
        assert (await at.model_gets("conversation.item.create"))["item"]["output"] == name
        await at.model_gets("response.create")


async def test_a_relay_that_is_cancelled_closes_both_ends(house):
    at = await house()
    at.running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await at.running
    for end in (at.client, at.model):
        with pytest.raises(TransportClosed):
            await end.receive()
    at.running = asyncio.create_task(asyncio.sleep(0))
