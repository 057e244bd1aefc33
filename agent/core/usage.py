"""What a response or a transcription cost in tokens, as the service reports it.

Shapes: `usage` of `response.done` (input and output tokens, by modality, and how many of the input came from the
prompt cache) and of `conversation.item.input_audio_transcription.completed` (tokens, or seconds of sound for models
that are billed by duration), from the Realtime API reference of OpenAI and of Azure OpenAI.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from agent.core.fields import Json, amount_at, at

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens by direction and modality; the sum of two is a `Usage`.

    Attributes:
        text_in: Text tokens read that no cache held.
        audio_in: The same of sound.
        image_in: The same of pictures.
        cached_text_in: Text tokens read that a cache held, which cost less.
        cached_audio_in: The same of sound.
        cached_image_in: The same of pictures.
        text_out: Text tokens written.
        audio_out: Tokens of speech written.
        seconds: Sound billed by its length (s), which some transcription models are.
    """

    text_in: int = 0
    audio_in: int = 0
    image_in: int = 0
    cached_text_in: int = 0
    cached_audio_in: int = 0
    cached_image_in: int = 0
    text_out: int = 0
    audio_out: int = 0
    seconds: float = 0.0

    @classmethod
    def reported(cls, usage: object) -> Self:
        """Read the `usage` object of an event; what it does not say counts as nothing."""
        read, given, written = at(usage), at(usage, "input_token_details"), at(usage, "output_token_details")
        cached = at(given, "cached_tokens_details")
        text, audio, image = (_count(given, f"{kind}_tokens") for kind in ("text", "audio", "image"))
        # Without details, all of it is text, which a service that has no sound to count means.
        text += max(0, _count(read, "input_tokens") - text - audio - image)
        # Cached tokens that are told without their modality are text first: prompts and tools are what caches hold.
        known = [_count(cached, f"{kind}_tokens") for kind in ("text", "audio", "image")]
        untold = max(0, _count(given, "cached_tokens") - sum(known))
        held_text = min(text, known[0] + untold)
        held_audio = min(audio, known[1] + max(0, known[0] + untold - held_text))
        held_image = min(image, known[2])
        said_text, said_audio = _count(written, "text_tokens"), _count(written, "audio_tokens")
        said_text += max(0, _count(read, "output_tokens") - said_text - said_audio)
        return cls(
            text_in=text - held_text,
            audio_in=audio - held_audio,
            image_in=image - held_image,
            cached_text_in=held_text,
            cached_audio_in=held_audio,
            cached_image_in=held_image,
            text_out=said_text,
            audio_out=said_audio,
            seconds=float(amount_at(read, "seconds")),
        )

    @property
    def tokens_in(self) -> int:
        """All that was read, from a cache or not."""
        fresh = self.text_in + self.audio_in + self.image_in
        return fresh + self.cached_text_in + self.cached_audio_in + self.cached_image_in

    @property
    def tokens_cached(self) -> int:
        """What of it a cache held."""
        return self.cached_text_in + self.cached_audio_in + self.cached_image_in

    @property
    def tokens_out(self) -> int:
        """All that was written."""
        return self.text_out + self.audio_out

    def __add__(self, other: Usage) -> Usage:
        return Usage(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Usage)))


def _count(of: Json, name: str) -> int:
    value = amount_at(of, name)
    return value if isinstance(value, int) else 0
