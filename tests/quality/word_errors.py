"""Word error rate, over texts written in one way: no case, no punctuation, numbers in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ONES = f"zero one two three four five six seven eight nine {_TEENS}".split()
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_TITLES = {"mr": "mister", "mrs": "missus", "dr": "doctor", "st": "saint"}
_SIGNS = {"%": " percent ", "&": " and ", "+": " plus "}


def words(text: str) -> list[str]:
    """The words of a text as they are said: "Mr. Smith's 25%" and "mister smiths twenty five percent" are the same."""
    text = text.lower().replace("\u2019", "'")
    text = re.sub(r"\$\s?([\d,]*\.?\d+)", r"\1 dollars", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(\d+)(st|nd|rd|th)\b", lambda match: f" {_ordinal(int(match[1]))} ", text)
    text = re.sub(r"(\d+)\.(\d+)", lambda match: f"{match[1]} point {' '.join(match[2])}", text)
    text = re.sub(r"\d+", lambda match: f" {_cardinal(int(match[0]))} ", text)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = re.sub(r"[^a-z ]", " ", text.replace("'", ""))
    return [_american(_TITLES.get(word, word)) for word in plain.split()]


def errors(reference: str, heard: str) -> tuple[int, int]:
    """Count what is wrong in a transcript.

    Args:
        reference: What was said.
        heard: What was written down.

    Returns:
        The fewest words to change, add or leave out, and how many words were said.
    """
    said, written = words(reference), words(heard)
    row = list(range(len(written) + 1))
    for at, one in enumerate(said, 1):
        before, row = row, [at]
        for place, other in enumerate(written, 1):
            row.append(min(before[place] + 1, row[-1] + 1, before[place - 1] + (one != other)))
    return row[-1], len(said)


def rate(pairs: Iterable[tuple[str, str]]) -> float:
    """The word error rate over pairs of reference and transcript, each word counting alike."""
    counts = [errors(reference, heard) for reference, heard in pairs]
    return sum(wrong for wrong, _ in counts) / max(1, sum(total for _, total in counts))


def _cardinal(number: int) -> str:
    for size, name in _SCALES:
        if number >= size:
            rest = f" {_cardinal(number % size)}" if number % size else ""
            return f"{_cardinal(number // size)} {name}{rest}"
    if number < 20:
        return _ONES[number]
    return _TENS[number // 10 - 2] + (f" {_ONES[number % 10]}" if number % 10 else "")


def _ordinal(number: int) -> str:
    *front, last = _cardinal(number).split()
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return " ".join([*front, _ORDINALS.get(last, regular)])


def _american(word: str) -> str:
    """One spelling for both shores: "counselled" and "counseled" sound alike."""
    return re.sub(r"(?<=[aeiou])ll(?=ed$|ing$|er$)", "l", re.sub(r"(?<=[a-z]{2})our(?=s?$|ed$|ing$)", "or", word))
