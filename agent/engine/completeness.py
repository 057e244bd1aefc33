"""Has the speaker finished the thought? The guess behind `semantic_vad`.

A real service runs a trained classifier over the sound. Here the words decide: the engine's ears punctuate, so a
transcript that closes with a full stop and does not end on a word which needs another ("and", "the", "to", "um") is
taken as complete, and one that hangs in the air is given time.
"""

from __future__ import annotations

import re

# Conjunctions, prepositions, articles, possessives, auxiliaries and fillers: nobody ends a request on one of these,
# except where a question strands it ("who is it for?"), which its question mark tells.
_DANGLING = frozenset(
    """a an the and or but so because if when while although though since unless until than as that which who whose
    of to for from with without in on at by into about between during my your his her its our their this these those
    is are was were am be been have has had do does did will would can could should may might must i we they he she
    um uh er erm hmm like well also then not please let's i'm what's how's where's""".split()  # noqa: SIM905
)
_WORD = re.compile(r"[\w']+")


def seems_complete(transcript: str) -> bool:
    """Tell whether a turn may end after these words.

    Args:
        transcript: What was understood so far.

    Returns:
        False for nothing at all, for words that trail off, and for an ending that asks for more words.
    """
    said = transcript.strip()
    words = _WORD.findall(said.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    if not words or said.endswith(("...", "\N{HORIZONTAL ELLIPSIS}", ",", "-", "\N{EM DASH}", ":")):
        return False
    return said.endswith("?") or words[-1] not in _DANGLING
