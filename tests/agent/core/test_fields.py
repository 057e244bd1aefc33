"""Reading what may not be there."""

from __future__ import annotations

from agent.core.fields import at, number_at, string_at


def test_what_is_missing_or_of_another_type_reads_as_empty():
    assert at({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert at({"a": 7}, "a", "b") == at({}, "a") == at(None, "a") == {}
    assert (string_at({"a": "x"}, "a"), string_at({"a": 7}, "a"), string_at({}, "a")) == ("x", "", "")
    assert (number_at({"a": 2}, "a"), number_at({"a": "2"}, "a"), number_at({"a": -1}, "a")) == (2, 0, 0)
