"""Spoken questions for the engine: synthesised once, and the moment the last word ends is known."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache

import numpy as np
from hibari import SAMPLE_RATE, Hibari

from agent import samples

CHUNK_MS = 40
_CHUNK = SAMPLE_RATE * CHUNK_MS // 1000
_PACE = 0.8  # of the synthesiser's own, which hurries
_AUDIBLE = 0.01  # of full scale (-40 dBFS): below it is the synthesiser's fade-out


@dataclass(frozen=True)
class Question:
    """A question as it goes over the wire.

    Attributes:
        text: What is asked.
        answer: Words that a right answer contains.
        chunks: Base64 PCM16, `CHUNK_MS` each.
        end_ms: Where the last voiced sample is, from the start of the first chunk.
    """

    text: str
    answer: str
    chunks: tuple[str, ...]
    end_ms: float


@cache
def questions(count: int) -> tuple[Question, ...]:
    """The longest questions about the sample documents, three to four seconds: short ones are transcribed faster."""
    lines = samples.questions_path().read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] == "answerable"]
    rows.sort(key=lambda row: -len(row["question"]))
    voice = Hibari()
    return tuple(_spoken(voice, row["question"], row["answer"]) for row in rows[:count])


def silence() -> str:
    """A chunk in which nobody speaks, with the faint noise of a real room (-70 dBFS)."""
    noise = np.random.default_rng(3).normal(0, 10, _CHUNK).astype(np.int16)
    return base64.b64encode(noise.tobytes()).decode()


def _spoken(voice: Hibari, text: str, answer: str) -> Question:
    wave = np.concatenate([np.asarray(piece, np.float32) for piece in voice.stream(text, speed=_PACE, seed=1)])
    end = int(np.flatnonzero(np.abs(wave) > _AUDIBLE)[-1]) + 1
    wave = wave[:end]
    wave = np.pad(wave, (0, -len(wave) % _CHUNK))
    pcm = (np.clip(wave, -1, 1) * 32767).astype("<i2").reshape(-1, _CHUNK)
    chunks = tuple(base64.b64encode(row.tobytes()).decode() for row in pcm)
    return Question(text, answer, chunks, end * 1000 / SAMPLE_RATE)
