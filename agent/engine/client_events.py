"""The events a client may send, and their fields: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.checks import Check, anything, base64_audio, mapping, null_or, number, record, text, wrong_type
from agent.engine.wire_errors import invalid, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = text(longest=128)


def _event(fields: Mapping[str, Check], *required: str) -> Check:
    return record({"type": anything, "event_id": anything, **fields}, required=required)


_EVENTS: dict[str, Check] = {
    "session.update": _event({"session": mapping}, "session"),
    "input_audio_buffer.append": _event({"audio": base64_audio}, "audio"),
    "input_audio_buffer.commit": _event({}),
    "input_audio_buffer.clear": _event({}),
    "conversation.item.create": _event({"item": mapping, "previous_item_id": null_or(_ID)}, "item"),
    "conversation.item.retrieve": _event({"item_id": _ID}, "item_id"),
    "conversation.item.delete": _event({"item_id": _ID}, "item_id"),
    "conversation.item.truncate": _event(
        {
            "item_id": _ID,
            "content_index": number(0, 1_000, whole=True),
            # Services refuse a truncation to nothing: what was not heard at all is cancelled or deleted.
            "audio_end_ms": number(1, 10**9, whole=True),
        },
        "item_id",
        "content_index",
        "audio_end_ms",
    ),
    "response.create": _event({"response": null_or(mapping)}),
    "response.cancel": _event({"response_id": null_or(_ID)}),
    "output_audio_buffer.clear": _event({}),
}


def check_event(event: dict[str, Any]) -> dict[str, Any]:
    """Check an event's type and fields.

    Returns:
        Its fields without `type` and `event_id`; audio is decoded.

    Raises:
        WireError: The type is missing or unknown, or a field is unknown, missing or of the wrong type.
    """
    if "type" not in event:
        raise missing("type")
    kind = event["type"]
    if not isinstance(kind, str):
        raise wrong_type("type", "a string", kind)
    if kind not in _EVENTS:
        supported = ", ".join(repr(each) for each in _EVENTS)
        raise invalid("type", f"Invalid value: {kind[:80]!r}. Supported values are: {supported}.")
    fields = _EVENTS[kind](event, "")
    return {name: value for name, value in fields.items() if name not in {"type", "event_id"}}
