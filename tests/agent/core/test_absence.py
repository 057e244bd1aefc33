"""A session while its client is away."""

from __future__ import annotations

import itertools

from agent.core.absence import MOST_CHARACTERS, MOST_FRAMES, Missed, fall_silent
from agent.core.frames import Frame
from agent.core.playback import Playback


def event(kind, **fields):
    return Frame.of({"type": kind, **fields})


def test_what_begins_or_ends_something_is_kept_in_order_and_sound_is_not():
    missed = Missed()
    kept = [event("response.created"), event("response.output_audio_transcript.done"), event("response.done")]
    missed.take(kept[0])
    missed.take(event("response.output_audio.delta", delta="AAAA"))
    missed.take(event("response.output_audio_transcript.delta", delta="x"))
    missed.take(kept[1])
    missed.take(kept[2])
    frames, complete = missed.drain()
    assert all(got is frame for got, frame in zip(frames, kept, strict=True))
    assert complete
    assert missed.drain() == ([], True)


def test_a_client_that_stays_away_does_not_let_our_memory_grow():
    missed = Missed()
    for number in range(MOST_FRAMES + 5):
        missed.take(event("conversation.item.done", number=number))
    frames, complete = missed.drain()
    assert len(frames) == MOST_FRAMES
    assert frames[-1].data["number"] == MOST_FRAMES + 4, "the oldest go first"
    assert not complete
    missed.take(event("session.updated", session="x" * MOST_CHARACTERS))
    assert missed.drain() == ([], False)


def silence(playback, response_id, now=5.0):
    counter = itertools.count(1)
    return [frame.data for frame in fall_silent(playback, response_id, lambda: f"vocative_{next(counter)}", now)]


def test_an_answer_that_nobody_hears_any_more_is_stopped_and_cut_at_the_last_report():
    playback = Playback()
    playback.sent("a", 0, 64_000 * 4, 0, 0.0)
    playback.played("a", 0, 1200)
    cancel, truncate = silence(playback, "r")
    assert cancel == {"type": "response.cancel", "event_id": "vocative_1", "response_id": "r"}
    assert (truncate["type"], truncate["item_id"], truncate["audio_end_ms"]) == (
        "conversation.item.truncate",
        "a",
        1200,
    )
    assert silence(playback, None) == [], "it is cut once"
    playback.sent("b", 0, 64_000 * 4, 0, 5.0)
    playback.claim_truncate("b")
    assert silence(playback, None) == [], "and not if its client has cut it itself"


def test_a_client_that_was_silent_when_it_left_leaves_nothing_to_stop():
    assert silence(Playback(), None) == []
