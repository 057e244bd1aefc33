"""The earliest of several moments, of which most are never."""

from __future__ import annotations

import pytest

from agent.core.deadlines import earliest


@pytest.mark.parametrize(
    ("moments", "first"), [((), None), ((None, None), None), ((None, 2.0, 1.0, 3.0), 1.0), ((0.0, None), 0.0)]
)
def test_the_earliest_moment_is_the_first_that_is_set(moments, first):
    assert earliest(*moments) == first
