"""Choices of a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import options

if TYPE_CHECKING:
    from agent.engine.thinking.embedding import Memory


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("the board room", ["small", "large", "board_room"], "board_room"),
        ("in Celsius please", ["celsius", "fahrenheit"], "celsius"),
        ("in fahrenhite", ["celsius", "fahrenheit"], "fahrenheit"),
        ("premium please", ["basic_plan", "premium_plan"], "premium_plan"),
        ("number 3", [1, 2, 3], 3),
        ("my parcel has not arrived", ["billing", "shipping", "legal"], "shipping"),
        ("what you like", ["billing", "shipping", "legal"], None),
        ("a room", ["board_room", "tea_room"], None),
        ("", ["a", "b"], None),
    ],
)
def test_the_value_meant_is_picked(text: str, values: list[object], expected: object, memory: Memory) -> None:
    assert options.pick(text, values, memory, name="room", required=True) == expected


def test_an_optional_choice_is_not_made_by_meaning_alone(memory: Memory) -> None:
    assert options.pick("my parcel has not arrived", ["billing", "shipping"], memory, required=False) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("with breakfast", True), ("no breakfast", False), ("with lunch but without breakfast", False), ("a room", None)],
)
def test_a_switch_is_on_off_or_not_spoken_of(text: str, *, expected: bool | None) -> None:
    assert options.boolean(text, "breakfast", "") is expected


@pytest.mark.parametrize(("text", "expected"), [("Yes, please", True), ("Nope", False), ("Maybe", None)])
def test_yes_and_no_are_understood(text: str, *, expected: bool | None) -> None:
    assert options.yes_or_no(text) is expected
