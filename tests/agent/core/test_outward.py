"""What becomes of a client's frames when the conversation is older than its upstream."""

from __future__ import annotations

import pytest

from agent.core.floor import Floor
from tests.agent.core.continuing import Bench


@pytest.fixture
def bench():
    """The second session; the first one's items are a question and an answer."""
    bench = Bench()
    bench.says("u1", "leave?")
    bench.says("a1", "one two three four", "u1", "assistant")
    bench.lose()
    bench.succeed()
    bench.model("response.done", response={"id": "r", "status": "completed"})
    bench.client.clear()
    bench.successor.clear()
    return bench


def test_a_truncate_of_an_older_answer_is_answered_and_what_was_not_heard_is_taken_out_of_the_text(bench):
    bench.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=600)
    assert bench.kinds(bench.client) == ["conversation.item.truncated"]
    deleted, created = bench.upstream
    assert (deleted["type"], deleted["item_id"]) == ("conversation.item.delete", "a1")
    assert created["item"]["content"][0]["text"] == "one two"
    assert created["previous_item_id"] == "u1"
    assert bench.model("conversation.item.deleted", item_id="a1") is None
    assert bench.model("conversation.item.added", item=created["item"], previous_item_id="u1") is None
    bench.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=900)
    assert len(bench.upstream) == 2, "the earlier cut counts"


def test_a_delete_of_an_older_item_reaches_the_upstream_and_its_answer_the_client(bench):
    bench.caller("conversation.item.delete", item_id="a1")
    assert bench.upstream[-1]["item_id"] == "a1"
    assert bench.client == []
    assert bench.model("conversation.item.deleted", item_id="a1").data["item_id"] == "a1"


@pytest.mark.parametrize("who", ["client", "service"])
def test_an_older_answer_that_is_cut_after_the_question_was_deleted_is_put_behind_no_item_that_is_gone(bench, who):
    """A service refuses what is to follow an item that it does not have, and the answer would be lost."""
    if who == "client":
        bench.caller("conversation.item.delete", item_id="u1")
    assert bench.model("conversation.item.deleted", item_id="u1").data["item_id"] == "u1"
    bench.upstream.clear()
    bench.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=600)
    _, created = bench.upstream
    assert (created["item"]["content"][0]["text"], created["previous_item_id"]) == ("one two", "root")


def test_an_older_item_is_retrieved_from_memory_as_what_it_was(bench):
    bench.caller("conversation.item.retrieve", item_id="a1")
    assert bench.client[0]["item"]["content"] == [{"type": "output_audio", "transcript": "one two three four"}]
    assert bench.upstream == []


def test_an_item_that_was_not_handed_on_is_deleted_here(bench):
    bench.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=1)
    bench.lose()
    bench.succeed()
    bench.upstream.clear()
    bench.caller("conversation.item.delete", item_id="a1")
    assert bench.client[-1]["type"] == "conversation.item.deleted"
    assert bench.upstream == []


def test_an_item_of_the_present_upstream_is_its_own_affair(bench):
    bench.says("u2", "next", "a1")
    steps = bench.caller("conversation.item.retrieve", item_id="u2")
    bench.caller("conversation.item.delete", item_id="unknown")
    assert steps[0].frame.data["item_id"] == "u2"
    assert bench.kinds(bench.upstream) == ["conversation.item.retrieve", "conversation.item.delete"]


def test_in_a_gap_nothing_is_sent_and_everything_is_answered_or_kept(bench):
    bench.lose()
    bench.client.clear()
    bench.caller("input_audio_buffer.commit", event_id="mine")
    bench.caller("input_audio_buffer.clear")
    bench.caller("conversation.item.delete", item_id="u1")
    bench.caller("conversation.item.delete", item_id="nobody")
    bench.caller("output_audio_buffer.clear")
    assert bench.upstream == []
    assert bench.kinds(bench.client) == [
        "error",
        "input_audio_buffer.cleared",
        "conversation.item.deleted",
        "error",
    ]
    bench.successor.clear()
    bench.succeed()
    assert bench.given() == ["one two three four"]


def test_a_truncate_of_ours_for_an_item_that_is_forgotten_is_no_error_for_the_client(bench):
    bench.lose()
    bench.client.clear()
    fields = {"content_index": 0, "audio_end_ms": 5, "event_id": "vocative_x"}
    assert bench.caller("conversation.item.truncate", item_id="nobody", **fields) == []


def test_a_client_that_cancels_in_a_gap_does_not_get_what_it_asked_for(bench):
    bench.lose()
    bench.caller("response.create")
    bench.caller("response.cancel")
    bench.succeed()
    assert bench.asked() == []


def test_an_output_whose_call_was_not_handed_on_brings_it_along(bench):
    bench.calls("c", "a1")
    bench.floor = Floor(running=frozenset())
    bench.lose()
    bench.successor.clear()
    bench.succeed()
    assert "function_call" not in bench.given()
    bench.upstream.clear()
    bench.outputs("c")
    assert [event["item"]["type"] for event in bench.upstream] == ["function_call", "function_call_output"]
    bench.outputs("unknown")
    assert len(bench.upstream) == 3


def test_a_call_that_is_deleted_with_its_question_in_a_gap_is_not_handed_on_and_no_news_for_the_client(bench):
    bench.calls("c", "a1")
    bench.lose()
    bench.client.clear()
    bench.caller("conversation.item.delete", item_id="f_c", event_id="vocative_1")
    assert bench.client == []
    bench.successor.clear()
    bench.succeed()
    assert "function_call" not in bench.given()
    bench.caller("conversation.item.delete", item_id="a1", event_id="vocative_2")
    bench.lose()
    bench.caller("conversation.item.delete", item_id="u1", event_id="vocative_3")
    assert bench.client[-1]["item_id"] == "u1", "what it saw it hears of, whoever deletes it"
