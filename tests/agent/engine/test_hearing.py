"""Turns of the caller: what the buffer and the detector make of them."""

from __future__ import annotations

import base64
import tracemalloc

import pytest

TURN = [
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
    "response.created",
    "rate_limits.updated",
]
SILENCE = "." * 16  # 512 ms: just past the default silence_duration_ms


def test_a_turn_goes_from_started_to_committed_under_one_id(caller, kinds):
    started = caller.is_heard("." * 20 + "S" * 20)
    assert kinds(started) == ["input_audio_buffer.speech_started"]
    # 20 frames of silence are 640 ms; 300 ms of padding belong to the turn.
    assert started[0]["audio_start_ms"] == 340
    ended = caller.is_heard(SILENCE)
    assert kinds(ended) == TURN
    assert ended[0]["audio_end_ms"] == 40 * 32 + 512
    assert {ended[0]["item_id"], ended[1]["item_id"], ended[2]["item"]["id"]} == {started[0]["item_id"]}
    assert ended[1]["previous_item_id"] is None
    assert ended[2]["item"]["content"] == [{"type": "input_audio", "transcript": None}]


def test_the_response_waits_until_the_words_are_there(caller):
    caller.is_heard("S" * 20 + SILENCE)
    assert not caller.thoughts
    caller.is_understood("How much leave do I have?")
    (item,) = caller.thoughts[0].thought.items
    assert item["content"] == [{"type": "input_audio", "transcript": "How much leave do I have?"}]


def test_words_that_came_during_the_silence_are_used_at_once(caller):
    caller.is_heard("S" * 20 + "." * 9)
    caller.is_understood("Hello there.")
    caller.is_heard("." * 7)
    assert caller.thoughts
    assert len(caller.transcriptions) == 1


def test_words_guessed_before_the_speaker_went_on_are_not_used(caller):
    caller.is_heard("S" * 20 + "." * 9)
    caller.is_heard("S" * 10)
    caller.is_understood("How much", which=0)
    caller.is_heard(SILENCE)
    assert not caller.thoughts
    caller.is_understood("How much leave?")
    assert caller.thoughts[0].thought.items[0]["content"][0]["transcript"] == "How much leave?"
    assert len(caller.transcriptions[1].audio) > len(caller.transcriptions[0].audio)


def test_a_guess_that_failed_is_tried_again_in_earnest(caller):
    caller.is_heard("S" * 20 + "." * 9)
    guess = caller.transcriptions[0]
    caller.take(caller.session.transcription_failed(guess.item_id, guess.revision, "busy", caller.now))
    caller.is_heard("." * 7)
    assert [each.urgent for each in caller.transcriptions] == [False, True]
    caller.is_understood("Hello.")
    assert caller.thoughts


def test_transcripts_are_announced_only_when_asked_for(caller, kinds):
    caller.is_heard("S" * 20 + SILENCE)
    assert kinds(caller.is_understood("Hello.")) == []
    caller.sends("response.cancel")
    caller.configures(audio={"input": {"transcription": {"model": "whisper-1"}}})
    caller.is_heard("S" * 20 + SILENCE)
    events = caller.is_understood("Hello again.")
    assert [event["type"].rpartition(".")[2] for event in events] == ["delta", "completed"]
    assert events[1]["transcript"] == "Hello again."
    assert events[1]["usage"] == {"type": "duration", "seconds": 2}


def test_a_transcription_that_fails_is_announced_and_fails_the_response_that_waited(caller, kinds):
    caller.configures(audio={"input": {"transcription": {"model": "whisper-1"}}})
    caller.is_heard("S" * 20 + SILENCE)
    asked, before = caller.transcriptions[-1], len(caller.events)
    caller.take(caller.session.transcription_failed(asked.item_id, asked.revision, "It could not.", caller.now))
    failed, done = caller.events[before:]
    assert failed["type"] == "conversation.item.input_audio_transcription.failed"
    assert done["response"]["status"] == "failed"
    caller.asks("And in writing?")
    assert caller.thoughts


@pytest.mark.parametrize("creates", [True, False])
@pytest.mark.parametrize("interrupts", [True, False])
def test_creating_and_interrupting_are_independent(caller, creates, interrupts):
    caller.detects_turns({"type": "server_vad", "create_response": creates, "interrupt_response": interrupts})
    caller.asks("A question")
    caller.is_heard("S" * 10)
    assert caller.count("response.done") == int(interrupts)
    caller.sends("response.cancel")
    caller.is_heard(SILENCE)
    assert caller.count("response.created") == 1 + int(creates)


def test_a_turn_that_may_not_interrupt_cannot_start_a_second_response(caller):
    caller.detects_turns({"type": "server_vad", "interrupt_response": False})
    caller.asks("A question")
    caller.is_heard("S" * 20 + SILENCE)
    assert caller.last("error")["error"]["code"] == "conversation_already_has_active_response"
    assert caller.count("response.created") == 1


def test_one_loud_frame_is_not_speech(caller):
    assert caller.is_heard("..S...S....") == []


def test_without_turn_detection_nothing_is_looked_for_and_a_commit_makes_the_turn(caller, kinds):
    caller.detects_turns(None)
    assert caller.is_heard("S" * 20 + SILENCE * 2) == []
    events = caller.sends("input_audio_buffer.commit")
    assert kinds(events) == ["input_audio_buffer.committed", "conversation.item.added", "conversation.item.done"]
    assert len(caller.transcriptions[0].audio) == 52 * 32 * 48
    caller.sends("response.create")
    caller.is_understood("Push to talk.")
    assert caller.thoughts


@pytest.mark.parametrize("ms", [0, 99])
def test_a_commit_of_nothing_is_refused(caller, ms):
    caller.appends(ms)
    (event,) = caller.sends("input_audio_buffer.commit")
    assert event["error"]["code"] == "input_audio_buffer_commit_empty"
    assert f"{ms}.00ms" in event["error"]["message"]


def test_a_clear_in_mid_speech_forgets_the_turn(caller, kinds):
    caller.is_heard("S" * 20)
    assert kinds(caller.sends("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
    assert caller.is_heard(SILENCE * 2) == []
    started = caller.is_heard("S" * 3)[0]
    # The clock of the stream goes on over the clear: 20 + 32 frames, and the padding.
    assert started["audio_start_ms"] == 52 * 32 - 300


def test_a_commit_in_mid_speech_ends_that_turn(caller, kinds):
    (started,) = caller.is_heard("S" * 20)
    events = caller.sends("input_audio_buffer.commit")
    assert kinds(events)[:2] == ["input_audio_buffer.speech_stopped", "input_audio_buffer.committed"]
    assert events[1]["item_id"] == started["item_id"]
    assert caller.is_heard(SILENCE) == []


def test_audio_appended_in_any_size_is_the_same_audio(caller):
    caller.detects_turns(None)
    sound = bytes(range(240)) * 40
    for start in range(0, len(sound), 7):
        caller.sends("input_audio_buffer.append", audio=base64.b64encode(sound[start : start + 7]).decode())
    caller.sends("input_audio_buffer.commit")
    assert caller.transcriptions[0].audio == sound


def test_a_change_of_the_input_format_drops_what_was_encoded_otherwise(caller):
    caller.appends(500)
    caller.configures(audio={"input": {"format": {"type": "audio/pcmu"}}})
    (event,) = caller.sends("input_audio_buffer.commit")
    assert event["error"]["code"] == "input_audio_buffer_commit_empty"


def test_an_update_that_leaves_turn_detection_alone_does_not_disturb_a_turn(caller):
    caller.is_heard("S" * 10)
    caller.configures(instructions="Be brief.")
    assert caller.is_heard("S" * 10 + SILENCE)[0]["type"] == "input_audio_buffer.speech_stopped"


def test_a_long_silence_is_broken_after_the_answer_was_played(caller, kinds):
    caller.detects_turns({"type": "server_vad", "idle_timeout_ms": 5000})
    caller.asks("Hello?")
    caller.model_thinks("Hello to you.")
    caller.voice_speaks(ms=2000)
    assert caller.session.next_deadline() == caller.now + 7
    caller.appends(7000)
    assert caller.waits(6.9) == []
    events = caller.waits(0.1)
    assert kinds(events)[:2] == ["input_audio_buffer.timeout_triggered", "input_audio_buffer.committed"]
    assert (events[0]["audio_start_ms"], events[0]["audio_end_ms"]) == (2000, 7000)
    assert caller.count("response.created") == 2


@pytest.mark.parametrize("move", ["speech", "response", "off"])
def test_a_silence_that_ends_by_itself_is_not_broken(caller, move):
    caller.detects_turns({"type": "server_vad", "idle_timeout_ms": 5000})
    caller.asks("Hello?")
    caller.model_thinks("Hello to you.")
    caller.voice_speaks(ms=2000)
    if move == "speech":
        caller.is_heard("S" * 3)
    elif move == "response":
        caller.sends("response.create")
    else:
        caller.detects_turns({"idle_timeout_ms": None})
    caller.waits(20)
    assert caller.count("input_audio_buffer.timeout_triggered") == 0


def test_semantic_detection_ends_a_complete_sentence_soon_and_waits_for_an_open_one(caller):
    caller.detects_turns({"type": "semantic_vad", "eagerness": "auto"})
    caller.is_heard("S" * 20 + "." * 9)
    caller.is_understood("How much leave do I have?")
    assert caller.is_heard("." * 7)[0]["type"] == "input_audio_buffer.speech_stopped"
    caller.sends("response.cancel")
    caller.is_heard("S" * 20 + "." * 9)
    caller.is_understood("I would like to know how much")
    caller.is_heard("S" * 5 + "." * 9)
    caller.is_understood("I would like to know about the")
    assert caller.is_heard("." * 100) == []
    assert caller.is_heard("." * 16)[0]["type"] == "input_audio_buffer.speech_stopped"


def test_silence_does_not_fill_the_memory(caller):
    tracemalloc.start()
    for _ in range(60):
        caller.appends(10_000)
        caller.effects.clear()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 3 * 2**20  # ten minutes are 28 MB


def test_a_buffer_that_is_never_committed_is_full_one_day_and_says_so(caller):
    caller.detects_turns(None)
    for _ in range(3):
        assert caller.appends(220_000) == []
    (event,) = caller.appends(220_000)
    assert event["error"]["code"] == "input_audio_buffer_full"
    assert caller.sends("input_audio_buffer.clear")[0]["type"] == "input_audio_buffer.cleared"


def test_a_turn_that_a_full_conversation_has_no_room_for_is_an_error_and_not_the_end(caller, monkeypatch):
    monkeypatch.setattr("agent.engine.items.MOST_ITEMS", 1)
    caller.writes("Hello.")
    caller.is_heard("S" * 20 + SILENCE)
    assert caller.last("error")["error"]["code"] == "conversation_full"
    assert not caller.thoughts
    monkeypatch.setattr("agent.engine.items.MOST_ITEMS", 2)
    caller.is_heard("S" * 20 + SILENCE)
    caller.is_understood("Hello again.")
    assert caller.thoughts


def test_a_client_that_takes_the_id_of_the_turn_that_is_spoken_gets_an_error_and_keeps_its_session(caller):
    (started,) = caller.is_heard("S" * 20)
    item = {"id": started["item_id"], "type": "message", "role": "user", "content": []}
    caller.sends("conversation.item.create", item=item)
    caller.is_heard(SILENCE)
    assert caller.last("error")["error"]["code"] == "item_create_duplicate_id"
    caller.is_heard("S" * 20 + SILENCE)
    caller.is_understood("Hello.")
    assert caller.thoughts


def test_a_silence_that_a_full_conversation_has_no_room_for_is_an_error_and_the_session_still_ends_in_time(
    caller, monkeypatch
):
    detection = {"type": "server_vad", "idle_timeout_ms": 5000}
    caller.detects_turns(detection)
    caller.asks("Hello.")
    caller.model_thinks("Hi.")
    caller.voice_speaks()
    monkeypatch.setattr("agent.engine.items.MOST_ITEMS", 2)
    caller.waits(6.0)
    assert caller.last("error")["error"]["code"] == "conversation_full"
    caller.waits(3600.0)
    assert caller.closed
