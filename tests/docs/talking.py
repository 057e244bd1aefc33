"""Who visits a server that a page had us start: opens the page, asks in writing, and hears the answer's words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

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


def status_of(address: str, **headers: str) -> int:
    """The status with which an empty POST is answered.

    Args:
        address: The whole address.
        headers: What goes with it, with `_` for `-`.
    """
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, b"{}", {"Content-Type": "application/json"} | named)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def visited(address: str) -> None:
    """Open the page.

    Args:
        address: Where it is served: `http://HOST:PORT`.
    """
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert b'<div id="root"' in answer.read()
