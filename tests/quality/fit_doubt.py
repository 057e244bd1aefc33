"""Fit the doubt's weights: `python tests/quality/fit_doubt.py DATA [--cache FOLDER]` prints the lines for `doubt.py`.

The weights come from questions whose right documents are there or held back, of sets other than those that the answers
are measured on. Only the threshold comes from these: the handbook's questions and those over the packaged samples, save
the ones that are kept to check with.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import questions

from agent.engine.thinking import passages, reading
from agent.engine.thinking.doubt import BIAS, WEIGHTS, doubt, features
from agent.engine.thinking.embedding import Memory
from tools.search.embedder import shared_embedder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from questions import Asked

COST = 2.0  # of refusing what can be answered, against answering what cannot
RIDGE = 1.0  # pulls the weights of scaled features towards zero
STEPS = 60


def measured(asked: Sequence[Asked], memory: Memory) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The features of each question, and whether it cannot be answered."""
    rows = [features(reading.read(one.question, passages.find(one.output) or [], memory)) for one in asked]
    return np.array(rows, dtype=np.float64), np.array([not one.answerable for one in asked])


def judged(
    asked: Sequence[Asked], memory: Memory, weights: Sequence[float] = WEIGHTS, bias: float = BIAS
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The doubt of each question, and whether it cannot be answered."""
    rows, wrong = measured(asked, memory)
    return np.array([doubt(row, weights, bias) for row in rows]), wrong


def fit(rows: NDArray[np.float64], wrong: NDArray[np.bool_]) -> tuple[list[float], float]:
    """Logistic regression by Newton's method.

    Returns:
        A weight for each feature, and the bias.
    """
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    table = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    penalty = np.diag([RIDGE] * rows.shape[1] + [0.0])
    weights = np.zeros(table.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-table @ weights))
        gradient = table.T @ (chance - wrong) + penalty @ weights
        curvature = table.T @ (table * (chance * (1 - chance))[:, None]) + penalty
        weights -= np.linalg.solve(curvature, gradient)
    plain = weights[:-1] / spread
    return [float(weight) for weight in plain], float(weights[-1] - plain @ mean)


def threshold(sets: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> float:
    """The doubt from which questions are best refused.

    Args:
        sets: For each set, every question's doubt and whether it cannot be answered; sets count alike.

    Returns:
        Where the share of the unanswerable refused, less `COST` times that of the answerable, is largest; of several
        such places the middle of the widest gap, so that a question a little different falls on the same side.
    """
    doubts = np.unique(np.concatenate([each for each, _ in sets]))
    places, gaps = (doubts[1:] + doubts[:-1]) / 2, np.diff(doubts)
    gained = np.zeros(len(places))
    for each, wrong in sets:
        gained += np.array([(each[wrong] > place).mean() - COST * (each[~wrong] > place).mean() for place in places])
    best = np.flatnonzero(gained >= gained.max() - 1e-9)
    return float(places[best[np.argmax(gaps[best])]])


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder with nq, multicorpus and contoso")
    parser.add_argument("--cache", type=Path, help="keep the indexes here, so that the next run is quick")
    arguments = parser.parse_args()
    embedder = shared_embedder()
    memory = Memory(embedder)
    with tempfile.TemporaryDirectory() as temporary:
        cache = arguments.cache or Path(temporary)
        sets = [
            measured(questions.held_out(arguments.data, cache, embedder, name=name), memory)
            for name in ("nq", "multicorpus")
        ]
        weights, bias = fit(np.concatenate([rows for rows, _ in sets]), np.concatenate([wrong for _, wrong in sets]))
        measured_on = [questions.contoso(arguments.data, cache, embedder), questions.samples(embedder)]
    pairs = [judged(asked, memory, weights, bias) for asked in measured_on]
    print(f"WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in weights)})")
    print(f"BIAS = {bias:.3f}")
    print(f"THRESHOLD = {threshold(pairs):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
