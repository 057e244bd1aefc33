"""What a client is told of the words while they are still being said."""

from __future__ import annotations

import pytest

PAUSE, END = "." * 4, "." * 16
DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"


@pytest.fixture
def listening(caller):
    """A caller who wants to be told what was understood."""
    caller.configures(audio={"input": {"transcription": {"model": "whisper-1"}}})
    return caller


def deltas(caller):
    return [event["delta"] for event in caller.events if event["type"] == DELTA]


def test_words_are_told_at_a_pause_under_the_id_of_the_message_to_be(listening):
    (started,) = listening.is_heard("S" * 20 + PAUSE)
    (told,) = listening.is_understood("How much leave do I have?")
    assert (told["type"], told["item_id"], told["content_index"]) == (DELTA, started["item_id"], 0)
    assert told["delta"] == "How much leave do I have"


def test_the_rest_follows_with_the_end_and_all_deltas_add_up_to_the_transcript(listening):
    listening.is_heard("S" * 20 + PAUSE)
    listening.is_understood("I would like to know,")
    listening.is_heard("S" * 20 + PAUSE)
    listening.is_understood("I would like to know, how much leave.")
    listening.is_heard("S" * 20 + END)
    listening.is_understood("I would like to know, how much leave do I have?")
    assert deltas(listening) == ["I would like to know", ", how much leave", " do I have?"]
    assert "".join(deltas(listening)) == listening.last(COMPLETED)["transcript"]


def test_words_that_are_heard_otherwise_later_are_not_taken_back_but_completed_says_what_was_said(listening):
    listening.is_heard("S" * 20 + PAUSE)
    listening.is_understood("How much leaf?")
    listening.is_heard("S" * 20 + END)
    listening.is_understood("How much leave do I have?")
    assert deltas(listening) == ["How much leaf"]
    assert listening.last(COMPLETED)["transcript"] == "How much leave do I have?"


def test_nothing_is_told_at_a_pause_to_a_client_that_did_not_ask(caller):
    caller.is_heard("S" * 20 + PAUSE)
    assert caller.is_understood("How much leave?") == []


def test_words_of_a_breath_that_was_none_are_not_told(listening):
    listening.is_heard("S" * 20 + PAUSE + "S" * 5)
    assert listening.is_understood("How much") == []


@pytest.mark.parametrize("end", ["clear", "reconfigured", "failed"])
def test_what_was_told_of_one_message_is_not_counted_for_the_next(listening, end):
    listening.is_heard("S" * 20 + PAUSE)
    listening.is_understood("How much leave?")
    if end == "clear":
        listening.sends("input_audio_buffer.clear")
    elif end == "reconfigured":
        listening.detects_turns({"type": "server_vad", "silence_duration_ms": 480})
    else:
        listening.is_heard("S" * 20 + END)
        asked = listening.transcriptions[-1]
        listening.take(listening.session.transcription_failed(asked.item_id, asked.revision, "no", listening.now))
    assert not listening.session._hearing.transcription._told
    listening.is_heard("S" * 20 + PAUSE)
    listening.is_understood("How much leave?")
    assert deltas(listening) == ["How much leave"] * 2


def test_a_client_that_commits_in_mid_speech_is_told_each_word_once(listening):
    listening.is_heard("S" * 20 + PAUSE)
    listening.is_understood("How much leave?")
    listening.sends("input_audio_buffer.commit")
    listening.is_understood("How much leave?")
    assert deltas(listening) == ["How much leave", "?"]
