"""Answering from passages: the one or two sentences that say what was asked, as the passages have them."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agent.engine.thinking import sentences, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from agent.engine.thinking.embedding import Memory
    from agent.engine.thinking.passages import Found

PASSAGES = 5  # read at most
EMBEDDED = 10  # candidate sentences that are worth an embedding: about 3 ms each
SPOKEN_WORDS = 45  # of an answer; about 17 seconds of speech
LONGEST = 60  # words of a sentence that is still bearable on its own

# What a sentence is worth: its meaning, the question's words in it, whether it has the kind of thing asked for,
# how high its passage ranked, whether the passage is of the product or plan that the question names.
MEANING, WORDS, KIND, RANK, NAME = 1.0, 0.45, 0.12, 0.05, 0.35
DANGLING = 0.12  # it opens with "It" or "However": it leans on a sentence that is not being said
FRAGMENT = 0.15  # a heading or a bullet without a verb


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage.

    Attributes:
        text: The sentence, tidied.
        passage: Index of its passage.
        at: Its place among the passage's sentences.
        stems: Stems of its words.
    """

    text: str
    passage: int
    at: int
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The passages, read with a question in mind.

    Attributes:
        question: The question.
        passages: What was read.
        candidates: The sentences worth considering.
        meaning: Their cosine similarity with the question.
        scores: What each is worth as an answer.
    """

    question: str
    passages: Sequence[Found]
    candidates: Sequence[Sentence]
    meaning: NDArray[np.float32]
    scores: NDArray[np.float64]


def read(question: str, passages: Sequence[Found], memory: Memory) -> Reading:
    """Find the sentences that may answer a question, and weigh them."""
    passages = passages[:PASSAGES]
    everything = [
        Sentence(text, number, at, frozenset(words.stems(text)))
        for number, passage in enumerate(passages)
        for at, text in enumerate(sentences.split(passage.text))
    ]
    weights = _rarity(question, everything)
    names = [_naming(question, passage) for passage in passages]
    shares = [_share(sentence.stems, weights) for sentence in everything]
    first_look = [
        share + RANK * _rank(sentence.passage) + NAME * names[sentence.passage] + _kind(question, sentence.text) * KIND
        - _form(sentence.text)
        for sentence, share in zip(everything, shares, strict=True)
    ]  # fmt: skip
    best = sorted(range(len(everything)), key=lambda at: -first_look[at])[:EMBEDDED]
    candidates = [everything[at] for at in best]
    meaning = memory.similarities(question, [candidate.text for candidate in candidates])
    scores = np.array(
        [
            MEANING * float(meaning[place]) + WORDS * shares[at] + KIND * _kind(question, everything[at].text)
            + RANK * _rank(everything[at].passage) + NAME * names[everything[at].passage] - _form(everything[at].text)
            for place, at in enumerate(best)
        ],
        dtype=np.float64,
    )  # fmt: skip
    return Reading(question, passages, candidates, meaning, scores)


def compose(reading: Reading) -> str:
    """The answer: the best sentence, and a second one of the same passage where there is room and it adds something."""
    if not reading.candidates:
        return ""
    order = list(np.argsort(-reading.scores))
    best = next((at for at in order if sentences.word_count(reading.candidates[at].text) <= LONGEST), order[0])
    first = reading.candidates[best]
    whole = sentences.split(reading.passages[first.passage].text)
    if first.text.endswith(":"):
        return _listed(whole, first.at)
    chosen = [first]
    room = SPOKEN_WORDS - sentences.word_count(first.text)
    for at in order:
        other = reading.candidates[at]
        if (
            other.passage == first.passage
            and other.at != first.at
            and sentences.word_count(other.text) <= room
            and reading.scores[at] >= 0.72 * reading.scores[best]
            and not other.text.endswith((":", "?"))
            and _adds(other, first)
        ):
            chosen.append(other)
            break
    chosen.sort(key=lambda sentence: sentence.at)
    return " ".join(sentences.speakable(sentence.text) for sentence in chosen)


def _listed(whole: Sequence[str], at: int) -> str:
    """A sentence that introduces a list, with as many of the list's items as can be said."""
    said = [whole[at]]
    for item in whole[at + 1 :]:
        if sentences.word_count(" ".join([*said, item])) > SPOKEN_WORDS or item.endswith(":"):
            break
        said.append(item)
        if item.endswith(".") and sentences.word_count(item) > 12:
            break
    head, items = said[0], [item.rstrip(" .;,") for item in said[1:]]
    return f"{head} {'; '.join(items)}." if items else sentences.speakable(head)


def _adds(other: Sentence, first: Sentence) -> bool:
    union = other.stems | first.stems
    return len(other.stems & first.stems) / max(len(union), 1) < 0.7


def _rarity(question: str, everything: Sequence[Sentence]) -> dict[str, float]:
    """How much each of the question's words tells these sentences apart."""
    count = Counter(stem for sentence in everything for stem in sentence.stems)
    wanted = words.content_stems(question)
    return {stem: math.log(1 + len(everything) / (1 + count[stem])) for stem in wanted}


def _share(stems: frozenset[str], weights: dict[str, float]) -> float:
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in stems) / total if total else 0.0


def _naming(question: str, passage: Found) -> float:
    """How far the passage is about what the question calls by name, from 0 to 1; 0 where it names nothing."""
    named = [stem for run in words.capitalised(question) for stem in words.stems(run)]
    if not named:
        return 0.0
    title = set(words.stems(passage.name))
    body = set(words.stems(passage.text))
    return sum(0.6 * (stem in title) + 0.4 * (stem in body) for stem in named) / len(named)


def _rank(passage: int) -> float:
    return 1.0 - passage / PASSAGES


_AMOUNT = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|half|percent)\b", re.IGNORECASE
)
_MONEY = re.compile(r"[$£€]\s?\d|\d\s?(?:dollars|pounds|euros|percent|%)|\bfree\b|no (?:cost|charge)", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:\d{1,2}(?::\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.|o'clock)|\d{1,2}:\d{2}|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|march|april|may \d|june|july|august|september|october|november|december|(?:19|20)\d\d"
    r"|annual\w*|month\w*|week\w*|day\w*|year\w*|quarter\w*|hours?|minutes?|noon|midnight)\b",
    re.IGNORECASE,
)  # fmt: skip
_REASON = re.compile(
    r"\b(?:because|since|due to|so that|in order to|therefore|reason|to (?:ensure|help|protect|make))\b", re.IGNORECASE
)
_PERSON = re.compile(
    r"\b(?:[A-Z][a-z]+ [A-Z][a-z]+|(?:[Mm]anager|[Dd]irector|[Oo]fficer|[Tt]eam|[Ee]mployees?|CEO|HR)\b)"
)
_KINDS = (
    (re.compile(r"\bhow (?:much|expensive)\b|\b(?:price|cost|fee|copay\w*|salary)\b", re.IGNORECASE), _MONEY),
    (
        re.compile(
            r"\bhow (?:many|long|far|often|big|old|tall|high|much)\b|\bwhat (?:percentage|number|amount)\b",
            re.IGNORECASE,
        ),
        _AMOUNT,
    ),
    (
        re.compile(r"\b(?:when|what time|what day|how (?:long|often|soon)|deadline|opening hours)\b", re.IGNORECASE),
        _TIME,
    ),
    (re.compile(r"\bwhy\b", re.IGNORECASE), _REASON),
    (re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE), _PERSON),
)


def _kind(question: str, sentence: str) -> float:
    """Whether a sentence has the kind of thing that the question asks for (an amount, a time, a reason, a person)."""
    asked = [sign for cue, sign in _KINDS if cue.search(question)]
    return sum(1.0 for sign in asked if sign.search(sentence)) / len(asked) if asked else 0.0


_DANGLING = re.compile(
    r"^(?:it|they|this|these|those|he|she|however|additionally|also|but|and|or|if so|in addition|therefore|such)\b",
    re.IGNORECASE,
)


def _form(sentence: str) -> float:
    """What a sentence loses by its form: leaning on another, being a heading, a question, or much too long."""
    loss = DANGLING if _DANGLING.match(sentence) else 0.0
    if not sentence.endswith((".", "!", ":", "”", '"', ")")) or sentences.word_count(sentence) < 5:
        loss += FRAGMENT
    if sentence.endswith("?"):
        loss += FRAGMENT
    return loss + (0.2 if sentences.word_count(sentence) > LONGEST else 0.0)
