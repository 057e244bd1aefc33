"""Dates as people say them: "tomorrow", "next Friday", "3 March", "in two weeks"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from agent.engine.thinking import durations

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth",
    "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_ORDINAL = {
    **{word: number for number, word in enumerate(_ORDINALS, 1)},
    **{f"twenty{gap}{word}": 20 + number for number, word in enumerate(_ORDINALS[:9], 1) for gap in "- "},
    "thirtieth": 30, "thirty-first": 31, "thirty first": 31,
}  # fmt: skip
_DAY = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<ordinal>{'|'.join(sorted(_ORDINAL, key=len, reverse=True))})"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b)?"
_NOT_A_DAY = r"(?!\s+(?:of|floor|time|one|class|aid)\b)"


def _said(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ISO = _said(r"\b(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b")
_DAY_MONTH = _said(rf"\b(?:{_DAY})\s+(?:of\s+)?{_MONTH}{_YEAR}")
_MONTH_DAY = _said(rf"\b{_MONTH}\s+(?:the\s+)?(?:{_DAY})\b(?!:){_YEAR}")
_RELATIVE = _said(
    r"\b(?:(?P<after>(?:the )?day after tomorrow)|(?P<before>(?:the )?day before yesterday)|(?P<tomorrow>tomorrow)"
    r"|(?P<yesterday>yesterday)|(?P<today>today|tonight|this (?:morning|afternoon|evening)))\b"
)
_WEEKDAYS = _said(
    rf"\b(?:(?P<which>next|this coming|this|coming|last|on)\s+)?(?P<weekday>{'|'.join(_DAYS)})\b"
    r"(?P<week>\s+(?:of\s+)?next week)?"
)
_SPAN = _said(r"\b(?P<which>next|last)\s+(?P<unit>week|month|year)\b")
_OF_MONTH = _said(rf"\b(?:on\s+)?the\s+(?:{_DAY})\b{_NOT_A_DAY}")
_IN = _said(r"\bin\s+$")
_AGO = _said(r"\s+ago\b")


@dataclass(frozen=True, slots=True)
class When:
    """A date found in a text, between two character offsets."""

    start: int
    end: int
    value: date


def find(text: str, today: date) -> list[When]:
    """Every date in a text, in order; one that is past already is taken to be the next of its kind.

    Args:
        text: What was said.
        today: The day on which it was said.
    """
    found: list[When] = []
    readers = (
        (_ISO, _calendar), (_DAY_MONTH, _calendar), (_MONTH_DAY, _calendar), (_RELATIVE, _relative),
        (_WEEKDAYS, _weekday), (_SPAN, _span), (_OF_MONTH, _of_month),
    )  # fmt: skip
    for pattern, reader in readers:
        for match in pattern.finditer(text):
            day = None if _overlaps(found, match.start(), match.end()) else reader(match, today)
            if day is not None:
                found.append(When(match.start(), match.end(), day))
    for length in durations.find(text):
        ahead, ago = _IN.search(text[: length.start]), _AGO.match(text, length.end)
        if (ahead or ago) and length.value >= 86_400 and not _overlaps(found, length.start, length.end):
            days = timedelta(seconds=length.value)
            found.append(When(length.start, ago.end() if ago else length.end, today - days if ago else today + days))
    return sorted(found, key=lambda when: when.start)


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
    return _MONTHS.index(name.lower()[:3]) + 1


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
