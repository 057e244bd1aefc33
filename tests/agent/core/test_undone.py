"""Deltas that are read only when their end does not come."""

from __future__ import annotations

from agent.core.frames import Frame
from agent.core.undone import MOST_DELTAS, Undone

KIND = "response.output_text.delta"


def delta(text, item_id="a", index=0):
    return Frame(f'{{"type":"{KIND}","item_id":"{item_id}","content_index":{index},"delta":"{text}"}}')


def test_the_pieces_of_each_part_are_joined_in_order():
    undone = Undone()
    for frame in (delta("one "), delta("x", "b"), delta("two"), delta("y", index=1)):
        undone.add(KIND, frame)
    assert list(undone.read()) == [("a", 0, "text", "one two"), ("b", 0, "text", "x"), ("a", 1, "text", "y")]
    assert list(undone.read()) == []


def test_what_has_ended_is_never_parsed():
    undone = Undone()
    frames = [delta("one")] * (MOST_DELTAS - 1)
    for frame in frames:
        undone.add(KIND, frame)
    assert not undone.full
    undone.add(KIND, delta("two"))
    assert undone.full
    undone.clear()
    assert frames[0]._data is None
    assert list(undone.read()) == []
