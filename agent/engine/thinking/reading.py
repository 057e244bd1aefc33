"""Reading passages with a question in mind: their sentences, and what each is worth as an answer."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agent.engine.thinking import kinds, sentences, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from agent.engine.thinking.embedding import Memory
    from agent.engine.thinking.passages import Found
    from tools.search.embedder import Worded

PASSAGES = 5  # read at most
EMBEDDED = 10  # sentences that are worth an embedding, at 4 to 9 ms each
READ_WORDS = 28  # of a sentence that are embedded; a longer one has said by then what it is about
LONGEST = 60  # words of a sentence that is still bearable in speech

# What a sentence is worth: its meaning, the question's words in it, whether it has the kind of thing asked for,
# how well its passage was found, whether the passage is of the product or plan that the question names.
# Tuned on questions over encyclopaedia articles, a handbook and a car maker's pages alike.
MEANING, WORDS, KIND, RANK, NAME = 1.0, 0.3, 0.12, 0.3, 0.25
ABOVE = 0.7  # of what a word of the question is worth, where it stands in the heading
DANGLING = 0.06  # it opens with "It" or "However", and no heading tells what that is
FRAGMENT = 0.2  # a bullet that is no sentence; a question
HEADING = 1.0  # it only says what comes next
TOO_LONG = 0.2

_DANGLING = re.compile(
    r"^(?:it|they|this|these|those|he|she|however|additionally|also|but|and|or|if so|in addition|therefore|such)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage.

    Attributes:
        text: The sentence, tidied.
        passage: Index of its passage.
        at: Its place among the passage's sentences.
        stems: Stems of its words.
        heading: What it stands under.
        above: Stems of the heading's words.
        heads: Whether it is a heading itself.
    """

    text: str
    passage: int
    at: int
    stems: frozenset[str]
    heading: str
    above: frozenset[str]
    heads: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Passages read.

    Attributes:
        question: What was asked.
        passages: What was read, best first.
        sentences: Every sentence of each passage, in order.
        candidates: The sentences worth considering.
        likeness: Their cosine similarity with the question, each under its heading or its passage's title.
        closeness: For each word that says what the question is about: the cosine of what it means there with the
            closest word of any candidate.
        scores: What each is worth as an answer.
    """

    question: str
    passages: Sequence[Found]
    sentences: Sequence[Sequence[Sentence]]
    candidates: Sequence[Sentence]
    likeness: NDArray[np.float32]
    closeness: NDArray[np.float32]
    scores: NDArray[np.float64]


def read(question: str, passages: Sequence[Found], memory: Memory) -> Reading:
    """Find the sentences that may answer a question, and weigh them.

    Args:
        question: What was asked, standing on its own.
        passages: What a search found, best first.
        memory: Compares meanings.
    """
    passages = passages[:PASSAGES]
    whole = [_sentences(number, passage) for number, passage in enumerate(passages)]
    everything = [sentence for several in whole for sentence in several]
    weights = _rarity(question, everything)
    shares = [_share(sentence, weights) for sentence in everything]
    names = [_naming(question, passage) for passage in passages]
    standing = _standing(passages)
    worth = [
        WORDS * share
        + KIND * kinds.fit(question, sentence.text)
        + RANK * standing[sentence.passage]
        + NAME * names[sentence.passage]
        - _form(sentence)
        for sentence, share in zip(everything, shares, strict=True)
    ]
    best = sorted(range(len(everything)), key=lambda at: -worth[at])[:EMBEDDED]
    candidates = [everything[at] for at in best]
    asked, *said = memory.worded([question, *(_placed(passages[each.passage], each) for each in candidates)])
    likeness = np.array([each.vector @ asked.vector for each in said], dtype=np.float32)
    scores = MEANING * likeness.astype(np.float64) + np.array([worth[at] for at in best], dtype=np.float64)
    return Reading(question, passages, whole, candidates, likeness, _closeness(asked, said), scores)


def _closeness(asked: Worded, said: Sequence[Worded]) -> NDArray[np.float32]:
    """How close to each word that a question is about any word of some sentences comes."""
    telling = [at for at, word in enumerate(asked.words) if words.tells(word)]
    closest = np.zeros(len(telling), dtype=np.float32)
    for each in said:
        if telling and each.words:
            cosines = asked.meanings[telling].astype(np.float32) @ each.meanings.astype(np.float32).T
            closest = np.maximum(closest, cosines.max(axis=1))
    return closest


def _sentences(number: int, passage: Found) -> list[Sentence]:
    found: list[Sentence] = []
    for at, said in enumerate(sentences.split(passage.text)):
        heading = said.heading or passage.heading
        stems, above = frozenset(words.stems(said.text)), frozenset(words.stems(heading))
        found.append(Sentence(said.text, number, at, stems, heading, above, said.heads))
    return found


def _placed(passage: Found, sentence: Sentence) -> str:
    """A sentence under what its section, or else its document, calls itself: "it costs 40 euros" means nothing."""
    begun = " ".join(sentence.text.split()[:READ_WORDS])
    above = sentence.heading or passage.title
    return f"{above}: {begun}" if above else begun


def _rarity(question: str, everything: Sequence[Sentence]) -> dict[str, float]:
    """How much each of the question's words tells these sentences apart."""
    count = Counter(stem for sentence in everything for stem in sentence.stems)
    return {stem: math.log(1 + len(everything) / (1 + count[stem])) for stem in words.content_stems(question)}


def _share(sentence: Sentence, weights: dict[str, float]) -> float:
    """How much of the question a sentence has in its words, those of its heading counting for less."""
    total = sum(weights.values())
    if not total:
        return 0.0
    own = sum(weight for stem, weight in weights.items() if stem in sentence.stems)
    above = sum(weight for stem, weight in weights.items() if stem in sentence.above - sentence.stems)
    return (own + ABOVE * above) / total


def _naming(question: str, passage: Found) -> float:
    """How far the passage is about what the question calls by name, from 0 to 1; 0 where it names nothing."""
    named = [stem for run in words.capitalised(question) for stem in words.stems(run)]
    if not named:
        return 0.0
    title, body = set(words.stems(passage.name)), set(words.stems(passage.text))
    return sum(0.6 * (stem in title) + 0.4 * (stem in body) for stem in named) / len(named)


def _standing(passages: Sequence[Found]) -> list[float]:
    """How well each passage was found, from 0 to 1: by its rank, and by its score against the best where all have one.

    Some searches give scores that tell little apart, others tell a clear winner: so both count.
    """
    ranks = [1 - rank / PASSAGES for rank in range(len(passages))]
    scores = [passage.score for passage in passages if passage.score is not None]
    best = max(scores, default=0.0)
    if len(scores) < len(passages) or best <= 0:
        return ranks
    return [(rank + max(0.0, score) / best) / 2 for rank, score in zip(ranks, scores, strict=True)]


def _form(said: Sentence) -> float:
    """What a sentence loses by its form: leaning on another, being a heading or a question, or much too long."""
    sentence = said.text
    length = sentences.word_count(sentence)
    ended = sentence.endswith((".", "!", ":", '"', ")"))
    loss = DANGLING if _DANGLING.match(sentence) and not said.heading else 0.0
    if said.heads or (length < 5 and not ended and not sentence.endswith("?")):
        loss += HEADING
    elif length < 5 or not ended:
        loss += FRAGMENT
    return loss + (TOO_LONG if length > LONGEST else 0.0)
