"""Tools, a clock and conversations for the reasoner's tests; the embedder is the real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from agent.engine.parts import Call, Say, Thought
from agent.engine.thinking import toolbox
from agent.engine.thinking.embedding import Memory
from agent.engine.thinking.extractive import Extractive
from agent.engine.thinking.request import Context
from tools.search.embedder import shared_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday


def _tool(name: str, description: str, required: Sequence[str], **properties: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"type": "function", "name": name, "description": description, "parameters": parameters}


TEXT = {"type": "string"}
SEARCH = _tool(
    "search",
    "Search the documents for passages that answer a question.",
    ["query"],
    query={"type": "string", "description": "What to look for, as a full question"},
)
WEATHER = _tool(
    "get_weather",
    "Get the current weather for a city.",
    ["city"],
    city={"type": "string", "description": "The city"},
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
TIMER = _tool("set_timer", "Set a timer.", ["minutes"], minutes={"type": "integer", "minimum": 1}, label=TEXT)
ROOM = _tool(
    "book_room",
    "Book a meeting room.",
    ["room", "date"],
    room={"type": "string", "enum": ["small", "large", "board_room"]},
    date={"type": "string", "format": "date"},
    attendees={"type": "integer"},
)
ORDER = _tool(
    "order_status",
    "Look up the status of an order.",
    ["order_id"],
    order_id={"type": "string", "description": "The order number"},
)
EMAIL = _tool(
    "send_email", "Send an email to someone.", ["to", "body"], to={"type": "string", "format": "email"}, body=TEXT
)
FLIGHTS = _tool(
    "find_flights",
    "Find flights between two cities on a date.",
    ["origin", "destination", "date"],
    origin=TEXT,
    destination=TEXT,
    date={"type": "string", "format": "date"},
)
LIGHTS = _tool(
    "lights",
    "Switch the lights in a room on or off.",
    ["room", "on"],
    room=TEXT,
    on={"type": "boolean", "description": "whether the light is on"},
)
ALL = {tool["name"]: tool for tool in (SEARCH, WEATHER, TIMER, ROOM, ORDER, EMAIL, FLIGHTS, LIGHTS)}


@pytest.fixture(scope="session")
def memory() -> Memory:
    return Memory(shared_embedder())


@pytest.fixture
def context(memory: Memory) -> Context:
    return Context(NOW, memory)


@pytest.fixture(scope="session")
def reasoner() -> Extractive:
    return Extractive(shared_embedder(), clock=lambda: NOW)


@pytest.fixture
def definitions() -> dict[str, dict[str, Any]]:
    """Every tool's definition by name."""
    return ALL


@pytest.fixture
def toolset() -> Callable[..., list[toolbox.Tool]]:
    """Tools by name; all of them when none is named."""

    def named(*names: str) -> list[toolbox.Tool]:
        return toolbox.read([ALL[name] for name in names or ALL])

    return named


@pytest.fixture
def parameter() -> Callable[..., toolbox.Parameter]:
    """One parameter from its schema."""

    def made(name: str, schema: Mapping[str, Any], *, required: bool = True) -> toolbox.Parameter:
        return toolbox.Parameter(name, toolbox.plain(schema), required)

    return made


@pytest.fixture
def dialogue() -> Callable[..., list[dict[str, Any]]]:
    """A conversation in a small language: "user: …", "assistant: …", "call 1: name {…}", "output 1: …"."""

    def written(*lines: str) -> list[dict[str, Any]]:
        return [_item(line) for line in lines]

    return written


def _item(line: str) -> dict[str, Any]:
    who, _, said = line.partition(":")
    said = said.strip()
    if who in {"user", "assistant", "system"}:
        kind = {"user": "input_audio", "assistant": "output_audio", "system": "input_text"}[who]
        key = "text" if who == "system" else "transcript"
        return {"type": "message", "role": who, "content": [{"type": kind, key: said}]}
    kind, _, number = who.partition(" ")
    if kind == "call":
        name, _, arguments = said.partition(" ")
        return {"type": "function_call", "call_id": f"call_{number}", "name": name, "arguments": arguments}
    return {"type": "function_call_output", "call_id": f"call_{number}", "output": said}


@pytest.fixture
def decide(reasoner: Extractive, dialogue: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[Any]]:
    """What the reasoner does: spoken texts as strings, calls as (name, arguments)."""

    def decided(
        *lines: str,
        tools: Sequence[str] = ("search",),
        choice: str | Mapping[str, Any] = "auto",
        instructions: str = "",
        limit: int | None = None,
    ) -> list[Any]:
        thought = Thought(instructions, dialogue(*lines), [ALL[name] for name in tools], choice, limit)
        return [_plain(piece) for piece in reasoner.decide(thought)]

    return decided


def _plain(piece: Say | Call) -> str | tuple[str, Any]:
    return piece.text if isinstance(piece, Say) else (piece.name, json.loads(piece.arguments))
