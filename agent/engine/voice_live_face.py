"""VoiceLiveFace: Azure Voice Live's shape of the preview dialect.

What of it only Azure's own speech services can do (avatars, echo cancellation, their voices) is accepted and shown as
set, so that a client written for it runs; it is heard and spoken with the engine's own ears and voice all the same.
Source: the service's reference and a recorded session, autumn 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from agent.engine.checks import Check, anything, array, mapping, null_or, number, one_of, record, wrong_type
from agent.engine.formats import PCM_RATES
from agent.engine.preview_face import PreviewFace
from agent.engine.preview_names import settings_from_ga, settings_to_ga
from agent.engine.voices import VOICES
from agent.engine.wire_errors import invalid, missing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Field → what a session shows that never set it.
_AZURE_ONLY: dict[str, Any] = {
    "input_audio_sampling_rate": 24_000,
    "animation": None,
    "input_audio_echo_cancellation": None,
    "avatar": None,
    "output_audio_timestamp_types": None,
    "interim_response": None,
    "reasoning_effort": None,
}
_VAD_KINDS = (
    "server_vad",
    "semantic_vad",
    "azure_semantic_vad",
    "azure_semantic_vad_en",
    "azure_semantic_vad_multilingual",
)
# What the engine's turn detection takes too; the rest of a Voice Live object is shown back only.
_SHARED_VAD = frozenset(
    {"threshold", "prefix_padding_ms", "silence_duration_ms", "create_response", "interrupt_response"}
)
_SHARED_TRANSCRIPTION = frozenset({"model", "language", "prompt"})
_NOISE_KINDS = ("near_field", "far_field", "azure_deep_noise_suppression")
_VOICE_KINDS = ("openai", "azure-standard", "azure-custom", "azure-personal", "azure-platform")


def _typed(*kinds: str) -> Check:
    def check(value: object, path: str) -> dict[str, Any]:
        given = mapping(value, path)
        if "type" not in given:
            raise missing(f"{path}.type")
        one_of(*kinds)(given["type"], f"{path}.type")
        return given

    return check


def _voice(value: object, path: str) -> Any:
    return value if isinstance(value, str) else _typed(*_VOICE_KINDS)(value, path)


def _rate(value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(path, "an integer", value)
    if value not in PCM_RATES:
        raise invalid(path, f"Invalid '{path}': {value} is none of {', '.join(map(str, PCM_RATES))}.")
    return value


class VoiceLiveFace(PreviewFace):
    """One client that speaks Voice Live."""

    input_rates: Collection[int] = tuple(PCM_RATES)
    names_calls: ClassVar[bool] = True
    counts_images: ClassVar[bool] = True
    session_fields: ClassVar[Mapping[str, Check]] = {
        **{name: check for name, check in PreviewFace.session_fields.items() if name != "speed"},
        **dict.fromkeys(_AZURE_ONLY, anything),
        **dict.fromkeys(("parallel_tool_calls", "include", "metadata", "truncation_strategy"), anything),
        "modalities": array(one_of("text", "audio", "animation", "avatar"), most=4),
        "temperature": null_or(number(0, 2)),
        "voice": _voice,
        "input_audio_sampling_rate": _rate,
        "input_audio_noise_reduction": null_or(_typed(*_NOISE_KINDS)),
        "input_audio_transcription": null_or(mapping),
        "turn_detection": null_or(_typed(*_VAD_KINDS)),
    }
    response_fields: ClassVar[Mapping[str, Check]] = {
        **PreviewFace.response_fields,
        "modalities": session_fields["modalities"],
        "voice": _voice,
        "interim_response": anything,
        "reasoning_effort": anything,
    }

    def __init__(self) -> None:
        super().__init__()
        self.kept |= _AZURE_ONLY | {"temperature": None, "modalities": ["audio"]}

    def outward(self, event: dict[str, Any]) -> Sequence[dict[str, Any]]:
        """The session's event in the client's words."""
        # The service tells nobody about its limits.
        return () if event["type"] == "rate_limits.updated" else super().outward(event)

    def session_inward(self, session: dict[str, Any]) -> dict[str, Any]:
        """A client's session object, checked, in GA's shape and with what the engine can do."""
        checked = record(self.session_fields)(session, "session")
        kept = {name: checked[name] for name in (*_AZURE_ONLY, "temperature", "modalities") if name in checked}
        plain = {name: value for name, value in checked.items() if name not in _AZURE_ONLY}
        for name in ("metadata", "truncation_strategy", "include", "parallel_tool_calls"):
            plain.pop(name, None)
        self._part_objects(plain, kept)
        ga: dict[str, Any] = {"type": "realtime", **settings_to_ga(plain)}
        if {"input_audio_sampling_rate", "input_audio_format"} & set(checked):
            # The rate stands beside the format here, and each may be set without the other.
            rate = checked.get("input_audio_sampling_rate", self.kept["input_audio_sampling_rate"])
            if checked.get("input_audio_format", "pcm16") == "pcm16":
                ga.setdefault("audio", {}).setdefault("input", {})["format"] = {"type": "audio/pcm", "rate": rate}
        self.keep(kept)
        return ga

    def _part_objects(self, plain: dict[str, Any], kept: dict[str, Any]) -> None:
        """Part each object into what the engine takes, left in `plain`, and what is only shown back."""
        detection = plain.get("turn_detection")
        if detection is not None:
            azure = detection["type"].startswith("azure")
            # Azure's detectors take a threshold and a silence, as the engine's plain one does and its other does not.
            own = {"type": "server_vad" if azure else detection["type"]}
            shared = _SHARED_VAD | ({"eagerness"} if own["type"] == "semantic_vad" else {"idle_timeout_ms"})
            plain["turn_detection"] = own | {name: detection[name] for name in shared & set(detection)}
            kept["turn_detection"] = {name: value for name, value in detection.items() if name not in shared}
        transcription = plain.get("input_audio_transcription")
        if transcription is not None:
            shared = _SHARED_TRANSCRIPTION & set(transcription)
            plain["input_audio_transcription"] = {name: transcription[name] for name in shared}
            kept["input_audio_transcription"] = {
                name: value for name, value in transcription.items() if name not in shared
            }
        noise: dict[str, Any] | None = plain.get("input_audio_noise_reduction")
        if noise is not None and noise["type"].startswith("azure"):
            kept["input_audio_noise_reduction"] = plain.pop("input_audio_noise_reduction")
        elif "input_audio_noise_reduction" in plain:
            kept["input_audio_noise_reduction"] = None
        if "voice" in plain:
            kept["voice"] = plain["voice"]
            _own_voice(plain)

    def session_outward(self, session: dict[str, Any]) -> dict[str, Any]:
        """The session as the client sees it."""
        shown = settings_from_ga(session) | {"object": "realtime.session"}
        shown["voice"] = self._shown_voice(shown["voice"])
        shown.pop("speed", None)  # the service's sessions have none
        for name, value in self.kept.items():
            if name in {"turn_detection", "input_audio_transcription"}:
                below = shown[name]
                shown[name] = below if below is None else cast("dict[str, Any]", below) | value
            elif name == "input_audio_noise_reduction":
                shown[name] = value or shown[name]
            elif name != "voice":
                shown[name] = value
        return shown

    def response_inward(self, response: dict[str, Any]) -> dict[str, Any]:
        """What a `response.create` overrides, in GA's shape and with what the engine can do."""
        plain = {
            name: value for name, value in response.items() if name not in {"interim_response", "reasoning_effort"}
        }
        if isinstance(plain.get("voice"), dict):
            _own_voice(plain)
        return super().response_inward(plain)

    def response_outward(self, response: dict[str, Any]) -> dict[str, Any]:
        """A response as the client sees it."""
        shown = super().response_outward(response)
        return shown | {"voice": self._shown_voice(shown["voice"]), "modalities": response["output_modalities"]}

    def _shown_voice(self, own: str) -> Any:
        voice = self.kept.get("voice", own)
        return {"name": voice, "type": "openai"} if isinstance(voice, str) else voice


def _own_voice(settings: dict[str, Any]) -> None:
    voice = settings.pop("voice")
    name = cast("dict[str, Any]", voice).get("name") if isinstance(voice, dict) else voice
    if name in VOICES:
        settings["voice"] = name
