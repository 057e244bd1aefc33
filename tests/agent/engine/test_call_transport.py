"""CallTransport: sound in and out as samples, events to all controllers, and the server's own barge-in."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json

import numpy as np
import pytest

from agent.engine.call_transport import CallTransport
from agent.engine.sideband import Sideband
from agent.transports.base import TransportClosed

PCM, ULAW = {"type": "audio/pcm", "rate": 24000}, {"type": "audio/pcmu"}


def session(kind="session.created", *, interrupts=True, form=PCM):
    detection = {"type": "server_vad", "interrupt_response": interrupts}
    audio = {"input": {"format": form, "turn_detection": detection}, "output": {"format": form}}
    return {"type": kind, "session": {"type": "realtime", "audio": audio}}


@pytest.fixture
def call():
    counter = itertools.count(1)
    transport = CallTransport(lambda kind: f"{kind}_{next(counter)}")
    transport.seen = []
    transport.attach(lambda kind, text: transport.seen.append(json.loads(text)), greet=False)
    return transport


async def send(call, *events):
    for event in events:
        await call.send(json.dumps(event))


async def speak(call, samples=48_000, form=PCM, item="i1"):
    """A whole answer, made at once."""
    response = {"id": "r1", "audio": {"output": {"format": form}}}
    width = 2 if form is PCM else 1
    count = samples if form is PCM else samples // 3
    delta = base64.b64encode(b"\x10" * width * count).decode()
    await send(
        call,
        {"type": "response.created", "response": response},
        {
            "type": "response.output_audio.delta",
            "response_id": "r1",
            "item_id": item,
            "content_index": 0,
            "delta": delta,
        },
        {"type": "response.done", "response": response},
    )


async def next_message(call):
    return json.loads(await asyncio.wait_for(call.receive(), 5))


def kinds(call):
    return [event["type"] for event in call.seen]


async def test_sound_is_played_and_never_told(call):
    await send(call, session())
    await speak(call)
    assert "response.output_audio.delta" not in kinds(call)
    assert np.count_nonzero(call.pull(480)) == 480
    call.pull(48_000)
    assert kinds(call)[-2:] == ["output_audio_buffer.started", "output_audio_buffer.stopped"]
    assert {event["response_id"] for event in call.seen[-2:]} == {"r1"}


async def test_sound_in_another_format_is_decoded(call):
    await send(call, session(form=ULAW))
    await speak(call, form=ULAW)
    assert np.abs(call.pull(24_000)[4800:].astype(int)).min() > 1_000


async def test_what_the_peer_says_becomes_the_sessions_input_in_its_format(call):
    await send(call, session())
    call.hear(np.full(480, 7, np.int16))
    heard = await next_message(call)
    assert heard["type"] == "input_audio_buffer.append"
    assert np.frombuffer(base64.b64decode(heard["audio"]), "<i2").tolist() == [7] * 480
    await send(call, session("session.updated", form=ULAW))
    for _ in range(10):
        call.hear(np.full(480, 7, np.int16))
    assert len(base64.b64decode((await next_message(call))["audio"])) < 960


async def test_sound_that_nobody_takes_is_lost_before_it_fills_the_memory(call):
    for _ in range(1_000):
        call.hear(np.zeros(480, np.int16))
    await call.close()
    assert call._inbox.qsize() < 300


async def test_a_barge_in_clears_and_truncates_at_what_was_played(call):
    await send(call, session())
    await speak(call)
    call.pull(24_000)
    await send(call, {"type": "input_audio_buffer.speech_started"})
    assert kinds(call)[-2:] == ["input_audio_buffer.speech_started", "output_audio_buffer.cleared"]
    cut = await next_message(call)
    assert cut == {"type": "conversation.item.truncate", "item_id": "i1", "content_index": 0, "audio_end_ms": 1000}
    assert not call.pull(480).any()


async def test_where_speech_must_not_interrupt_it_does_not(call):
    await send(call, session(interrupts=False))
    await speak(call)
    call.pull(480)
    await send(call, {"type": "input_audio_buffer.speech_started"})
    assert call.pull(480).all()


async def test_a_controller_clears_the_buffer(call):
    await send(call, session())
    await speak(call)
    call.pull(480)
    call.take('{"type": "output_audio_buffer.clear"}')
    assert kinds(call)[-1] == "output_audio_buffer.cleared"
    assert (await next_message(call))["audio_end_ms"] == 20


async def test_every_other_message_goes_to_the_session_as_it_is(call):
    for message in ('{"type":"response.create"}', "{", b"binary"):
        call.take(message)
        assert await call.receive() == message


async def test_a_model_that_is_far_ahead_is_held_back_until_some_was_played(call):
    await send(call, session())
    await speak(call, samples=24_000 * 301)
    assert call.pull(480).any()
    waiting = asyncio.ensure_future(speak(call, item="i2"))
    await asyncio.sleep(0)
    assert not waiting.done()
    call.pull(24_000 * 2)
    await asyncio.wait_for(waiting, 5)


async def test_a_controller_that_floods_is_hung_up_on(call):
    for _ in range(5_000):
        call.take("{}")
    with pytest.raises(TransportClosed) as closed:
        await call.receive()
    assert closed.value.code == 1008
    with pytest.raises(TransportClosed):
        await call.send("{}")


async def test_a_sideband_that_joins_late_is_greeted_with_the_session_as_it_stands(call):
    await send(call, session(), session("session.updated", interrupts=False))
    sideband = Sideband(call)
    greeting = json.loads(await sideband.receive())
    assert greeting["type"] == "session.created"
    assert greeting["session"]["audio"]["input"]["turn_detection"]["interrupt_response"] is False
    await sideband.send('{"type":"response.create"}')
    assert await call.receive() == '{"type":"response.create"}'
    await call.close(1001, "over")
    with pytest.raises(TransportClosed, match="over"):
        await sideband.receive()
    with pytest.raises(TransportClosed):
        await sideband.send("{}")


async def test_leaving_a_call_leaves_it_going_on(call):
    sideband = Sideband(call)
    await sideband.close()
    with pytest.raises(TransportClosed):
        await sideband.receive()
    await send(call, session())
    assert kinds(call) == ["session.created"]


async def test_a_sideband_that_does_not_read_is_dropped_alone(call):
    sideband = Sideband(call)
    await send(call, *([{"type": "x"}] * 5_000))
    for _ in range(4_096):
        await sideband.receive()
    with pytest.raises(TransportClosed) as closed:
        await sideband.receive()
    assert closed.value.code == 1008
    await sideband.close()
