"""Arguments that are dates, times of day or lengths of time, as ISO 8601."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.engine.thinking import clock, dates, durations

if TYPE_CHECKING:
    from agent.engine.thinking.request import Request

_DATE = re.compile(r"\bdate\b|\bday\b|yyyy|iso ?8601|\bwhen\b|\bdeadline\b|\bbirthday\b|\bcheck ?(?:in|out)\b")
_TIME = re.compile(r"\btime\b|hh:mm|\bo'?clock\b")
_DATE_TIME = re.compile(r"date-time|\bdatetime\b|\btimestamp\b|date and time")
_LENGTH = re.compile(r"\bduration\b|\bhow long\b|\blength of time\b|\bperiod\b")


def is_one(hints: str) -> bool:
    """Whether a parameter with such a name and description is a date, a time of day or a length of time."""
    return any(cue.search(hints) for cue in (_DATE_TIME, _DATE, _TIME, _LENGTH))


def is_length(hints: str) -> bool:
    """Whether it is a length of time."""
    return bool(_LENGTH.search(hints))


def value(shape: str, hints: str, request: Request) -> str | None:
    """The moment that a request names.

    Args:
        shape: The schema's format; "" where it has none and the hints decide.
        hints: The parameter's name and description in lower case.
        request: The request.

    Returns:
        ISO 8601; "" when the request names none, None when the parameter is no moment.
    """
    kind = shape or _kind(hints)
    if kind == "date-time":
        day, hour = _date(request), _time(request)
        return f"{day or request.context.now.date().isoformat()}T{hour or '00:00'}:00" if day or hour else ""
    if kind == "date":
        return _date(request)
    if kind == "time":
        return _time(request)
    if kind == "duration":
        return _duration(request, iso=shape == "duration")
    return None


def _kind(hints: str) -> str:
    if _LENGTH.search(hints):
        return "duration"
    if _DATE_TIME.search(hints):
        return "date-time"
    if _TIME.search(hints):
        return "time"
    return "date" if _DATE.search(hints) else ""


def _date(request: Request) -> str:
    found = dates.find(request.text, request.context.now.date())
    if not found:
        return ""
    request.use(found[0].start, found[0].end)
    return found[0].value.isoformat()


def _time(request: Request) -> str:
    found = clock.find(request.text)
    if not found:
        return ""
    request.use(found[0].start, found[0].end)
    return found[0].value.isoformat("minutes")


def _duration(request: Request, *, iso: bool) -> str:
    found = durations.find(request.text)
    if not found:
        return ""
    length = found[0]
    request.use(length.start, length.end)
    return iso_duration(length.value) if iso else request.whole[length.start : length.end].strip()


def iso_duration(seconds: float) -> str:
    """A length of time as ISO 8601 writes it: 5400 → "PT1H30M"."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{left}S" * bool(left)
    return f"PT{parts or '0S'}"
