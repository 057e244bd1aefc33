"""Words that were broken at the end of a line, made whole."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

JOINT = "\ufffe"  # pdfium's mark for a hyphen at which it joined two lines
_BROKEN = re.compile(r"([^\W_][\w'\u2019-]*)\ufffe\s*([\w'\u2019-]+)")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")


class Hyphens:
    """Decides between `infor-mation` and `in-network` by the words that the document itself uses.

    Args:
        texts: The document's text, in any pieces.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        for text in texts:
            self._words.update(word.lower() for word in _WORD.findall(_BROKEN.sub(" ", text)))

    def mend(self, text: str) -> str:
        """Text whose broken words are whole."""
        while JOINT in text:  # a word may be broken twice
            mended = _BROKEN.sub(lambda match: self._join(match[1], match[2]), text)
            if mended == text:
                break
            text = mended
        return text.replace(JOINT, "-")

    def _join(self, left: str, right: str) -> str:
        whole, compound = f"{left}{right}", f"{left}-{right}"
        plain, hyphened = self._words[whole.lower()], self._words[compound.lower()]
        if plain or hyphened:
            return whole if plain >= hyphened else compound
        if not right[0].islower() or "-" in left:
            return compound
        # Two words that each stand alone elsewhere were put together by a hyphen of the author's.
        both = len(left) > 1 and self._words[left.lower()] and self._words[right.lower()]
        return compound if both else whole
