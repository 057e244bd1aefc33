"""Dates, said on a Wednesday: 18 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from agent.engine.thinking import dates

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-11-18"),
        ("tonight", "2026-11-18"),
        ("tomorrow", "2026-11-19"),
        ("the day after tomorrow", "2026-11-20"),
        ("yesterday", "2026-11-17"),
        ("next Friday", "2026-11-20"),
        ("on Wednesday", "2026-11-25"),
        ("this Wednesday", "2026-11-18"),
        ("last Monday", "2026-11-16"),
        ("Friday next week", "2026-11-27"),
        ("next week", "2026-11-25"),
        ("next month", "2026-12-18"),
        ("3 March", "2027-03-03"),
        ("the third of March", "2027-03-03"),
        ("March 3rd, 2028", "2028-03-03"),
        ("December twenty-first", "2026-12-21"),
        ("2027-02-01", "2027-02-01"),
        ("the 25th", "2026-11-25"),
        ("the fifth", "2026-12-05"),
        ("in three days", "2026-11-21"),
        ("in a week", "2026-11-25"),
        ("two weeks ago", "2026-11-04"),
    ],
)
def test_a_date_is_understood_however_it_is_said(text: str, expected: str) -> None:
    assert [when.value.isoformat() for when in dates.find(f"Book it for {text}.".replace("for in", "in"), TODAY)] == [
        expected
    ]


@pytest.mark.parametrize("text", ["31 February", "2026-13-01", "may I ask", "the first floor", "in five minutes"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.find(text, TODAY) == []


def test_a_year_is_not_taken_for_a_day_of_a_month_that_lacks_it() -> None:
    assert dates.find("29 February", TODAY) == []  # 2027, the next one to come, is no leap year
