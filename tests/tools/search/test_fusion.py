import numpy as np
import pytest

from tools.search.fusion import Weights, fused, ranked


def floats(*values):
    return np.array(values, dtype=np.float32)


def numbers(*values):
    return np.array(values, dtype=np.int64)


def test_meaning_and_words_are_added_by_their_weights():
    both = fused(floats(0.5, 1.0), floats(1.0, 0.0), Weights(meaning=0.6))
    assert both.tolist() == pytest.approx([0.7, 0.6])


def test_what_means_the_opposite_counts_as_unrelated():
    assert fused(floats(-0.5), floats(0.0), Weights()).tolist() == [0.0]


def test_scores_are_fused_not_ranks():
    # Equal-weight rank fusion would call these two a tie.
    both = fused(floats(0.9, 0.1), floats(0.1, 0.2), Weights(meaning=0.5))
    assert both[0] > 2 * both[1]


def test_the_best_chunk_of_each_page_is_given_once():
    best = ranked(floats(0.9, 0.8, 0.7), numbers(1, 1, 2), 5, Weights(page=0.0))
    assert [position for position, _ in best] == [0, 2]


def test_a_page_that_says_it_twice_gains_on_one_that_says_it_once():
    scores, pages = floats(0.50, 0.49, 0.48), numbers(1, 2, 2)
    assert [position for position, _ in ranked(scores, pages, 2, Weights(page=0.1))] == [1, 0]


def test_only_the_second_best_chunk_of_a_page_is_added():
    best = ranked(floats(0.5, 0.4, 0.4), numbers(1, 1, 1), 1, Weights(page=0.1))
    assert best == [(0, pytest.approx(0.54))]


def test_a_score_never_exceeds_one():
    assert ranked(floats(1.0, 1.0), numbers(1, 1), 1, Weights(page=0.1)) == [(0, 1.0)]


def test_ties_go_to_the_earlier_chunk():
    assert [position for position, _ in ranked(floats(0.5, 0.5, 0.5), numbers(3, 2, 1), 3, Weights())] == [0, 1, 2]


@pytest.mark.parametrize("top", [0, -1])
def test_nothing_is_given_when_nothing_is_wanted(top):
    assert ranked(floats(0.5), numbers(1), top, Weights()) == []


def test_an_empty_index_ranks_nothing():
    assert ranked(floats(), numbers(), 5, Weights()) == []
