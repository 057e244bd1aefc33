"""Dates and times of day as people say them: "tomorrow", "next Friday", "3 March", "half past two"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from agent.engine.thinking import numbers

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
    "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_ORDINAL = {word: number for number, word in enumerate(_ORDINALS, 1)}
_ORDINAL |= {f"twenty{gap}{word}": 20 + n for n, word in enumerate(_ORDINALS[:9], 1) for gap in "- "}
_ORDINAL |= {"thirtieth": 30, "thirty-first": 31, "thirty first": 31}
_DAY = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<ordinal>{'|'.join(sorted(_ORDINAL, key=len, reverse=True))})"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b)?"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_DAYS)})"

_ISO = re.compile(r"\b(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b")
_DAY_MONTH = re.compile(rf"\b(?:{_DAY})\s+(?:of\s+)?{_MONTH}{_YEAR}", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s+(?:the\s+)?(?:{_DAY})\b(?!:){_YEAR}", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:(?P<after>(?:the )?day after tomorrow)|(?P<before>(?:the )?day before yesterday)|(?P<tomorrow>tomorrow)|(?P<yesterday>yesterday)"
    r"|(?P<today>today|tonight|this (?:morning|afternoon|evening)))\b",
    re.IGNORECASE,
)
_WEEKDAYS = re.compile(
    rf"\b(?:(?P<which>next|this|coming|last|on|this coming)\s+)?{_WEEKDAY}\b(?P<week>\s+(?:of\s+)?next week)?",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\b(?P<which>next|last)\s+(?P<unit>week|month|year)\b", re.IGNORECASE)
_OF_MONTH = re.compile(rf"\b(?:on\s+)?the\s+(?:{_DAY})\b(?!\s+(?:of|floor|time|one))", re.IGNORECASE)
_IN = re.compile(r"\bin\s+$", re.IGNORECASE)
_AGO = re.compile(r"\s+ago\b", re.IGNORECASE)

_HOUR = r"(?P<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HALF = r"(?P<meridiem>a\.?\s?m\b\.?|p\.?\s?m\b\.?|in the (?:morning|afternoon|evening)|at night)"
_CLOCK = re.compile(
    rf"\b(?:(?P<noon>noon|midday)|(?P<midnight>midnight)"
    rf"|(?P<part>half|quarter|five|ten|twenty) (?P<side>past|to|after|before) {_HOUR}(?:\s*{_HALF})?"
    rf"|{_HOUR.replace('hour', 'h2')}(?:[:.](?P<minute>\d\d)|\s+(?P<spoken>thirty|fifteen|forty[ -]five))?(?:\s*(?P<exact>o'?clock))?(?:\s*{_HALF.replace('meridiem', 'm2')})?)",
    re.IGNORECASE,
)  # fmt: skip
_PARTS = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
_SPOKEN_MINUTES = {"thirty": 30, "fifteen": 15, "forty-five": 45, "forty five": 45}


@dataclass(frozen=True, slots=True)
class When:
    """A date or time of day found in a text, between two character offsets."""

    start: int
    end: int
    value: date | time


def find(text: str, today: date) -> list[When]:
    """Every date in a text, in order; what lies in the past without saying so is taken to be the next one to come.

    Args:
        text: What was said.
        today: The day on which it was said.
    """
    found: list[When] = []
    readers = (
        (_ISO, _calendar), (_DAY_MONTH, _calendar), (_MONTH_DAY, _calendar), (_RELATIVE, _relative), (_WEEKDAYS, _weekday),
        (_SPAN, _span), (_OF_MONTH, _of_month),
    )  # fmt: skip
    for pattern, reader in readers:
        for match in pattern.finditer(text):
            day = None if _overlaps(found, match.start(), match.end()) else reader(match, today)
            if day is not None:
                found.append(When(match.start(), match.end(), day))
    for length in numbers.durations(text):
        ahead, ago = _IN.search(text[: length.start]), _AGO.match(text, length.end)
        if (ahead or ago) and length.value >= 86_400 and not _overlaps(found, length.start, length.end):
            days = timedelta(seconds=length.value)
            found.append(When(length.start, ago.end() if ago else length.end, today - days if ago else today + days))
    return sorted(found, key=lambda when: when.start)


def times(text: str) -> list[When]:
    """Every time of day in a text, in order; a bare number counts only after "at" or "by"."""
    found: list[When] = []
    for match in _CLOCK.finditer(text):
        value = _time(match, text)
        if value is not None:
            found.append(When(match.start(), match.end(), value))
    return found


def _overlaps(found: list[When], start: int, end: int) -> bool:
    return any(when.start < end and start < when.end for when in found)


def _calendar(match: re.Match[str], today: date) -> date | None:
    groups = match.groupdict()
    month = int(groups["number"]) if groups.get("number") else _month(groups["month"])
    day = int(groups["day"]) if groups["day"] else _ORDINAL[groups["ordinal"].lower()]
    year = int(groups["year"]) if groups["year"] else today.year
    try:
        value = date(year, month, day)
        return value if groups["year"] or value >= today else value.replace(year=year + 1)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3]))


def _relative(match: re.Match[str], today: date) -> date:
    offsets = {"after": 2, "before": -2, "tomorrow": 1, "yesterday": -1, "today": 0}
    return today + timedelta(days=next(days for name, days in offsets.items() if match[name]))


def _weekday(match: re.Match[str], today: date) -> date:
    ahead = (_DAYS.index(match["weekday"].lower()) - today.weekday()) % 7
    which = (match["which"] or "").lower()
    if which == "last":
        return today + timedelta(days=ahead - 7)
    if match["week"]:
        return today + timedelta(days=7 - today.weekday() + _DAYS.index(match["weekday"].lower()))
    if ahead == 0 and which != "this":
        ahead = 7
    return today + timedelta(days=ahead)


def _span(match: re.Match[str], today: date) -> date:
    sign = 1 if match["which"].lower() == "next" else -1
    unit = match["unit"].lower()
    if unit == "week":
        return today + timedelta(days=7 * sign)
    months = today.year * 12 + today.month - 1 + sign * (12 if unit == "year" else 1)
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def _of_month(match: re.Match[str], today: date) -> date | None:
    day = int(match["day"]) if match["day"] else _ORDINAL[match["ordinal"].lower()]
    if day < today.day:
        today = _span_month(today)
    try:
        return today.replace(day=day)
    except ValueError:
        return None


def _span_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _time(match: re.Match[str], text: str) -> time | None:
    if match["noon"] or match["midnight"]:
        return time(12 if match["noon"] else 0)
    if match["part"]:
        minutes = _PARTS[match["part"].lower()]
        hour = _hour(match["hour"], match["meridiem"])
        after = match["side"].lower() in {"past", "after"}
        total = (hour * 60 + (minutes if after else -minutes)) % 1440
        return time(total // 60, total % 60)
    marked = match["minute"] or match["exact"] or match["m2"]
    if not marked and not re.search(
        r"\b(?:at|by|until|till|around|from|before|after)\s+$", text[: match.start()], re.IGNORECASE
    ):
        return None
    hour = _hour(match["h2"], match["m2"])
    minute = int(match["minute"] or _SPOKEN_MINUTES.get((match["spoken"] or "").lower(), 0))
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _hour(said: str, meridiem: str | None) -> int:
    hour = int(said) if said.isdigit() else numbers.spelt(said)
    half = (meridiem or "").lower().replace(".", "").replace(" ", "")
    if half.startswith("p") or half.endswith(("afternoon", "evening", "night")):
        return hour + 12 if hour < 12 else hour
    if half:
        return 0 if hour == 12 else hour
    return hour
