"""`azure-ai-voicelive`."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from azure.ai.voicelive.aio import VoiceLiveConnection, connect
from azure.ai.voicelive.models import (
    FunctionCallOutputItem,
    FunctionTool,
    InputTextContentPart,
    RequestSession,
    ServerEvent,
    ServerEventType,
    UserMessageItem,
)
from azure.core.credentials import AzureKeyCredential
from caller import TYPED, WEATHER, called, main, speak, tell


async def converse(address: str, recording: str) -> None:
    async with connect(endpoint=address, credential=AzureKeyCredential("none"), model="assistant") as connection:
        weather = FunctionTool(**{name: WEATHER[name] for name in ("name", "description", "parameters")})
        await connection.session.update(session=RequestSession(tools=[weather]))

        async def send(piece: bytes) -> None:
            await connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())

        speaking = asyncio.create_task(speak(recording, send))
        await answered(connection)
        speaking.cancel()
        await connection.conversation.item.create(item=UserMessageItem(content=[InputTextContentPart(text=TYPED)]))
        await connection.response.create()
        await answered(connection)


async def answered(connection: VoiceLiveConnection) -> None:
    """Listen until an answer was spoken, and answer the calls of our own tool."""
    audio = 0
    async for event in connection:
        check(event)
        if event.type == ServerEventType.CONVERSATION_ITEM_INPUT_AUDIO_TRANSCRIPTION_COMPLETED:
            tell("heard", text=event.transcript)
        elif event.type == ServerEventType.RESPONSE_AUDIO_DELTA:
            audio += len(event.delta)
        elif event.type == ServerEventType.RESPONSE_AUDIO_TRANSCRIPT_DONE:
            tell("answer", text=event.transcript, audio=audio)
        elif event.type == ServerEventType.RESPONSE_DONE:
            calls = [item for item in event.response.output if item.type == "function_call"]
            for call in calls:
                output = FunctionCallOutputItem(call_id=call.call_id, output=called(call.arguments))
                await connection.conversation.item.create(item=output)
            if calls:
                await connection.response.create()
            elif event.response.output:
                return


def check(event: Any) -> None:
    """The library has a class for each event that it knows."""
    tell("event", type=str(event.type), wrong=["unknown type"] if type(event) is ServerEvent else [])


if __name__ == "__main__":
    main(converse)
