"""Arguments in one spelling."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.repeats import canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_however_they_are_spaced_and_ordered_they_are_the_same(value):
    mirrored = dict(reversed(value.items())) if isinstance(value, dict) else value
    assert canonical(json.dumps(value, indent=2)) == canonical(json.dumps(mirrored, ensure_ascii=False))


@pytest.mark.parametrize(
    ("one", "other"), [('{"a":1}', '{"a":2}'), ('{"a":1}', '{"a":"1"}'), ("[1,2]", "[2,1]"), ("{oops", "{oop")]
)
def test_what_is_not_the_same_stays_apart(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(("text", "plain"), [("", "{}"), (" {oops ", "{oops"), ("[" * 100_000, "[" * 100_000)])
def test_what_is_no_json_stays_as_it_is(text, plain):
    assert canonical(text) == plain
