"""When a session that will expire is to be left."""

from __future__ import annotations

import pytest

from agent.core.rotation import Rotation, rotation


@pytest.mark.parametrize(
    ("lifetime", "soft", "hard"),
    [(3600, 300, 30), (1800, 300, 30), (900, 150, 15), (60, 10, 1)],
    ids=["an hour", "half an hour", "a quarter of an hour", "a minute"],
)
def test_session_caps_are_met_by_margins_that_fit_them(lifetime, soft, hard):
    assert rotation(1000.0, 1000.0 + lifetime) == Rotation(1000.0 + lifetime - soft, 1000.0 + lifetime - hard)


def test_an_end_that_has_passed_tells_of_clocks_that_disagree_and_not_of_an_end():
    assert rotation(1000.0, 999.0) is None
