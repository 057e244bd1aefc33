"""Result and Outcome: what a tool returns, and what becomes of it on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pydantic_core

from tools.handoff import HandOff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What the model reads of a tool that returns nothing: silence makes models call again or make something up.
DONE = "Done."


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool returns when the model and the client are to see different things.

    Attributes:
        for_model: What the model reads: text as it is, anything else as JSON.
        for_client: What the client gets besides, anything that has a JSON form; the model never sees it.
        citations: Where the answer stands, as JSON objects; taken from what was retrieved, never from the model.
    """

    for_model: Any = None
    for_client: Any = None
    citations: Iterable[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended.

    Attributes:
        output: What the model reads, the `output` of the `function_call_output`.
        for_client: What the client gets besides: plain JSON values, or None.
        citations: JSON objects.
        ok: Whether the tool did its work.
        error: Why it did not: `unknown_tool`, `malformed_arguments`, `invalid_arguments`, `tool_error`, `exception`
            or `bad_result`; None if it did.
        hand_off: The agent that the session is to be switched to, or None.
    """

    output: str
    for_client: Any = None
    citations: tuple[dict[str, Any], ...] = ()
    ok: bool = True
    error: str | None = None
    hand_off: str | None = None


class BadResultError(TypeError):
    """A tool returned what has no JSON form; the text says which part, never its content."""


def outcome_of(value: object) -> Outcome:
    """Turn what a tool returned into the outcome of its call.

    Args:
        value: Text, None, a `Result`, a `HandOff`, or anything with a JSON form: dataclasses and pydantic models too.

    Raises:
        BadResultError: A part of it has no JSON form.
    """
    if isinstance(value, HandOff):
        said = value.message or f"The caller is handed over to {value.agent}."
        return Outcome(_for_model(said), _plain(value.for_client, "for_client"), hand_off=value.agent)
    result = value if isinstance(value, Result) else Result(value)
    return Outcome(
        output=_for_model(result.for_model),
        for_client=_plain(result.for_client, "for_client"),
        citations=_citations(result.citations),
    )


def _for_model(value: object) -> str:
    if value is None:
        return DONE
    # An enum that is also a string is sent as its value. A half of a surrogate pair could not be sent at all.
    text = str.__str__(value) if isinstance(value, str) else _json(value, "for_model").decode()
    return text.encode("utf-8", "replace").decode()


def _citations(values: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    plain = _plain(values, "citations")
    if not isinstance(plain, list) or not all(isinstance(each, dict) for each in plain):  # pyright: ignore[reportUnknownVariableType]
        raise BadResultError("citations is not a list of JSON objects")
    return tuple(plain)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _plain(value: object, part: str) -> Any:
    return None if value is None else pydantic_core.from_json(_json(value, part))


def _json(value: object, part: str) -> bytes:
    try:
        return pydantic_core.to_json(value, inf_nan_mode="null")
    except Exception as error:  # a serialiser may be the user's own, and raise anything
        raise BadResultError(f"{part} ({type(value).__name__}) has no JSON form: {type(error).__name__}") from error
