"""Where an answer is to be cut: never beyond what was sent, never at 0, and where the client says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.playback import BYTES_PER_MS, HEARD_TOLERANCE_MS, MAX_TRACKS, REMEMBERED_CUTS, Playback


@pytest.fixture
def playback():
    return Playback()


def send(playback, item="m1", ms=1000, part=0, now=0.0, *, complete=True):
    playback.sent(item, part, ms * 64, 0, now)
    if complete:
        playback.finished(item)


def cuts(playback, now=0.0):
    return [(track.item_id, track.content_index, position) for track, position in playback.unheard(now)]


def test_lengths_are_counted_from_base64_and_its_padding(playback):
    playback.sent("m1", 0, 128, 2, 0.0)
    assert playback.sent_ms("m1") == (96 - 2) // 48
    playback.bytes_per_ms = BYTES_PER_MS["audio/pcmu"]
    assert playback.sent_ms("m1") == (96 - 2) // 8
    assert playback.sent_ms("unknown") == 0


def test_the_cut_is_where_the_client_says(playback):
    """Trap VoiceRAG 16: a barge-in never truncates: the model believes that everything was heard."""
    send(playback)
    playback.played("m1", 0, 300)
    assert cuts(playback, 99) == [("m1", 0, 300)]


@pytest.mark.parametrize(("said", "cut"), [(0, 1), (5000, 1000)])
def test_the_cut_is_never_at_0_and_never_beyond_what_was_sent(playback, said, cut):
    """Traps pipecat#3677 and openai-agents#2009: a truncate past the audio, or at 0 ms, is an error."""
    send(playback, complete=False)
    playback.played("m1", 0, said)
    assert cuts(playback) == [("m1", 0, cut)]


def test_what_was_heard_to_its_end_is_not_cut(playback):
    send(playback)
    playback.played("m1", 0, 1000 - HEARD_TOLERANCE_MS)
    assert cuts(playback) == []


def test_what_is_still_being_sent_is_cut_at_its_end_when_all_of_it_was_heard(playback):
    send(playback, complete=False)
    playback.played("m1", 0, 1000)
    assert cuts(playback) == [("m1", 0, 1000)]


def test_positions_never_go_back_and_unknown_items_are_not_believed(playback):
    send(playback)
    playback.played("m1", 0, 500)
    playback.played("m1", 0, 200)
    playback.played("m9", 0, 200)
    playback.played("m1", 7, 200)
    assert cuts(playback) == [("m1", 0, 500)]


def test_without_reports_the_time_since_the_first_audio_is_the_guess(playback):
    send(playback)
    assert cuts(playback, 0.4) == [("m1", 0, 400)]
    assert cuts(playback, 0.0) == [("m1", 0, 1)]
    assert cuts(playback, 2.0) == []


def test_without_reports_answers_are_guessed_to_be_played_one_after_the_other(playback):
    send(playback, "m1", 1000, now=0.0)
    send(playback, "m2", 1000, now=0.1)
    assert cuts(playback, 0.5) == [("m1", 0, 500), ("m2", 0, 1)]
    assert cuts(playback, 1.5) == [("m2", 0, 500)]


def test_an_answer_of_long_ago_does_not_shift_the_guess_for_this_one(playback):
    send(playback, "m1", 10_000, now=0.0)
    send(playback, "m2", 1000, now=60.0)
    assert cuts(playback, 60.5) == [("m2", 0, 500)]


def test_an_answer_that_was_cut_does_not_shift_the_guess_for_the_next(playback):
    send(playback, "m1", 30_000, now=0.0)
    playback.claim_truncate("m1")
    send(playback, "m2", 1000, now=5.0)
    assert cuts(playback, 5.5) == [("m2", 0, 500)]


def test_what_a_reporting_client_has_not_mentioned_was_not_heard(playback):
    send(playback, "m1", 1000)
    send(playback, "m2", 1000)
    playback.played("m1", 0, 400)
    assert cuts(playback, 30.0) == [("m1", 0, 400), ("m2", 0, 1)]


def test_what_is_played_later_shows_that_the_earlier_is_over(playback):
    """A client that rounds its last report down must not get every old answer cut at the next barge-in."""
    send(playback, "m1", 1000)
    send(playback, "m2", 1000)
    playback.played("m1", 0, 700)
    playback.played("m2", 0, 100)
    assert cuts(playback, 30.0) == [("m2", 0, 100)]


def test_parts_of_one_item_are_counted_apart(playback):
    send(playback, part=0, ms=500, complete=False)
    send(playback, part=1, ms=800)
    assert (playback.sent_ms("m1", 0), playback.sent_ms("m1", 1)) == (500, 800)
    playback.played("m1", 0, 500)
    playback.played("m1", 1, 900)
    assert cuts(playback) == []
    send(playback, part=2, ms=1000)
    playback.played("m1", 2, 10)
    assert cuts(playback) == [("m1", 2, 10)]


def test_an_item_is_truncated_once(playback):
    send(playback)
    assert playback.claim_truncate("m1")
    assert not playback.claim_truncate("m1")
    assert cuts(playback, 0.5) == []


def test_the_memory_of_cuts_is_bounded(playback):
    for number in range(3 * REMEMBERED_CUTS):
        playback.claim_truncate(f"m{number}")
    assert not playback.claim_truncate(f"m{3 * REMEMBERED_CUTS - 1}")
    assert playback.claim_truncate("m0")


def test_a_day_long_session_does_not_grow(playback):
    for number in range(500):
        send(playback, f"m{number}", now=number * 10.0)
        playback.played(f"m{number}", 0, 1000)
        playback.forget_heard(number * 10.0 + 5)
    assert sum(playback.sent_ms(f"m{number}") > 0 for number in range(500)) <= 9


def test_what_may_still_be_cut_is_kept_however_long_ago_it_was_sent(playback):
    send(playback, "first")
    for number in range(20):
        send(playback, f"m{number}")
    playback.played("first", 0, 100)
    playback.forget_heard(0.0)
    assert playback.sent_ms("first") == 1000


def test_what_nobody_ever_reports_is_forgotten_in_the_end(playback):
    for number in range(3 * MAX_TRACKS):
        send(playback, f"m{number}", complete=False)
        playback.forget_heard(0.0)
    assert sum(playback.sent_ms(f"m{number}") > 0 for number in range(3 * MAX_TRACKS)) == MAX_TRACKS


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 2000), st.floats(0, 9)), max_size=8),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 9999)), max_size=8),
    st.floats(0, 20),
)
def test_every_cut_lies_within_what_was_sent(sent, reports, now):
    playback = Playback()
    for item, part, ms, moment in sent:
        playback.sent(item, part, ms * 64, 0, moment)
    for item, part, ms in reports:
        playback.played(item, part, ms)
    assert all(1 <= position <= playback.sent_ms(item, part) for item, part, position in cuts(playback, now))


def test_what_was_passed_on_while_nobody_listened_is_forgotten():
    playback = Playback()
    assert not playback.give_up()
    playback.sent("m1", 0, 6400, 0, 0.0)
    assert playback.give_up(), "the model was in the midst of it"
    assert playback.unheard(1.0) == []
    playback.sent("m2", 0, 6400, 0, 2.0)
    playback.finished("m2")
    assert not playback.give_up()
