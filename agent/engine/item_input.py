"""Items that a client writes: checked field by field, completed with what the server fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.engine.checks import Check, anything, array, base64_audio, mapping, null_or, one_of, record, text
from agent.engine.items import Item
from agent.engine.wire_errors import invalid, missing

if TYPE_CHECKING:
    from agent.engine.formats import AudioFormat

_ID = text(longest=32, pattern=r"[\w.:-]+")
_STATUS = one_of("completed", "incomplete", "in_progress")
_BASE: dict[str, Check] = {
    "id": null_or(_ID),
    "object": null_or(one_of("realtime.item")),
    "type": anything,
    "status": null_or(_STATUS),
}
_PARTS: dict[str, Check] = {
    "input_text": record({"type": anything, "text": text()}, required=("text",)),
    "input_audio": record(
        {"type": anything, "audio": base64_audio, "transcript": null_or(text())}, required=("audio",)
    ),
    "output_text": record({"type": anything, "text": text()}, required=("text",)),
}
_ALLOWED_PARTS = {"system": ("input_text",), "user": ("input_text", "input_audio"), "assistant": ("output_text",)}
_FUNCTION_ITEMS: dict[str, Check] = {
    "function_call": record(
        _BASE | {"call_id": null_or(_ID), "name": text(pattern=r"[a-zA-Z0-9_-]{1,64}"), "arguments": text()},
        required=("name", "arguments"),
    ),
    "function_call_output": record(
        _BASE | {"call_id": text(longest=64), "output": text()}, required=("call_id", "output")
    ),
}


@dataclass(frozen=True, slots=True)
class Written:
    """An item as a client wrote it.

    Attributes:
        item: The item, without an id of its own if the client gave none (then it is `""`).
        audio: Speech in it that has no transcript yet, in the session's input format.
    """

    item: Item
    audio: bytes


def read_item(given: object, path: str, audio_format: AudioFormat) -> Written:
    """Check an item that a client wrote.

    Args:
        given: The item.
        path: Where it stands in the event, for error messages.
        audio_format: How its audio is encoded.

    Raises:
        WireError: A field is unknown, missing or not acceptable.
    """
    kind = mapping(given, path).get("type")
    if kind is None:
        raise missing(f"{path}.type")
    kind = one_of("message", *_FUNCTION_ITEMS)(kind, f"{path}.type")
    if kind == "message":
        return _read_message(given, path, audio_format)
    fields = _FUNCTION_ITEMS[kind](given, path)
    return Written(Item(_wire(fields)), b"")


def _read_message(given: object, path: str, audio_format: AudioFormat) -> Written:
    fields = record(
        _BASE | {"role": one_of(*_ALLOWED_PARTS), "content": array(mapping, most=100)}, required=("role", "content")
    )(given, path)
    parts: list[dict[str, Any]] = []
    audio = b""
    for index, part in enumerate(fields["content"]):
        read = _read_part(part, f"{path}.content[{index}]", fields["role"])
        if read["type"] == "input_audio":
            sound = read.pop("audio")
            read.setdefault("transcript", None)
            audio += sound if read["transcript"] is None else b""
        parts.append(read)
    whole = len(audio) - len(audio) % audio_format.width
    item = Item(_wire(fields) | {"content": parts}, audio_ms=audio_format.ms(whole))
    return Written(item, audio[:whole])


def _read_part(part: dict[str, Any], path: str, role: str) -> dict[str, Any]:
    if "type" not in part:
        raise missing(f"{path}.type")
    allowed = _ALLOWED_PARTS[role]
    kind = part["type"]
    if kind not in allowed:
        supported = ", ".join(repr(each) for each in allowed)
        message = f"Invalid value: {str(kind)[:80]!r}. A {role} message of this engine takes: {supported}."
        raise invalid(f"{path}.type", message)
    return _PARTS[kind](part, path)


def _wire(fields: dict[str, Any]) -> dict[str, Any]:
    wire = {"id": fields.get("id") or "", "type": fields["type"]}
    if fields["type"] != "function_call_output":
        wire["status"] = "completed"
    return wire | {name: value for name, value in fields.items() if name not in {"id", "object", "status"}}
