"""Playout: what is played when, what the controllers are told, and where a break cuts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.engine.playout import SAMPLES_PER_MS, Cut, Notice, Playout


def ms(count, level=1):
    return np.full(count * SAMPLES_PER_MS, level, np.int16)


@pytest.fixture
def playout():
    playout = Playout()
    playout.begin("r1")
    return playout


def take(playout, count):
    samples, notices = playout.take(count * SAMPLES_PER_MS)
    return np.unique(samples).tolist(), notices


def test_without_sound_there_is_silence(playout):
    assert take(playout, 20) == ([0], [])


def test_sound_starts_with_its_first_sample_and_stops_when_all_was_played_and_no_more_will_come(playout):
    playout.add("r1", "i1", 0, ms(30))
    assert playout.waiting_ms == 30
    assert take(playout, 20) == ([1], [Notice("started", "r1")])
    assert take(playout, 20) == ([0, 1], [])  # the model may be slow: that is no end
    playout.add("r1", "i1", 0, ms(20))
    assert playout.finish("r1") == []
    assert take(playout, 20) == ([1], [Notice("stopped", "r1")])
    assert take(playout, 20) == ([0], [])


def test_a_response_that_is_done_after_its_sound_stops_then(playout):
    playout.add("r1", "i1", 0, ms(20))
    take(playout, 20)
    assert playout.finish("r1") == [Notice("stopped", "r1")]


def test_one_answer_follows_another_without_a_gap(playout):
    playout.begin("r2")
    playout.add("r1", "i1", 0, ms(10))
    playout.finish("r1")
    playout.add("r2", "i2", 0, ms(10, 2))
    playout.finish("r2")
    told = [Notice("started", "r1"), Notice("stopped", "r1"), Notice("started", "r2"), Notice("stopped", "r2")]
    assert take(playout, 20) == ([1, 2], told)


def test_a_break_cuts_where_the_sound_was_and_drops_what_still_comes(playout):
    playout.add("r1", "i1", 0, ms(100))
    take(playout, 30)
    assert playout.clear() == ([Notice("cleared", "r1")], [Cut("i1", 0, 30)])
    playout.add("r1", "i1", 0, ms(100))
    assert take(playout, 20) == ([0], [])
    assert playout.finish("r1") == []
    playout.begin("r2")
    playout.add("r2", "i2", 0, ms(20))
    assert take(playout, 20)[1] == [Notice("started", "r2")]


def test_a_message_that_was_heard_out_is_not_cut_and_one_that_was_not_begun_is_cut_at_its_first_millisecond(playout):
    playout.add("r1", "i1", 0, ms(20))
    playout.add("r1", "i2", 0, ms(20))
    playout.add("r1", "i3", 0, ms(20))
    take(playout, 30)
    assert playout.clear()[1] == [Cut("i2", 0, 10), Cut("i3", 0, 1)]


def test_a_break_while_the_model_is_behind_cuts_what_has_been_played(playout):
    playout.add("r1", "i1", 0, ms(20))
    take(playout, 40)
    assert playout.clear() == ([Notice("cleared", "r1")], [Cut("i1", 0, 20)])


def test_a_break_in_silence_is_none(playout):
    assert playout.clear() == ([], [])


@given(st.lists(st.one_of(st.integers(1, 80).map(lambda n: ("add", n)), st.integers(1, 40).map(lambda n: ("take", n)))))
def test_nothing_is_lost_or_played_twice_and_no_cut_is_beyond_what_there_was(steps):
    playout = Playout()
    playout.begin("r")
    added = played = 0
    for what, count in steps:
        if what == "add":
            playout.add("r", "i", 0, ms(count))
            added += count * SAMPLES_PER_MS
        else:
            played += int(np.count_nonzero(playout.take(count * SAMPLES_PER_MS)[0]))
    assert played + playout.waiting_ms * SAMPLES_PER_MS == added
    for cut in playout.clear()[1]:
        assert cut.played_ms == max(1, played // SAMPLES_PER_MS)
