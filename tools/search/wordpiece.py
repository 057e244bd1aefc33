"""WordPiece: how BERT's uncased models cut text into the numbers they read.

Our own, because it is small: the usual library for it is eleven megabytes of compiled code and a hub client.
"""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

from tools.errors import SearchError

VOCABULARY = Path(__file__).parent / "assets" / "wordpiece.txt"
# The vocabulary published with BERT base uncased, which MiniLM was trained with.
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

_LONGEST_WORD = 100  # characters; anything longer is not a word (base64, a URL) and counts as unknown, as in BERT
_REMEMBERED = 50_000  # words whose pieces are kept: text repeats itself

# Ideographs are cut one by one: they are written without spaces.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """A tokenizer over one vocabulary. Safe to use from several threads.

    Args:
        vocabulary: The pieces, in the order of their numbers; `##` marks one that continues a word.
    """

    def __init__(self, vocabulary: list[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self.pad = self._numbers["[PAD]"]
        self._unknown = self._numbers["[UNK]"]
        self._first = self._numbers["[CLS]"]
        self._last = self._numbers["[SEP]"]
        self._pieces: dict[str, list[int]] = {}

    @classmethod
    def load(cls, path: Path = VOCABULARY, sha256: str = VOCABULARY_SHA256) -> WordPiece:
        """Read a vocabulary and check that it is the one the model was trained with.

        Raises:
            SearchError: The file is missing or another.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SearchError(f"cannot read the vocabulary {path}: {error.strerror}; reinstall vocative") from None
        # A checkout on Windows may have turned the line ends; the pieces are the same.
        data = data.replace(b"\r\n", b"\n")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise SearchError(f"the vocabulary {path} is damaged or another; reinstall vocative")
        return cls(data.decode("utf-8").splitlines())

    def encode(self, text: str, *, longest: int) -> list[int]:
        """Cut a text into numbers, with the marks that BERT expects around it.

        Args:
            text: Any text.
            longest: How many numbers at most, the two marks included; the rest of the text is left out.
        """
        return self.cut(text, longest=longest)[0]

    def cut(self, text: str, *, longest: int) -> tuple[list[int], list[tuple[str, slice]]]:
        """Cut a text into numbers like `encode`, and say which of them each word became.

        Args:
            text: Any text.
            longest: How many numbers at most, the two marks included.

        Returns:
            The numbers; and the words that are left in whole, lower case and without accents, each with its place among
            the numbers. Punctuation marks are no words.
        """
        numbers, words = [self._first], list[tuple[str, slice]]()
        for word in _words(text):
            start = len(numbers)
            numbers += self._cut(word)
            if word[0].isalnum() and len(numbers) < longest:
                words.append((word, slice(start, len(numbers))))
            if len(numbers) >= longest:
                break
        return [*numbers[: longest - 1], self._last], words

    def _cut(self, word: str) -> list[int]:
        """The longest pieces that make up a word, from the left; unknown as a whole if any part is."""
        known = self._pieces.get(word)
        if known is None:
            known = self._cut_anew(word) if len(word) <= _LONGEST_WORD else [self._unknown]
            if len(self._pieces) < _REMEMBERED:
                self._pieces[word] = known
        return known

    def _cut_anew(self, word: str) -> list[int]:
        numbers: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(mark + word[start:end])
                if number is not None:
                    numbers.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return numbers


def _words(text: str) -> list[str]:
    """The words and punctuation marks of a text, lower case and without accents."""
    if not text.isascii():
        # Ideographs first, since decomposing may change them, then accents fall off as combining marks.
        spaced = "".join(f" {char} " if _is_ideograph(char) else char for char in text)
        text = "".join(char for char in unicodedata.normalize("NFD", spaced) if unicodedata.category(char) != "Mn")
    return "".join(_spaced(low) for char in text for low in char.lower()).split()


def _spaced(char: str) -> str:
    if char.isalnum() or char == " ":
        return char
    if char in "\t\n\r":
        return " "
    category = unicodedata.category(char)
    if char == "\ufffd" or category.startswith("C"):
        return ""
    # BERT also counts the ASCII symbols ($, +, <, ^ …) as punctuation.
    return f" {char} " if category.startswith("P") or char.isascii() else char


def _is_ideograph(char: str) -> bool:
    code = ord(char)
    return code >= 0x3400 and any(low <= code <= high for low, high in _IDEOGRAPHS)
