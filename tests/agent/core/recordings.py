"""Recorded sessions of real services, and the same ones as a service of another dialect would have held them."""

from __future__ import annotations

import json
from pathlib import Path

from agent.core.dialect import DIALECTS, VOICE_LIVE
from agent.core.frames import Frame
from agent.core.translate import Translation

CASSETTES = Path(__file__).parents[2] / "data" / "cassettes"
ALL = sorted(path.stem for path in CASSETTES.glob("*.jsonl"))
ROUNDS = [name for name in ALL if "tool_call" in name]
GA_ONES = [name for name in ALL if "voice_live" not in name]

_CONTENT = {"output_text": "text", "output_audio": "audio"}
_PROFILES = {"openai": "openai", "azure_ws": "azure", "azure_voice_live": "voice-live"}


def frames(name):
    """(direction, event) of each frame."""
    lines = (CASSETTES / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [(entry["direction"], entry["data"]) for entry in map(json.loads, lines)]


def profile_of(name):
    """The key of the profile of the service that was recorded."""
    return next(profile for start, profile in _PROFILES.items() if name.startswith(start))


def session_of(name):
    """What the recording's client configured, as a GA session object: what the server enforces in a replay."""
    session = sent(name, "session.update")[0]["session"]
    return VOICE_LIVE.session_to_ga(session) if profile_of(name) == "voice-live" else session


def sent(name, kind):
    """Events of a type that the recording's client sent."""
    return [event for direction, event in frames(name) if direction == "sent" and event["type"] == kind]


def received(name, kind=None):
    return [e for direction, e in frames(name) if direction == "received" and kind in {None, e["type"]}]


def reworded(name, dialect):
    """A GA recording as a service of another dialect would have sent it."""
    translation = Translation(DIALECTS["ga"], DIALECTS[dialect])
    for direction, event in frames(name):
        if direction == "sent":
            yield direction, event
        else:
            yield from (("received", shown.data) for shown in translation.frames(Frame(json.dumps(event))))


def in_words_of(event, dialect):
    """What the recording's client sent (in GA's names, or in names that all share), as another client writes it."""
    item = event.get("item")
    if dialect == "ga" or not item or item.get("role") != "assistant":
        return event
    content = [part | {"type": _CONTENT.get(part["type"], part["type"])} for part in item["content"]]
    return event | {"item": item | {"content": content}}
