"""Numbers as people say them: digits, "twenty five", "a dozen", "one and a half"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORD = "|".join([*_UNITS, *_TENS])
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    rf"(?P<minus>(?:minus |negative |(?<![\w\d])-))?(?:"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s*(?P<scale>thousand|million|billion)\b)?"
    rf"|(?P<dozen>half a dozen|(?:a |one )?dozen)\b"
    rf"|\b(?P<words>(?:{_WORD}|an?(?= (?:{_SCALE})))(?:(?:[ -]| and )(?:{_WORD}|{_SCALE}))*)\b"
    rf"(?: point (?P<decimals>(?:(?:{_WORD})\b ?)+))?"
    rf"|\b(?P<couple>a couple(?: of)?|a pair of)\b"
    rf"|\b(?P<half>half an?|an? half)\b)"
    rf"(?P<plus> and a half\b)?",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a text, between two character offsets."""

    start: int
    end: int
    value: float

    @property
    def plain(self) -> int | float:
        """The value, whole where it is whole."""
        return int(self.value) if self.value == int(self.value) else self.value


def find(text: str) -> list[Number]:
    """Every number in a text, in order. A lone "a" or "one of" is none."""
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        value = _worth(match)
        if value is not None:
            found.append(Number(match.start(), match.end(), -value if match["minus"] else value))
    return found


def _worth(match: re.Match[str]) -> float | None:
    half = 0.5 if match["plus"] else 0.0
    if match["digits"]:
        return float(match["digits"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1) + half
    if match["dozen"]:
        return 6.0 if match["dozen"].lower().startswith("half") else 12.0
    if match["couple"]:
        return 2.0
    if match["half"]:
        return 0.5
    value = float(spelt(match["words"]))
    if match["decimals"]:
        digits = "".join(str(spelt(word)) for word in match["decimals"].split())
        value += float(f"0.{digits}")
    return value + half


def spelt(words: str) -> int:
    """The value of a number written in words; digit by digit where no tens or scales say otherwise ("four two one")."""
    said = re.split(r"[ -]+", re.sub(r"\band\b", " ", words.lower()).strip())
    if len(said) > 1 and all(word in _UNITS and _UNITS[word] < 10 for word in said):
        return int("".join(str(_UNITS[word]) for word in said))
    total = current = 0
    for word in said:
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if _SCALES[word] >= 1_000:
                total, current = total + current, 0
        else:
            current += _UNITS.get(word, _TENS.get(word, 1 if word in {"a", "an"} else 0))
    return total + current
