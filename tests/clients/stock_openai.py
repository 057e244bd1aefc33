"""The current `openai` library."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from caller import TYPED, WEATHER, called, main, speak, tell
from checked import checking
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeServerEvent

check = checking(RealtimeServerEvent)


async def converse(address: str, recording: str) -> None:
    client = AsyncOpenAI(base_url=f"{address}/v1", api_key="none")
    async with client, client.realtime.connect(model="assistant") as connection:
        await connection.session.update(session={"type": "realtime", "tools": [WEATHER], "tool_choice": "auto"})

        async def send(piece: bytes) -> None:
            await connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())

        speaking = asyncio.create_task(speak(recording, send))
        await answered(connection)
        speaking.cancel()
        question = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": TYPED}]}
        await connection.conversation.item.create(item=question)
        await connection.response.create()
        await answered(connection)


async def answered(connection: Any) -> None:
    """Listen until an answer was spoken, and answer the calls of our own tool."""
    audio = 0
    while True:
        raw = await connection.recv_bytes()
        check(raw)
        event = connection.parse_event(raw)
        if event.type == "conversation.item.input_audio_transcription.completed":
            tell("heard", text=event.transcript)
        elif event.type == "response.output_audio.delta":
            audio += len(base64.b64decode(event.delta))
        elif event.type == "response.output_audio_transcript.done":
            tell("answer", text=event.transcript, audio=audio)
        elif event.type == "response.done":
            calls = [item for item in event.response.output if item.type == "function_call"]
            for call in calls:
                output = {"type": "function_call_output", "call_id": call.call_id, "output": called(call.arguments)}
                await connection.conversation.item.create(item=output)
            if calls:
                await connection.response.create()
            elif event.response.output:
                return


if __name__ == "__main__":
    main(converse)
