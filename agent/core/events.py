"""Events: the few kinds of frame that the core reads, as frozen dataclasses. Everything else is opaque.

Only the model's events are modelled here; what a client sends is judged field by field in `firewall`. A frame of a
known type that lacks what we need is treated as opaque too: it is the model's to be wrong, ours to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.frames import Frame

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """`session.created`: the model is there."""

    session: Json


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """`session.updated`: the configuration that is now in force."""

    session: Json


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """`input_audio_buffer.speech_started`."""

    item_id: str | None


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """`input_audio_buffer.speech_stopped`."""

    item_id: str | None


@dataclass(frozen=True, slots=True)
class Committed:
    """`input_audio_buffer.committed`: a user's turn has become an item."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemPlaced:
    """`conversation.item.added`, `.done` or the preview's `.created`: an item stands in the conversation.

    GA services send two of them for each item, preview one; whoever reads this dedupes by item id.
    """

    item: Json
    previous_item_id: str | None


@dataclass(frozen=True, slots=True)
class ResponseCreated:
    """`response.created`; `out_of_band` when it does not write to the default conversation."""

    response_id: str
    out_of_band: bool


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """`response.done`: its one terminal."""

    response_id: str
    status: str
    output: list[Json]


@dataclass(frozen=True, slots=True)
class OutputItemAdded:
    """`response.output_item.added`."""

    response_id: str
    output_index: int
    item: Json


@dataclass(frozen=True, slots=True)
class OutputItemDone:
    """`response.output_item.done`: the item is whole, or was cut short: see its `status`."""

    response_id: str
    output_index: int
    item: Json


@dataclass(frozen=True, slots=True)
class ErrorReported:
    """`error`: services leave out `event_id` even where the fault lies with one event."""

    code: str | None
    message: str
    param: str | None
    event_id: str | None


Event: TypeAlias = (
    SessionCreated
    | SessionUpdated
    | SpeechStarted
    | SpeechStopped
    | Committed
    | ItemPlaced
    | ResponseCreated
    | ResponseDone
    | OutputItemAdded
    | OutputItemDone
    | ErrorReported
)


def _placed(data: Json) -> Event:
    return ItemPlaced(_object(data["item"]), _optional(data.get("previous_item_id")))


def _response_created(data: Json) -> Event:
    response = _object(data["response"])
    # Older services leave the field out; null is the mark of an out-of-band response.
    out_of_band = "conversation_id" in response and response["conversation_id"] is None
    return ResponseCreated(_text(response["id"]), out_of_band)


def _response_done(data: Json) -> Event:
    response = _object(data["response"])
    output = [_object(item) for item in response.get("output") or ()]
    return ResponseDone(_text(response["id"]), _optional(response.get("status")) or "completed", output)


def _error(data: Json) -> Event:
    error = _object(data["error"])
    text = _optional(error.get("message")) or "the model reports an error without a text"
    return ErrorReported(
        _optional(error.get("code")), text, _optional(error.get("param")), _optional(error.get("event_id"))
    )


_READERS: Mapping[str, Callable[[Json], Event]] = {
    "session.created": lambda data: SessionCreated(_object(data["session"])),
    "session.updated": lambda data: SessionUpdated(_object(data["session"])),
    "input_audio_buffer.speech_started": lambda data: SpeechStarted(_optional(data.get("item_id"))),
    "input_audio_buffer.speech_stopped": lambda data: SpeechStopped(_optional(data.get("item_id"))),
    "input_audio_buffer.committed": lambda data: Committed(_text(data["item_id"])),
    "conversation.item.added": _placed,
    "conversation.item.done": _placed,
    "conversation.item.created": _placed,
    "response.created": _response_created,
    "response.done": _response_done,
    "response.output_item.added": lambda data: OutputItemAdded(
        _text(data["response_id"]), int(data.get("output_index", 0)), _object(data["item"])
    ),
    "response.output_item.done": lambda data: OutputItemDone(
        _text(data["response_id"]), int(data.get("output_index", 0)), _object(data["item"])
    ),
    "error": _error,
}

READ_TYPES = frozenset(_READERS)


def read(frame: Frame) -> Event | None:
    """Read a frame of the model's; None when it is of no kind that matters here, or lacks what that kind must have."""
    reader = _READERS.get(frame.type)
    if reader is None:
        return None
    try:
        return reader(frame.data)
    except (KeyError, TypeError, ValueError):
        return None


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError
    return cast("Json", value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _optional(value: object) -> str | None:
    return value if isinstance(value, str) else None
