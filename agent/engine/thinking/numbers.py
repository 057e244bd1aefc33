"""Numbers as people say them: digits, "twenty five", "a dozen", "one and a half"; and durations made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORD = "|".join([*_UNITS, *_TENS])
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    rf"(?P<minus>(?:minus |negative |(?<![\w\d])-))?(?:"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s*(?P<scale>thousand|million|billion)\b)?"
    rf"|(?P<dozen>half a dozen|(?:a |one )?dozen)\b"
    rf"|\b(?P<words>(?:{_WORD}|an?(?= (?:{_SCALE})))(?:(?:[ -]| and )(?:{_WORD}|{_SCALE}))*)\b(?: point (?P<decimals>(?:(?:{_WORD})\b ?)+))?"
    rf"|\b(?P<couple>a couple(?: of)?|a pair of)\b"
    rf"|\b(?P<half>half an?|an? half)\b)"
    rf"(?P<plus> and a half\b)?",
    re.IGNORECASE,
)  # fmt: skip

SECONDS = {
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "hr": 3600,
    "day": 86_400,
    "night": 86_400,
    "week": 604_800,
}
_UNIT = re.compile(
    r"\s*-?\s*(?:of an? )?(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?)\b(?P<half> and a half\b)?",
    re.IGNORECASE,
)
_LONE = re.compile(
    r"\b(?:(?P<quarter>(?:a )?quarter of an hour)|an?\s+(?P<unit>second|minute|hour|day|night|week)\b(?P<half> and a half\b)?)",
    re.IGNORECASE,
)
_JOIN = re.compile(r"(?:\s*,)?\s*(?:and\s+)?", re.IGNORECASE)


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


def durations(text: str) -> list[Number]:
    """Every length of time in a text, in seconds; "one hour and twenty minutes" is one."""
    parts: list[Number] = []
    for number in find(text):
        unit = _UNIT.match(text, number.end)
        if unit:
            worth = SECONDS[_singular(unit["unit"])]
            parts.append(Number(number.start, unit.end(), (number.value + (0.5 if unit["half"] else 0)) * worth))
    taken = [(part.start, part.end) for part in parts]
    for match in _LONE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            value = 900.0 if match["quarter"] else SECONDS[match["unit"].lower()] * (1.5 if match["half"] else 1.0)
            parts.append(Number(match.start(), match.end(), value))
    return _joined(text, sorted(parts, key=lambda part: part.start))


def _joined(text: str, parts: list[Number]) -> list[Number]:
    joined: list[Number] = []
    for part in parts:
        if joined and _JOIN.fullmatch(text, joined[-1].end, part.start):
            joined[-1] = Number(joined[-1].start, part.end, joined[-1].value + part.value)
        else:
            joined.append(part)
    return joined


def _singular(unit: str) -> str:
    return unit.lower().rstrip("s") if unit.lower() != "s" else "s"


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
