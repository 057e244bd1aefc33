"""The conversation as it is remembered."""

from __future__ import annotations

import pytest

from agent.core.frames import Frame
from agent.core.history import HISTORY_TYPES, WEIGHED, History
from agent.core.remembered import UNTRANSCRIBED
from agent.core.trimming import Bounds


def told(*events, history=None):
    history = History() if history is None else history
    for kind, fields in events:
        history.take(kind, Frame.of({"type": kind, **fields}))
    return history


def added(item_id, role="user", previous=None, text=None, **fields):
    audio = [{"type": "input_audio" if role == "user" else "output_audio", "transcript": text}]
    item = {"id": item_id, "type": "message", "role": role, "content": audio, **fields}
    return "conversation.item.added", {"previous_item_id": previous, "item": item}


def done(item_id, role="assistant", text="An answer.", **fields):
    return "conversation.item.done", added(item_id, role, None, text, **({"status": "completed"} | fields))[1]


def called(call_id, previous=None, status="completed"):
    item = {"id": f"f_{call_id}", "type": "function_call", "call_id": call_id, "name": "search", "status": status}
    return "conversation.item.done", {"previous_item_id": previous, "item": item | {"arguments": '{"q":1}'}}


def output(call_id, text="found"):
    item = {"type": "function_call_output", "call_id": call_id, "output": text}
    return {"type": "conversation.item.create", "event_id": f"e_{call_id}", "item": item}


def texts(history, **options):
    items = [event["item"] for _, event in history.seed(**options)]
    return [item["content"][0]["text"] if item["type"] == "message" else item["type"] for item in items]


def test_a_turn_is_one_item_however_many_events_tell_of_it():
    history = told(
        ("input_audio_buffer.committed", {"item_id": "u1", "previous_item_id": None}),
        added("u1"),
        ("conversation.item.done", added("u1")[1]),
        ("conversation.item.created", added("u1")[1]),
    )
    assert [item.id for item in history] == ["u1"]
    assert history.awaits_transcript
    assert texts(history) == [UNTRANSCRIBED]


def test_a_transcript_that_comes_after_the_reply_stands_with_its_own_item():
    history = told(added("u1"), added("a1", "assistant", "u1", status="in_progress"), done("a1"))
    told(
        ("conversation.item.input_audio_transcription.completed", {"item_id": "u1", "transcript": " leave? "}),
        history=history,
    )
    assert texts(history) == ["leave?", "An answer."]
    assert not history.awaits_transcript


def test_a_transcript_that_failed_is_not_waited_for():
    history = told(added("u1"), ("conversation.item.input_audio_transcription.failed", {"item_id": "u1"}))
    assert not history.awaits_transcript
    assert texts(history) == [UNTRANSCRIBED]


def test_items_stand_where_their_neighbours_say_and_a_null_neighbour_moves_nothing():
    history = told(added("a"), added("c", previous="a"), added("b", previous="a"), done("b", "user", "b"))
    assert [item.id for item in history] == ["a", "b", "c"]
    told(added("d", previous=None), added("e", previous="forgotten long ago"), history=history)
    assert [item.id for item in history] == ["a", "b", "c", "d", "e"]
    history.sent({"type": "conversation.item.create", "previous_item_id": "root", "item": {"id": "0", "type": "x"}})
    assert history.last_id == "e"
    assert next(iter(history)).id == "0"


def test_a_tool_output_lost_with_the_connection_is_told_to_the_next_session_behind_its_call():
    history = told(added("u1", text="q"), called("c", "u1"))
    history.sent(output("c"))
    assert texts(history) == ["q"], "its acknowledgement may still come, and it would be told twice"
    assert texts(history, running={"c"}) == ["q", "function_call"]
    assert texts(history, unplaced=True) == ["q", "function_call", "function_call_output"]


def test_what_was_sent_is_recognised_when_it_comes_back_with_an_id():
    history = told(added("u1", text="q"), called("c", "u1"))
    history.sent(output("c"))
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "typed"}]}
    history.sent({"type": "conversation.item.create", "item": message})
    told(
        ("conversation.item.added", {"previous_item_id": "f_c", "item": output("c")["item"] | {"id": "o1"}}),
        ("conversation.item.added", {"previous_item_id": "o1", "item": message | {"id": "u2"}}),
        history=history,
    )
    assert [item.id for item in history] == ["u1", "f_c", "o1", "u2"]
    assert texts(history) == ["q", "function_call", "function_call_output", "typed"]


def test_two_messages_of_the_same_words_are_two():
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "yes"}]}
    history = History()
    for item_id in ("u1", "u2"):
        history.sent({"type": "conversation.item.create", "item": message})
        told(
            ("conversation.item.added", {"previous_item_id": None, "item": message | {"id": item_id}}), history=history
        )
    assert [item.id for item in history] == ["u1", "u2"]


def test_a_refused_item_is_forgotten():
    history = told(called("c"))
    history.sent(output("c"))
    told(("error", {"error": {"code": "x", "event_id": "e_c"}}), ("error", {"error": {}}), history=history)
    assert [item.id for item in history] == ["f_c"]


def test_a_call_that_was_cut_short_never_ran_and_is_forgotten():
    assert [item.id for item in told(called("c", status="incomplete"))] == []


def test_an_answer_is_cut_where_it_was_heard_whether_the_service_lived_to_acknowledge_it_or_not():
    history = told(added("a1", "assistant", status="in_progress"), history=History(length_ms=lambda _id, _part: 2000))
    history.sent({"type": "conversation.item.truncate", "item_id": "a1", "content_index": 0, "audio_end_ms": 1000})
    told(done("a1", text="one two three four"), history=history)
    told(("conversation.item.truncated", {"item_id": "a1", "content_index": 0, "audio_end_ms": 1500}), history=history)
    assert texts(history) == ["one two"]
    history.truncate({"item_id": "unknown", "audio_end_ms": 5})
    history.truncate({"item_id": "a1", "audio_end_ms": "soon"})
    assert texts(history) == ["one two"]


def test_deleted_items_are_gone_from_the_moment_they_are_asked_away():
    history = told(added("u1", text="q"), added("u2", text="r"))
    history.sent({"type": "conversation.item.delete", "item_id": "u1"})
    told(
        ("conversation.item.deleted", {"item_id": "u1"}), ("conversation.item.deleted", {"item_id": 7}), history=history
    )
    assert texts(history) == ["r"]


def begun(history=None):
    delta = {"item_id": "a1", "content_index": 0}
    return told(
        added("u1", text="q"),
        added("a1", "assistant", "u1", status="in_progress"),
        ("response.output_audio_transcript.delta", delta | {"delta": "It is"}),
        ("response.output_audio_transcript.delta", delta | {"delta": " thirty"}),
        history=history,
    )


def test_an_answer_that_broke_off_keeps_what_it_had_said():
    history = begun()
    assert texts(history) == ["q"], "what is being said may still be said"
    assert [item.id for item in history.break_off(keep=True)] == ["a1"]
    assert texts(history) == ["q", "It is thirty"]


def test_an_answer_that_nobody_heard_is_forgotten_as_if_it_had_never_begun():
    history = begun()
    assert [item.id for item in history.break_off(keep=False)] == ["a1"]
    assert [item.id for item in history] == ["u1"]


def test_a_call_that_broke_off_is_forgotten_in_any_case():
    history = told(("conversation.item.added", called("c", status="in_progress")[1]))
    assert history.break_off(keep=True) == []
    assert len(history) == 0


def test_a_long_answer_is_read_in_pieces_and_the_whole_text_takes_their_place():
    history = begun()
    delta = {"item_id": "a1", "content_index": 0, "delta": "x"}
    told(*[("response.output_audio_transcript.delta", delta)] * 600, history=history)
    told(("response.output_audio_transcript.done", delta | {"transcript": "It is thirty" + "x" * 600}), history=history)
    told(("response.output_item.done", {"item": done("a1", text=None)[1]["item"]}), history=history)
    assert texts(history) == ["q", "It is thirty" + "x" * 600]


def test_a_cancelled_answer_whose_end_is_silent_keeps_what_was_said():
    history = begun()
    told(
        ("response.output_item.done", {"item": done("a1", text=None, status="incomplete")[1]["item"]}), history=history
    )
    assert texts(history) == ["q", "It is thirty"]


def test_text_answers_are_remembered_and_a_response_lists_what_its_items_were():
    history = told(added("a1", "assistant", status="in_progress", content=[]))
    told(
        ("response.output_text.done", {"item_id": "a1", "content_index": 0, "text": "typed"}),
        ("response.output_text.done", {"item_id": "unknown", "content_index": 0, "text": "?"}),
        ("response.done", {"response": {"output": [{"id": "a1", "type": "message"}, {"id": "aside"}]}}),
        history=history,
    )
    assert texts(history) == ["typed"]


def test_out_of_band_responses_leave_no_trace():
    history = told(("response.output_item.done", {"item": done("aside")[1]["item"]}))
    assert len(history) == 0


def test_a_session_of_a_day_takes_no_more_room_than_one_of_an_hour():
    history = History(Bounds(items=20, characters=2_000))
    for number in range(500):
        told(added(f"u{number}", text="x" * 50), done(f"a{number}", text="y" * 50), called(number), history=history)
        history.sent(output(number))
        told(("conversation.item.added", {"item": output(number)["item"] | {"id": f"o{number}"}}), history=history)
    assert len(history) <= 20
    assert history.get("u499") is not None
    assert history.get("u1") is None
    assert history.call("1") is None
    assert len(history._event_ids) <= 200


@pytest.mark.parametrize("length", [1, 90, 400, 3_000])
def test_however_long_its_items_are_a_conversation_is_weighed_before_it_has_grown_much(length):
    history = History(Bounds(items=160, characters=6_000))
    for number in range(200):
        told(added(f"u{number}", text="x" * length), done(f"a{number}", text="y" * length), history=history)
        assert sum(item.size for item in history) <= 6_000 + WEIGHED + 2 * (length + 32)


def test_a_makeshift_id_gives_way_to_one_that_the_client_can_know():
    history = told(added("u1"))
    history.sent({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": []}})
    history.renamed("~1", "u1")
    assert history.get("~1") is not None, "no two items share an id"
    history.renamed("~1", "u2")
    assert history.last_id == "u2"
    history.renamed("nobody", "u3")


def test_what_cannot_be_read_changes_nothing():
    odd = [None, 7, [], {}, "x"]
    history = told(
        *[(kind, {"item": value, "response": value, "error": value}) for kind in HISTORY_TYPES for value in odd]
    )
    told(
        *[(kind, {"item": {"id": value, "content": value}}) for kind in HISTORY_TYPES for value in odd], history=history
    )
    told(("rate_limits.updated", {}), history=history)
    history.sent({"type": "response.create"})
    history.sent({"type": "conversation.item.create", "item": {"id": "x", "type": "message"}})
    history.sent({"type": "conversation.item.create", "item": {"id": "x", "type": "message"}})
    assert len(history) == 1


def test_the_types_that_are_read_are_those_that_are_announced():
    assert set(History()._takers) == HISTORY_TYPES
