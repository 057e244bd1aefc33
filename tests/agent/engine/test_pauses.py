import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.engine.parts import VAD_FRAME
from agent.engine.pauses import MARGIN, pieces

LONGEST = 625  # frames


def said(*parts: tuple[float, int]) -> np.ndarray:
    """Probabilities: (probability, frames) one after the other."""
    return np.repeat(np.array([each for each, _ in parts], np.float32), np.array([count for _, count in parts], int))


def frames(piece: slice) -> tuple[int, int]:
    assert piece.start % VAD_FRAME == piece.stop % VAD_FRAME == 0
    return piece.start // VAD_FRAME, piece.stop // VAD_FRAME


def test_nobody_speaks_in_silence():
    assert pieces(said((0.0, 500))) == []
    assert pieces(said()) == []


def test_a_click_is_nobody_either():
    assert pieces(said((0.0, 50), (0.9, 3), (0.0, 50))) == []


def test_speech_comes_with_a_margin_on_either_side():
    (piece,) = pieces(said((0.0, 100), (0.9, 50), (0.0, 100)))
    assert frames(piece) == (100 - MARGIN, 150 + MARGIN)


def test_speech_up_to_the_edges_keeps_within_the_recording():
    (piece,) = pieces(said((0.9, 50)))
    assert frames(piece) == (0, 50)


def test_a_soft_syllable_does_not_split_a_word():
    (piece,) = pieces(said((0.0, 20), (0.9, 2), (0.4, 5), (0.9, 2), (0.0, 40)))
    assert frames(piece) == (20 - MARGIN, 29 + MARGIN)


def test_short_pauses_stay_within_a_piece_and_long_ones_are_left_out():
    probabilities = said((0.0, 30), (0.9, 40), (0.0, 30), (0.9, 40), (0.0, 200), (0.9, 40), (0.0, 30))
    assert [frames(piece) for piece in pieces(probabilities)] == [(15, 155), (325, 395)]


def test_long_talk_is_cut_at_its_pauses():
    probabilities = np.concatenate([said((0.9, 200), (0.0, 10))] * 10)
    found = [frames(piece) for piece in pieces(probabilities)]
    assert len(found) == 5
    for _, end in found[:-1]:
        assert probabilities[end - 1] == 0.0


def test_talk_without_a_pause_is_cut_where_it_is_most_like_one():
    probabilities = said((0.9, 500), (0.6, 1), (0.9, 700))
    (_, end), *_ = [frames(piece) for piece in pieces(probabilities)]
    assert end == 500


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.3, 0.45, 0.6, 0.95]), st.integers(1, 900)), max_size=12))
def test_pieces_are_in_order_apart_short_enough_and_hold_all_that_is_surely_speech(parts: list[tuple[float, int]]):
    probabilities = said(*parts)
    found = [frames(piece) for piece in pieces(probabilities)]
    covered = np.zeros(len(probabilities), bool)
    last = 0
    for start, end in found:
        assert last <= start < end <= len(probabilities)
        assert end - start <= LONGEST
        covered[start:end] = True
        last = end
    at = 0
    for probability, count in parts:
        if probability >= 0.6 and count >= 4:
            assert covered[at : at + count].all()
        at += count


@pytest.mark.parametrize("minutes", [10])
def test_ten_minutes_without_a_breath_are_still_cut(minutes: int):
    assert all(end - start <= LONGEST for start, end in map(frames, pieces(said((0.9, minutes * 60 * 1000 // 32)))))
