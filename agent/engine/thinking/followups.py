"""Follow-ups: "and for dental?" made whole with what the questions before were about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.engine.thinking import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.embedding import Memory


def _said(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_OPENING = _said(
    r"^(?:(?:and|but|so|ok|okay|then|also),?\s+)*"
    r"(?:what about|how about|what if(?: it(?: is|'s))?|and|(?:the )?same for"
    r"|also for|or)\b,?\s*"
)
_POINTING = _said(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|there|he|she|him|her|his|ones?|else|same|another|other)\b"
)
_BARE = _said(
    r"^(?:why(?: not)?|how(?: so| come| much| many| long| often)?|when|where|who|which(?: one)?|since when|until when"
    r"|for how long|(?:tell me )?more|go on|what else|anything else|and then)[.?! ]*$"
)
# Here "it", "there" and "that" point at nothing that was said before.
_EMPTY = _said(r"\b(?:it(?: is|'s) (?:raining|snowing|sunny)|is it (?:going to|true)|(?:is|are|was|were) there)\b")
_PREPOSITION = _said(r"^(?:for|in|at|on|with|under|to|from|about|by|of|without|after|before|during|outside|as)\b\s*")
_QUESTION = _said(r"(?:what|how|when|where|who|why|which|is|are|do|does|did|can|could|will|would|should)\b")
CHAIN = 3  # questions looked back over
ALIKE = 0.3  # cosine from which a phrase of the earlier question is what the follow-up puts in place of
PHRASE = 5  # content words up to which what follows "and" is a phrase to put into the earlier question
FEW = 2  # content words up to which a question that points elsewhere has no subject of its own


def resolve(request: str, earlier: Sequence[str], memory: Memory) -> str:
    """A request that stands on its own.

    Args:
        request: What was said last.
        earlier: What the same person asked before, oldest first.
        memory: Compares meanings.

    Returns:
        The request as it is, or what it means after the earlier questions.
    """
    before = [text for text in earlier if words.content(text)][-CHAIN:]
    if not before or not depends(request):
        return request
    topic = resolve(before[-1], before[:-1], memory)
    fragment = _OPENING.sub("", request.strip()).strip(" ?.!")
    if _OPENING.match(request.strip()) and fragment and not _asks(fragment):
        return _replaced(topic, fragment, memory)
    subject = [
        token for token in words.content(topic) if token not in words.tokens(request) and token not in words.FRAME
    ]
    if _BARE.match(request.strip()):
        return f"{request.strip(' ?.!')}: {topic}"
    return f"{request.strip()} ({' '.join(subject)})" if subject else request


def depends(request: str) -> bool:
    """Whether a request leans on what was said before it."""
    said = request.strip()
    if _BARE.match(said):
        return True
    opening = _OPENING.match(said)
    own = words.content(said)
    if opening and not _asks(said[opening.end() :]):
        return len(own) <= PHRASE
    return bool(opening or _POINTING.search(said)) and not _EMPTY.search(said) and len(own) <= FEW


def _asks(fragment: str) -> bool:
    """Whether what follows "and" is a question of its own rather than a phrase."""
    return bool(_QUESTION.match(fragment))


def _replaced(topic: str, fragment: str, memory: Memory) -> str:
    """The earlier question with the follow-up's phrase in place of the one most like it."""
    pieces = topic.rstrip(" ?.!").split()
    bare = _PREPOSITION.sub("", fragment)
    spans = [
        (start, end)
        for start in range(len(pieces))
        for end in range(start + 1, min(start + 4, len(pieces)) + 1)
        if _phrase(pieces[start:end])
    ]
    if not spans:
        return f"{topic.rstrip(' ?.!')} {fragment}"
    phrases = [" ".join(pieces[start:end]) for start, end in spans]
    alike = memory.similarities(bare, phrases)
    lead = _PREPOSITION.match(fragment)
    for at, (start, _) in enumerate(spans):
        # "for dental" takes the place of what stood after "for".
        if lead and start and pieces[start - 1].lower() == lead.group().strip().lower():
            alike[at] += 0.25
        if words.capitalised(f"x {bare}") and words.capitalised(f"x {phrases[at]}"):
            alike[at] += 0.15
    best = int(alike.argmax())
    if alike[best] < ALIKE:
        return f"{' '.join(pieces)} {fragment}"
    start, end = spans[best]
    return " ".join([*pieces[:start], bare, *pieces[end:]])


def _phrase(pieces: Sequence[str]) -> bool:
    """Whether words may be replaced together: they begin and end with a content word."""
    return all(
        any(token not in words.STOP and token not in _ASKING for token in words.tokens(piece))
        for piece in (pieces[0], pieces[-1])
    )


_ASKING = frozenset({"much", "many", "long", "often", "cost", "costs", "days", "happens"})
