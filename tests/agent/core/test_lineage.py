"""Ids and offsets across the sessions of one client."""

from __future__ import annotations

import itertools

import pytest

from agent.core.frames import Frame
from agent.core.history import History
from agent.core.lineage import Lineage
from agent.core.seeding import Seeding


def event(kind, **fields):
    return Frame.of({"type": kind, **fields})


def message(item_id, text="x"):
    return {"id": item_id, "type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


@pytest.fixture
def history():
    history = History()
    for previous, item_id in ((None, "a"), ("a", "b" * 40), ("b" * 40, "c")):
        frame = event("conversation.item.added", previous_item_id=previous, item=message(item_id))
        history.take(frame.type, frame)
    return history


@pytest.fixture
def lineage(history):
    """The second session was given the first two items, and not the third."""
    lineage = Lineage(history)
    counter = itertools.count(1)
    seeding = Seeding(lambda: "e", lambda: f"new{next(counter)}")
    seeding.catch_up(history.seed()[:2])
    lineage.succeed(seeding, 60_000)
    history.generation += 1
    return lineage


def shown(lineage, kind, **fields):
    frame = event(kind, **fields)
    return lineage.to_client(frame, kind).data


def test_before_the_first_succession_every_frame_passes_as_the_identical_object(history):
    lineage = Lineage(history)
    for frame in (
        event("conversation.item.added", previous_item_id=None, item={"id": "x"}),
        event("input_audio_buffer.speech_started", audio_start_ms=5),
        event("conversation.item.delete", item_id="a"),
    ):
        assert lineage.to_client(frame, frame.type) is frame
        assert lineage.to_upstream(frame) is frame


def test_after_it_what_names_no_older_item_is_still_the_identical_object(lineage):
    shown(lineage, "conversation.item.added", previous_item_id="new1", item={"id": "n1"})
    for frame in (
        event("conversation.item.added", previous_item_id="n1", item={"id": "n2"}),
        event("response.output_text.done", item_id="n1"),
        event("input_audio_buffer.timeout_triggered", audio_start_ms=None),
        event("conversation.item.truncate", item_id="n1"),
        event("response.create", response={"input": [{"type": "item_reference", "id": "n1"}, "odd"]}),
    ):
        assert lineage.to_client(frame, frame.type) is frame
        assert lineage.to_upstream(frame) is frame


def test_the_clock_of_the_clients_audio_runs_on(lineage):
    assert shown(lineage, "input_audio_buffer.speech_started", audio_start_ms=500)["audio_start_ms"] == 60_500
    assert shown(lineage, "input_audio_buffer.speech_stopped", audio_end_ms=900)["audio_end_ms"] == 60_900
    both = shown(lineage, "input_audio_buffer.timeout_triggered", audio_start_ms=1, audio_end_ms=2)
    assert (both["audio_start_ms"], both["audio_end_ms"]) == (60_001, 60_002)


@pytest.mark.parametrize("previous", [None, "new1"])
def test_the_first_new_item_follows_the_last_that_the_client_knows(lineage, previous):
    committed = shown(lineage, "input_audio_buffer.committed", previous_item_id=previous, item_id="n1")
    assert committed["previous_item_id"] == "c"
    placed = shown(lineage, "conversation.item.added", previous_item_id=previous, item=message("n1"))
    assert placed["previous_item_id"] == "c"
    later = shown(lineage, "conversation.item.added", previous_item_id=None, item=message("n0"))
    assert later["previous_item_id"] is None, "one that was put at the head stays there"


def test_older_items_are_named_as_the_client_knows_them(lineage):
    assert shown(lineage, "conversation.item.deleted", item_id="new1")["item_id"] == "b" * 40
    assert (
        shown(lineage, "conversation.item.added", previous_item_id="a", item={"id": "new1"})["item"]["id"] == "b" * 40
    )
    assert (
        shown(lineage, "conversation.item.done", previous_item_id="new1", item={"id": "n"})["previous_item_id"]
        == "b" * 40
    )


def test_and_as_the_upstream_knows_them(lineage):
    def sent(kind, **fields):
        return lineage.to_upstream(event(kind, **fields)).data

    assert sent("conversation.item.delete", item_id="b" * 40)["item_id"] == "new1"
    assert sent("conversation.item.create", previous_item_id="b" * 40, item={})["previous_item_id"] == "new1"
    references = [{"type": "item_reference", "id": "b" * 40}, {"type": "message", "id": "b" * 40}]
    mapped = sent("response.create", response={"input": references, "metadata": {}})["response"]
    assert mapped["input"] == [{"type": "item_reference", "id": "new1"}, references[1]]
    assert mapped["metadata"] == {}


def test_a_neighbour_that_was_not_handed_on_is_replaced_by_the_nearest_before_it(lineage, history):
    def after(item_id):
        create = event("conversation.item.create", previous_item_id=item_id, item={})
        return lineage.to_upstream(create).data["previous_item_id"]

    assert after("c") == "new1"
    assert after("unknown") == "unknown"
    frame = event("conversation.item.added", previous_item_id="c", item=message("n1"))
    history.take(frame.type, frame)
    assert after("n1") == "n1"
    lineage.succeed(Seeding(lambda: "e", lambda: "i"), 0)
    history.generation += 1
    assert after("a") == "root"


def test_it_is_known_in_which_session_an_item_came_to_be(lineage):
    assert not lineage.stands("a")
    assert lineage.stands("unknown")
