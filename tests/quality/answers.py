"""Print the answers quality table: `python tests/quality/answers.py DATA [--cache FOLDER] [--show]`.

Every question goes through the search tool, the reasoner and the citing that a conversation uses. The weights of the
refusal were fitted on other sets (see `fit_doubt.py`); its threshold is chosen here by 5-fold cross-validation, with
the questions over the packaged samples beside, and the row "as shipped" shows the threshold in use.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import questions
from fit_doubt import judged, threshold

from agent.engine.thinking import answering, passages, reading
from agent.engine.thinking.doubt import THRESHOLD, doubt, features
from agent.engine.thinking.embedding import Memory
from tools.errors import ToolsError
from tools.search.citing import cite
from tools.search.embedder import shared_embedder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray
    from questions import Asked

FOLDS = 5
SEED = 11
CITED, SUPPORTED, REFUSED, WRONGLY = 0.80, 1.0, 0.65, 0.05  # what is to be reached


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer.

    Attributes:
        asked: The question.
        answer: What is said unless it is refused.
        citations: What is shown with it.
        doubt: What the refusal is decided on.
    """

    asked: Asked
    answer: str
    citations: Sequence[Mapping[str, Any]]
    doubt: float

    @property
    def cited(self) -> bool:
        """Whether a right page is among the citations."""
        shown = {(Path(str(one["document"])).name, one["page"]) for one in self.citations}
        return bool(self.asked.gold & shown)

    @property
    def supported(self) -> bool:
        """Whether every sentence of the answer stands, word for word and in order, in a cited passage."""
        held = [f" {' '.join(_words(str(one['text'])))} " for one in self.citations]
        pieces = re.split(r"(?<=[.!?:;])\s+", self.answer)
        return all(any(f" {' '.join(_words(piece))} " in text for text in held) for piece in pieces if _words(piece))


def answer(asked: Asked, memory: Memory) -> Answered:
    """Answer one question as the reasoner does after the search."""
    read = reading.read(asked.question, passages.find(asked.output) or [], memory)
    said = answering.compose(read)
    return Answered(asked, said, cite(said, asked.citations, limit=3), doubt(features(read)))


def cross_validated(
    doubts: NDArray[np.float64],
    answerable: NDArray[np.bool_],
    others: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]] = (),
) -> NDArray[np.bool_]:
    """Which questions are refused when each fold's threshold comes from the other folds and other sets."""
    order = np.random.default_rng(SEED)
    fold = np.zeros(len(doubts), dtype=int)
    for kind in (answerable, ~answerable):
        members = order.permutation(np.flatnonzero(kind))
        fold[members] = np.arange(len(members)) % FOLDS
    refused = np.zeros(len(doubts), dtype=bool)
    for held in range(FOLDS):
        limit = threshold([(doubts[fold != held], ~answerable[fold != held]), *others])
        refused[fold == held] = doubts[fold == held] > limit
    return refused


def report(answered: Sequence[Answered], others: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> bool:
    """Print the table.

    Args:
        answered: What is measured.
        others: Doubts of other sets, and which of their questions cannot be answered.

    Returns:
        Whether every target is reached.
    """
    doubts = np.array([one.doubt for one in answered])
    answerable = np.array([one.asked.answerable for one in answered])
    validated, shipped = cross_validated(doubts, answerable, others), doubts > THRESHOLD
    said = [one for one, kept in zip(answered, ~shipped, strict=True) if kept]
    rows = [
        (
            "right page among 3 citations",
            float(np.mean([one.cited for one in answered if one.asked.answerable])),
            CITED,
            1,
        ),
        ("answer stands in a citation", float(np.mean([one.supported for one in said])), SUPPORTED, 1),
        ("unanswerable refused", float(validated[~answerable].mean()), REFUSED, 1),
        ("  as shipped", float(shipped[~answerable].mean()), REFUSED, 1),
        ("answerable refused", float(validated[answerable].mean()), WRONGLY, -1),
        ("  as shipped", float(shipped[answerable].mean()), WRONGLY, -1),
    ]
    print(f"{'answers (contoso)':<32}{'figure':>8}{'target':>8}")
    reached = True
    for name, figure, target, sign in rows:
        missed = sign * figure < sign * target
        reached &= not missed
        print(f"{name:<32}{figure:8.3f}{target:8.3f}{'  missed' if missed else ''}")
    lengths = [len(one.answer.split()) for one in said]
    print(f"words an answer: median {np.median(lengths):.0f}, 95 % up to {np.quantile(lengths, 0.95):.0f}")
    return reached


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def main() -> int:
    """Run from the command line; 1 when a target is missed, 2 when there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder with contoso")
    parser.add_argument("--cache", type=Path, help="keep the index here, so that the next run is quick")
    parser.add_argument("--show", action="store_true", help="print every question with its answer")
    arguments = parser.parse_args()
    if not (arguments.data / "contoso" / "qa" / "answerable.jsonl").is_file():
        print(f"skipped: there is no contoso in {arguments.data}", file=sys.stderr)
        return 2
    embedder = shared_embedder()
    memory = Memory(embedder)
    with tempfile.TemporaryDirectory() as temporary:
        try:
            asked = questions.contoso(arguments.data, arguments.cache or Path(temporary), embedder)
        except ToolsError as error:
            print(error, file=sys.stderr)
            return 2
        answered = [answer(one, memory) for one in asked]
        others = [judged(questions.samples(embedder), memory)]
    if arguments.show:
        for one in answered:
            mark = "-" if one.doubt > THRESHOLD else "+"
            print(f"{mark} {one.asked.question}\n    {one.answer}  ({one.doubt:.2f})")
    return 0 if report(answered, others) else 1


if __name__ == "__main__":
    sys.exit(main())
