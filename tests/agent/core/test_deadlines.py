"""Deadlines: what is due first."""

from __future__ import annotations

import pytest

from agent.core.deadlines import earliest


@pytest.mark.parametrize(
    ("moments", "first"),
    [((), None), ((None,), None), ((2.0, None, 1.0), 1.0), ((1.0, 2.0), 1.0), ((None, 0.0), 0.0)],
)
def test_the_earliest_moment_that_is_set_comes_first(moments, first):
    assert earliest(*moments) == first
