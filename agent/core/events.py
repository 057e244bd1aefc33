"""Events: the few kinds of frame that the core reads, as frozen dataclasses. Everything else is opaque.

Only the model's events are modelled here; what a client sends is judged field by field in `firewall`. A frame of a
known type that lacks what we need is dropped: it is the model's to be wrong, ours to go on, and what cannot be read
cannot be shown either, because it may hold what a client must not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core.messages import ASIDE

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
class Cleared:
    """`input_audio_buffer.cleared`: a turn that had begun has come to nothing."""


@dataclass(frozen=True, slots=True)
class ItemPlaced:
    """`conversation.item.added`, `.done` or the preview's `.created`: an item stands in the conversation.

    GA services send two of them for each item, preview one; whoever reads this dedupes by item id.
    """

    item: Json
    previous_item_id: str | None


@dataclass(frozen=True, slots=True)
class ResponseCreated:
    """`response.created`; `out_of_band` when it does not write to the default conversation; `aside` if it is one."""

    response_id: str
    out_of_band: bool
    aside: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """`response.done`: its one terminal; `out_of_band` as in `ResponseCreated`."""

    response_id: str
    status: str
    output: list[Json]
    out_of_band: bool


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
    | Cleared
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
    metadata = response.get("metadata")
    aside = _optional(cast("Json", metadata).get(ASIDE)) if isinstance(metadata, dict) else None
    return ResponseCreated(_text(response["id"]), _out_of_band(response), aside)


def _response_done(data: Json) -> Event:
    response = _object(data["response"])
    status = _optional(response.get("status")) or "completed"
    return ResponseDone(_text(response["id"]), status, objects(response.get("output")), _out_of_band(response))


def _out_of_band(response: Json) -> bool:
    # Older services leave the field out; null is the mark of an out-of-band response.
    return "conversation_id" in response and response["conversation_id"] is None


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
    "input_audio_buffer.cleared": lambda _data: Cleared(),
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
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def objects(value: object) -> list[Json]:
    """The JSON objects in what should be a list of them."""
    return (
        [cast("Json", item) for item in cast("list[object]", value) if isinstance(item, dict)]
        if isinstance(value, list)
        else []
    )


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
