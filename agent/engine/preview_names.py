"""Preview's names for what GA says, as the engine's faces need them: tables, and the two ways through them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

# GA event type → preview's. An item's `.done` has none: preview announces an item once.
EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"response.output_{kind}.{end}": f"response.{kind}.{end}"
        for kind in ("text", "audio", "audio_transcript")
        for end in ("delta", "done")
    }
    | {"conversation.item.added": "conversation.item.created"}
)

# Preview field of a session or response → its path in GA's, where they differ.
PATHS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
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
)
_GA_ONLY = frozenset({"type", "object", "truncation", "prompt", "include", "parallel_tool_calls", "reasoning"})
_PREVIEW_ONLY = frozenset({"temperature", "client_secret"})
_FORMATS: dict[str, dict[str, Any]] = {
    "pcm16": {"type": "audio/pcm", "rate": 24_000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}
_FORMAT_NAMES = {shape["type"]: name for name, shape in _FORMATS.items()}


def settings_to_ga(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A checked session or response of preview's in GA's shape, without what GA does not know."""
    result: dict[str, Any] = {}
    for name, value in settings.items():
        if name in _PREVIEW_ONLY:
            continue
        target = result
        *above, last = PATHS.get(name, (name,))
        for step in above:
            target = target.setdefault(step, {})
        target[last] = _value_to_ga(name, value)
    return result


def settings_from_ga(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A session or response of GA's in preview's shape, without what preview does not know."""
    moved = {path[0] for path in PATHS.values()}
    result = {name: value for name, value in settings.items() if name not in _GA_ONLY | moved}
    for name, path in PATHS.items():
        value: Any = settings
        for step in path:
            value = cast("Mapping[str, Any]", value).get(step, _ABSENT) if isinstance(value, dict) else _ABSENT
        if value is not _ABSENT:
            result[name] = _value_from_ga(name, value)
    return result


_ABSENT: Any = object()


def _value_to_ga(name: str, value: Any) -> Any:
    if name == "modalities":
        # GA takes one of the two; both together meant speech with its transcript.
        return ["audio"] if "audio" in value else ["text"]
    return dict(_FORMATS[value]) if name.endswith("_audio_format") else value


def _value_from_ga(name: str, value: Any) -> Any:
    if name == "modalities":
        return ["text", "audio"] if "audio" in value else ["text"]
    return _FORMAT_NAMES[value["type"]] if name.endswith("_audio_format") else value
