"""Moments as ISO 8601."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import moments
from agent.engine.thinking.request import Request

if TYPE_CHECKING:
    from agent.engine.thinking.request import Context


@pytest.mark.parametrize(
    ("shape", "hints", "said", "expected"),
    [
        ("date", "", "on Friday", "2026-11-20"),
        ("", "check in", "on Friday", "2026-11-20"),
        ("time", "", "at noon", "12:00"),
        ("", "start time", "at 3 pm", "15:00"),
        ("date-time", "", "tomorrow at noon", "2026-11-19T12:00:00"),
        ("date-time", "", "at noon", "2026-11-18T12:00:00"),
        ("", "date and time", "tomorrow", "2026-11-19T00:00:00"),
        ("duration", "", "for 90 minutes", "PT1H30M"),
        ("", "how long it lasts", "for half an hour", "half an hour"),
        ("date", "", "soon", ""),
        ("time", "", "soon", ""),
        ("date-time", "", "soon", ""),
        ("duration", "", "long", ""),
        ("", "colour", "on Friday", None),
    ],
)
def test_a_moment_is_written_as_its_shape_or_name_asks(
    shape: str, hints: str, said: str, expected: str | None, context: Context
) -> None:
    assert moments.value(shape, hints, Request(said, context)) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(0, "PT0S"), (45, "PT45S"), (3600, "PT1H"), (3723, "PT1H2M3S")])
def test_a_length_of_time_is_written_in_hours_minutes_and_seconds(seconds: float, expected: str) -> None:
    assert moments.iso_duration(seconds) == expected
