"""The ends of what a lost connection left open."""

from __future__ import annotations

import itertools

from openai.types.realtime import ConversationItemDone, ResponseDoneEvent, ResponseOutputItemDoneEvent

from agent.core.endings import Endings
from agent.core.frames import Frame


def fed(*events):
    counter = itertools.count(1)
    endings = Endings(lambda: f"event_{next(counter)}")
    for kind, fields in events:
        endings.take(kind, Frame.of({"type": kind, **fields}))
    return endings


def created(response_id, **fields):
    return "response.created", {"response": {"id": response_id, **fields}}


def item(item_id, kind="added", index=0, **fields):
    content = {"id": item_id, "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    place = {"response_id": "r", "output_index": index}
    return f"response.output_item.{kind}", place | {"item": content | fields}


def ends(endings, forgotten=()):
    return [frame.data for frame in endings.end(set(forgotten))]


def test_every_response_and_item_that_began_gets_its_end_in_the_order_of_the_wire():
    frames = ends(fed(created("r"), item("a"), item("a", "done"), item("b", index=1)))
    assert [frame["type"] for frame in frames] == [
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    done, output, response = frames
    assert (done["item"]["id"], done["item"]["status"]) == ("b", "incomplete")
    assert (output["response_id"], output["output_index"]) == ("r", 1)
    assert (response["response"]["id"], response["response"]["status"]) == ("r", "cancelled")
    ConversationItemDone.model_validate(done)
    ResponseOutputItemDoneEvent.model_validate(output)
    ResponseDoneEvent.model_validate(response)


def test_what_is_forgotten_is_deleted_for_the_client_too():
    frames = ends(fed(created("r"), item("a")), ["a"])
    assert {"type": "conversation.item.deleted", "event_id": "event_3", "item_id": "a"} in frames


def test_what_has_ended_is_not_ended_twice():
    endings = fed(created("r"), item("a"), item("a", "done"), ("response.done", {"response": {"id": "r"}}))
    assert ends(endings) == []
    endings = fed(created("r"))
    assert len(ends(endings)) == 1
    assert ends(endings) == []


def test_an_out_of_band_response_ends_and_its_items_are_in_no_conversation():
    frames = ends(fed(created("r", conversation_id=None), item("a")))
    assert [frame["type"] for frame in frames] == ["response.output_item.done", "response.done"]


def test_a_beginning_that_was_lost_is_made_up_from_what_follows():
    endings = fed(item("a"), item("z", "done"), ("response.output_text.done", {}))
    assert ends(endings)[-1]["response"]["id"] == "r"
