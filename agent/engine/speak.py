"""The engine's voice: text in, 24 kHz sound out, sentence by sentence."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from agent.engine.audio import float_to_int16
from agent.engine.models import ModelFile
from agent.engine.parts import WIRE_RATE
from agent.engine.spoken import spoken
from agent.engine.voices import VOICES as NAMES
from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from agent.engine.parts import Voice


def _asset(name: str, sha256: str) -> ModelFile:
    return ModelFile("hibari-tts==0.2.1", "hibari", f"assets/{name}", sha256)


HIBARI = _asset("hibari.onnx", "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8")
# What turns text into phonemes is trained too: words outside the lexicon, and parts of speech.
_FRONT_END = (
    _asset("oov.onnx", "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76"),
    _asset("tagger.json.gz", "d2da7502284bbbe45d49e0b7ce3ce67bdab82254150f4317f1b8559b4d38d0eb"),
)

# One voice is packaged. The services' names are accepted, so that a client or an agent written for them runs unchanged.
_PACKAGED = "heart"
VOICES: Final[dict[str, str]] = dict.fromkeys(NAMES, _PACKAGED)

_GAIN = np.float32(1.6)  # the voice speaks 4 dB below the usual -20 dBFS; its peaks stay below 0.7
_QUIET = 0.001  # -60 dBFS; what lies around a sentence is empty, some 60 dB below even that
_LEAD = 20  # ms kept before the first sound
_PAUSE = 200  # ms kept after the last, so that sentences stand apart
_CLAUSE = 160  # characters; a first sentence longer than this would keep the listener waiting


class VoiceError(ConfigurationError):
    """There is no voice of that name."""


class HibariVoice:
    """The packaged voice. Safe to call from several threads.

    Raises:
        ModelFileError: A model's file is missing or wrong.
    """

    def __init__(self) -> None:
        for file in _FRONT_END:
            file.verified()
        path = HIBARI.verified()
        hibari: Any = importlib.import_module("hibari")  # untyped; reached as Any through this one door
        # Given a path, it never looks a voice up by name, which for other voices would fetch them from the network.
        self._model: Any = hibari.Hibari(model=str(path), threads=1)
        self._front_end = threading.Lock()  # it loads parts of itself when they are first needed

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[NDArray[np.int16]]:
        """Say a text; blocks between pieces, for some 10 ms for each second of speech.

        Args:
            text: Plain text or Markdown, one sentence or more.
            speed: 1.0 is the voice's own pace; from 0.25 to 4.

        Yields:
            Mono samples at `WIRE_RATE`, a sentence or clause at a time; nothing for a text without words.

        Raises:
            ValueError: The speed is out of range.
        """
        if not 0.25 <= speed <= 4.0:
            raise ValueError(f"speed is {speed}: it must lie between 0.25 and 4.0")
        return self._pieces(text, speed)

    def warm(self) -> None:
        """Run everything once; "Vocative" is in no lexicon, so the model for unknown words is loaded too."""
        for _ in self.speak("Vocative is ready."):
            pass

    def _pieces(self, text: str, speed: float) -> Iterator[NDArray[np.int16]]:
        sentences: list[str] = self._model.split_sentences(spoken(text))
        if sentences:
            sentences[:1] = first_clause(sentences[0])
        for sentence in sentences:
            with self._front_end:
                phrases: list[str] = self._model.phonemize(sentence)
            for phonemes in phrases:
                # The breath in the voice is noise; with a fixed seed the same words always sound the same.
                samples: NDArray[np.float32] = self._model.from_phonemes(phonemes, speed=speed, seed=0)
                heard = trim(samples, pause=_PAUSE / speed)
                if len(heard):
                    yield float_to_int16(heard * _GAIN)


def trim(samples: NDArray[np.float32], *, pause: float) -> NDArray[np.float32]:
    """Cut off the silence before a sentence (some 300 ms, which a caller would wait through) and most of that after.

    Args:
        samples: The sentence at `WIRE_RATE`.
        pause: What to leave after the last sound, in ms.

    Returns:
        The part that is heard; empty when nothing is.
    """
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not len(loud):
        return samples[:0]
    start = max(0, int(loud[0]) - _LEAD * WIRE_RATE // 1000)
    return samples[start : int(loud[-1]) + int(pause * WIRE_RATE / 1000)]


def first_clause(sentence: str) -> list[str]:
    """Part a long sentence at the last clause that fits, so that its beginning is heard at once.

    Args:
        sentence: One sentence.

    Returns:
        The sentence, or its two parts.
    """
    if len(sentence) <= _CLAUSE:
        return [sentence]
    cut = max(sentence.rfind(mark, _CLAUSE // 4, _CLAUSE) for mark in (", ", "; ", ": "))
    return [sentence] if cut < 0 else [sentence[: cut + 1], sentence[cut + 2 :]]


def check_voice(name: str) -> str:
    """See that a voice can be had.

    Args:
        name: One of the services' names.

    Returns:
        The packaged voice that answers to it.

    Raises:
        VoiceError: There is none of that name; the text lists those there are.
    """
    if name not in VOICES:
        raise VoiceError(f"there is no voice {name!r}; choose one of {', '.join(VOICES)} (all sound alike here)")
    return VOICES[name]


def load_voice() -> Voice:
    """Load the packaged voice; blocks for about half a second.

    Raises:
        ModelFileError: A model's file is missing or wrong.
    """
    return HibariVoice()
