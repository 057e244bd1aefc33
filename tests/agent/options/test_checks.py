"""Checks: None always passes, and what is refused is named."""

from __future__ import annotations

import pytest

from agent.errors import ConfigurationError
from agent.options import checks


def test_what_is_not_given_passes_every_check_and_is_not_sent():
    checks.number("A", "f", None, 0, 1)
    checks.whole("A", "f", None, 0, 1)
    checks.one_of("A", "f", None, ["x"])
    checks.flag("A", "f", None)
    checks.text("A", "f", None)
    assert checks.given(a=None, b=0, c=False) == {"b": 0, "c": False}


@pytest.mark.parametrize("value", ["1", True, float("nan"), [], 2])
def test_a_number_is_a_number_within_limits(value):
    with pytest.raises(ConfigurationError, match=r"^A\(f=.*\): give a number from 0 to 1 ms$"):
        checks.number("A", "f", value, 0, 1, "ms")
