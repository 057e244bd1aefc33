"""One response: every mixture of items, every way it can end."""

from __future__ import annotations

import pytest

from agent.engine.parts import Call, Usage


def terminals(caller):
    return [event["response"]["status"] for event in caller.events if event["type"] == "response.done"]


def unfinished(caller):
    """Items that were added and never done."""
    added = {e["item"]["id"] for e in caller.events if e["type"] == "response.output_item.added"}
    return added - {e["item"]["id"] for e in caller.events if e["type"] == "response.output_item.done"}


def test_a_message_and_two_calls_in_one_response_come_in_order(caller):
    caller.asks("Book it and tell me the time.")
    caller.model_thinks("One moment.", Call("book", '{"day": "Monday"}'), Call("clock", "{}"))
    # The calls wait until the sentence before them is spoken.
    assert caller.count("response.function_call_arguments.done") == 0
    caller.voice_speaks()
    output = caller.last("response.done")["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call", "function_call"]
    assert len({item["call_id"] for item in output[1:]}) == 2
    assert [e["output_index"] for e in caller.events if e["type"] == "response.output_item.added"] == [0, 1, 2]


@pytest.mark.parametrize("pieces", [("Hello.",), (Call("look", "{}"),), ("Hello.", Call("look", "{}"))])
@pytest.mark.parametrize("modality", ["audio", "text"])
def test_an_answer_that_a_full_conversation_has_no_room_for_fails_for_that_reason(
    caller, monkeypatch, pieces, modality
):
    caller.configures(output_modalities=[modality])
    monkeypatch.setattr("agent.engine.items.MOST_ITEMS", len(pieces))
    caller.asks("Go")
    caller.model_thinks(*pieces)
    caller.voice_speaks()
    response = caller.last("response.done")["response"]
    assert (response["status"], len(response["output"])) == ("failed", len(pieces) - 1)
    assert response["status_details"]["error"]["code"] == "conversation_full"
    assert not unfinished(caller)
    monkeypatch.setattr("agent.engine.items.MOST_ITEMS", 100)
    caller.asks("Once more")
    caller.model_thinks("Well.")
    caller.voice_speaks()
    assert terminals(caller) == ["failed", "completed"]


def test_speech_after_a_call_is_a_message_of_its_own(caller):
    caller.asks("Go")
    caller.model_thinks("First I look.", Call("look", "{}"), "And now I have looked.")
    caller.voice_speaks()
    output = caller.last("response.done")["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call", "message"]
    assert output[2]["content"][0]["transcript"] == "And now I have looked."


def test_long_arguments_come_in_deltas_that_join_to_the_whole(caller):
    arguments = '{"text": "' + "x" * 100 + '"}'
    caller.asks("Go")
    caller.model_thinks(Call("note", arguments))
    deltas = [e["delta"] for e in caller.events if e["type"] == "response.function_call_arguments.delta"]
    assert len(deltas) > 1
    assert "".join(deltas) == arguments == caller.last("response.function_call_arguments.done")["arguments"]


def test_a_response_with_nothing_in_it_completes(caller):
    caller.asks("Go")
    caller.model_thinks(" ", "\n")
    assert caller.last("response.done")["response"]["output"] == []
    assert terminals(caller) == ["completed"]


def test_sentences_are_spoken_while_the_rest_is_still_thought(caller):
    caller.asks("Go")
    caller.model_thinks("The first sentence. The sec", over=False)
    assert [each.text for each in caller.sentences] == ["The first sentence."]
    caller.voice_speaks()
    caller.model_thinks("ond sentence.")
    assert [each.text for each in caller.sentences] == ["The second sentence."]
    caller.voice_speaks()
    transcript = caller.last("response.done")["response"]["output"][0]["content"][0]["transcript"]
    assert transcript == "The first sentence. The second sentence."


def test_a_cancel_in_mid_sentence_closes_everything_once(caller, kinds):
    caller.asks("Go")
    caller.model_thinks("A sentence of quite some length to speak.", Call("never", "{}"))
    caller.voice_speaks_for(500)
    events = caller.sends("response.cancel")
    assert kinds(events) == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    response = events[-1]["response"]
    assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert response["output"][0]["status"] == "incomplete"
    said = response["output"][0]["content"][0]["transcript"]
    assert 0 < len(said) < len("A sentence of quite some length to speak.")


def test_nothing_comes_after_the_terminal_event(caller):
    caller.asks("Go")
    caller.model_thinks("A sentence of quite some length to speak. And", over=False)
    sentence, response_id = caller.sentences[0], caller.thoughts[0].response_id
    caller.sends("response.cancel")
    before, session = len(caller.events), caller.session
    caller.take(session.spoken(response_id, sentence.segment, bytes(4800), caller.now))
    caller.take(session.segment_finished(response_id, sentence.segment, caller.now))
    caller.take(session.thought(response_id, Call("late", "{}"), caller.now))
    caller.take(session.thought_finished(response_id, caller.now))
    caller.take(session.failed(response_id, "late", "late", caller.now))
    assert caller.events[before:] == []
    assert terminals(caller) == ["cancelled"]


def test_a_barge_in_cancels_with_turn_detected_and_keeps_what_was_sent(caller):
    caller.asks("Go")
    caller.model_thinks("A sentence of quite some length to speak.")
    caller.voice_speaks_for(500)
    sent = caller.count("response.output_audio.delta")
    events = caller.is_heard("S" * 3)
    assert events[0]["type"] == "input_audio_buffer.speech_started"
    assert caller.last("response.done")["response"]["status_details"]["reason"] == "turn_detected"
    assert caller.count("response.output_audio.delta") == sent
    assert not unfinished(caller)


@pytest.mark.parametrize("when", ["thinking", "transcribing"])
def test_a_cancel_before_the_first_word_leaves_no_item(caller, when):
    if when == "transcribing":
        caller.is_heard("S" * 20 + "." * 16)
    else:
        caller.asks("Go")
    (event,) = caller.sends("response.cancel")
    assert event["response"]["output"] == []
    assert terminals(caller) == ["cancelled"]


def test_a_failure_in_mid_sentence_fails_the_response_and_closes_its_items(caller):
    caller.asks("Go")
    caller.model_thinks("A sentence.", over=False)
    response_id = caller.thoughts[0].response_id
    caller.take(caller.session.failed(response_id, "reasoner_failed", "It broke.", caller.now))
    details = caller.last("response.done")["response"]["status_details"]
    assert details["error"] == {"type": "server_error", "code": "reasoner_failed", "message": "It broke."}
    assert not unfinished(caller)


def test_written_text_stops_at_its_token_limit(caller):
    caller.configures(output_modalities=["text"], max_output_tokens=5)
    caller.asks("Go")
    caller.model_thinks("This is far more text than five tokens allow.")
    response = caller.last("response.done")["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["output"][0]["content"][0]["text"] == "This is far more tex"
    assert response["output"][0]["status"] == "incomplete"


def test_speech_stops_at_its_token_limit(caller):
    caller.configures(max_output_tokens=30)
    caller.asks("Go")
    caller.model_thinks("This is a sentence that goes on and on for very much longer than it may.")
    caller.voice_speaks(ms=10_000)
    response = caller.last("response.done")["response"]
    assert response["status"] == "incomplete"
    assert response["usage"]["output_tokens"] == pytest.approx(30, abs=4)


def test_arguments_cut_by_the_token_limit_make_an_incomplete_call(caller):
    caller.configures(max_output_tokens=4)
    caller.asks("Go")
    caller.model_thinks(Call("note", '{"text": "much longer than that"}'))
    (item,) = caller.last("response.done")["response"]["output"]
    assert item["status"] == "incomplete"
    assert item["arguments"] == '{"text": "much l'
    assert terminals(caller) == ["incomplete"]


def test_a_reasoner_that_says_it_stopped_at_the_limit_is_believed(caller):
    caller.configures(output_modalities=["text"], max_output_tokens=50)
    caller.asks("Go")
    caller.model_thinks("Short.", Usage(100, 50))
    assert terminals(caller) == ["incomplete"]


def test_usage_counts_what_was_read_written_and_spoken(caller):
    caller.asks("a question of forty characters, or about")
    caller.model_thinks("Twenty letters long.")
    caller.voice_speaks(ms=1000)
    usage = caller.last("response.done")["response"]["usage"]
    assert usage["output_token_details"] == {"text_tokens": 5, "audio_tokens": 20}
    assert usage["total_tokens"] == usage["input_tokens"] + 25
    assert usage["input_token_details"]["cached_tokens"] == 0


def test_a_prompt_that_was_read_before_is_cached_until_it_changes(caller):
    caller.configures(output_modalities=["text"], instructions="long " * 200)

    def cached():
        caller.asks("Go")
        caller.model_thinks("Yes.")
        return caller.last("response.done")["response"]["usage"]["input_token_details"]["cached_tokens"]

    assert [cached(), cached()] == [0, 192]
    caller.configures(instructions="other " * 200)
    assert cached() == 0


def test_the_reasoners_own_count_is_taken_over(caller):
    caller.configures(output_modalities=["text"])
    caller.asks("Go")
    caller.model_thinks("Yes.", Usage(1234, 7))
    usage = caller.last("response.done")["response"]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (1234, 7)
