"""A new session's conversation is made what is remembered, and kept so."""

from __future__ import annotations

import itertools

from agent.core.frames import Frame
from agent.core.seeding import Seeding


def seeding():
    events, items = itertools.count(1), itertools.count(1)
    return Seeding(lambda: f"vocative_{next(events)}", lambda: f"new{next(items)}")


def words(item_id, text=None):
    content = [{"type": "input_text", "text": text or item_id}]
    return item_id, {
        "type": "conversation.item.create",
        "item": {"type": "message", "role": "user", "content": content},
    }


def short(frames):
    return [
        (frame.data["item"]["id"], frame.data.get("previous_item_id"))
        if "item" in frame.data
        else frame.data["item_id"]
        for frame in frames
    ]


def take(target, kind, **fields):
    return target.take(Frame.of({"type": kind, **fields}), kind)


def acknowledge(target, frames):
    for frame in frames:
        if "item" in frame.data:
            take(target, "conversation.item.added", item=frame.data["item"])


def test_items_are_given_in_order_under_the_ids_they_had():
    target = seeding()
    frames = target.catch_up([words("a"), words("b")])
    assert short(frames) == [("a", None), ("b", None)]
    assert all(frame.data["event_id"].startswith("vocative_") for frame in frames)
    assert target.catch_up([words("a"), words("b")]) == []
    assert (target.upstream_id("a"), target.client_id("a"), target.last_upstream_id) == ("a", "a", "b")
    assert (target.upstream_id("z"), target.client_id("z"), seeding().last_upstream_id) == (None, None, None)


def test_an_id_that_no_service_takes_is_replaced():
    target = seeding()
    (frame,) = target.catch_up([words("~1")])
    assert frame.data["item"]["id"] == "new1"
    assert target.client_id("new1") == "~1"


def test_what_comes_later_is_given_too_each_in_its_place():
    target = seeding()
    target.catch_up([words("b")])
    assert short(target.catch_up([words("a"), words("b"), words("c")])) == [("a", "root"), ("c", None)]
    assert short(target.catch_up([words("a"), words("x"), words("b"), words("c")])) == [("x", "a")]


def test_what_has_changed_is_given_again_under_another_id_because_a_deleted_one_may_not_be_used_twice():
    target = seeding()
    target.catch_up([words("a", "(noise)"), words("b")])
    frames = target.catch_up([words("a", "leave?"), words("b")])
    assert short(frames) == ["a", ("new1", "root")]
    assert target.client_id("new1") == "a"
    assert target.upstream_id("a") == "new1"


def test_what_is_gone_or_stands_elsewhere_is_taken_out():
    target = seeding()
    target.catch_up([words("a"), words("b"), words("c")])
    assert short(target.catch_up([words("a"), words("c")])) == ["b"]
    frames = target.catch_up([words("c"), words("a")])
    assert short(frames) == ["a", ("new1", None)]


def test_it_is_settled_when_everything_is_acknowledged():
    target = seeding()
    frames = target.catch_up([words("a"), words("b")])
    assert not target.settled
    acknowledge(target, frames[:1])
    assert not target.settled
    assert take(target, "conversation.item.created", item=frames[1].data["item"])
    assert target.settled


def test_the_echo_of_what_was_given_is_ours_and_everything_else_is_not():
    target = seeding()
    frames = target.catch_up([words("a")])
    acknowledge(target, frames)
    assert take(target, "conversation.item.done", item={"id": "a"})
    assert not take(target, "conversation.item.added", item={"id": "native"})
    assert not take(target, "conversation.item.added", item={"id": 7})
    assert not take(target, "error", error={"event_id": None})
    assert not take(target, "response.done", response={})


def test_a_deletion_of_ours_is_ours_and_one_of_the_clients_is_news():
    target = seeding()
    acknowledge(target, target.catch_up([words("a"), words("b")]))
    target.catch_up([words("a", "changed"), words("b")])
    assert take(target, "conversation.item.deleted", item_id="a")
    assert not take(target, "conversation.item.deleted", item_id="b")


def test_a_refused_item_is_not_tried_again_nor_what_depends_on_it():
    target = seeding()
    call = ("f", {"item": {"type": "function_call", "call_id": "c", "name": "x", "arguments": "{}"}})
    output = ("o", {"item": {"type": "function_call_output", "call_id": "c", "output": "1"}})
    frames = target.catch_up([call, output])
    assert take(target, "error", error={"event_id": frames[0].data["event_id"], "code": "invalid_value"})
    assert target.upstream_id("f") is None
    assert short(target.catch_up([call, output])) == ["o"]
    assert not take(target, "error", error={"event_id": frames[0].data["event_id"]})


def test_a_change_in_a_session_that_is_in_use_never_goes_to_the_end():
    target = seeding()
    target.catch_up([words("a"), words("b")])
    frames = target.amend("b", {"type": "message", "role": "assistant", "content": []})
    assert short(frames) == ["b", ("new1", "a")]
    assert short(target.amend("b", None)) == ["new1"]
    assert target.upstream_id("b") is None


def test_one_item_more_can_be_given_at_the_end():
    target = seeding()
    target.catch_up([words("a")])
    frame = target.add("f", {"type": "function_call"})
    assert short([frame]) == [("f", None)]
    assert target.upstream_id("f") == "f"


def test_a_given_item_can_come_to_be_known_by_another_id():
    target = seeding()
    target.catch_up([words("~1")])
    target.renamed("~1", "new1")
    target.renamed("nobody", "x")
    assert target.upstream_id("new1") == "new1"
    assert target.client_id("new1") == "new1"
