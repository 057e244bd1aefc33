"""Audio: what a service does with the user's sound, and whose voice it answers in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agent.errors import ConfigurationError
from agent.options.checks import given, number, one_of, text

NOISE_REDUCTIONS = ("near_field", "far_field", "azure_deep_noise_suppression")

_VOICES = ("azure-standard", "azure-custom", "azure-personal", "openai")


@dataclass(frozen=True, kw_only=True)
class Transcription:
    """The transcript of what the user says. A model of its own makes it, so it may differ from what the model heard.

    Attributes:
        model: The transcribing model; None for the one that the environment names, or else that suits the service. On
            Azure OpenAI it must be deployed, and this is the deployment's name.
        language: What is spoken, as ISO 639-1, such as `"en"`; None to find it out. Voice Live takes several with
            commas between.
        prompt: Words that are likely to come up; not every model takes it.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    model: str | None = None
    language: str | None = None
    prompt: str | None = None

    def __post_init__(self) -> None:
        owner = type(self).__name__
        for name in ("model", "language", "prompt"):
            text(owner, name, getattr(self, name))

    def wire(self) -> dict[str, Any]:
        """The GA object, at `audio.input.transcription`."""
        return given(model=self.model, language=self.language, prompt=self.prompt)


@dataclass(frozen=True, kw_only=True)
class AzureVoice:
    """A voice of Azure Speech, for Voice Live. Other services take the plain name of one of their own voices.

    Attributes:
        name: The voice, such as `"en-US-Ava:DragonHDLatestNeural"`.
        type: `"azure-standard"`, `"azure-custom"` (with `endpoint_id`), `"azure-personal"` (with `model`), or
            `"openai"` for a voice of OpenAI's by name.
        endpoint_id: Where a custom voice is deployed.
        model: The model of a personal voice, such as `"DragonLatestNeural"`.
        temperature: How lively, 0.0 to 1.0; for HD voices.
        locale: The accent, such as `"en-GB"`.
        style: A speaking style, such as `"cheerful"`.
        pitch: Such as `"+5%"`.
        rate: Speed, such as `"1.1"`.
        volume: Such as `"-10%"`.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    name: str
    type: Literal["azure-standard", "azure-custom", "azure-personal", "openai"] = "azure-standard"
    endpoint_id: str | None = None
    model: str | None = None
    temperature: float | None = None
    locale: str | None = None
    style: str | None = None
    pitch: str | None = None
    rate: str | None = None
    volume: str | None = None

    def __post_init__(self) -> None:
        owner = type(self).__name__
        one_of(owner, "type", self.type, _VOICES)
        for name in ("name", "endpoint_id", "model", "locale", "style", "pitch", "rate", "volume"):
            text(owner, name, getattr(self, name))
        number(owner, "temperature", self.temperature, 0.0, 1.0)
        for kind, needed in (("azure-custom", "endpoint_id"), ("azure-personal", "model")):
            if self.type == kind and getattr(self, needed) is None:
                raise ConfigurationError(f"{owner}(type={kind!r}) needs {needed}=…")

    def wire(self) -> dict[str, Any]:
        """The object in GA's place for it, `audio.output.voice`."""
        return {
            "type": self.type,
            "name": self.name,
            **given(
                endpoint_id=self.endpoint_id,
                model=self.model,
                temperature=self.temperature,
                locale=self.locale,
                style=self.style,
                pitch=self.pitch,
                rate=self.rate,
                volume=self.volume,
            ),
        }
