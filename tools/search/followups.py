"""Follow-ups: a query that leans on what was said before ("and for dental?") made to stand by itself.

A model is asked for queries that stand by themselves, and mostly gives them. Where it passes on the caller's own words
instead, the search looks for the caller's earlier question with the new words in it.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import Utterance

_CHAIN: Final = 3  # questions looked back over
_PHRASE: Final = 5  # content words up to which what follows "and" is a phrase to put into the earlier question
_FEW: Final = 2  # content words up to which a question that points elsewhere has no subject of its own
_LONGEST: Final = 300  # characters of a query made whole; what a caller says at length needs no more

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_OPENING = re.compile(
    r"(?:(?:and|but|so|ok|okay|then|also|yes|no|thanks)\b[,.]?\s*)*"
    r"(?:(?:what|how) about|what if(?: it(?:['\u2019]s| is))?|(?:the )?same (?:for|with|in)|also|and|but|or)\b,?\s*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:what|how|when|where|who|why|which|is|are|do|does|did|can|could|will|would|should|may|must|tell)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|there|he|she|him|her|his|ones?|else|same|another|other)\b",
    re.IGNORECASE,
)
# Here "it" and "there" point at nothing that was said before.
_EMPTY = re.compile(
    r"\b(?:(?:is|are|was|were|will) there(?: be)?|there (?:is|are)|is it (?:going to|true))\b", re.IGNORECASE
)
_BARE = re.compile(
    r"(?:why(?: not)?|how(?: so| come| much| many| long| often)?|when|where|who|which(?: one)?|since when|until when"
    r"|for how long|(?:tell me )?more|go on|what else|anything else|and then)[.?! ]*",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?:for|in|at|on|with|under|to|from|about|by|of|without|after|before|during|as)\b", re.IGNORECASE
)
# Words that say nothing of what a question is about.
_STOP_WORDS: Final = """
    a about after also am an and another any are as at be been before being but by can could did do does done during
    else er for from get give had has have he her here him his hm hmm how i if in is it its long many may me might more
    much must my no not of oh ok okay on one ones or other our please same shall she should show so some tell than
    thanks that the their them then there these they this those to uh um under us was we well were what when where
    which who whom whose why will with without would yes you your
"""
_STOP: Final = frozenset(_STOP_WORDS.split())


def whole(query: str, conversation: Sequence[Utterance]) -> str:
    """A query that stands by itself.

    Args:
        query: What the model wants to search for.
        conversation: What was said lately, oldest first; the question at hand may be the last of it or not be there
            yet.

    Returns:
        The query as it is, unless it leans on an earlier question: then that question with the query's words in it.
    """
    asked = [one.text for one in conversation if one.role == "user"]
    said = query
    if asked and leans(asked[-1]) and _content(query) <= _content(asked[-1]):
        # The model has handed on the caller's words, or some of them: whole they show what they are.
        said = asked.pop()
    elif asked and _plain(asked[-1]) == _plain(query):
        asked.pop()
    asked = [text for text in asked if _content(text)]
    if not asked or not leans(said):
        return query
    return _resolved(said, asked[-_CHAIN:])[:_LONGEST]


def leans(said: str) -> bool:
    """Whether a question cannot be understood without what was said before.

    Args:
        said: What somebody asks.
    """
    said = said.strip()
    if _BARE.fullmatch(said):
        return True
    own = len(_content(said))
    opening = _OPENING.match(said)
    if opening and not _ASKING.match(said, opening.end()):
        return own <= _PHRASE
    if opening and _BARE.fullmatch(said, opening.end()):
        return True
    return own <= _FEW and bool(_POINTING.search(_EMPTY.sub("", said)))


def _resolved(said: str, earlier: Sequence[str]) -> str:
    topic = earlier[-1]
    if earlier[:-1] and leans(topic):
        topic = _resolved(topic, earlier[:-1])
    topic = topic.strip(" ?.!")
    opening = _OPENING.match(said.strip())
    phrase = said.strip()[opening.end() if opening else 0 :].strip(" ?.!")
    if opening and phrase and not _ASKING.match(phrase):
        return f"{_put(phrase, topic)}?"
    return f"{topic}? {phrase}?"


def _put(phrase: str, topic: str) -> str:
    """The topic with a phrase in it: "for dental" takes the place of what stood after "for", all else is added."""
    lead = _PREPOSITION.match(phrase)
    found = list(_PREPOSITION.finditer(topic))
    for match, following in zip_longest(found, found[1:]):
        if lead and match.group().lower() == lead.group().lower():
            rest = topic[following.start() :] if following else ""
            return f"{topic[: match.start()]}{phrase} {rest}".rstrip()
    return f"{topic} {phrase}"


def _plain(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _content(text: str) -> frozenset[str]:
    return frozenset(_plain(text)) - _STOP
