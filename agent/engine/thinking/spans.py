"""Spans of a request that stand for something: names and places, identifiers, addresses, quoted words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.engine.thinking import numbers, words

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED = re.compile(r"[\"“]([^\"”]+)[\"”]|(?<!\w)'([^']+)'(?!\w)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN_EMAIL = re.compile(r"\b([\w.+-]+(?: dot \w+)*) at ((?:[\w-]+ dot )+[a-z]{2,})\b", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"]+|www\.[^\s<>\"]+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_CODE = re.compile(r"\b(?=[\w-]*\d)[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\b")
_CAPITALS = re.compile(r"\b[A-Z][\w'\u2019&.-]*(?:\s+(?:(?:de|of|the|la|le|van|von|du)\s+)*[A-Z][\w'\u2019&.-]*)*")
_CALLED = re.compile(r"\b(?:called|named|labell?ed|titled|entitled|tagged|as)\s+(.+)", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:that|saying|says|to say|about|regarding|reading)\s+(.+)", re.IGNORECASE)
_STOPS_NAME = re.compile(
    r"\s+(?:and|or|on|at|for|in|to|from|with|by|until|till|today|tomorrow|tonight|please|right now|now|next|this|is|are"
    r"|was|will|like|going)\b.*$|[,.?!;:]+.*$",
    re.IGNORECASE,
)

# Which prepositions lead to which kind of name; a parameter's own name and description choose the row.
_PLACES = ("in", "at", "for", "near", "around", "to", "from", "of")
_PEOPLE = (
    "to", "with", "for", "of", "by", "call", "text", "message", "email", "invite", "tell", "ask", "named", "called",
    "is",
)  # fmt: skip
_ORIGIN, _DESTINATION = ("from",), ("to", "towards", "into")
_ROLES = (
    (re.compile(r"\b(?:origin|departure|depart|source|start|from)\b"), _ORIGIN),
    (re.compile(r"\b(?:destination|arrival|target|to)\b"), _DESTINATION),
    (re.compile(r"\b(?:city|town|place|location|country|region|area|venue|where|address)\b"), _PLACES),
    (
        re.compile(
            r"\b(?:recipient|contact|person|who|guest|attendee|user|patient|customer|employee|member|name|colleague)\b"
        ),
        _PEOPLE,
    ),
)
_NO_NAME = r"(?!(?:me|you|us|it|the same|a|an|my)\b)"
_ANY = ("for", "of", "in", "at", "on", "about", "to", "with", "from", "called", "named")


def quoted(text: str) -> str | None:
    """Words in quotation marks."""
    match = _QUOTED.search(text)
    return (match.group(1) or match.group(2)) if match else None


def email(text: str) -> str | None:
    """An address, written or spelt out ("ann at example dot com")."""
    match = _EMAIL.search(text)
    if match:
        return match.group().rstrip(".")
    spoken = _SPOKEN_EMAIL.search(text)
    return re.sub(r"\s+dot\s+", ".", f"{spoken[1]}@{spoken[2]}", flags=re.IGNORECASE).lower() if spoken else None


def url(text: str) -> str | None:
    """A web address."""
    match = _URL.search(text)
    return match.group().rstrip(".,?!") if match else None


def phone(text: str) -> str | None:
    """A telephone number."""
    match = _PHONE.search(text)
    return match.group().strip() if match else None


def matching(text: str, pattern: str) -> str | None:
    """The part of a text that a schema's pattern wants, joined or upper-cased if only so it fits."""
    try:
        wanted = re.compile(pattern)
    except re.error:
        return None
    pieces = text.split()
    for length in range(min(6, len(pieces)), 0, -1):
        for start in range(len(pieces) - length + 1):
            run = pieces[start : start + length]
            for joint in (" ", "", "-"):
                said = joint.join(run).strip(".,?!;:")
                for form in (said, said.upper(), said.lower()):
                    if form and wanted.fullmatch(form):
                        return form
    return None


def code(text: str) -> str | None:
    """An identifier: a word with digits in it, or digits that were said one by one."""
    match = _CODE.search(text)
    if match:
        # "A 1 2 3" and "order 42 17" are one identifier, said in pieces.
        pieces = re.match(r"(?:[A-Za-z]?\d[\w-]*)(?:[ -]\d+)*", text[match.start() :])
        lone = re.search(r"\b([A-Z])[ -]?$", text[: match.start()])
        body = re.sub(r"\s+", "", pieces.group()) if pieces else match.group()
        return (lone.group(1) if lone else "") + body
    spelt = [number for number in numbers.find(text) if number.value >= 0]
    return str(spelt[0].plain) if spelt else None


def name(text: str, hints: str, taken: Sequence[str] = (), nouns: Sequence[str] = ()) -> str | None:
    """A name of a place, person or thing.

    Args:
        text: The request.
        hints: What the parameter is, in lower case: its name and description.
        taken: Names that other parameters have already.
        nouns: Words of the tool's name: in "the kitchen lights", what stands before "lights" may be the name.
    """
    prepositions = next((leads for cue, leads in _ROLES if cue.search(hints)), _ANY)
    capitals = [run for run in _names(text) if run not in taken]
    for lead in prepositions:
        for run in capitals:
            if re.search(rf"\b{lead}\s+(?:the\s+)?{re.escape(run)}", text, re.IGNORECASE):
                return run
    if capitals and prepositions not in {_ORIGIN, _DESTINATION}:
        return capitals[0]
    return _plain_name(text, prepositions, taken) or _before(text, nouns)


def _plain_name(text: str, prepositions: Sequence[str], taken: Sequence[str]) -> str | None:
    """A name in lower case, as ears may write it: what follows a preposition up to the next."""
    for lead in prepositions:
        match = re.search(rf"\b{lead}\s+{_NO_NAME}(?:the\s+)?([a-z][\w'\u2019 -]+)", text, re.IGNORECASE)
        said = _STOPS_NAME.sub("", match.group(1)).strip() if match else ""
        if said and said not in taken and words.content(said):
            return said
    return None


def _before(text: str, nouns: Sequence[str]) -> str | None:
    for noun in nouns:
        match = re.search(rf"\b(?:the|my|our)\s+([\w'\u2019-]+)\s+{re.escape(noun)}", text, re.IGNORECASE)
        if match and match.group(1).lower() not in words.STOP:
            return match.group(1)
    return None


def label(text: str) -> str | None:
    """What something is to be called."""
    match = _CALLED.search(text)
    return _STOPS_NAME.sub("", match.group(1)).strip() or None if match else None


def message(text: str) -> str | None:
    """What is to be said or written: what follows "that", "saying" or a colon."""
    _, colon, after = text.partition(": ")
    if colon and after:
        return after.strip()
    match = _ABOUT.search(text)
    return match.group(1).strip().rstrip(".") if match else None


def _names(text: str) -> list[str]:
    """Capitalised runs, the first word of the request left out unless it goes on capitalised."""
    runs: list[str] = []
    for match in _CAPITALS.finditer(text):
        run = match.group().rstrip(".'\u2019")
        if match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".?!":
            head, _, rest = run.partition(" ")
            run = (
                rest
                if rest and (head.lower() in words.STOP or head.lower() in _PEOPLE or not head.istitle())
                else ("" if not rest else run)
            )
        if run and run.lower() not in words.STOP and not run.lower().startswith("i'"):
            runs.append(run)
    return runs
