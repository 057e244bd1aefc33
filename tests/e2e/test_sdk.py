"""The official SDK, unmodified, against `vocative run` and `vocative engine`: speech in, a tool call, speech out."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from openai.resources.realtime.realtime import AsyncRealtimeConnection

_EVENTS: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
CHUNK = 960  # samples: 40 ms


async def _speak(connection: AsyncRealtimeConnection, speech: np.ndarray) -> None:
    """Speak like a microphone: in real time, and silence goes on after the words."""
    silence = np.zeros(CHUNK, np.int16)
    for start in range(0, len(speech) + 24_000 * 3, CHUNK):
        piece = speech[start : start + CHUNK]
        audio = (piece if len(piece) else silence).astype("<i2").tobytes()
        await connection.input_audio_buffer.append(audio=base64.b64encode(audio).decode())
        await asyncio.sleep(0.035)


async def _until(connection: AsyncRealtimeConnection, *, spoken: bool) -> tuple[list[Any], bytes]:
    """Receive until an answer was spoken, checking every event against the SDK's own types."""
    seen: list[Any] = []
    audio = b""
    async with asyncio.timeout(60):
        while True:
            raw = await connection.recv_bytes()
            event = _EVENTS.validate_json(raw, strict=False)
            assert event.type == json.loads(raw)["type"]
            assert not event.type.startswith("extension."), "a client that did not opt in got an event of ours"
            assert event.type != "error", event
            seen.append(event)
            if event.type == "response.output_audio.delta":
                audio += base64.b64decode(event.delta)
            if event.type == "response.done" and (event.response.output or not spoken):
                return seen, audio


async def test_the_official_sdk_holds_a_spoken_conversation_with_our_tool_run_for_it(assistant, say):
    client = AsyncOpenAI(base_url=f"{assistant.http}/v1", api_key="none")
    async with client.realtime.connect(model="anything") as connection:
        speaking = asyncio.create_task(_speak(connection, say("How much is the Island Pass?")))
        seen, audio = await _until(connection, spoken=True)
        speaking.cancel()
    kinds = [event.type for event in seen]
    assert kinds[0] == "session.created"
    assert "input_audio_buffer.speech_started" in kinds
    heard = next(e for e in seen if e.type == "conversation.item.input_audio_transcription.completed")
    assert "island" in heard.transcript.lower()
    answer = next(e.transcript for e in seen if e.type == "response.output_audio_transcript.done")
    assert any(char.isdigit() for char in answer), answer
    assert len(audio) > 24_000, "half a second of speech at least"
    assert not any("function_call" in json.dumps(event.to_dict(), default=str) for event in seen)
    await client.close()


async def test_the_official_sdk_runs_its_own_tool_against_the_engine_alone(engine, say):
    weather = {
        "type": "function",
        "name": "get_weather",
        "description": "Tell the current weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "The city."}},
            "required": ["city"],
        },
    }
    client = AsyncOpenAI(base_url=f"{engine.http}/v1", api_key="none")
    async with client.realtime.connect(model="vocative-engine") as connection:
        await connection.session.update(session={"type": "realtime", "tools": [weather], "tool_choice": "auto"})
        speaking = asyncio.create_task(_speak(connection, say("What is the weather in London?")))
        seen, _ = await _until(connection, spoken=True)
        call = next(e.item for e in seen if e.type == "response.output_item.done" and e.item.type == "function_call")
        assert call.name == "get_weather"
        assert json.loads(call.arguments)["city"].lower() == "london"
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "It is foggy and 12 degrees."}
        await connection.conversation.item.create(item=output)
        await connection.response.create()
        seen, audio = await _until(connection, spoken=True)
        speaking.cancel()
    answer = next(e.transcript for e in seen if e.type == "response.output_audio_transcript.done")
    assert "foggy" in answer.lower()
    assert len(audio) > 24_000
    await client.close()
