"""Translation: the model's frames, and ours, in the names of the client.

A frame that is the same in both dialects is passed as the identical object; one of which only the type differs gets
another type, unparsed; the rest is laid out anew by the tables of `dialect`. What a client's dialect has no name for
is left out: its library would stumble over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from agent.core import items
from agent.core.events import objects
from agent.core.frames import Frame, MalformedFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.core.dialect import Dialect
    from agent.core.paths import Json

# Event types that the dialects share, as GA names them.
_COMMON = frozenset(
    {
        "conversation.created",
        "conversation.item.added",
        "conversation.item.deleted",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.failed",
        "conversation.item.retrieved",
        "conversation.item.truncated",
        "error",
        "input_audio_buffer.cleared",
        "input_audio_buffer.committed",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "output_audio_buffer.cleared",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        "rate_limits.updated",
        "response.content_part.added",
        "response.content_part.done",
        "response.created",
        "response.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.done",
        "response.output_item.added",
        "response.output_item.done",
        "response.output_text.delta",
        "response.output_text.done",
        "session.created",
        "session.updated",
    }
)
# GA says of each item that it is there and then that it is whole; the others say the first only.
_WHOLE_ITEM = "conversation.item.done"

# Items and calls of which the second half is outstanding; more than this many are never open at once.
_REMEMBERED = 256


class Translation:
    """From one dialect to another, in the direction of the client.

    Args:
        source: Whose names the frames use.
        target: Whose names the client uses.
    """

    def __init__(self, source: Dialect, target: Dialect) -> None:
        self._source = source
        self._target = target
        self._content = items.content_names(source, target)
        self._types = {source.event_from_ga(kind): target.event_from_ga(kind) for kind in _COMMON - target.lacks}
        self._completes = _WHOLE_ITEM in target.own_events - source.own_events
        self._unfinished: dict[str, object] = {}  # item that is there and not yet whole → the one before it
        self._called: dict[str, object] = {}  # item of a call → the name of its function
        self._rules: dict[str, Callable[[Frame], Sequence[Frame]]] = {
            "session.created": self._session,
            "session.updated": self._session,
            "response.created": self._response,
            "response.done": self._response,
            "response.output_item.added": self._output_item,
            "response.output_item.done": self._output_item,
            "response.function_call_arguments.done": self._arguments,
            "conversation.item.added": self._placed,
            "conversation.item.retrieved": self._retrieved,
            "conversation.item.input_audio_transcription.completed": self._transcribed,
            "error": self._error,
        }

    def frames(self, frame: Frame) -> Sequence[Frame]:
        """What the client is sent for a frame: none, one or two."""
        kind = frame.type
        renamed = self._types.get(kind)
        if renamed is None:
            return (frame,) if kind.startswith("extension.") else ()
        rule = self._rules.get(self._source.event_to_ga(kind))
        if rule is not None:
            return rule(frame)
        return (frame if renamed == kind else frame.retyped(renamed, self._target.name),)

    # ── rules ──

    def _session(self, frame: Frame) -> Sequence[Frame]:
        session = self._source.session_to_ga(_object(frame, "session"))
        return (self._made(frame, session=self._target.session_from_ga(session)),)

    def _response(self, frame: Frame) -> Sequence[Frame]:
        fields = items.response(_object(frame, "response"), self._source, self._target, self._content)
        listed = objects(fields.get("output"))
        return (*self._completed(frame, *listed), self._made(frame, response=fields))

    def _placed(self, frame: Frame) -> Sequence[Frame]:
        fields = self._item(frame)
        if self._completes:
            _remember(self._unfinished, fields.get("id"), frame.data.get("previous_item_id"))
        return (self._made(frame, item=fields), *self._completed(frame, fields))

    def _output_item(self, frame: Frame) -> Sequence[Frame]:
        fields = self._item(frame)
        if fields.get("type") == "function_call":
            _remember(self._called, fields.get("id"), fields.get("name"))
        return (*self._completed(frame, fields), self._made(frame, item=fields))

    def _retrieved(self, frame: Frame) -> Sequence[Frame]:
        return (self._made(frame, item=self._item(frame)),)

    def _arguments(self, frame: Frame) -> Sequence[Frame]:
        others = {name: value for name, value in frame.data.items() if name != "name"}
        if not self._target.names_calls:
            return (Frame.of(others, self._target.name),)
        name = frame.data.get("name") or self._called.pop(str(frame.data.get("item_id")), None)
        return (Frame.of({**others, "name": name or ""}, self._target.name),)

    def _transcribed(self, frame: Frame) -> Sequence[Frame]:
        # GA's clients count on it; preview's services do not tell it.
        return (frame,) if frame.data.get("usage") else (self._made(frame, usage={"type": "duration", "seconds": 0.0}),)

    def _error(self, frame: Frame) -> Sequence[Frame]:
        error = _object(frame, "error")
        root, dot, path = str(error.get("param") or "").partition(".")
        shapes = {"session": (self._source.session, self._target.session)}
        shapes["response"] = (self._source.response, self._target.response)
        if not dot or root not in shapes:
            return (frame,)
        source, target = shapes[root]
        return (self._made(frame, error={**error, "param": f"{root}.{target.path_from_ga(source.path_to_ga(path))}"}),)

    # ── what they share ──

    def _item(self, frame: Frame) -> Json:
        return items.marked(items.item(_object(frame, "item"), self._content))

    def _completed(self, frame: Frame, *whole: Json) -> list[Frame]:
        """GA's second event for items that are whole now, where only the first has been there."""
        result: list[Frame] = []
        for item in whole:
            item_id = item.get("id")
            if item.get("status") != "in_progress" and isinstance(item_id, str) and item_id in self._unfinished:
                event = {
                    "type": _WHOLE_ITEM,
                    "event_id": f"{frame.data.get('event_id')}_{item_id}",
                    "previous_item_id": self._unfinished.pop(item_id),
                    "item": item,
                }
                result.append(Frame.of(event, self._target.name))
        return result

    def _made(self, frame: Frame, **fields: Any) -> Frame:
        return Frame.of({**frame.data, **fields, "type": self._types[frame.type]}, self._target.name)


def _object(frame: Frame, name: str) -> Json:
    value: Any = frame.data.get(name)
    if not isinstance(value, dict):
        raise MalformedFrame(f"{name} is no object")
    return cast("Json", value)


def _remember(memory: dict[str, object], key: object, value: object) -> None:
    if isinstance(key, str):
        memory[key] = value
        if len(memory) > _REMEMBERED:
            del memory[next(iter(memory))]
