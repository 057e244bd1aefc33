"""Markers: passages that an answer names, by `[2]`, `【2】` or their ids. Only what was retrieved has a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,120})\]|\u3010([^\u3010\u3011\n]{1,120})\u3011")
_SEPARATORS = re.compile(r"[\s,;\u2020]+")
_PREFIX = re.compile(r"^(?:\^|#|(?:id|source|passage|doc):)+", re.IGNORECASE)
# Shorter ids than this are words, or parts of them, and are taken for names in brackets only.
_TELLING = 6


def naming(answer: str, ids: Sequence[str], numbered: Sequence[int]) -> tuple[str, list[tuple[int, int]]]:
    """Find the passages that an answer names.

    Args:
        answer: What was said.
        ids: The passages' ids.
        numbered: Of the first, second … passage that the model was shown: its position in `ids`.

    Returns:
        The answer with blanks in place of the names, so that every character keeps its place; and for each passage
        named, where, and its position in `ids`. What follows a sentence's end belongs to that sentence.
    """
    known = {name: position for position, name in reversed([*enumerate(ids)]) if name}
    found: list[tuple[int, int, list[int]]] = []
    for match in _BRACKETS.finditer(answer):
        tokens = [_PREFIX.sub("", token) for token in _SEPARATORS.split(match[1] or match[2]) if token]
        positions = [position for token in tokens if (position := _position(token, known, numbered)) is not None]
        # A remark in brackets is no name; in lenticular ones nobody writes anything else.
        if match[2] or (tokens and all(token.isdecimal() or token in known for token in tokens)):
            found.append((match.start(), match.end(), positions))
    for name, position in known.items():
        if len(name) >= _TELLING:
            spelt = re.escape(name)
            found += [(at.start(), at.end(), [position]) for at in re.finditer(rf"\(\s*{spelt}\s*\)|{spelt}", answer)]
    plain = answer
    for start, end, _ in found:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain, [(_said_before(plain, start), position) for start, _, several in found for position in several]


def _position(token: str, known: dict[str, int], numbered: Sequence[int]) -> int | None:
    if token in known:
        return known[token]
    if token.isdecimal() and len(token) < 4 and 1 <= int(token) <= len(numbered):
        return numbered[int(token) - 1]
    return None


def _said_before(plain: str, at: int) -> int:
    """The last character said before a name; where nothing was, the first after it."""
    said = plain[:at].rstrip()
    return len(said) - 1 if said else len(plain) - len(plain.lstrip())
