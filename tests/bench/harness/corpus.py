"""Text for large indexes: generated, but with the frequencies of real prose.

Four in ten words are function words, content words follow Zipf's law, and each document keeps to a few topics, so that
a common word stands in a fifth of the chunks and a rare one in a handful, as in real collections.
"""

from __future__ import annotations

import random
import tomllib
from itertools import accumulate
from pathlib import Path

_KINDS = {"n": "nouns", "v": "verbs", "a": "adjectives"}
_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class Corpus:
    """Generated chunks, documents and questions; the same seed gives the same text."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._pools = {kind: _zipf(_DATA[name].split()) for kind, name in _KINDS.items()}
        self._pools["p"] = _zipf(sorted({self._place() for _ in range(6000)}))
        self._topics = {kind: self._pools[kind] for kind in "nvap"}

    def paragraph(self, words: int = 90) -> str:
        """Sentences on the present topic, at least so many words."""
        text: list[str] = []
        while sum(len(sentence.split()) for sentence in text) < words:
            text.append(self._fill(self._random.choice(_DATA["sentences"])))
        return " ".join(text)

    def question(self) -> str:
        """A question as people ask it, function words included."""
        return self._fill(self._random.choice(_DATA["questions"]))

    def title(self) -> str:
        """A heading of two or three words."""
        return self._fill(self._random.choice(("{a} {n}", "{n} of the {n}", "{n} at {p}"))).capitalize()

    def turn_to_new_topic(self) -> None:
        """Choose the words that the next paragraphs use more than others, as a new document does."""
        for kind, (words, _) in self._pools.items():
            favourites = self._random.choices(words, k=12)
            common = words if kind != "p" else self._random.choices(*_pair(self._pools["p"]), k=20)
            self._topics[kind] = _zipf([*favourites, *common])

    def _fill(self, pattern: str) -> str:
        out = []
        for piece in pattern.strip().split("{"):
            kind, brace, rest = piece.partition("}")
            out.append(self._word(kind) + rest if brace else piece)
        return "".join(out)

    def _word(self, kind: str) -> str:
        if kind == "d":
            return str(self._random.randint(2, 400))
        if kind == "y":
            return str(self._random.randint(1850, 2026))
        words, weights = self._topics[kind]
        return self._random.choices(words, cum_weights=weights)[0]

    def _place(self) -> str:
        onset, vowel, coda = (_DATA[name].split() for name in ("onsets", "vowels", "codas"))
        pick = self._random.choice
        return (pick(onset) + pick(vowel) + pick(onset)[:1] + pick(["", *vowel]) + pick(coda)).capitalize()


def _zipf(words: list[str]) -> tuple[list[str], list[float]]:
    return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))


def _pair(pool: tuple[list[str], list[float]]) -> tuple[list[str], list[float]]:
    words, cumulative = pool
    return words, [b - a for a, b in zip([0.0, *cumulative], cumulative, strict=False)]
