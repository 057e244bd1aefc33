"""What all the stock clients have in common: a recording to speak, a tool of their own, and what they tell the test.

Standard library only: each client has an environment of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# Ours answers the first half, the client's own tool the second, and both calls are made in one response.
TYPED = "When is breakfast served on Saturday, and what is the weather in London?"
WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "description": "Tell the current weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city."}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
PIECE_MS = 40
SILENCE_S = 20  # far longer than an answer takes


def get_weather(city: str) -> str:
    """The client's own tool."""
    tell("called", name="get_weather", arguments={"city": city})
    return f"It is foggy and 12 degrees in {city}."


def called(arguments: str) -> str:
    """Run the client's own tool on the arguments as the model wrote them."""
    return get_weather(**json.loads(arguments))


def tell(kind: str, **what: Any) -> None:
    """One line for the test: what has happened here."""
    print(json.dumps({"kind": kind} | what), flush=True)


async def speak(recording: str, send: Callable[[bytes], Awaitable[Any]]) -> None:
    """Speak a 16-bit mono WAV as a microphone would: piece by piece, and silence goes on after the words."""
    with wave.open(recording) as file:
        size = file.getframerate() * PIECE_MS // 1000
        words = [piece for piece in iter(lambda: file.readframes(size), b"") if piece]
        silence = bytes(size * file.getsampwidth())
    for piece in words + [silence] * (SILENCE_S * 1000 // PIECE_MS):
        await send(piece.ljust(len(silence), b"\0"))
        await asyncio.sleep(PIECE_MS / 1000)


def main(converse: Callable[[str, str], Awaitable[None]]) -> None:
    """Run a client: `python CLIENT.py http://127.0.0.1:8765 question.wav`."""
    asyncio.run(asyncio.wait_for(converse(sys.argv[1], sys.argv[2]), 60))
