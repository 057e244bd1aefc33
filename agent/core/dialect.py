"""Dialects: the same protocol under several sets of names, as tables.

GA is what the core thinks in. Preview is what Azure's preview endpoints speak, and Voice Live speaks nearly that: other
event types, another shape of the session. Sources: the migration guide of the Realtime API, Microsoft's Realtime
reference and the models of azure-ai-voicelive, autumn 2026.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.core import values
from agent.core.paths import look, place
from agent.core.shape import SAME, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

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

# Content of the assistant's items; `content_part` events name it in preview's way in either dialect.
_PREVIEW_CONTENT = {"text": "output_text", "audio": "output_audio"}

# Preview session field → path in the GA session. Fields that stand in neither column keep their name.
_PREVIEW_SESSION = {
    "modalities": "output_modalities",
    "input_audio_format": "audio.input.format",
    "input_audio_transcription": "audio.input.transcription",
    "input_audio_noise_reduction": "audio.input.noise_reduction",
    "turn_detection": "audio.input.turn_detection",
    "output_audio_format": "audio.output.format",
    "voice": "audio.output.voice",
    "speed": "audio.output.speed",
    "max_response_output_tokens": "max_output_tokens",
}
_VOICE_LIVE_SESSION = {name: path for name, path in _PREVIEW_SESSION.items() if name != "speed"} | {
    "input_audio_sampling_rate": "audio.input.format.rate",
    "reasoning_effort": "reasoning.effort",
}
_PREVIEW_RESPONSE = {
    "modalities": "output_modalities",
    "output_audio_format": "audio.output.format",
    "voice": "audio.output.voice",
}

_FORMAT = (values.format_to_ga, values.format_from_ga)
_PREVIEW_VALUES = {
    "modalities": (values.modalities_to_ga, values.modalities_from_ga),
    "input_audio_format": _FORMAT,
    "output_audio_format": _FORMAT,
    "voice": (values.voice_name, values.voice_name),
    "input_audio_noise_reduction": (values.plain_noise_reduction, values.plain_noise_reduction),
    "input_audio_transcription": (values.plain_transcription, values.plain_transcription),
    "turn_detection": (
        partial(values.detection_for, values.GA_DETECTION),
        partial(values.detection_for, values.PREVIEW_DETECTION),
    ),
}
_VOICE_LIVE_VALUES = _PREVIEW_VALUES | {
    "voice": (values.voice_name, values.as_it_is),
    "input_audio_noise_reduction": (values.plain_noise_reduction, values.as_it_is),
    "input_audio_transcription": (values.plain_transcription, values.as_it_is),
    "turn_detection": (
        partial(values.detection_for, values.GA_DETECTION),
        partial(values.detection_for, values.VOICE_LIVE_DETECTION),
    ),
}

# Known to one dialect only: left out on the way to the other, because one unknown field rejects a whole update.
_GA_ONLY = frozenset({"truncation", "prompt", "include", "parallel_tool_calls", "reasoning", "audio"})
_PREVIEW_ONLY = frozenset({"temperature", "client_secret"})
VOICE_LIVE_ONLY = frozenset(
    {
        "agent",
        "animation",
        "avatar",
        "input_audio_echo_cancellation",
        "interim_response",
        "output_audio_timestamp_types",
        "truncation_strategy",
    }
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way of naming things on the wire.

    Attributes:
        name: `"ga"`, `"preview"` or `"voice-live"`.
        events: Its event types → GA's, where they differ.
        session: How its session objects are laid out.
        response: How its response objects, and the overrides of `response.create`, are laid out.
        content: Its types of the assistant's content → GA's, where they differ.
        own_events: Event types that no other dialect has.
        lacks: Event types, by GA's names, that every other dialect has and this one does not.
        names_calls: `response.function_call_arguments.done` carries the function's name.
    """

    name: str
    events: Mapping[str, str] = field(default_factory=dict[str, str])
    session: Shape = SAME
    response: Shape = SAME
    content: Mapping[str, str] = field(default_factory=dict[str, str])
    own_events: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    names_calls: bool = True

    def event_to_ga(self, kind: str) -> str:
        """The GA name of one of this dialect's event types."""
        return self.events.get(kind, kind)

    def event_from_ga(self, kind: str) -> str:
        """This dialect's name of a GA event type."""
        return next((own for own, ga in self.events.items() if ga == kind), kind)

    def session_to_ga(self, session: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a session object of this dialect to GA's shape, leaving out what GA does not know."""
        result = self.session.to_ga(session)
        # Voice Live may name the rate alone.
        if look(result, "audio.input.format.rate")[0] and not look(result, "audio.input.format.type")[0]:
            place(result, "audio.input.format.type", "audio/pcm")
        return result

    def session_from_ga(self, session: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a GA session object to this dialect, leaving out what it does not know."""
        return self.session.from_ga(session)


GA = Dialect(
    "ga",
    own_events=frozenset(
        {
            "conversation.item.done",
            "conversation.item.input_audio_transcription.segment",
            "input_audio_buffer.dtmf_event_received",
            "input_audio_buffer.timeout_triggered",
        }
    ),
)
PREVIEW = Dialect(
    "preview",
    _PREVIEW_EVENTS,
    Shape(_PREVIEW_SESSION, _PREVIEW_VALUES, _PREVIEW_ONLY | VOICE_LIVE_ONLY, _GA_ONLY, {"type": "realtime"}),
    Shape(_PREVIEW_RESPONSE, _PREVIEW_VALUES, _PREVIEW_ONLY, frozenset({"prompt", "reasoning", "parallel_tool_calls"})),
    _PREVIEW_CONTENT,
    names_calls=False,
)
VOICE_LIVE = Dialect(
    "voice-live",
    _PREVIEW_EVENTS,
    Shape(
        _VOICE_LIVE_SESSION,
        _VOICE_LIVE_VALUES,
        # `speed` is preview's and no field of this service; were one to tell it all the same, GA has it elsewhere.
        _PREVIEW_ONLY | VOICE_LIVE_ONLY | {"metadata", "speed"},
        _GA_ONLY - {"include", "parallel_tool_calls"},
        {"type": "realtime"},
    ),
    Shape(_PREVIEW_RESPONSE, _VOICE_LIVE_VALUES, _PREVIEW_ONLY, frozenset({"prompt", "reasoning"})),
    _PREVIEW_CONTENT,
    frozenset(
        {
            "warning",
            "response.animation_blendshapes.delta",
            "response.animation_blendshapes.done",
            "response.animation_viseme.delta",
            "response.animation_viseme.done",
            "response.audio_timestamp.delta",
            "response.audio_timestamp.done",
            "session.avatar.connecting",
        }
    ),
    # Neither azure-ai-voicelive nor a recorded session has them.
    frozenset(
        {
            "conversation.created",
            "output_audio_buffer.started",
            "output_audio_buffer.stopped",
            "rate_limits.updated",
        }
    ),
)
DIALECTS = {dialect.name: dialect for dialect in (GA, PREVIEW, VOICE_LIVE)}
