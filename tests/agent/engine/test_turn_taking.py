from __future__ import annotations

import pytest

from agent.engine.turn_taking import Ended, Paused, Resumed, Started, TurnTaker

SERVER = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}


def run(taker, frames):
    """The changes, each with the number of the frame that made it."""
    levels = {"S": 0.9, ".": 0.05, "h": 0.4}
    changes = ((number, taker.frame(levels[frame])) for number, frame in enumerate(frames, 1))
    return [(number, change) for number, change in changes if change]


def test_a_turn_begins_with_its_padding_and_ends_after_the_silence():
    assert run(TurnTaker(SERVER, 0), "." * 20 + "S" * 10 + "." * 16) == [
        (22, Started(340)),
        (31, Paused(31 * 32)),
        (46, Ended(46 * 32)),
    ]


def test_the_padding_does_not_reach_before_the_stream_began():
    assert run(TurnTaker(SERVER, 5000), "SS") == [(2, Started(5000))]


def test_a_short_pause_belongs_to_the_turn():
    changes = [type(change) for _, change in run(TurnTaker(SERVER, 0), "S" * 9 + "." * 9 + "S" * 9 + "." * 16)]
    assert changes == [Started, Paused, Resumed, Paused, Ended]


def test_a_fading_voice_is_still_a_voice_but_does_not_begin_one():
    assert run(TurnTaker(SERVER, 0), "h" * 50) == []
    assert [type(change) for _, change in run(TurnTaker(SERVER, 0), "SS" + "h" * 50)] == [Started]


@pytest.mark.parametrize(("silence", "frames"), [(0, 1), (200, 7), (500, 16), (1000, 32)])
def test_the_silence_is_as_long_as_it_was_set(silence, frames):
    changes = run(TurnTaker(SERVER | {"silence_duration_ms": silence}, 0), "SS" + "." * 60)
    assert changes[-1] == (2 + frames, Ended((2 + frames) * 32))


@pytest.mark.parametrize(("eagerness", "soon", "late"), [("high", 320, 2000), ("auto", 512, 4000), ("low", 800, 8000)])
def test_eagerness_decides_how_long_an_open_sentence_may_hang(eagerness, soon, late):
    for transcript, wanted in (("All is said.", soon), ("All is said and", late)):
        taker = TurnTaker({"type": "semantic_vad", "eagerness": eagerness}, 0)
        run(taker, "SS" + "." * 13)
        taker.understood(transcript)
        number, change = run(taker, "." * 300)[-1]
        assert isinstance(change, Ended)
        assert (13 + number) * 32 == pytest.approx(wanted, abs=128)


def test_a_voice_that_never_pauses_is_cut_before_the_buffer_is_full():
    changes = run(TurnTaker(SERVER, 0), "S" * 21_000)
    assert [type(change) for _, change in changes] == [Started, Ended, Started]
    assert changes[1][1].at_ms <= 661_000
