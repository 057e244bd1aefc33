"""Counting tokens: an estimate of what a service would count; the engine's own models count otherwise or not at all."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.items import Item

_CHARACTERS_A_TOKEN = 4
_INPUT_AUDIO_MS_A_TOKEN = 100
OUTPUT_AUDIO_MS_A_TOKEN = 50
_CACHE_BLOCK = 64  # tokens; services cache prefixes in steps


def text_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(len(text) / _CHARACTERS_A_TOKEN)


@dataclass(frozen=True, slots=True)
class Reading:
    """One piece of a prompt: who it is, and its size in tokens."""

    key: str
    text: int = 0
    audio: int = 0


def readings(instructions: str, tools: Sequence[Any], items: Sequence[Item]) -> list[Reading]:
    """What a response reads, in the order of a prompt: what changes least comes first."""
    prompt = [Reading(f"instructions {instructions}", text_tokens(instructions))]
    prompt += [Reading(f"tool {tool}", text_tokens(str(tool))) for tool in tools]
    return prompt + [_reading(item) for item in items]


def _reading(item: Item) -> Reading:
    wire = item.wire
    text = str(wire.get("arguments", "")) + str(wire.get("output", ""))
    heard = 0
    for part in wire.get("content", ()):
        if part["type"] == "input_audio":
            heard = math.ceil(item.audio_ms / _INPUT_AUDIO_MS_A_TOKEN)
        else:
            text += part.get("text") or part.get("transcript") or ""
    return Reading(f"{item.id} {len(text)}", text_tokens(text), heard)


class Ledger:
    """Knows which prompt was read last, and so what a cache would hold."""

    def __init__(self) -> None:
        self._last: list[Reading] = []

    def usage(
        self, prompt: list[Reading], written_text: int, written_audio_ms: int, *, read_text: int = 0
    ) -> dict[str, Any]:
        """The `usage` object of a response.

        Args:
            prompt: What was read.
            written_text: Text tokens written.
            written_audio_ms: Audio spoken, in milliseconds.
            read_text: Text tokens read, if the reasoner counted them itself; else they are estimated.
        """
        same = 0
        while same < min(len(prompt), len(self._last)) and prompt[same] == self._last[same]:
            same += 1
        self._last = prompt
        text, audio = _total(prompt)
        text = read_text or text
        cached_text, cached_audio = (each // _CACHE_BLOCK * _CACHE_BLOCK for each in _total(prompt[:same]))
        cached_text = min(cached_text, text)
        spoken = math.ceil(written_audio_ms / OUTPUT_AUDIO_MS_A_TOKEN)
        return {
            "total_tokens": text + audio + written_text + spoken,
            "input_tokens": text + audio,
            "output_tokens": written_text + spoken,
            "input_token_details": {
                "text_tokens": text,
                "audio_tokens": audio,
                "image_tokens": 0,
                "cached_tokens": cached_text + cached_audio,
                "cached_tokens_details": {
                    "text_tokens": cached_text,
                    "audio_tokens": cached_audio,
                    "image_tokens": 0,
                },
            },
            "output_token_details": {"text_tokens": written_text, "audio_tokens": spoken},
        }


def _total(prompt: Sequence[Reading]) -> tuple[int, int]:
    return sum(each.text for each in prompt), sum(each.audio for each in prompt)


class RateLimit:
    """So many responses a minute: enough for any talk, and an end to a loop that asks for ever.

    Args:
        limit: Responses a minute.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: deque[float] = deque()

    def take(self, now: float) -> bool:
        """Take one, if there is one left."""
        while self._taken and self._taken[0] <= now - 60:
            self._taken.popleft()
        if len(self._taken) >= self._limit:
            return False
        self._taken.append(now)
        return True

    def state(self, now: float) -> list[dict[str, Any]]:
        """The `rate_limits` of the wire."""
        return [
            {
                "name": "requests",
                "limit": self._limit,
                "remaining": self._limit - len(self._taken),
                "reset_seconds": round(max(0.0, self._taken[0] + 60 - now), 3) if self._taken else 0.0,
            }
        ]
