"""Times of day as people say them: "3 pm", "half past two", "at seven thirty"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from agent.engine.thinking import numbers

_HOURS = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_HALVES = r"a\.?\s?m\b\.?|p\.?\s?m\b\.?|in the (?:morning|afternoon|evening)|at night"
_CLOCK = re.compile(
    rf"\b(?:(?P<noon>noon|midday)|(?P<midnight>midnight)"
    rf"|(?P<part>half|quarter|five|ten|twenty) (?P<side>past|to|after|before) (?P<of>{_HOURS})\b"
    rf"(?:\s*(?P<of_half>{_HALVES}))?"
    rf"|(?P<hour>{_HOURS})\b(?:[:.](?P<minute>\d\d)\b|\s+(?P<spoken>thirty|fifteen|forty[ -]five)\b)?"
    rf"(?P<exact>\s*o'?clock)?(?:\s*(?P<half>{_HALVES}))?"
    rf"|(?P<joined>\d{{1,2}})(?P<joined_half>[ap]m)\b)",
    re.IGNORECASE,
)
_PARTS = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
_SPOKEN = {"thirty": 30, "fifteen": 15, "forty-five": 45, "forty five": 45}
_LEAD = re.compile(r"\b(?:at|by|until|till|around|before|after)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day found in a text, between two character offsets."""

    start: int
    end: int
    value: time


def find(text: str) -> list[TimeOfDay]:
    """Every time of day in a text, in order; a bare number counts only after "at", "by" and their like."""
    found: list[TimeOfDay] = []
    for match in _CLOCK.finditer(text):
        value = _value(match, text)
        if value is not None:
            found.append(TimeOfDay(match.start(), match.end(), value))
    return found


def _value(match: re.Match[str], text: str) -> time | None:
    if match["noon"] or match["midnight"]:
        return time(12 if match["noon"] else 0)
    if match["joined"]:
        return _time(_hour(match["joined"], match["joined_half"]), 0)
    if match["part"]:
        minutes = _PARTS[match["part"].lower()]
        after = match["side"].lower() in {"past", "after"}
        total = (_hour(match["of"], match["of_half"]) * 60 + (minutes if after else -minutes)) % 1440
        return time(total // 60, total % 60)
    if not (match["minute"] or match["exact"] or match["half"]) and not _LEAD.search(text[: match.start()]):
        return None
    return _time(
        _hour(match["hour"], match["half"]), int(match["minute"] or _SPOKEN.get((match["spoken"] or "").lower(), 0))
    )


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _hour(said: str, half: str | None) -> int:
    hour = int(said) if said.isdigit() else numbers.spelt(said)
    half = (half or "").lower().replace(".", "").replace(" ", "")
    if half.startswith("p") or half.endswith(("afternoon", "evening", "night")):
        return hour + 12 if hour < 12 else hour
    return 0 if half and hour == 12 else hour
