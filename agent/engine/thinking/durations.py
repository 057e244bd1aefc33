"""Lengths of time as people say them: "25 minutes", "half an hour", "an hour and a half"."""

from __future__ import annotations

import re

from agent.engine.thinking import numbers
from agent.engine.thinking.numbers import Number

SECONDS = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86_400, "night": 86_400,
    "week": 604_800,
}  # fmt: skip
_HALF = r"(?P<half> and a half\b)?"
_UNIT = re.compile(
    rf"\s*-?\s*(?:of an? )?(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?)\b{_HALF}",
    re.IGNORECASE,
)
_LONE = re.compile(
    rf"\b(?:(?P<quarter>(?:a )?quarter of an hour)|an?\s+(?P<unit>second|minute|hour|day|night|week)\b{_HALF})",
    re.IGNORECASE,
)
_JOIN = re.compile(r"(?:\s*,)?\s*(?:and\s+)?", re.IGNORECASE)


def find(text: str) -> list[Number]:
    """Every length of time in a text, in seconds; "one hour and twenty minutes" is one."""
    parts: list[Number] = []
    for number in numbers.find(text):
        unit = _UNIT.match(text, number.end)
        if unit:
            worth = SECONDS[unit["unit"].lower().removesuffix("s")]
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
