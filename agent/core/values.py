"""Values: the few settings whose values, and not only names, differ between the dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.paths import Json

_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "pcm16": {"type": "audio/pcm", "rate": 24000},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
    # Voice Live's alone.
    "pcm16_16000hz": {"type": "audio/pcm", "rate": 16000},
    "pcm16_8000hz": {"type": "audio/pcm", "rate": 8000},
}

# What each kind of turn detection may hold. Azure rejects a whole update over one key that it does not know.
_ANY_VAD = frozenset({"type", "create_response", "interrupt_response"})
_SERVER_VAD = _ANY_VAD | {"threshold", "prefix_padding_ms", "silence_duration_ms"}
_AZURE_VAD = _SERVER_VAD | {
    "auto_truncate",
    "end_of_utterance_detection",
    "idle_timeout_ms",
    "languages",
    "remove_filler_words",
    "speech_duration_ms",
}
Detection: TypeAlias = "Mapping[str, frozenset[str]]"
GA_DETECTION: Detection = {
    "server_vad": _SERVER_VAD | {"idle_timeout_ms"},
    "semantic_vad": _ANY_VAD | {"eagerness"},
}
PREVIEW_DETECTION: Detection = {"server_vad": _SERVER_VAD, "semantic_vad": _ANY_VAD | {"eagerness"}}
VOICE_LIVE_DETECTION: Detection = {
    "server_vad": _AZURE_VAD,
    "azure_semantic_vad": _AZURE_VAD,
    "azure_semantic_vad_en": _AZURE_VAD,
    "azure_semantic_vad_multilingual": _AZURE_VAD,
}
# What stands in for a kind that somebody does not know, best first.
_NEAREST = {
    "semantic_vad": ("azure_semantic_vad", "server_vad"),
    "azure_semantic_vad": ("semantic_vad", "server_vad"),
    "azure_semantic_vad_en": ("azure_semantic_vad", "semantic_vad", "server_vad"),
    "azure_semantic_vad_multilingual": ("azure_semantic_vad", "semantic_vad", "server_vad"),
}


def _fields(value: Any) -> Json | None:
    return cast("Json", value) if isinstance(value, dict) else None


def format_to_ga(value: Any) -> Any:
    """`"pcm16"` → `{"type": "audio/pcm", "rate": 24000}`; what is unknown stays, for the service to refuse."""
    shape = _FORMATS.get(value) if isinstance(value, str) else None
    return dict(shape) if shape else value


def format_from_ga(value: Any) -> Any:
    """The name of a format; one at a rate of its own only where such a name exists."""
    given = _fields(value)
    if given is None:
        return value
    alike = [name for name, shape in _FORMATS.items() if shape["type"] == given.get("type")]
    exact = [name for name in alike if _FORMATS[name].get("rate") == given.get("rate")]
    return exact[0] if exact else alike[0] if alike else given


def modalities_to_ga(value: Any) -> Any:
    """GA takes one of the two, never both; in preview `["text", "audio"]` means audio with its transcript."""
    return (["audio"] if "audio" in value else ["text"]) if isinstance(value, list) else value


def one_modality(value: Any) -> Any:
    """The one that means the same where a service takes one only."""
    return ["audio"] if value in (["audio", "text"], ["text", "audio"]) else value


def modalities_from_ga(value: Any) -> Any:
    """The widest that means the same."""
    return (["text", "audio"] if "audio" in value else ["text"]) if isinstance(value, list) else value


def voice_name(value: Any) -> Any:
    """The name of a voice that Voice Live describes by an object, or of a custom one."""
    given = _fields(value)
    if given is None:
        return value
    return given.get("name") or given.get("id")


def plain_voice(value: Any) -> Any:
    """A voice for a service that has none of Azure's own; a custom one of OpenAI's is an object without a type."""
    given = _fields(value)
    return voice_name(given) if given is not None and "type" in given else value


def as_it_is(value: Any) -> Any:
    """The value."""
    return value


def plain_noise_reduction(value: Any) -> Any:
    """Noise reduction for a service that has none of Azure's own: off, where it is of that kind."""
    given = _fields(value)
    return None if given is not None and str(given.get("type")).startswith("azure_") else value


def plain_transcription(value: Any) -> Any:
    """Transcription without Azure's own settings."""
    given = _fields(value)
    if given is None:
        return value
    return {name: each for name, each in given.items() if name not in {"custom_speech", "phrase_list"}}


def detection_for(kinds: Detection, value: Any) -> Any:
    """Turn detection in the nearest of the given kinds, with the keys that this kind knows.

    Args:
        kinds: The kinds that whoever reads it knows, with their keys.
        value: An object, or None for off. One of a kind that nobody here knows is left as it is.
    """
    given = _fields(value)
    if given is None:
        return value
    kind = given.get("type")
    if not isinstance(kind, str):
        return given
    if kind not in kinds:
        kind = next((other for other in _NEAREST.get(kind, ()) if other in kinds), None)
    if kind is None:
        return given
    return {"type": kind} | {name: each for name, each in given.items() if name in kinds[kind] and name != "type"}


def functions_only(tools: Any) -> Any:
    """Tools without those that a service would call itself; the identical object where there are none."""
    if not isinstance(tools, list) or not server_labels({"tools": tools}):
        return cast("Any", tools)
    return [tool for tool in cast("list[Any]", tools) if not _is_server(tool)]


def server_labels(session: Mapping[str, Any]) -> list[str]:
    """The labels of the servers in a session object whose tools the service would call itself."""
    tools = session.get("tools")
    listed = cast("list[Any]", tools) if isinstance(tools, list | tuple) else []
    return [str(tool.get("server_label", "")) for tool in listed if _is_server(tool)]


def _is_server(tool: object) -> bool:
    return isinstance(tool, dict) and cast("Json", tool).get("type") == "mcp"
