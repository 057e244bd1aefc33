import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.heard import SpokenPart


def spoken(*pieces):
    part = SpokenPart()
    for text, sent_ms in pieces:
        part.said(text, sent_ms)
    return part


def test_text_that_came_with_its_sound_is_found_where_it_came():
    # The first sentence is short and slow, the second long and quick.
    part = spoken(("x" * 40, 0), ("y" * 60, 5000))
    assert part.heard(5000, 10_000, complete=True) == 40
    assert part.heard(2500, 10_000, complete=True) == 20
    assert part.heard(7500, 10_000, complete=True) == 70


def test_text_that_ran_ahead_of_its_sound_is_spread_over_it():
    part = spoken(*(("word ", 20 * number) for number in range(20)))
    assert part.heard(5000, 10_000, complete=True) == 50


def test_a_place_that_would_leave_too_little_time_for_the_rest_is_not_believed():
    part = spoken(("x" * 50, 0), ("y" * 50, 9500))
    assert part.heard(5000, 10_000, complete=True) == 50


@pytest.mark.parametrize("heard_ms", [9_950, 10_000, 99_999])
def test_what_was_heard_to_its_end_was_heard_whole(heard_ms):
    assert spoken(("x" * 100, 0)).heard(heard_ms, 10_000, complete=True) == 100


def test_an_answer_that_broke_off_is_longer_than_what_was_sent_of_it():
    part = spoken(("x" * 100, 0))
    assert part.heard(1000, 1000, complete=True) == 100
    assert part.heard(1000, 1000, complete=False) == 15


def test_where_the_sound_does_not_pass_through_here_an_even_pace_is_all_there_is():
    assert spoken(("x" * 50, 0), ("y" * 50, 0)).heard(3300, 0, complete=True) == 50


def test_of_nothing_said_nothing_was_heard():
    assert SpokenPart().heard(100, 0, complete=True) == 0
    assert spoken(("Yes.", 0)).heard(0, 1000, complete=True) == 0


@given(
    st.lists(st.tuples(st.text("ab ", max_size=30), st.integers(0, 800)), max_size=12),
    st.lists(st.integers(0, 12_000), min_size=1),
    st.integers(0, 10_000),
    st.booleans(),
)
def test_more_sound_never_means_less_text_and_never_more_than_there_is(pieces, positions, sent_ms, complete):
    part, at = SpokenPart(), 0
    for text, step in pieces:
        at += step
        part.said(text, at)
    heard = [part.heard(position, sent_ms, complete=complete) for position in sorted(positions)]
    assert heard == sorted(heard)
    assert all(0 <= each <= len(part.text) for each in heard)
