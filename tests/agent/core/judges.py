"""What the official library makes of the events that a client is sent, strictly: its own types, none unknown."""

from __future__ import annotations

import functools
import importlib

from pydantic import TypeAdapter

# Preview's types know no model but a few; services name their deployments there, and so do we.
ONLY_A_NAME = "gpt-realtime"
VOICE_LIVE_EXTRAS = ("voice",)


@functools.cache
def types(module):
    return TypeAdapter(importlib.import_module(module).RealtimeServerEvent)


def judge(event, dialect):
    """Raises when a client of this dialect is sent what its library does not know. Our own events are opted in to."""
    if event["type"].startswith("extension."):
        return
    if dialect == "ga":
        types("openai.types.realtime").validate_python(event)
        return
    types("openai.types.beta.realtime").validate_python(_plain(event, dialect))


def _plain(event, dialect):
    session, response = event.get("session"), event.get("response")
    hidden = VOICE_LIVE_EXTRAS if dialect == "voice-live" else ()
    plain = lambda fields: {name: value for name, value in fields.items() if name not in hidden}  # noqa: E731
    if isinstance(session, dict):
        known = {"model": ONLY_A_NAME} if "model" in session else {}
        return event | {"session": plain(session) | known}
    return event | {"response": plain(response)} if isinstance(response, dict) else event
