"""Cutting a stream of text into sentences, so that the first can be spoken while the rest is still being thought."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?\N{HORIZONTAL ELLIPSIS}]+[\"')\]\N{RIGHT DOUBLE QUOTATION MARK}]*\s+|\n+")
_NOT_AN_END = re.compile(r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|approx|Fig|Inc|Ltd|Jr|Sr)\.)\s*$")
# Never a cut for the sake of two words: short sentences sound better together with the next, except at the very end.
_SHORTEST = 8


class SentenceStream:
    """Collects pieces of text and gives back sentences with their trailing white space: joining them loses nothing."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, text: str) -> list[str]:
        """Add a piece.

        Returns:
            The sentences that are certainly complete.
        """
        self._rest += text
        sentences: list[str] = []
        start = 0
        for end in _END.finditer(self._rest):
            sentence = self._rest[start : end.end()]
            if len(sentence.strip()) >= _SHORTEST and not _NOT_AN_END.search(sentence):
                sentences.append(sentence)
                start = end.end()
        self._rest = self._rest[start:]
        return sentences

    def flush(self) -> list[str]:
        """The text is over: give back what is left."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []
