"""What the engine is made of, as interfaces: ears, a voice and a reasoner. Each can be replaced on its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

HEARING_RATE = 16_000  # Hz; what voice activity and speech to text take
WIRE_RATE = 24_000  # Hz; what the Realtime wire's audio/pcm carries and the voice speaks
VAD_FRAME = 512  # samples at HEARING_RATE (32 ms), the only window Silero v5 takes


class VoiceActivity(Protocol):
    """A voice activity detector with the state of one listener."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """Tell how likely the next frame holds speech.

        Args:
            frame: Exactly `VAD_FRAME` mono samples in [-1, 1] at `HEARING_RATE`.

        Returns:
            A probability from 0 to 1.
        """
        ...

    def reset(self) -> None:
        """Forget what was heard, as at the start of a turn."""
        ...


class Ears(Protocol):
    """Speech to text, and a maker of voice activity detectors. Safe to call from several threads."""

    def listener(self) -> VoiceActivity:
        """A new detector for one session."""
        ...

    def transcribe(self, audio: NDArray[np.float32]) -> str:
        """Write down what was said; blocks, so call it off the event loop.

        Args:
            audio: Mono samples in [-1, 1] at `HEARING_RATE`, of any length.

        Returns:
            The words, or "" when there are none.
        """
        ...

    def warm(self) -> None:
        """Load and run everything once, so that the first caller does not wait for it."""
        ...


class Voice(Protocol):
    """Text to speech. Safe to call from several threads."""

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[NDArray[np.int16]]:
        """Say a text, piece by piece so that the first can be heard at once; blocks between pieces.

        Args:
            text: One sentence or more.
            speed: 1.0 is the voice's own pace; the wire allows 0.25 to 1.5.

        Yields:
            Mono samples at `WIRE_RATE`.
        """
        ...

    def warm(self) -> None:
        """Load and run everything once."""
        ...


@dataclass(frozen=True, slots=True)
class Thought:
    """What a reasoner is asked to respond to: a snapshot, never changed under its feet.

    Attributes:
        instructions: The session's or the response's instructions.
        items: The conversation in order, as GA wire items (`message`, `function_call`, `function_call_output`).
            A truncated assistant message carries only what was heard.
        tools: Function definitions as in `session.tools`.
        tool_choice: `"auto"`, `"none"`, `"required"` or `{"type": "function", "name": …}`.
        max_output_tokens: A limit, or None.
    """

    instructions: str
    items: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    tool_choice: str | Mapping[str, Any] = "auto"
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A piece of the spoken answer, in order; pieces are joined as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the tools.

    Attributes:
        name: The tool's name.
        arguments: Its arguments as JSON text, as on the wire; or their beginning.
        more: The arguments go on: `Arguments` follow until anything else does.
    """

    name: str
    arguments: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Arguments:
    """More of the arguments of the call just before, as they come."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """How many text tokens the reasoner read and wrote, if it knows; optional and last."""

    input_tokens: int = 0
    output_tokens: int = 0
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


class ReasonerError(Exception):
    """The reasoner could not respond; its text is fit for a `response.done` with status `failed`."""


class Reasoner(Protocol):
    """Decides what to say or which tools to call. One instance serves all sessions and keeps no conversation."""

    def respond(self, thought: Thought) -> AsyncIterator[Say | Call | Arguments | Usage]:
        """Respond to the conversation as it stands.

        Yields:
            Any mix of `Say` and `Call`, and the `Arguments` of a call that has more; closing the iterator cancels the
            work.

        Raises:
            ReasonerError: It cannot respond (endpoint unreachable, refused, nonsense received).
        """
        ...

    async def warm(self) -> None:
        """Load and run everything once."""
        ...

    async def close(self) -> None:
        """Give back what it holds: connections, threads."""
        ...
