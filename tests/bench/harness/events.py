"""The server events of the GA protocol that a measured conversation is made of."""

from __future__ import annotations

import itertools
import json
from typing import Any

_FORMAT = {"type": "audio/pcm", "rate": 24_000}
_USAGE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {"text_tokens": 119, "audio_tokens": 13, "image_tokens": 0, "cached_tokens": 64},
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}


def dumps(event: dict[str, Any]) -> str:
    """An event as services write it: no spaces."""
    return json.dumps(event, separators=(",", ":"))


class Composer:
    """Makes one session's events and the ids in them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._ids = itertools.count(1)
        self._last_item: str | None = None

    def id(self, prefix: str) -> str:
        """A new id, unique among all sessions."""
        return f"{prefix}_{self.number:08d}{next(self._ids):010d}"

    def event(self, kind: str, **fields: Any) -> str:
        """One event as text, `type` first as services write it."""
        return dumps({"type": kind, "event_id": self.id("event"), **fields})

    def session(self) -> dict[str, Any]:
        """The session object as `session.created` shows it."""
        detection = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}
        return {
            "type": "realtime",
            "object": "realtime.session",
            "id": f"sess_{self.number:016d}",
            "model": "fake",
            "output_modalities": ["audio"],
            "instructions": "",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": 4_000_000_000,
            "include": None,
            "audio": {
                "input": {"format": _FORMAT, "transcription": None, "turn_detection": detection},
                "output": {"format": _FORMAT, "voice": "alloy", "speed": 1.0},
            },
        }

    def item(self, item: dict[str, Any], *, done: bool = True) -> list[str]:
        """`conversation.item.added`, and `.done` unless the item is still being made."""
        previous, self._last_item = self._last_item, item["id"]
        kinds = ["added", "done"] if done else ["added"]
        return [self.event(f"conversation.item.{kind}", previous_item_id=previous, item=item) for kind in kinds]

    def response(self, response: str, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
        """The response object of `response.created` and `response.done`."""
        return {
            "object": "realtime.response",
            "id": response,
            "status": status,
            "status_details": None,
            "output": output,
            "conversation_id": f"conv_{self.number:012d}",
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": _FORMAT, "voice": "alloy"}},
            "usage": _USAGE if status == "completed" else None,
            "metadata": None,
        }
