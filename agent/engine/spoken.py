"""What a text says when it is read aloud: marks that are for the eye go, shorthand is written out.

The voice's own front end reads numbers, dates, times, `$ £ €` amounts, most units and titles by itself; here is only
what it gets wrong or spells out sign by sign.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Replacement = str | Callable[[re.Match[str]], str]

_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS = {day[:3]: day for day in _WEEK}
_MONEY = {
    "USD": "dollars",
    "EUR": "euros",
    "GBP": "pounds",
    "CHF": "Swiss francs",
    "€": "euros",
    "£": "pounds",
    "$": "dollars",
}
_UNITS = {"m": "meters", "g": "grams", "l": "liters", "L": "liters", "ha": "hectares"}
_AREAS = {"m": "meters", "km": "kilometers", "cm": "centimeters", "ft": "feet"}
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "Ae", "đ": "d"})
_ACCENTS = range(0x300, 0x370)
_PER = {"hr": "hour", "h": "hour", "mo": "month", "yr": "year", "wk": "week", "min": "minute", "s": "second"}
_SIGNS = {"<=": "at most", "≤": "at most", ">=": "at least", "≥": "at least", "!=": "is not", "≠": "is not"}
_AMOUNT = r"\d+(?:,\d{3})*(?:\.\d+)?"
_DASH = r"\s?[-\u2013]\s?"


def _rule(pattern: str, replacement: Replacement, flags: int = 0) -> tuple[re.Pattern[str], Replacement]:
    return re.compile(pattern, flags), replacement


def _web_address(match: re.Match[str]) -> str:
    """An address as one would dictate it, without what nobody could write down anyway (path, query)."""
    return match["host"].removeprefix("www.").replace(".", " dot ").replace("-", " dash ") + (match["end"] or "")


def _mail_address(match: re.Match[str]) -> str:
    words = match[0].replace("@", " at ").replace(".", " dot ")
    return words.replace("_", " underscore ").replace("-", " dash ")


def _spaced(match: re.Match[str]) -> str:
    return " ".join(match[0].replace("-", ""))


# Markdown, HTML and citation marks. Links go first: the voice takes `[word](/…/)` for a pronunciation.
_MARKUP = [
    _rule(r"^[ \t]*(?:```|~~~).*$", "", re.MULTILINE),
    _rule(r"<(?:https?://[^>\s]+)>", lambda m: m[0][1:-1]),
    _rule(r"</?[A-Za-z][^<>\n]*>", " "),
    _rule(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1"),
    _rule(r"\[\^?\d+(?:\s*,\s*\d+)*\]|【[^】]*】", ""),
    _rule(r"^[ \t]*(?:[-*_][ \t]*){3,}$", "", re.MULTILINE),  # a ruler
    _rule(r"^[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+.*$", "", re.MULTILINE),  # the line under a table's head
    _rule(r"^[ \t]*\|(.*?)\|?[ \t]*$", lambda m: ", ".join(cell.strip() for cell in m[1].split("|")), re.MULTILINE),
    _rule(r"^[ \t]*(?:>(?!=)\s?)+", "", re.MULTILINE),
    _rule(r"^[ \t]*#{1,6}\s+(.*?)[ \t]*#*$", r"\1", re.MULTILINE),
    _rule(r"^[ \t]*[-*+•]\s+(?:\[[ xX]\]\s+)?", "", re.MULTILINE),
    _rule(r"^[ \t]*(\d{1,2})[.)]\s+(?=\S)", r"\1, ", re.MULTILINE),
    _rule(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2"),
    _rule(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1"),
    _rule(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)", r"\1"),
    _rule(r"`+", ""),
    _rule(r"(?<=[\w)\"'\u201d\u2019])[ \t]*(\n+)", r".\1"),  # a line without an end is a sentence of its own
]

_SHORTHAND = [
    _rule(r"https?://(?P<host>[\w.-]+\w)(?::\d+)?(?:/[^\s)\]]*?)?(?P<end>[.,;:!?]*)(?=[\s)\]]|$)", _web_address),
    _rule(r"\b(?P<host>www\.[\w.-]+\w)(?:/[^\s)\]]*?)?(?P<end>[.,;:!?]*)(?=[\s)\]]|$)", _web_address),
    _rule(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", _mail_address),
    _rule(r"\be\.\s?g\.,?", "for example,"),
    _rule(r"\bi\.\s?e\.,?", "that is,"),
    _rule(r"\betc\b(\.?)(?=(\s+[A-Z]|\s*$)?)", lambda m: "et cetera" + (m[1] if m[2] is not None else "")),
    _rule(r"\bN/A\b", "not applicable"),
    _rule(r"\b24/7\b", "24 7"),
    _rule(r"\bFY\s?(?=\d{2})", "fiscal year "),
    _rule(r"\bp\.\s?(?=\d)", "page "),
    _rule(r"\b([Ss])ec\.\s?(?=\d)", r"\1ection "),
    _rule(rf"\b({'|'.join(_DAYS)}){_DASH}({'|'.join(_DAYS)})\b\.?", lambda m: f"{_DAYS[m[1]]} to {_DAYS[m[2]]}"),
    _rule(r"\bUS\$\s?(?=\d)", "$"),
    _rule(rf"\b({_AMOUNT})\s?(USD|EUR|GBP|CHF|€|£)(?!\w)", lambda m: f"{m[1]} {_MONEY[m[2]]}"),
    # After "$5, " the voice would take the next number for money too.
    _rule(rf"([$£€])({_AMOUNT})(?=[,;:]\s\d)", lambda m: f"{m[2]} {_MONEY[m[1]]}"),
    _rule(rf"\bCHF\s?({_AMOUNT})", r"\1 Swiss francs"),
    _rule(rf"([$£€])({_AMOUNT}){_DASH}\1?({_AMOUNT})", r"\1\2 to \1\3"),
    _rule(rf"\b({_AMOUNT})\s?%?{_DASH}({_AMOUNT})\s?%", r"\1 to \2%"),
    _rule(
        r"(?<=\d)(%|\s?[a-zA-Z]{1,3})?\s?/\s?(hr|h|mo|yr|wk|min|s|hour|day|week|month|year|night|person|user|employee)\b",
        lambda m: f"{m[1] or ''} per {_PER.get(m[2], m[2])}",
    ),
    _rule(rf"\b({_AMOUNT})\s?(m|km|cm|ft)²", lambda m: f"{m[1]} square {_AREAS[m[2]]}"),
    _rule(rf"\b({_AMOUNT})\s?(m|g|l|L|ha)(?![\w/'\u2019\u00b2\u00b3-]|\.\w)", lambda m: f"{m[1]} {_UNITS[m[2]]}"),
    _rule(r"(?<![\d:])(\d{1,2}):(\d)(?![\d:])", r"\1 to \2"),
    _rule(r"\b\d+(?:\.\d+){2,}\b", lambda m: m[0].replace(".", " point ")),
    _rule(r"\b[A-Z]{1,4}\d*-\d{2,}-[A-Z\d]+\b", _spaced),
    _rule(r"<=|≤|>=|≥|!=|≠", lambda m: f" {_SIGNS[m[0]]} "),
    _rule(r"\s*(?:->|=>|⇒)\s*", " to "),
    _rule(r"[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]", ""),  # emoji
    _rule(r"[ \t]{2,}", " "),
]


def spoken(text: str) -> str:
    """Write a text the way it is to be said.

    Args:
        text: Plain text or Markdown.

    Returns:
        Words, numbers and punctuation that the voice reads as a person would.
    """
    for pattern, replacement in _MARKUP + _SHORTHAND:
        text = pattern.sub(replacement, text)
    return _plain_letters(text).strip()


def _plain_letters(text: str) -> str:
    """Take the accents off Latin letters: the lexicon has "naive" and "Zurich", not what they come from."""
    bare = (letter for letter in unicodedata.normalize("NFD", text.translate(_LETTERS)) if ord(letter) not in _ACCENTS)
    return unicodedata.normalize("NFC", "".join(bare))
