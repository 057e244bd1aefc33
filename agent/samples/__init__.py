"""The sample documents that the product talks about until it is given others: a small ferry line's papers.

Lantern Sound Ferries, its ships and its islands are invented.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

NAME = "Lantern Sound Ferries"
GREETING = "I am the AI assistant of Lantern Sound Ferries. Ask me about sailings, fares or the islands."
EXAMPLES: tuple[str, ...] = (
    "How much is the Island Pass?",
    "When does the last boat back from Seal Island leave in summer?",
    "In what wind does the Swan stop sailing?",
    "How many days of annual leave do I get?",
)


def documents_path() -> Path:
    """The folder that holds the sample documents."""
    return _here() / "documents"


def questions_path() -> Path:
    """Questions with their right answers, one JSON object a line.

    Keys: `id`, `kind` (`answerable`, `unanswerable` or `follow-up`), `question`, `document` (file name), `page`
    (1-based page or slide, null where the format has none), `answer` (words that stand there, which a right answer
    contains), and `after`: the id of the question that a follow-up follows.
    """
    return _here() / "questions.jsonl"


def _here() -> Path:
    # Wheels are installed unpacked, so the resources of this package are plain files.
    return Path(str(files(__name__)))
