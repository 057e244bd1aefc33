"""SpokenText: which words each stretch of a spoken message carries, so that what was not heard can be forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"\S+\s*")
# Characters a millisecond before the voice has shown its own pace; English at ease has about 14 a second.
_PACE = 0.014


@dataclass(slots=True)
class _Sentence:
    text: str
    shown: int = 0
    size: int = 0


class SpokenText:
    """The sentences of one message, the audio of each, and the transcript that was shown with it.

    Args:
        bytes_per_ms: Of the audio as it is sent.
        speed: How much faster than its own pace the voice speaks.
    """

    def __init__(self, bytes_per_ms: int, speed: float = 1.0) -> None:
        self._bytes_per_ms = bytes_per_ms
        self._pace = _PACE * speed
        self._sentences: list[_Sentence] = []

    def add(self, text: str) -> int:
        """Add the next sentence.

        Returns:
            Its number.
        """
        self._sentences.append(_Sentence(text))
        return len(self._sentences) - 1

    @property
    def audio_ms(self) -> int:
        """How much audio there is, in whole milliseconds."""
        return sum(each.size for each in self._sentences) // self._bytes_per_ms

    @property
    def transcript(self) -> str:
        """The words shown so far."""
        return "".join(each.text[: each.shown] for each in self._sentences)

    def advance(self, number: int, size: int) -> str:
        """Count the sentence's next stretch of audio.

        Args:
            number: The sentence.
            size: Bytes of audio.

        Returns:
            The words that go with it; "" when the words are ahead already.
        """
        sentence = self._sentences[number]
        sentence.size += size
        reach = sentence.size / self._bytes_per_ms * self._pace
        return self._show(sentence, reach)

    def finish(self, number: int) -> str:
        """The sentence's audio is complete.

        Returns:
            The words still to be shown.
        """
        sentence = self._sentences[number]
        if sentence.size:
            self._pace = len(sentence.text) / (sentence.size / self._bytes_per_ms)
        return self._show(sentence, len(sentence.text))

    def heard(self, until_ms: int) -> str:
        """The words within the first milliseconds of the audio; a word that was cut off does not count."""
        words: list[str] = []
        left = until_ms * self._bytes_per_ms
        for sentence in self._sentences:
            text = sentence.text[: sentence.shown]
            if left < sentence.size:
                reach = len(text.rstrip()) * left / sentence.size
                words.append(
                    "".join(
                        word.group()
                        for word in _WORD.finditer(text)
                        if len(word.group().rstrip()) + word.start() <= reach
                    )
                )
                break
            words.append(text)
            left -= sentence.size
        return "".join(words).rstrip()

    @staticmethod
    def _show(sentence: _Sentence, reach: float) -> str:
        start = sentence.shown
        for word in _WORD.finditer(sentence.text, start):
            # A word is shown as soon as its beginning is reached, so that text never lags behind the sound.
            if word.start() >= reach:
                break
            sentence.shown = word.end()
        return sentence.text[start : sentence.shown]
