"""Result and Outcome: what a tool returns, and what becomes of it on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pydantic_core

from tools.handoff import HandOff
from tools.policy import DEFAULT_MAX_CHARS, ToolPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

# What the model reads of a tool that returns nothing: silence makes models call again or make something up.
DONE = "Done."
# And of one whose result is for the client only.
SHOWN = "Done. The result is shown to the user on the screen; you do not see it."
NOT_SHOWN = "Done, but the user's client shows no results, so nobody has seen it. Do not claim that it was shown."


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool returns when the model and the client are to see different things.

    Attributes:
        for_model: What the model reads: text as it is, anything else as JSON.
        for_client: What the client gets besides, anything that has a JSON form; the model never sees it.
        citations: Where the answer stands, as JSON objects; taken from what was retrieved, never from the model. Their
            `text` is held against the answer; `title`, `url`, `document` and the like are for the client.
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
        error: Why it did not: `unknown_tool`, `not_available`, `malformed_arguments`, `invalid_arguments`,
            `rate_limited`, `approval_unavailable`, `approval_denied`, `tool_error`, `exception` or `bad_result`; None
            if it did.
        later: Goes on with the work of a `Later` and gives its outcome; None where the call is over. Whoever runs the
            call has to await it, once.
        hand_off: The agent that the session is to be switched to, or None.
    """

    output: str
    for_client: Any = None
    citations: tuple[dict[str, Any], ...] = ()
    ok: bool = True
    error: str | None = None
    later: Callable[[], Awaitable[Outcome]] | None = None
    hand_off: str | None = None


class BadResultError(TypeError):
    """A tool returned what has no JSON form; the text says which part, never its content."""


def outcome_of(value: object, policy: ToolPolicy | None = None, *, shows: bool = False) -> Outcome:
    """Turn what a tool returned into the outcome of its call.

    Args:
        value: Text, None, a `Result`, a `HandOff`, or anything with a JSON form: dataclasses and pydantic models too.
        policy: Who gets it, and how much of it; the usual policy by default.
        shows: The client shows results.

    Raises:
        BadResultError: A part of it has no JSON form.
    """
    if isinstance(value, HandOff):
        said = value.message or f"The caller is handed over to {value.agent}."
        return Outcome(_for_model(said), _plain(value.for_client, "for_client"), hand_off=value.agent)
    result = value if isinstance(value, Result) else Result(value)
    destination = "model" if policy is None else policy.destination
    for_client = result.for_client
    if for_client is None and destination != "model":
        for_client = result.for_model
    output = (SHOWN if shows else NOT_SHOWN) if destination == "client" else _for_model(result.for_model)
    return Outcome(
        output=capped(output, DEFAULT_MAX_CHARS if policy is None else policy.max_chars),
        for_client=_plain(for_client, "for_client"),
        citations=_citations(result.citations),
    )


def capped(text: str, limit: int | None) -> str:
    """What a model is given of a text, with a note where that is not all.

    Args:
        text: Words or JSON. JSON that was cut would be read as something else, or as nothing: it becomes the text of a
            field, beside one that says so.
        limit: Characters, or None for any number.
    """
    if limit is None or len(text) <= limit:
        return text
    note = f"{limit} of {len(text)} characters shown"
    if _is_json(text):
        return json.dumps({"truncated": note, "beginning": text[:limit]}, ensure_ascii=False)
    return f"{text[:limit]}\n[truncated: {note}]"


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        pydantic_core.from_json(text)
    except ValueError:
        return False
    return True


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
