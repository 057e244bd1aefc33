"""Words of plain English text: tokens, stop words, and stems crude enough to match "claims" with "claiming"."""

from __future__ import annotations

import re
from functools import lru_cache

# Numbers with their separators, words with their apostrophes, and identifiers of both.
_TOKEN = re.compile(r"[0-9]+(?:[.,:][0-9]+)*(?![^\W_])|[^\W\d_]+(?:['\u2019][^\W\d_]+)*(?![0-9])|[^\W_]+")

# Words that say how a sentence is built, not what it is about.
_STOP = """
    a about above after again all also am an and any are as at be because been before being below between both but by
    can can't cannot could did do does doing don't down during each either few for from further get gets getting give
    given go goes going got had has have having he her here hers him his how however i i'd i'll i'm i've if in into is
    isn't it it's its itself just know let like make makes many may me might mine more most much must my myself need
    needs no nor not now of off on once one only or other our ours out over own per please quite really same say says
    shall she should so some such sure tell than that that's the their theirs them then there there's these they
    they're thing things this those through to too under until up upon us use used uses using very want wants was way
    we we're were what what's when when's where where's whether which while who who's whom whose why will with within
    without would you you'd you'll you're you've your yours
"""
STOP = frozenset(_STOP.split())

# Words in which questions are wrapped: their absence from a passage says nothing about whether it answers.
_FRAME = """
    according additional advise advised answer approach area areas aspect aspects available aware best case cases
    certain common concern concerning consider consideration considerations considered consist contain context
    define defined definition describe described description detail details difference differences different ensure
    exactly example examples exception exceptions expect explain extent factor factors feature features find
    following general guideline guidelines handle handled handles happen happens help helpful helps idea important
    include included includes information involve involved involves issue issues item items key kind kinds list main
    mean meaning means mention mentioned method methods necessary option options overview part parts point points
    policies policy possible potential procedure procedures process provide provided provides purpose question
    questions reason reasons receive regard regarding relate related require required requirement requirements
    requires respect responsibilities responsibility result role roles rule rules scope section situation specific
    step steps suggest suggested suggests summary take taken takes talk term terms tip tips topic type types typical
    typically understand various work works
"""
FRAME = frozenset(_FRAME.split())


def tokens(text: str) -> list[str]:
    """The words and numbers of a text, in lower case and in order."""
    return [token.lower().replace("\u2019", "'") for token in _TOKEN.findall(text)]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Cut a lower-case word to what its forms share; not a word itself, only a key to compare."""
    word = word.removesuffix("'s")
    if len(word) <= 3 or word[0].isdigit():
        return word
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + replacement
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sz":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] in "ey" else word


_ENDINGS = (
    ("ization", "iz"), ("isation", "iz"), ("ational", "at"), ("fulness", "ful"), ("ations", "at"), ("ation", "at"),
    ("ities", "i"), ("ments", ""), ("ingly", ""), ("ation", "at"), ("iness", "i"), ("ment", ""), ("ness", ""),
    ("ity", "i"), ("ings", ""), ("ions", ""), ("ises", "iz"), ("izes", "iz"), ("ised", "iz"), ("ized", "iz"),
    ("ise", "iz"), ("ize", "iz"), ("ing", ""), ("ion", ""), ("ies", "i"), ("ied", "i"), ("ers", "er"), ("ely", ""),
    ("ed", ""), ("es", ""), ("ly", ""), ("s", ""), ("y", "i"),
)  # fmt: skip


def stems(text: str) -> list[str]:
    """The stems of every word, in order."""
    return [stem(token) for token in tokens(text)]


def content(text: str) -> list[str]:
    """The words that say what a text is about, as they stand in it but in lower case, each once."""
    return list(dict.fromkeys(token for token in tokens(text) if token not in STOP))


def content_stems(text: str) -> list[str]:
    """Stems of the content words, each once, in order."""
    return list(dict.fromkeys(stem(token) for token in content(text)))


def tells(word: str) -> bool:
    """Whether a lower-case word says what a question is about."""
    return word not in STOP and word not in FRAME and (len(word) > 1 or word.isdigit())


def capitalised(text: str) -> list[str]:
    """Runs of capitalised words ("Northwind Health Plus"), without the word that only opens a sentence."""
    runs: list[str] = []
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        for match in _CAPITALISED.finditer(sentence):
            run = match.group()
            opener, _, rest = run.partition(" ")
            if match.start() == 0 and (not rest or opener.lower() in STOP):
                run = rest.removeprefix("and ").removeprefix("of ").removeprefix("the ")
            if run and run.lower() not in STOP:
                runs.append(run)
    return runs


_CAPITALISED = re.compile(r"\b[A-Z][\w&'\u2019-]*(?:\s+(?:of\s+|the\s+|and\s+(?=[A-Z]))?[A-Z0-9][\w&'\u2019-]*)*")
