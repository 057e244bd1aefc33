from __future__ import annotations

import pytest

from agent.engine.checks import array, base64_audio, boolean, mapping, null_or, number, one_of, record, text
from agent.engine.wire_errors import WireError


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (boolean, True),
        (text(longest=3), "abc"),
        (number(0, 1), 0.5),
        (number(0, 5, whole=True), 5),
        (one_of("a", "b"), "b"),
        (null_or(boolean), None),
        (array(boolean, most=2), [True, False]),
        (record({"a": boolean}, required=("a",)), {"a": True}),
        (mapping, {"any": 1}),
    ],
)
def test_what_fits_is_given_back(check, value):
    assert check(value, "here") == value


@pytest.mark.parametrize(
    ("check", "value", "code"),
    [
        (boolean, 1, "invalid_type"),
        (text(), None, "invalid_type"),
        (text(longest=3), "abcd", "string_above_max_length"),
        (text(pattern="[a-z]+"), "A", "invalid_value"),
        (number(0, 1), True, "invalid_type"),
        (number(0, 1), "1", "invalid_type"),
        (number(0, 1), 2, "invalid_value"),
        (number(0, 1), float("nan"), "invalid_value"),
        (number(0, 5, whole=True), 1.0, "invalid_type"),
        (one_of("a"), [], "invalid_type"),
        (one_of("a"), "b", "invalid_value"),
        (array(boolean, most=1), {}, "invalid_type"),
        (array(boolean, most=1), [True, True], "invalid_value"),
        (record({}), [], "invalid_type"),
        (base64_audio, "\u00e9", "invalid_value"),
        (base64_audio, "A", "invalid_value"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(check, value, code):
    with pytest.raises(WireError) as refused:
        check(value, "some.field")
    assert (refused.value.code, refused.value.param) == (code, "some.field")
    assert "some.field" in str(refused.value) or "Supported values" in str(refused.value)


def test_the_path_leads_into_arrays_and_objects():
    check = record({"list": array(record({"flag": boolean}), most=9)})
    with pytest.raises(WireError) as refused:
        check({"list": [{"flag": True}, {"flag": "yes"}]}, "")
    assert refused.value.param == "list[1].flag"


def test_a_huge_name_does_not_come_back_whole():
    with pytest.raises(WireError) as refused:
        record({})({"x" * 10_000: 1}, "")
    assert len(str(refused.value)) < 300
