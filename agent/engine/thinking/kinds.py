"""Kinds of question: what "how much" or "when" asks for, and whether a sentence has it."""

from __future__ import annotations

import re

_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_MONTHS = "january|february|march|april|may \\d|june|july|august|september|october|november|december"
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|half|percent|once|twice"


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_AMOUNT = _cue(rf"\d|\b(?:{_NUMBERS})\b")
_MONEY = _cue(r"[$£€]\s?\d|\d\s?(?:dollars|pounds|euros|percent|%)|\bfree\b|no (?:cost|charge)")
_TIME = _cue(
    rf"\b(?:\d{{1,2}}(?::\d{{2}})?\s?(?:am|pm|a\.m\.|p\.m\.|o'clock)|\d{{1,2}}:\d{{2}}|{_DAYS}|{_MONTHS}|(?:19|20)\d\d"
    r"|annual\w*|months?|monthly|weeks?|weekly|days?|daily|years?|quarterly|hours?|minutes?|noon|midnight)\b"
)
_REASON = _cue(r"\b(?:because|since|due to|so that|in order to|therefore|reasons?|to (?:ensure|help|protect|make))\b")
_PERSON = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+|\b(?:[Mm]anager|[Dd]irector|[Oo]fficer|[Tt]eam|[Ss]taff|[Cc]rew|CEO)\b")
_PLACE = re.compile(r"\b(?:at|in|on|near|opposite|behind|next to|floor|room|street|building|deck)\b")

_KINDS = (
    (_cue(r"\bhow (?:much|expensive)\b|\b(?:price|cost|fee|fare|salary)\b"), _MONEY),
    (_cue(r"\bhow (?:many|long|far|often|big|old|tall|high|much)\b|\bwhat (?:percentage|number|amount)\b"), _AMOUNT),
    (_cue(r"\b(?:when|what time|what day|how (?:long|often|soon|early|late)|deadline|opening hours)\b"), _TIME),
    (_cue(r"\bwhy\b"), _REASON),
    (_cue(r"^\W*who(?:m|se)?\b"), _PERSON),
    (_cue(r"^\W*where\b"), _PLACE),
)


def fit(question: str, sentence: str) -> float:
    """How much of what a question asks for a sentence has, from 0 to 1; 0 where it asks for no such thing."""
    asked = [sign for cue, sign in _KINDS if cue.search(question)]
    return sum(1.0 for sign in asked if sign.search(sentence)) / len(asked) if asked else 0.0
