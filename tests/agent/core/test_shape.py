"""One table reads both ways."""

from __future__ import annotations

import pytest

from agent.core.shape import SAME, Shape

SHAPE = Shape(
    moved={"voice": "audio.output.voice", "limit": "max"},
    values={"limit": (lambda value: value + 1, lambda value: value - 1)},
    own=frozenset({"temperature"}),
    foreign=frozenset({"truncation"}),
    fixed={"type": "realtime"},
)


def test_fields_move_and_their_values_change():
    ga = {"type": "realtime", "audio": {"output": {"voice": "alloy"}}, "max": 6, "model": "m"}
    assert SHAPE.to_ga({"voice": "alloy", "limit": 5, "model": "m"}) == ga
    assert SHAPE.from_ga(ga) == {"voice": "alloy", "limit": 5, "model": "m"}


def test_what_one_of_them_does_not_know_is_left_out():
    assert SHAPE.to_ga({"temperature": 1}) == {"type": "realtime"}
    assert SHAPE.from_ga({"truncation": "auto", "audio": {"input": {}}}) == {}


def test_the_same_shape_changes_nothing():
    assert SAME.to_ga({"a": {"b": 1}}) == SAME.from_ga({"a": {"b": 1}}) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("own", "ga"),
    [("voice", "audio.output.voice"), ("voice.name", "audio.output.voice.name"), ("tools[0].name", "tools[0].name")],
)
def test_paths_move_as_their_fields_do(own, ga):
    assert SHAPE.path_to_ga(own) == ga
    assert SHAPE.path_from_ga(ga) == own
