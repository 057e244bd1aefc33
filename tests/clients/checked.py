"""Holds each event that arrives against a library's own types: what does not fit, or is not known to them, is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from caller import tell
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def checking(union: Any) -> Callable[[bytes | str], None]:
    """A function that checks one event as it came over the wire, and tells its type and what is wrong with it.

    Args:
        union: The library's union of all events that a server sends.
    """
    kinds = by_type(union)

    def check(raw: bytes | str) -> None:
        tell("event", type=json.loads(raw)["type"], wrong=list(faults(kinds, raw)))

    return check


def by_type(union: Any) -> dict[str, type[BaseModel]]:
    """The library's models by the type that they are for."""
    models = get_args(get_args(union)[0])
    return {kind: model for model in models for kind in get_args(model.model_fields["type"].annotation)}


def faults(kinds: dict[str, type[BaseModel]], raw: bytes | str) -> Iterator[str]:
    """What is wrong with an event, each time as a path in it or in words."""
    model = kinds.get(json.loads(raw)["type"])
    if model is None:
        yield "unknown type"
        return
    try:
        event = model.model_validate_json(raw)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            yield "invalid " + ".".join(map(str, each["loc"]))
        return
    yield from unknown(event)


def unknown(value: Any, path: str = "") -> Iterator[str]:
    """The fields that the library's types do not know, at any depth."""
    if isinstance(value, BaseModel):
        yield from (f"unknown {path}{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from unknown(each, f"{path}{number}.")
