"""What a client sees is whole without the items of our tools."""

from __future__ import annotations

import json

import pytest

from agent.core import events
from agent.core.frames import Frame
from agent.core.view import View, session_view


@pytest.fixture
def view():
    return View()


def placed(view, item_id, previous, kind="message", event="conversation.item.added"):
    frame = Frame(json.dumps({"type": event, "previous_item_id": previous, "item": {"id": item_id, "type": kind}}))
    shown = view.placed(events.read(frame), frame)
    return shown, shown is frame


def output(view, index, kind="message", response="r1", event="added"):
    fields = {"type": f"response.output_item.{event}", "response_id": response, "output_index": index}
    frame = Frame(json.dumps(fields | {"item": {"id": f"i{index}", "type": kind}}))
    return view.output_item(events.read(frame), frame)


def delta(view, index, response="r1"):
    frame = Frame(json.dumps({"type": "response.output_text.delta", "response_id": response, "output_index": index}))
    shown = view.within_response(frame)
    return shown.data["output_index"], shown is frame


def test_the_prompt_and_the_tools_are_not_shown():
    """Traps VoiceRAG 7, openai-realtime-api-beta#115: session.created and .updated leak the prompt and the tools."""
    secret = dict.fromkeys(["instructions", "tools", "tool_choice", "prompt", "tracing", "client_secret"], "x")
    assert session_view(secret | {"id": "s1", "audio": {}}) == {"id": "s1", "audio": {}}


def test_calls_and_outputs_are_hidden_and_the_next_item_follows_the_last_visible_one(view):
    assert placed(view, "u1", None)[1]
    assert placed(view, "fc", "u1", "function_call") == (None, False)
    assert placed(view, "fc", None, "function_call", "conversation.item.done") == (None, False)
    assert placed(view, "fo", "fc", "function_call_output") == (None, False)
    shown, same = placed(view, "a1", "fo")
    assert (shown.data["previous_item_id"], same) == ("u1", False)
    assert placed(view, "u2", "a1")[1]
    assert view.hides("fo")
    assert not view.hides("a1")


def test_a_hidden_item_at_the_very_start_leaves_nothing_to_follow(view):
    placed(view, "fc", None, "function_call")
    assert placed(view, "a1", "fc")[0].data["previous_item_id"] is None


def test_the_neighbour_may_come_with_the_second_event_only(view):
    placed(view, "fc", None, "function_call")
    placed(view, "fc", "u1", "function_call", "conversation.item.done")
    assert placed(view, "a1", "fc")[0].data["previous_item_id"] == "u1"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("ring", [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a")]])
def test_items_that_claim_to_follow_each_other_in_a_ring_do_not_hang_the_process(view, ring):
    for item, previous in ring:
        placed(view, item, previous, "function_call")
    assert placed(view, "x", "a")[0] is not None


def test_an_item_without_an_id_is_hidden_all_the_same(view):
    frame = Frame('{"type":"conversation.item.added","item":{"type":"function_call"}}')
    assert view.placed(events.read(frame), frame) is None


def test_a_committed_buffer_follows_the_last_visible_item(view):
    placed(view, "fc", "u1", "function_call")
    frame = Frame('{"type":"input_audio_buffer.committed","item_id":"u2","previous_item_id":"fc"}')
    assert view.committed(frame).data["previous_item_id"] == "u1"
    frame = Frame('{"type":"input_audio_buffer.committed","item_id":"u3","previous_item_id":"u2"}')
    assert view.committed(frame) is frame


def test_output_indexes_count_what_is_shown(view):
    assert delta(view, 0) == (0, True)
    assert output(view, 0, "function_call") is None
    assert output(view, 2, "function_call") is None
    assert output(view, 1).data["output_index"] == 0
    assert delta(view, 1) == (0, False)
    assert delta(view, 3) == (1, False)
    assert delta(view, 3, "r2") == (3, True)


def test_what_follows_a_hidden_item_in_the_index_only_is_the_identical_object(view):
    output(view, 1, "function_call")
    assert delta(view, 0) == (0, True)


@pytest.mark.parametrize(
    "text", ['{"type":"x","response_id":["r1"]}', '{"type":"x","response_id":"r1"}', '{"type":"x"}']
)
def test_frames_without_an_index_pass(view, text):
    output(view, 0, "function_call")
    frame = Frame(text)
    assert view.within_response(frame) is frame


def test_the_end_of_a_response_lists_what_was_shown_and_then_nothing_is_parsed_any_more(view):
    output(view, 0, "function_call")
    body = {"id": "r1", "output": [{"type": "function_call"}, {"type": "message", "id": "a1"}, 7]}
    frame = Frame(json.dumps({"type": "response.done", "response": body}))
    assert view.response_done(events.read(frame), frame).data["response"]["output"] == [{"type": "message", "id": "a1"}]
    opaque = Frame('{"type":"response.output_audio.delta","response_id":"r1", broken')
    assert view.within_response(opaque) is opaque


def test_the_end_of_a_response_without_calls_is_the_identical_object(view):
    frame = Frame('{"type":"response.done","response":{"id":"r1","output":[{"type":["odd"]}]}}')
    assert view.response_done(events.read(frame), frame) is frame


@pytest.mark.parametrize("kind", ["response.created", "response.done"])
def test_a_response_that_repeats_the_prompt_and_the_tools_is_shown_without_them(view, kind):
    """Trap VoiceRAG 7: no service does so today; a client must not see them when one begins to."""
    response = {"id": "r1", "status": "completed", "output": []}
    for secret in ({}, {"instructions": "secret", "tools": [{"name": "secret"}]}):
        frame = Frame(json.dumps({"type": kind, "response": response | secret}))
        if kind == "response.done":
            shown = view.response_done(events.read(frame), frame)
        else:
            shown = view.response_created(frame)
        assert shown.data["response"] == response
        assert (shown is frame) is (not secret)
