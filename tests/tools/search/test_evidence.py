import numpy as np
import pytest

from tools.search.evidence import Evidence
from tools.search.fusion import Weights, fused
from tools.search.vectors import VectorTable, packed

WEIGHTS = Weights(meaning=0.5, feedback=0.5)


def evidence(vectors, query, words):
    table = VectorTable(packed(np.array(vectors, np.float32)), 3)
    numbers = np.arange(len(vectors))
    meaning = table.similarities(np.array(query, np.float32)) if len(vectors) else np.zeros(0, np.float32)
    return Evidence(numbers, numbers, meaning, np.array(words, np.float32), table)


def test_the_query_is_moved_towards_what_was_found_first_and_compared_again():
    vectors = np.eye(3, dtype=np.float32)[[0, 1, 1, 2]]
    query = np.array([1, 0, 0], np.float32)
    # Two chunks that only share words with the question say what it also means; the third like them has no word of it.
    found = evidence(vectors, query, [0.0, 1.0, 0.0, 0.0])
    scores = found.scores(WEIGHTS)
    assert scores[2] > scores[3]
    assert fused(found.meaning, found.words, WEIGHTS)[2] == fused(found.meaning, found.words, WEIGHTS)[3]


def test_the_moved_cosines_are_those_of_the_moved_query():
    rng = np.random.default_rng(3)
    vectors = rng.standard_normal((6, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = np.array([0.6, 0.8, 0.0], np.float32)
    found = evidence(vectors, query, [0.1, 0.9, 0.2, 0.5, 0.0, 0.3])
    first = fused(found.meaning, found.words, WEIGHTS)
    best = np.argsort(-first)[:3]
    moved = query + 0.5 * (first[best] / first[best].sum()) @ vectors[best]
    expected = fused(vectors @ (moved / np.linalg.norm(moved)), found.words, WEIGHTS)
    assert found.scores(WEIGHTS) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("weights", [Weights(feedback=0.0), Weights(meaning=0.0)])
def test_without_feedback_or_meaning_the_first_scores_stand(weights):
    found = evidence(np.eye(3), [1, 0, 0], [0.3, 0.2, 0.1])
    assert found.scores(weights).tolist() == fused(found.meaning, found.words, weights).tolist()


def test_a_query_that_is_like_nothing_is_moved_nowhere():
    found = evidence(np.eye(3), [-0.5, -0.5, -0.5], [0.0, 0.0, 0.0])
    assert found.scores(WEIGHTS).tolist() == [0.0, 0.0, 0.0]


def test_an_index_of_fewer_chunks_than_are_looked_at_is_no_trouble():
    assert len(evidence(np.zeros((0, 3)), [1, 0, 0], []).scores(WEIGHTS)) == 0
    assert evidence(np.eye(3)[:1], [1, 0, 0], [1.0]).scores(WEIGHTS) == pytest.approx([1.0], abs=0.01)
