"""Fields: reading events whose shape is somebody else's to keep. What is missing or of another type reads as empty."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]


def at(source: object, *path: str) -> Json:
    """The object at a path; empty where there is none."""
    value = source
    for name in path:
        value = cast("Json", value).get(name) if isinstance(value, dict) else None
    return cast("Json", value) if isinstance(value, dict) else {}


def string_at(source: Json, name: str) -> str:
    """A string field; empty where there is none."""
    value = source.get(name)
    return value if isinstance(value, str) else ""


def number_at(source: Json, name: str) -> int:
    """A field that counts parts or outputs; 0 where there is none that makes sense."""
    value = source.get(name)
    return value if isinstance(value, int) and 0 <= value < 1000 else 0
