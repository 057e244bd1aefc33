"""Turn detection: how a service finds out that the user has begun and has finished speaking.

Field names and limits: OpenAI's Realtime reference and Microsoft's Voice Live reference, autumn 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from agent.options.checks import flag, given, number, one_of, text, whole

LONGEST_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class ServerVad:
    """Turns found by loudness: speech begins above a threshold and ends with a silence. Every service has it.

    Attributes:
        threshold: How sure, 0.0 to 1.0, the detector must be that it hears speech; higher for noisy places.
        prefix_padding_ms: Audio from before the beginning that is kept, in ms.
        silence_duration_ms: Silence that ends a turn, in ms; shorter answers sooner, and breaks in more often.
        idle_timeout_ms: Silence of the user after an answer, in ms, upon which the model speaks up by itself; None for
            never. Not every service has it.
        create_response: The model answers when a turn has ended.
        interrupt_response: The model stops when the user begins to speak.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500
    idle_timeout_ms: int | None = None
    create_response: bool = True
    interrupt_response: bool = True

    def __post_init__(self) -> None:
        owner = type(self).__name__
        number(owner, "threshold", self.threshold, 0.0, 1.0)
        whole(owner, "prefix_padding_ms", self.prefix_padding_ms, 0, LONGEST_MS, "ms")
        whole(owner, "silence_duration_ms", self.silence_duration_ms, 0, LONGEST_MS, "ms")
        whole(owner, "idle_timeout_ms", self.idle_timeout_ms, 1, LONGEST_MS, "ms")
        flag(owner, "create_response", self.create_response)
        flag(owner, "interrupt_response", self.interrupt_response)

    def wire(self) -> dict[str, Any]:
        """The GA object, at `audio.input.turn_detection`."""
        return {
            "type": "server_vad",
            "threshold": self.threshold,
            "prefix_padding_ms": self.prefix_padding_ms,
            "silence_duration_ms": self.silence_duration_ms,
            **given(idle_timeout_ms=self.idle_timeout_ms),
            "create_response": self.create_response,
            "interrupt_response": self.interrupt_response,
        }


@dataclass(frozen=True, kw_only=True)
class SemanticVad:
    """Turns found by meaning: the service waits longer while the user seems to have more to say.

    Attributes:
        eagerness: How soon it answers: `"low"` waits up to 8 s, `"medium"` and `"auto"` 4 s, `"high"` 2 s.
        create_response: The model answers when a turn has ended.
        interrupt_response: The model stops when the user begins to speak.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    eagerness: Literal["auto", "low", "medium", "high"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True

    def __post_init__(self) -> None:
        owner = type(self).__name__
        one_of(owner, "eagerness", self.eagerness, ("auto", "low", "medium", "high"))
        flag(owner, "create_response", self.create_response)
        flag(owner, "interrupt_response", self.interrupt_response)

    def wire(self) -> dict[str, Any]:
        """The GA object, at `audio.input.turn_detection`."""
        return {
            "type": "semantic_vad",
            "eagerness": self.eagerness,
            "create_response": self.create_response,
            "interrupt_response": self.interrupt_response,
        }


@dataclass(frozen=True, kw_only=True)
class AzureSemanticVad:
    """Voice Live's own detection of turns by meaning. Other services do not have it.

    Attributes:
        multilingual: For more languages than English.
        threshold: How sure, 0.0 to 1.0, the detector must be that it hears speech; None for the service's default.
        prefix_padding_ms: Audio from before the beginning that is kept, in ms; None for the service's default.
        silence_duration_ms: Silence that ends a turn, in ms; None for the service's default.
        speech_duration_ms: Speech that begins a turn, in ms; None for the service's default.
        remove_filler_words: "Uh" and its like do not count as speech, so they do not interrupt.
        languages: Languages to listen for, such as `("en", "de")`; empty for all.
        end_of_utterance: Also ask Voice Live's model whether a sentence is complete: one of its names, such as
            `"semantic_detection_v1"`; None for not.
        auto_truncate: The service itself cuts what was not heard out of the conversation. Ours does so by what the
            listener reports; leave it off unless clients do not report.
        create_response: The model answers when a turn has ended.
        interrupt_response: The model stops when the user begins to speak.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    multilingual: bool = False
    threshold: float | None = None
    prefix_padding_ms: int | None = None
    silence_duration_ms: int | None = None
    speech_duration_ms: int | None = None
    remove_filler_words: bool = False
    languages: tuple[str, ...] = ()
    end_of_utterance: str | None = None
    auto_truncate: bool = False
    create_response: bool = True
    interrupt_response: bool = True

    def __post_init__(self) -> None:
        owner = type(self).__name__
        number(owner, "threshold", self.threshold, 0.0, 1.0)
        for name in ("prefix_padding_ms", "silence_duration_ms", "speech_duration_ms"):
            whole(owner, name, getattr(self, name), 0, LONGEST_MS, "ms")
        for name in ("multilingual", "remove_filler_words", "auto_truncate", "create_response", "interrupt_response"):
            flag(owner, name, getattr(self, name))
        object.__setattr__(self, "languages", tuple(self.languages))
        for language in self.languages:
            text(owner, "languages", language)
        text(owner, "end_of_utterance", self.end_of_utterance)

    def wire(self) -> dict[str, Any]:
        """The object in GA's place for it, `audio.input.turn_detection`."""
        end = {"model": self.end_of_utterance} if self.end_of_utterance else None
        return {
            "type": "azure_semantic_vad_multilingual" if self.multilingual else "azure_semantic_vad",
            **given(
                threshold=self.threshold,
                prefix_padding_ms=self.prefix_padding_ms,
                silence_duration_ms=self.silence_duration_ms,
                speech_duration_ms=self.speech_duration_ms,
                languages=list(self.languages) or None,
                end_of_utterance_detection=end,
            ),
            "remove_filler_words": self.remove_filler_words,
            "auto_truncate": self.auto_truncate,
            "create_response": self.create_response,
            "interrupt_response": self.interrupt_response,
        }


TurnDetection: TypeAlias = ServerVad | SemanticVad | AzureSemanticVad
