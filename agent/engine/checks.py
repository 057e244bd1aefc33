"""Checks of untrusted JSON, to be put together into tables that read like the protocol's reference.

A check takes a value and its path and returns the value, or raises `WireError` naming the path.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from agent.engine.wire_errors import WireError, invalid, missing

LONGEST_EVENT_ID = 512  # characters

Check: TypeAlias = Callable[[object, str], Any]

_NAMES: dict[type[object], str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


def wrong_type(path: str, expected: str, value: object) -> WireError:
    """A value of a type that the field does not take."""
    got = _NAMES.get(type(value), "something else")
    message = f"Invalid type for '{path}': expected {expected}, but got {got} instead."
    return WireError(message, code="invalid_type", param=path)


def anything(value: object, _path: str) -> object:
    """Accept whatever it is: a field that the engine takes and does not use."""
    return value


def boolean(value: object, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong_type(path, "a boolean", value)
    return value


def text(*, longest: int | None = None, pattern: str | None = None) -> Check:
    """A string of at most `longest` characters that matches `pattern` wholly."""

    def check(value: object, path: str) -> str:
        if not isinstance(value, str):
            raise wrong_type(path, "a string", value)
        if longest is not None and len(value) > longest:
            raise WireError(
                f"Invalid '{path}': string too long. Expected a string with maximum length {longest}, "
                f"but got a string with length {len(value)} instead.",
                code="string_above_max_length",
                param=path,
            )
        if pattern is not None and not re.fullmatch(pattern, value):
            raise invalid(path, f"Invalid '{path}': expected a string that matches the pattern '{pattern}'.")
        return value

    return check


def one_of(*values: str) -> Check:
    """One of a few strings."""

    def check(value: object, path: str) -> str:
        if not isinstance(value, str):
            raise wrong_type(path, "one of " + ", ".join(repr(each) for each in values), value)
        if value not in values:
            supported = ", ".join(repr(each) for each in values)
            raise invalid(path, f"Invalid value: {value[:80]!r}. Supported values are: {supported}.")
        return value

    return check


def number(low: float, high: float, *, whole: bool = False) -> Check:
    """A number from `low` to `high`; a `whole` one must be an integer."""

    def check(value: object, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or (whole and isinstance(value, float)):
            raise wrong_type(path, "an integer" if whole else "a number", value)
        if not low <= value <= high:
            raise invalid(path, f"Invalid '{path}': {value} is not from {low} to {high}.")
        return value

    return check


def null_or(inner: Check) -> Check:
    """Null, or what `inner` accepts."""

    def check(value: object, path: str) -> Any:
        return None if value is None else inner(value, path)

    return check


def array(inner: Check, *, most: int) -> Check:
    """At most so many values that `inner` accepts."""

    def check(value: object, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise wrong_type(path, "an array", value)
        values = cast("list[object]", value)
        if len(values) > most:
            raise invalid(path, f"Invalid '{path}': at most {most} elements are allowed, got {len(values)}.")
        return [inner(each, f"{path}[{index}]") for index, each in enumerate(values)]

    return check


def mapping(value: object, path: str) -> dict[str, Any]:
    """Any JSON object."""
    if not isinstance(value, dict):
        raise wrong_type(path, "an object", value)
    return cast("dict[str, Any]", value)


def record(fields: Mapping[str, Check], *, required: tuple[str, ...] = ()) -> Check:
    """An object of known fields; an unknown one is refused, as the services do."""

    def check(value: object, path: str) -> dict[str, Any]:
        given = mapping(value, path)
        prefix = f"{path}." if path else ""
        for name in given:
            if name not in fields:
                where = f"{prefix}{name}"
                raise WireError(f"Unknown parameter: '{where[:200]}'.", code="unknown_parameter", param=where[:200])
        for name in required:
            if name not in given:
                raise missing(f"{prefix}{name}")
        return {name: fields[name](each, f"{prefix}{name}") for name, each in given.items()}

    return check


def base64_audio(value: object, path: str) -> bytes:
    """Base64 of any length, decoded."""
    if not isinstance(value, str):
        raise wrong_type(path, "a string", value)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(path, f"Invalid '{path}'. Expected base64-encoded audio bytes, but got something else.") from None
