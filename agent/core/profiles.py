"""Profiles: what each kind of service can do, as data. Nobody asks which service it is, only what it can."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.core import values
from agent.core.dialect import GA, PREVIEW, VOICE_LIVE, VOICE_LIVE_ONLY, Dialect
from agent.core.paths import leaves, look, permitted, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.paths import Json
    from agent.core.shape import Convert

_EVERYWHERE = frozenset(
    {
        "instructions",
        "tools",
        "tool_choice",
        "output_modalities",
        "max_output_tokens",
        "audio.input.format",
        "audio.input.noise_reduction",
        "audio.input.transcription",
        "audio.input.turn_detection",
        "audio.output.format",
        "audio.output.voice",
    }
)
_GA = _EVERYWHERE | {
    "type",
    "model",
    "include",
    "parallel_tool_calls",
    "prompt",
    "reasoning",
    "tracing",
    "truncation",
    "audio.output.speed",
}
_PREVIEW = _EVERYWHERE | {"audio.output.speed", "temperature", "tracing"}
_VOICE_LIVE = _EVERYWHERE | VOICE_LIVE_ONLY | {"include", "parallel_tool_calls", "reasoning.effort", "temperature"}

# Without these a session is the same session, only a little worse: where a service rejects one, it does without.
OPTIONAL = (
    "include",
    "parallel_tool_calls",
    "reasoning",
    "temperature",
    "tracing",
    "truncation",
    "audio.input.noise_reduction",
    "audio.input.transcription",
    "audio.input.turn_detection.eagerness",
    "audio.input.turn_detection.end_of_utterance_detection",
    "audio.input.turn_detection.idle_timeout_ms",
    "audio.input.turn_detection.languages",
    "audio.input.turn_detection.remove_filler_words",
    "audio.output.speed",
    *sorted(VOICE_LIVE_ONLY - {"agent"}),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of service can do.

    Attributes:
        name: Its key in `PROFILES`.
        dialect: The names it speaks.
        session: Dotted paths of the GA session object that it takes; what is not here is left out.
        detection: Kinds of turn detection that it has, with the keys of each.
        both_modalities: A response may be audio and text at once, rather than one of the two.
        sideband: A call over WebRTC can be controlled from the server, by its `call_id`.
        out_of_band: `response.create` takes `conversation` and `input`.
        server_tools: It calls the tools of MCP servers itself (tools of the type `mcp`).
        azure_speech: It takes Azure's own voices, noise suppression and settings of transcription.
        languages: ISO 639-1 codes of all that it hears and speaks, its own first; None where they are many.
    """

    name: str
    dialect: Dialect
    session: frozenset[str]
    detection: Mapping[str, frozenset[str]] = field(default_factory=lambda: values.GA_DETECTION)
    both_modalities: bool = False
    sideband: bool = True
    out_of_band: bool = True
    azure_speech: bool = False
    server_tools: bool = False
    languages: tuple[str, ...] | None = None

    @property
    def introduction(self) -> Json:
        """What `extension.ready` tells of the service."""
        return {"service": {"name": self.name}}

    def takes(self, session: Mapping[str, Any]) -> Json:
        """The part of a GA session object that the service takes."""
        return permitted(session, self.session)

    def lay_out(self, session: Mapping[str, Any]) -> Json:
        """A GA session object as it is sent to the service: in its names, without what it does not know."""
        fields = self.takes(session)
        for path, suited in self._suited():
            found, value = look(fields, path)
            if found and suited(value) is not value:
                place(fields, path, suited(value))
        return self.dialect.session_from_ga(fields)

    def left_out(self, session: Mapping[str, Any]) -> list[str]:
        """Dotted paths of a GA session object that the service does not take."""
        lacking = set[str]() if self.server_tools else {f"tools ({label})" for label in values.server_labels(session)}
        return sorted((leaves(session) - leaves(self.takes(session)) - {"type"}) | lacking)

    def _suited(self) -> list[tuple[str, Convert]]:
        suited: list[tuple[str, Convert]] = [("audio.input.turn_detection", self._detection)]
        suited += [] if self.server_tools else [("tools", values.functions_only)]
        suited += [] if self.azure_speech else _PLAIN
        suited += [] if self.both_modalities else [("output_modalities", values.one_modality)]
        return suited

    def _detection(self, value: Any) -> Any:
        # A kind that it has is left as the operator wrote it: what a service adds to it is not ours to take away.
        has = any(look({"x": value}, "x.type") == (True, kind) for kind in self.detection)
        return value if has else values.detection_for(self.detection, value)

    def field_to_ga(self, param: str) -> str:
        """The dotted GA path of a field that the service names in an error, such as `session.voice`."""
        return self.dialect.session.path_to_ga(param.removeprefix("session."))


_PLAIN: list[tuple[str, Convert]] = [
    ("audio.input.noise_reduction", values.plain_noise_reduction),
    ("audio.input.transcription", values.plain_transcription),
    ("audio.output.voice", values.plain_voice),
]

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("openai", GA, _GA, server_tools=True),
        Profile("azure", GA, _GA, server_tools=True),
        Profile("azure-preview", PREVIEW, _PREVIEW, values.PREVIEW_DETECTION, both_modalities=True, sideband=False),
        Profile(
            "voice-live",
            VOICE_LIVE,
            _VOICE_LIVE,
            values.VOICE_LIVE_DETECTION,
            both_modalities=True,
            sideband=False,
            out_of_band=False,
            azure_speech=True,
            server_tools=True,
        ),
        Profile("engine", GA, _GA, languages=("en",)),
        Profile("compatible", GA, _GA, server_tools=True),
    )
}


def optional(path: str) -> str | None:
    """The field of `OPTIONAL` that a dotted GA path lies in, or None where a session needs it."""
    return next((name for name in OPTIONAL if path == name or path.startswith((name + ".", name + "["))), None)
