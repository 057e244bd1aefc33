"""A caller of a server that a page had us start: asks in writing, and hears the answer's words."""

from __future__ import annotations

import json

from websockets.sync.client import connect


def asked(address: str, question: str, seconds: float = 60) -> str:
    """Ask one question.

    Args:
        address: Where the page is served: `http://HOST:PORT`.
        question: The question.
        seconds: How long the answer may take.

    Returns:
        The answer.
    """
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": question}]}
    with connect(f"{address.replace('http', 'ws', 1)}/v1/realtime", open_timeout=seconds, max_size=None) as line:
        line.send(json.dumps({"type": "conversation.item.create", "item": item}))
        line.send(json.dumps({"type": "response.create"}))
        while True:
            event = json.loads(line.recv(seconds))
            assert event["type"] != "error", event
            if event["type"] == "response.output_audio_transcript.done":
                return event["transcript"]
