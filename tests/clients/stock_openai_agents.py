"""`openai-agents`: its realtime session."""

from __future__ import annotations

import asyncio
from typing import Any

import caller
from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner, RealtimeSession
from caller import TYPED, main, speak, tell


@function_tool
def get_weather(city: str) -> str:
    """Tell the current weather in a city.

    Args:
        city: The city.
    """
    return caller.get_weather(city)


async def converse(address: str, recording: str) -> None:
    runner = RealtimeRunner(RealtimeAgent(name="Concierge", tools=[get_weather]))
    url = f"{address.replace('http', 'ws', 1)}/v1/realtime"
    async with await runner.run(model_config={"url": url, "api_key": "none"}) as session:
        speaking = asyncio.create_task(speak(recording, session.send_audio))
        await answered(session)
        speaking.cancel()
        await session.send_message(TYPED)
        await answered(session)


async def answered(session: RealtimeSession) -> None:
    """Listen until an answer was spoken."""
    audio, over, history = 0, False, []
    async for event in session:
        if event.type == "error":
            tell("error", error=str(event.error))
        elif event.type == "audio":
            audio += len(event.audio.data)
        elif event.type == "audio_end":
            over = True
        elif event.type == "history_updated":
            history = event.history
        elif event.type == "raw_model_event" and event.data.type == "input_audio_transcription_completed":
            tell("heard", text=event.data.transcript)
        elif event.type == "agent_end" and over:
            tell("answer", text=said(history), audio=audio)
            return


def said(history: list[Any]) -> str:
    """What the assistant said last."""
    last = next(item for item in reversed(history) if item.type == "message" and item.role == "assistant")
    return " ".join(part.transcript or "" for part in last.content if part.type == "audio")


if __name__ == "__main__":
    main(converse)
