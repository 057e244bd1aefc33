"""Numbers in words and digits."""

from __future__ import annotations

import pytest

from agent.engine.thinking import numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25", 25),
        ("twenty five", 25),
        ("twenty-five", 25),
        ("a dozen eggs", 12),
        ("half a dozen", 6),
        ("a couple of", 2),
        ("one hundred and five", 105),
        ("a hundred", 100),
        ("two thousand three hundred", 2300),
        ("three million", 3_000_000),
        ("3 million", 3_000_000),
        ("1,250.50", 1250.5),
        ("two and a half", 2.5),
        ("three point one four", 3.14),
        ("minus seven", -7),
        ("-7 degrees", -7),
        ("four two one seven", 4217),
    ],
)
def test_a_number_is_understood_however_it_is_said(text: str, value: float) -> None:
    assert [number.value for number in numbers.find(text)] == [pytest.approx(value)]


@pytest.mark.parametrize("text", ["a table", "an apple", "tenant", "someone at the phone", ""])
def test_words_that_only_look_like_numbers_are_none(text: str) -> None:
    assert numbers.find(text) == []


def test_a_whole_number_is_plainly_an_integer() -> None:
    (number,) = numbers.find("two")

    assert number.plain == 2
    assert isinstance(number.plain, int)
