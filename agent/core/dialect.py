"""Dialects: the same protocol under two sets of names, as tables.

GA is what the core speaks. Preview is what Azure's preview endpoints and Voice Live speak: other event types, another
shape of the session. Sources: the migration guide of the Realtime API and Microsoft's Realtime reference, autumn 2026.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Preview event type → GA event type. `conversation.item.created` stands for GA's `.added` and `.done` together.
_PREVIEW_EVENTS = {
    "response.text.delta": "response.output_text.delta",
    "response.text.done": "response.output_text.done",
    "response.audio.delta": "response.output_audio.delta",
    "response.audio.done": "response.output_audio.done",
    "response.audio_transcript.delta": "response.output_audio_transcript.delta",
    "response.audio_transcript.done": "response.output_audio_transcript.done",
    "conversation.item.created": "conversation.item.added",
}

# Preview session field → path in the GA session. Fields that stand in neither column keep their name.
_PREVIEW_SESSION = {
    "modalities": ("output_modalities",),
    "input_audio_format": ("audio", "input", "format"),
    "input_audio_transcription": ("audio", "input", "transcription"),
    "input_audio_noise_reduction": ("audio", "input", "noise_reduction"),
    "turn_detection": ("audio", "input", "turn_detection"),
    "output_audio_format": ("audio", "output", "format"),
    "voice": ("audio", "output", "voice"),
    "speed": ("audio", "output", "speed"),
    "max_response_output_tokens": ("max_output_tokens",),
}

_FORMATS: dict[str, dict[str, Any]] = {
    "pcm16": {"type": "audio/pcm", "rate": 24000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}

# Known to one dialect only: left out on the way to the other, because one unknown field rejects a whole update.
_GA_ONLY = frozenset({"type", "object", "truncation", "prompt", "include", "parallel_tool_calls", "reasoning", "audio"})
_PREVIEW_ONLY = frozenset({"temperature", "client_secret", "object"})


def _format_to_ga(name: Any) -> Any:
    return _FORMATS.get(name, name)


def _format_to_preview(value: Any) -> Any:
    kind = cast("dict[str, Any]", value).get("type") if isinstance(value, dict) else None
    names = [name for name, shape in _FORMATS.items() if shape["type"] == kind]
    return names[0] if names else cast("Any", value)


def _modalities_to_ga(value: Any) -> Any:
    # GA takes one of the two, never both; in preview `["text", "audio"]` meant audio with its transcript.
    return ["audio"] if "audio" in value else ["text"]


def _modalities_to_preview(value: Any) -> Any:
    return ["text", "audio"] if "audio" in value else ["text"]


_VALUES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "modalities": (_modalities_to_ga, _modalities_to_preview),
    "input_audio_format": (_format_to_ga, _format_to_preview),
    "output_audio_format": (_format_to_ga, _format_to_preview),
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way of naming things on the wire.

    Attributes:
        name: `"ga"` or `"preview"`.
        events: Its event types → GA's, where they differ.
        session: Its session fields → their path in the GA session, where they differ.
    """

    name: str
    events: Mapping[str, str] = field(default_factory=dict[str, str])
    session: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def event_to_ga(self, kind: str) -> str:
        """The GA name of one of this dialect's event types."""
        return self.events.get(kind, kind)

    def event_from_ga(self, kind: str) -> str:
        """This dialect's name of a GA event type."""
        return next((own for own, ga in self.events.items() if ga == kind), kind)

    def session_to_ga(self, session: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a session object of this dialect to GA's shape, leaving out what GA does not know."""
        if not self.session:
            return dict(session)
        result: dict[str, Any] = {"type": "realtime"}
        for name, value in session.items():
            if name in self.session:
                _place(result, self.session[name], _VALUES[name][0](value) if name in _VALUES else value)
            elif name not in _PREVIEW_ONLY:
                result[name] = value
        return result

    def session_from_ga(self, session: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a GA session object to this dialect, leaving out what it does not know."""
        if not self.session:
            return dict(session)
        moved = {path[0] for path in self.session.values()}
        result = {name: value for name, value in session.items() if name not in _GA_ONLY | moved}
        for name, path in self.session.items():
            found, value = _look(session, path)
            if found:
                result[name] = _VALUES[name][1](value) if name in _VALUES else value
        return result


def _place(target: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        target = target.setdefault(name, {})
    target[path[-1]] = value


def _look(source: Mapping[str, Any], path: tuple[str, ...]) -> tuple[bool, Any]:
    value: Any = source
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return False, None
        value = cast("dict[str, Any]", value)[name]
    return True, value


GA = Dialect("ga")
PREVIEW = Dialect("preview", _PREVIEW_EVENTS, _PREVIEW_SESSION)
DIALECTS = {dialect.name: dialect for dialect in (GA, PREVIEW)}
