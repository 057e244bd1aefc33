"""Print the word error table: `python tests/quality/speech.py DATA [--ears FOLDER]`.

DATA is the folder that holds `speech/manifest.jsonl`. Its FLAC files are read with soundfile, a development dependency.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import soundfile
from word_errors import errors

from agent.engine.audio import resample
from agent.engine.hear import load_ears
from agent.engine.parts import HEARING_RATE
from agent.errors import VocativeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.engine.parts import Ears

ACCENTED = "speech_speechocean762"  # people with heavy Mandarin accents; every other source is native speakers
TARGETS = {"native": 0.04, "accented": 0.37}  # for the default ears


@dataclass(slots=True)
class Tally:
    """What was counted over one kind of speaker."""

    clips: int = 0
    words: int = 0
    wrong: int = 0
    seconds: float = 0.0
    spent: float = 0.0

    @property
    def rate(self) -> float:
        """The word error rate."""
        return self.wrong / self.words if self.words else 0.0


def measure(folder: Path, ears: Ears) -> dict[str, Tally]:
    """Transcribe every clip of a manifest.

    Args:
        folder: Holds `manifest.jsonl` and the sounds that it names.
        ears: What is measured.
    """
    tallies = {kind: Tally() for kind in TARGETS}
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        clip: dict[str, Any] = json.loads(line)
        audio = read(folder / clip["audio"])
        started = time.perf_counter()
        heard = ears.transcribe(audio)
        tally = tallies["accented" if clip["source"] == ACCENTED else "native"]
        tally.spent += time.perf_counter() - started
        wrong, total = errors(clip["text"], heard)
        tally.clips += 1
        tally.words += total
        tally.wrong += wrong
        tally.seconds += len(audio) / HEARING_RATE
    return tallies


def read(path: Path) -> NDArray[np.float32]:
    """One sound as mono samples at `HEARING_RATE`."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return resample(samples.mean(axis=1), rate, HEARING_RATE)


def report(tallies: dict[str, Tally]) -> bool:
    """Print the table.

    Returns:
        Whether every target is reached.
    """
    print(f"{'speakers':<12}{'clips':>7}{'words':>7}{'word error':>12}{'target':>8}{'ms per s of speech':>20}")
    for kind, tally in tallies.items():
        cost = 1000 * tally.spent / max(tally.seconds, 0.001)
        print(f"{kind:<12}{tally.clips:>7}{tally.words:>7}{tally.rate:>12.1%}{TARGETS[kind]:>8.0%}{cost:>20.0f}")
    return all(tally.rate <= TARGETS[kind] for kind, tally in tallies.items())


def main() -> int:
    """The command.

    Returns:
        0 when every target is reached, 1 when not, 2 when something is missing.
    """
    parser = argparse.ArgumentParser(description="Print the word error rates of the engine's ears.")
    parser.add_argument("data", type=Path, help="folder that holds speech/manifest.jsonl")
    parser.add_argument("--ears", help="folder with a CTranslate2 Whisper model, in place of the default")
    arguments = parser.parse_args()
    folder = arguments.data / "speech"
    if not (folder / "manifest.jsonl").is_file():
        print(f"there is no {folder / 'manifest.jsonl'}", file=sys.stderr)
        return 2
    try:
        ears = load_ears(arguments.ears)
    except VocativeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if report(measure(folder, ears)) else 1


if __name__ == "__main__":
    sys.exit(main())
