"""Who may ask for a response and when, through the session: the client, the tools, voice activity, and their races."""

from __future__ import annotations

import pytest

from agent.core.responses import LONGEST_SPEECH, REQUEST_LOST, RETRY_AFTER_REFUSAL

ACTIVE = "conversation_already_has_active_response"
TYPED = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "and part time?"}]}


def called(bench):
    """A response with one call has ended and its result is in: our request is in flight."""
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.finish("c1")
    return bench.creates[0]["event_id"]


@pytest.mark.parametrize("named", [True, False])
def test_a_request_that_is_refused_is_sent_again_when_the_other_response_ends(bench, named):
    """Trap openai-agents-python PR#3405: the error has event_id null; then silence."""
    ours = called(bench)
    bench.begins("voice")  # before the output stood in the conversation
    bench.error(ACTIVE, ours if named else None)
    bench.placed("c1")
    assert bench.seen("error") == []
    bench.ends("voice")
    assert len(bench.creates) == 2
    bench.begins("answer")
    bench.ends("answer")
    bench.tick(60)
    assert len(bench.creates) == 2


def test_a_refusal_for_a_response_that_is_not_known_is_tried_again_soon(bench):
    called(bench)
    bench.error(ACTIVE)
    bench.tick(RETRY_AFTER_REFUSAL)
    assert len(bench.creates) == 2


def test_a_refusal_of_another_request_is_not_taken_for_ours(bench):
    called(bench)
    bench.error(ACTIVE, "the clients")
    assert bench.seen("error")[0]["error"]["event_id"] == "the clients"
    bench.begins("answer")
    bench.ends("answer")
    assert len(bench.creates) == 1


@pytest.mark.parametrize("code", [ACTIVE, "response_cancel_not_active"])
def test_errors_of_a_race_are_harmless(bench, code):
    """Traps pipecat#3755, VoiceRAG 6."""
    bench.error(code)
    bench.error(code, "vocative_7")
    assert bench.client == []
    bench.error(code, "mine")
    assert len(bench.seen("error")) == 1
    assert bench.hangups == []


def test_a_lost_response_created_neither_holds_the_session_nor_lets_the_model_answer_twice(bench):
    called(bench)
    bench.speaks("answer")
    bench.ends("answer")
    bench.tick(120)
    assert len(bench.creates) == 1
    bench.caller("response.create")
    assert len(bench.creates) == 2


def test_a_request_that_nothing_comes_of_is_repeated_once(bench):
    called(bench)
    bench.tick(REQUEST_LOST)
    assert len(bench.creates) == 2
    bench.tick(300)
    assert len(bench.creates) == 2


def test_a_lost_response_done_does_not_silence_the_session(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1")
    bench.tick(60)
    assert bench.creates


def test_what_the_client_types_while_our_request_is_in_flight_is_answered_after(bench):
    called(bench)
    bench.caller("conversation.item.create", item=TYPED)
    bench.caller("response.create", event_id="mine")
    assert len(bench.creates) == 1
    bench.begins("r2")
    bench.ends("r2")
    assert bench.creates[1]["event_id"] == "mine"


def test_a_second_request_during_a_plain_response_is_the_clients_own_mistake(bench):
    bench.begins("r1")
    bench.caller("response.create", event_id="mine")
    assert len(bench.creates) == 1
    bench.error(ACTIVE, "mine")
    assert bench.seen("error")


def test_an_out_of_band_request_goes_out_at_once(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.caller("response.create", response={"conversation": "none", "instructions": "mine"})
    assert bench.creates[0]["response"] == {"conversation": "none"}


@pytest.mark.parametrize("event_id", ["mine", None])
def test_a_rejected_request_of_the_clients_is_reported_and_does_not_hold_the_next(stock, event_id):
    fields = {"event_id": event_id} if event_id else {}
    stock.caller("response.create", response={"metadata": 7}, **fields)
    stock.error("invalid_type", event_id)
    assert stock.seen("error")
    stock.caller("response.create")
    assert len(stock.creates) == 2


def test_a_rejected_request_of_ours_is_reported_because_there_will_be_no_answer(bench):
    ours = called(bench)
    bench.error("server_error", ours)
    assert bench.seen("error")


def test_an_error_for_our_output_is_not_the_clients_affair(bench):
    called(bench)
    bench.error("item_create_invalid", bench.sent("conversation.item.create")[0]["event_id"])
    assert bench.seen("error") == []


def test_an_error_that_is_nobodys_goes_to_the_client(bench):
    bench.error("server_error")
    bench.model({"type": "error", "error": {"message": "x", "event_id": "mine"}})
    assert len(bench.seen("error")) == 2


@pytest.mark.parametrize("end", ["cleared", "committed", "voice off"])
def test_a_turn_that_ends_without_speech_stopped_does_not_hold_a_request_for_ever(bench, end):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.user()
    bench.finish("c1")
    assert bench.creates == []
    if end == "cleared":
        bench.model("input_audio_buffer.cleared")
    elif end == "committed":
        bench.model("input_audio_buffer.committed", item_id="u2", previous_item_id=None)
    else:
        bench.model("session.updated", session={"audio": {"input": {"turn_detection": None}}})
    assert len(bench.creates) == 1


def test_a_speech_stopped_that_is_lost_does_not_hold_a_request_for_ever(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    bench.user()
    bench.finish("c1")
    bench.tick(LONGEST_SPEECH + 30)
    assert bench.creates


def test_where_voice_activity_creates_no_response_the_held_request_goes_when_the_user_stops(make_bench):
    manual = {"type": "server_vad", "create_response": False}
    bench = make_bench().open(audio={"input": {"turn_detection": manual}})
    bench.user()
    bench.caller("response.create")
    assert bench.creates == []
    bench.user(stops=True)
    assert len(bench.creates) == 1


def test_a_clients_request_while_the_user_speaks_is_answered_by_the_response_of_voice_activity(stock):
    stock.user()
    stock.caller("response.create")
    stock.user(stops=True)
    stock.begins("voice")
    stock.ends("voice")
    stock.tick(60)
    assert stock.creates == []


def test_citations_come_from_what_was_retrieved_in_this_turn(make_bench):
    """Trap VoiceRAG 14 (core): citations cost a second round trip and trust ids that the model made up."""
    asked = []

    def cite(answer, retrieved, _earlier):
        asked.append((answer, list(retrieved)))
        return [passage for passage in retrieved if passage["text"] in answer]

    bench = make_bench(cite=cite).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1", citations=[{"text": "25 days"}, {"text": "30 days"}])
    bench.ends("r1")
    bench.begins("r2")
    bench.speaks("r2", "a1", text="You get 25 days.")
    found = bench.seen("extension.citations")[0]
    assert (found["response_id"], found["item_id"], found["citations"]) == ("r2", "a1", [{"text": "25 days"}])
    bench.ends("r2")
    bench.model("input_audio_buffer.committed", item_id="u3")
    bench.begins("r3")
    bench.speaks("r3", "a2", text="25 days, as I said.")
    assert [len(retrieved) for _, retrieved in asked] == [2, 0]
    assert len(bench.seen("extension.citations")) == 1


@pytest.mark.parametrize("content", [None, [], "x", [7], [{"type": "output_audio"}], [{"transcript": "  "}]])
def test_an_answer_without_words_cites_nothing(bench, content):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1", citations=[{"text": "25 days"}])
    item = {"id": "a1", "type": "message", "content": content}
    bench.model("response.output_item.done", response_id="r1", output_index=1, item=item)
    assert bench.seen("extension.citations") == []


def test_every_passage_is_cited_where_nobody_picks(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.finish("c1", citations=[{"text": "25 days"}])
    bench.speaks("r1", "a1", index=1)
    bench.caller("conversation.item.create", item=TYPED)
    bench.speaks("r1", "a2", index=2)
    assert [event["citations"] for event in bench.seen("extension.citations")] == [[{"text": "25 days"}]]
