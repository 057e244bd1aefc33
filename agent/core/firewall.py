"""Firewall: what a client may send, as an allow-list of event types and of fields.

What the server enforces (instructions, tools, voice, limits) holds whatever a client sends, because nothing passes
that is not listed here. Fields that are enforced are dropped in silence, as a stock client sends them in good faith;
an event that would go round the server (a system message, a tool output) is refused in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core.frames import Frame, MalformedFrame, decode
from agent.core.paths import permitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json: TypeAlias = dict[str, Any]

# Dotted paths of `session` that a client may set: how it sends and receives sound is its own affair.
OPEN_SESSION_FIELDS = frozenset(
    {
        "type",
        "output_modalities",
        "audio.input.format",
        "audio.input.noise_reduction",
        "audio.input.transcription",
        "audio.input.turn_detection",
        "audio.output.format",
        "audio.output.speed",
        "input_audio_echo_cancellation",
        "output_audio_timestamp_types",
    }
)
OPEN_RESPONSE_FIELDS = frozenset(
    {"audio.output.format", "conversation", "input", "max_output_tokens", "metadata", "output_modalities"}
)

# Nine tenths of what a client sends is this, in one of these two orders of keys. Only a frame that consists of nothing
# else is passed unparsed: the audio runs to the last quote of the text, and holds no other quote and no escape.
_ID = r"[\w.-]{0,128}"
# The event id of an append, where it begins in a text.
EVENT_ID = re.compile(_ID).match
_APPEND_HEAD = re.compile(
    rf'\s*\{{\s*(?:"event_id"\s*:\s*"{_ID}"\s*,\s*)?"type"\s*:\s*"input_audio_buffer\.append"\s*,\s*'
    rf'(?:"event_id"\s*:\s*"{_ID}"\s*,\s*)?"audio"\s*:\s*"'
    r'|\s*\{\s*"audio"\s*:\s*"(?=[A-Za-z0-9+/=]*"\s*,\s*"type"\s*:\s*"input_audio_buffer\.append"\s*\}\s*\Z)'
)
_APPEND_TAILS = frozenset({'"}', '" }', '"}\n', '"\n}'})
_APPEND_LAST = re.compile(r'"\s*,\s*"type"\s*:\s*"input_audio_buffer\.append"\s*\}\s*\Z')

# One audio event of the services is at most 15 MiB of base64.
MAX_TEXT = 16 * 1024 * 1024

# Events that only a client that opted in to ours may send.
EXTENSIONS = frozenset({"extension.playback", "extension.tool.approval"})

# Characters of a client's event id that an error repeats; the services take no longer ones.
MAX_EVENT_ID = 512


def _no_call(_call_id: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Rights:
    """What one client may do beyond what every client may.

    Attributes:
        extensions: It opted in to our own events.
        tools: It may offer the model tools of its own.
        awaits: Whether a call, by its id, is one of these tools' and waits for its output.
        decides: Whether a call, by its id, waits for this client's approval.
    """

    extensions: bool = False
    tools: bool = False
    awaits: Callable[[object], bool] = _no_call
    decides: Callable[[object], bool] = _no_call


def _as_it_is(event: Json) -> Json:
    return event


class Refused(Exception):  # noqa: N818  (a verdict)
    """A client's frame that does not pass; becomes an `error` event.

    Attributes:
        code: Machine-readable, for `error.code`.
        param: The offending field as a dotted path, or None.
        event_id: The `event_id` that the client gave its frame, or None.
    """

    def __init__(self, message: str, code: str, param: str | None = None, event_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.event_id = event_id


def is_audio_append(text: str) -> bool:
    """Whether the entire text is an audio append and can be nothing else."""
    head = _APPEND_HEAD.match(text)
    if head is None or len(text) > MAX_TEXT:
        return False
    end = text.find('"', head.end())
    plain = text.find("\\", head.end(), end) < 0
    return plain and end > 0 and (text[end:] in _APPEND_TAILS or _APPEND_LAST.match(text, end) is not None)


def admit(frame: Frame, rights: Rights, understand: Callable[[Json], Json] = _as_it_is) -> Frame:
    """Let a client's frame pass.

    Args:
        frame: As it came; never an audio append, which `is_audio_append` passes.
        rights: What this client may.
        understand: Puts an event into GA's names; gives the identical object where nothing of it changes.

    Returns:
        The same frame where nothing had to be changed, else one in GA's names and without the enforced fields.

    Raises:
        Refused: It must not pass; the text says why.
    """
    if len(frame.text) > MAX_TEXT:
        limit = MAX_TEXT // (1024 * 1024)
        raise Refused(f"the message is larger than {limit} MiB: send audio in smaller pieces", "message_too_large")
    try:
        data = decode(frame.text, unique_keys=True)
    except MalformedFrame as error:
        raise Refused(str(error), "invalid_json") from None
    kind, event_id = data.get("type"), data.get("event_id")
    event_id = event_id[:MAX_EVENT_ID] if isinstance(event_id, str) else None
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None or (kind in EXTENSIONS and not rights.extensions):
        raise Refused(f"events of type {kind!r:.80} are not accepted here", "unknown_event_type", "type", event_id)
    try:
        passed = check(understand(data), rights)
        return frame if passed is data else Frame.of(passed)
    except Refused as refusal:
        refusal.event_id = event_id
        raise
    except MalformedFrame as error:
        raise Refused(str(error), "invalid_json", None, event_id) from None


def _whole(data: Json, _rights: Rights) -> Json:
    return data


def _session_update(data: Json, rights: Rights) -> Json:
    passed = _only(data, "session", OPEN_SESSION_FIELDS | {"tools"} if rights.tools else OPEN_SESSION_FIELDS)
    kind = passed["session"].get("type", "realtime")
    if kind != "realtime":
        text = f"this is a session of type 'realtime'; it cannot become one of type {kind!r:.80}"
        raise Refused(text, "invalid_value", "session.type")
    return passed


def _response_create(data: Json, _rights: Rights) -> Json:
    if data.get("response") is None:
        return data
    passed = _only(data, "response", OPEN_RESPONSE_FIELDS)
    for number, item in enumerate(_sequence(passed["response"].get("input"), "response.input")):
        fields: Json = cast("Json", item) if isinstance(item, dict) else {}
        if fields.get("type") != "item_reference":
            _message(fields, f"response.input[{number}]")
    return passed


def _item_create(data: Json, rights: Rights) -> Json:
    item = data.get("item")
    fields: Json = cast("Json", item) if isinstance(item, dict) else {}
    if rights.tools and fields.get("type") == "function_call_output":
        return _own_output(data, fields, rights)
    _message(fields, "item")
    return data


def _own_output(data: Json, fields: Json, rights: Rights) -> Json:
    if not rights.awaits(fields.get("call_id")):
        text = f"no call {fields.get('call_id')!r:.80} of a tool of yours is waiting for its output"
        raise Refused(text, "invalid_call_id", "item.call_id")
    if not isinstance(fields.get("output"), str):
        raise Refused("the output of a call is a text", "invalid_type", "item.output")
    return data


def _message(fields: Json, param: str) -> None:
    if fields.get("type") != "message":
        text = f"a client may add messages only; tools run on the server, so {fields.get('type')!r:.80} is not accepted"
        raise Refused(text, "item_not_allowed", f"{param}.type")
    if fields.get("role") not in ("user", "assistant"):
        text = f"a client may add messages of the user and the assistant, not of {fields.get('role')!r:.80}"
        raise Refused(text, "item_not_allowed", f"{param}.role")


def _item_named(data: Json, _rights: Rights) -> Json:
    return _names_item(data)


def _names_item(data: Json) -> Json:
    if not isinstance(data.get("item_id"), str):
        raise Refused("item_id must be the id of a conversation item", "missing_required_parameter", "item_id")
    return data


def _playback(data: Json, _rights: Rights) -> Json:
    _names_item(data)
    for name in ("content_index", "played_ms", "underruns"):
        value = data.get(name, 0)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 2**31:
            raise Refused(f"{name} must be a number from 0", "invalid_value", name)
    return data


def _approval(data: Json, rights: Rights) -> Json:
    if not rights.decides(data.get("call_id")):
        raise Refused(f"no call {data.get('call_id')!r:.80} is waiting for approval", "invalid_call_id", "call_id")
    if data.get("decision") not in ("approve", "deny"):
        raise Refused("decision must be 'approve' or 'deny'", "invalid_value", "decision")
    if not isinstance(data.get("reason"), str | None):
        raise Refused("reason must be a text", "invalid_type", "reason")
    return data


def _truncate(data: Json, _rights: Rights) -> Json:
    _names_item(data)
    position = data.get("audio_end_ms")
    if not isinstance(position, int) or isinstance(position, bool):
        raise Refused("audio_end_ms must be a whole number of milliseconds", "invalid_type", "audio_end_ms")
    part = data.get("content_index", 0)
    if not isinstance(part, int) or isinstance(part, bool) or part < 0:
        raise Refused("content_index must be a whole number from 0", "invalid_type", "content_index")
    return data


def _only(data: Json, name: str, paths: frozenset[str]) -> Json:
    value = data.get(name)
    if not isinstance(value, dict):
        raise Refused(f"{name} must be an object", "invalid_type", name)
    fields = cast("Json", value)
    kept = permitted(fields, paths)
    return data if kept == fields else {**data, name: kept}


def _sequence(value: object, param: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused(f"{param} must be a list", "invalid_type", param)
    return cast("list[object]", value)


_CHECKS: Mapping[str, Callable[[Json, Rights], Json]] = {
    "session.update": _session_update,
    "input_audio_buffer.append": _whole,
    "input_audio_buffer.commit": _whole,
    "input_audio_buffer.clear": _whole,
    "output_audio_buffer.clear": _whole,
    "conversation.item.create": _item_create,
    "conversation.item.retrieve": _item_named,
    "conversation.item.delete": _item_named,
    "conversation.item.truncate": _truncate,
    "response.create": _response_create,
    "response.cancel": _whole,
    "extension.playback": _playback,
    "extension.tool.approval": _approval,
}
