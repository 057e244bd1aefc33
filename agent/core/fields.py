"""Fields: reading events whose shape is somebody else's to keep. What is missing or of another type reads as empty."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

# JSON has numbers that no float holds; beyond this nothing is counted that a service could mean.
LARGEST = 2**53


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


def amount_at(source: Json, name: str) -> int | float:
    """A field that tells how much or when; 0 where there is no number above that can be reckoned with."""
    value = source.get(name)
    return value if isinstance(value, int | float) and 0 < value < LARGEST else 0
