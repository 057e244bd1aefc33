"""What a session asks of the world: frozen effects, carried out by the runtime in the order they are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from agent.engine.formats import AudioFormat
    from agent.engine.parts import Thought


@dataclass(frozen=True, slots=True)
class Send:
    """Send an event to the client; the dictionary is never changed afterwards."""

    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hear:
    """Look for speech in the next stretch of the input stream; answer with `heard`.

    Attributes:
        audio: Whole samples in `format`, following the last stretch without a gap.
        format: How they are encoded.
    """

    audio: bytes
    format: AudioFormat


@dataclass(frozen=True, slots=True)
class ForgetHearing:
    """Reset the detector and drop samples that do not fill a frame yet: the next `Hear` starts afresh."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Write down what was said; answer with `transcribed` or `transcription_failed`.

    Attributes:
        item_id: The user's message. A newer revision replaces an older one of the same item.
        revision: Which attempt this is, to be handed back.
        audio: The speech, in `format`.
        format: How it is encoded.
        urgent: Somebody waits for it; otherwise it is a guess that the speaker has finished.
    """

    item_id: str
    revision: int
    audio: bytes
    format: AudioFormat
    urgent: bool


@dataclass(frozen=True, slots=True)
class DropTranscription:
    """The speaker went on: nobody waits for this item's transcription any more."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Think:
    """Ask the reasoner; answer with `thought` for each piece, then `thought_finished` or `thought_failed`."""

    response_id: str
    thought: Thought


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a sentence after those before it; answer with `spoken` for each stretch, then `segment_finished`.

    Attributes:
        response_id: The response it belongs to.
        segment: The sentence's number within its message, counted from 0, to be handed back.
        text: What to say.
        speed: 1.0 is the voice's own pace.
        format: How the audio handed back must be encoded.
    """

    response_id: str
    segment: int
    text: str
    speed: float
    format: AudioFormat


@dataclass(frozen=True, slots=True)
class Abandon:
    """The response is over, at its end or before: stop all work for it; what still comes of it is ignored."""

    response_id: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection after everything sent before."""

    code: int
    reason: str


Effect: TypeAlias = Send | Hear | ForgetHearing | Transcribe | DropTranscription | Think | Speak | Abandon | Close
