"""Choices of a few: which of an enumeration's values was meant, and yes or no."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from agent.engine.thinking import words
from agent.engine.thinking.toolbox import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.embedding import Memory

MISHEARD = 0.82  # likeness of letters from which a word is taken for a value that was misheard
ALIKE = 0.5  # cosine from which words are taken to mean a value
APART = 0.08  # and how far the next value must be behind

_NEGATED = re.compile(
    r"\b(?:no|not|don't|do not|without|never|isn't|shouldn't|won't|disable|off|except|minus|skip)\b", re.IGNORECASE
)
_YES = re.compile(r"\b(?:yes|yeah|yep|sure|please do|correct|of course|right)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|nope|nah|not)\b", re.IGNORECASE)


def pick(text: str, values: Sequence[object], memory: Memory, *, name: str = "", required: bool) -> object | None:
    """The value that a text names; by words, then by letters that are nearly right, then by meaning.

    Args:
        text: The request.
        values: What the schema allows; any JSON scalars.
        memory: Compares meanings.
        name: What is chosen; its own words tell no value from another ("room" in "board room").
        required: Meaning alone is enough only for a value that must be given.
    """
    names = [spoken(str(value)) for value in values]
    said = words.tokens(text)
    stems = [words.stem(token) for token in said]
    whole = [at for at, name in enumerate(names) if _within([words.stem(token) for token in words.tokens(name)], stems)]
    if whole:
        # "extra large" rather than the "large" inside it.
        return values[max(whole, key=lambda at: len(names[at]))]
    telling = set(stems) - set(words.stems(spoken(name)))
    partial = [at for at, each in enumerate(names) if any(token in telling for token in words.content_stems(each))]
    if len(partial) == 1:
        return values[partial[0]]
    near = [
        (SequenceMatcher(None, name.replace(" ", ""), run).ratio(), at)
        for at, name in enumerate(names)
        for run in _runs(said)
        if len(run) > 3 and run[0] == name[0]  # "unhappy" is not a misheard "happy"
    ]
    if near and max(near)[0] >= MISHEARD:
        return values[max(near)[1]]
    phrases = [token for token in words.content(text) if words.stem(token) in telling]
    return _by_meaning(phrases[:12], values, names, memory) if required else None


def _by_meaning(
    phrases: Sequence[str], values: Sequence[object], names: Sequence[str], memory: Memory
) -> object | None:
    if not phrases or any(name.isdigit() for name in names):
        return None
    vectors = memory.embed([*names, *phrases])
    alike = (vectors[: len(names)] @ vectors[len(names) :].T).max(axis=1)
    order = alike.argsort()[::-1]
    sure = alike[order[0]] >= ALIKE and (len(order) == 1 or alike[order[0]] - alike[order[1]] >= APART)
    return values[int(order[0])] if sure else None


def boolean(text: str, name: str, description: str) -> bool | None:
    """Whether a text switches something on or off; None when it does not speak of it."""
    cues = set(words.content_stems(spoken(name))) or set(words.content_stems(description))
    clauses = re.split(r"[,;.]|\bbut\b|\band\b", text)
    for clause in clauses:
        if cues & set(words.stems(clause)):
            return not _NEGATED.search(clause)
    return None


def yes_or_no(text: str) -> bool | None:
    """An answer to a question of ours."""
    if _NO.search(text):
        return False
    return True if _YES.search(text) else None


def _within(wanted: Sequence[str], stems: Sequence[str]) -> bool:
    return bool(wanted) and any(list(stems[at : at + len(wanted)]) == list(wanted) for at in range(len(stems)))


def _runs(said: Sequence[str]) -> list[str]:
    """Single words and pairs run together, as ears that mishear would cut them."""
    return [*said, *("".join(pair) for pair in pairwise(said))]
