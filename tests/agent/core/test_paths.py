"""Fields of nested objects by their dotted names."""

from __future__ import annotations

import pytest

from agent.core.paths import leaves, look, permitted, place, without

SESSION = {"voice": "alloy", "audio": {"input": {"format": None, "speed": 1}, "output": {}}}


def test_only_what_stands_under_a_permitted_path_stays():
    assert permitted(SESSION, {"audio.input.format"}) == {"audio": {"input": {"format": None}}}
    assert permitted(SESSION, {"audio.input"}) == {"audio": {"input": {"format": None, "speed": 1}}}
    assert permitted(SESSION, {"voice.name", "audio.output.voice"}) == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("voice", {"audio": SESSION["audio"]}),
        ("audio.input.speed", {"voice": "alloy", "audio": {"input": {"format": None}, "output": {}}}),
        ("audio", {"voice": "alloy"}),
        ("voice.name", SESSION),
        ("nothing.here", SESSION),
    ],
)
def test_one_path_can_be_left_out(path, expected):
    assert without(SESSION, path) == expected


def test_an_object_that_becomes_empty_is_left_out_as_well():
    assert without({"a": {"b": {"c": 1}}, "d": 2}, "a.b.c") == {"d": 2}


@pytest.mark.parametrize(
    ("path", "found"),
    [("audio.input.format", (True, None)), ("audio.input.rate", (False, None)), ("voice.name", (False, None))],
)
def test_null_is_something_and_what_is_missing_is_not(path, found):
    assert look(SESSION, path) == found


def test_a_value_is_placed_without_touching_what_was_handed_in():
    inner = {"format": {"type": "x"}}
    target = {"audio": {"input": inner}, "voice": "alloy"}
    place(target, "audio.input.format.rate", 1)
    place(target, "voice.name", "b")
    assert target == {"audio": {"input": {"format": {"type": "x", "rate": 1}}}, "voice": {"name": "b"}}
    assert inner == {"format": {"type": "x"}}


def test_leaves_are_all_that_an_object_holds():
    assert leaves(SESSION) == {"voice", "audio.input.format", "audio.input.speed", "audio.output"}
