"""Answering from passages: the one or two sentences that say what was asked, in the passages' own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agent.engine.thinking import sentences
from agent.engine.thinking.reading import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.reading import Reading, Sentence

SPOKEN_WORDS = 45  # of an answer; about 17 seconds of speech
WORTHY = 0.72  # of the best sentence's score, from which a second one is worth saying
ALIKE = 0.7  # shared words from which a second sentence adds nothing


def compose(reading: Reading) -> str:
    """Put an answer together.

    Returns:
        The best sentence, and a second one of the same passage where there is room for it and it adds something; ""
        when there is no sentence at all.
    """
    if not reading.candidates:
        return ""
    order = [int(at) for at in np.argsort(-reading.scores)]
    best = next((at for at in order if sentences.word_count(reading.candidates[at].text) <= LONGEST), order[0])
    first = reading.candidates[best]
    whole = reading.sentences[first.passage]
    if first.text.endswith(":") and first.at + 1 < len(whole):
        return _listed([sentence.text for sentence in whole[first.at :]])
    room = SPOKEN_WORDS - sentences.word_count(first.text)
    others = (reading.candidates[at] for at in order if reading.scores[at] >= WORTHY * reading.scores[best])
    second = next((other for other in others if _adds(other, first, room)), None)
    chosen = sorted([first, second] if second else [first], key=_place)
    return " ".join(sentences.speakable(sentence.text) for sentence in chosen)


def _place(sentence: Sentence) -> int:
    return sentence.at


def _adds(other: Sentence, first: Sentence, room: int) -> bool:
    """Whether a second sentence fits in and says something else."""
    if other.passage != first.passage or other.at == first.at or other.text.endswith((":", "?")):
        return False
    shared = len(other.stems & first.stems) / max(1, len(other.stems | first.stems))
    return sentences.word_count(other.text) <= room and shared < ALIKE


def _listed(whole: Sequence[str]) -> str:
    """A sentence that introduces a list, with as many of the list's items as can be said."""
    head, items = whole[0], list[str]()
    for item in whole[1:]:
        if item.endswith(":") or sentences.word_count(" ".join([head, *items, item])) > SPOKEN_WORDS:
            break
        items.append(item.rstrip(" .;,"))
    return f"{head} {'; '.join(items)}." if items else sentences.speakable(head)
