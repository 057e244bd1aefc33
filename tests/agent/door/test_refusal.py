"""Refusals carry the codes of both protocols."""

from __future__ import annotations

from agent.door.refusal import busy, forbidden, unauthorized


def test_each_kind_of_no_has_its_status_and_its_close_code():
    assert (unauthorized("c", "r").status, unauthorized("c", "r").close_code) == (401, 1008)
    assert (forbidden("c", "r").status, forbidden("c", "r").close_code) == (403, 1008)
    late = busy(503, "c", "r", 5)
    assert (late.status, late.close_code, late.retry_after, late.reason, str(late)) == (503, 1013, 5, "r", "r")
    assert unauthorized("c", "r").retry_after is None
