"""Reading what may not be there."""

from __future__ import annotations

import pytest

from agent.core.fields import LARGEST, amount_at, at, number_at, string_at


def test_what_is_missing_or_of_another_type_reads_as_empty():
    assert at({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert at({"a": 7}, "a", "b") == at({}, "a") == at(None, "a") == {}
    assert (string_at({"a": "x"}, "a"), string_at({"a": 7}, "a"), string_at({}, "a")) == ("x", "", "")
    assert (number_at({"a": 2}, "a"), number_at({"a": "2"}, "a"), number_at({"a": -1}, "a")) == (2, 0, 0)


@pytest.mark.parametrize("odd", [None, "2", [], -1, 0, LARGEST, 10**400, float("inf"), float("nan")])
def test_what_cannot_be_reckoned_with_is_no_amount(odd):
    assert amount_at({"a": odd}, "a") == amount_at({}, "a") == 0
    assert (amount_at({"a": 2.5}, "a"), amount_at({"a": LARGEST - 1}, "a")) == (2.5, LARGEST - 1)
