import contextlib
import inspect
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from tools.arguments import Arguments, ArgumentsError
from tools.signature import Parameter

EMPTY = inspect.Parameter.empty


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@dataclass
class Room:
    beds: int
    tags: list[int] | None = None


def arguments(**parameters: Any) -> Arguments:
    """Each parameter as its type, or as (type, default)."""
    pairs = {name: kind if isinstance(kind, tuple) else (kind, EMPTY) for name, kind in parameters.items()}
    return Arguments([Parameter(name, *pair) for name, pair in pairs.items()], {}, "tool app.find")


def refusal(of: Arguments, text: str) -> ArgumentsError:
    with pytest.raises(ArgumentsError) as caught:
        of.parse(text)
    return caught.value


def test_the_schema_is_an_object_that_allows_only_what_it_names():
    assert arguments(a=int, b=(str, "x")).schema == {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string", "default": "x"}},
        "required": ["a"],
        "additionalProperties": False,
    }


def test_values_arrive_as_the_types_of_the_function():
    parsed = arguments(size=Size, day=date, room=Room).parse('{"size": "l", "day": "2026-01-02", "room": {"beds": 2}}')
    assert parsed == {"size": Size.LARGE, "day": date(2026, 1, 2), "room": Room(2)}


def test_what_was_not_sent_is_left_to_the_defaults_of_the_function():
    assert arguments(a=(int, 3), b=(int, 4)).parse('{"b": 5}') == {"b": 5}


@pytest.mark.parametrize("text", ["", "   \n", "{}"])
def test_nothing_at_all_counts_as_no_arguments(text):
    assert arguments(a=(int, 3)).parse(text) == {}


def test_arguments_may_have_names_that_a_pydantic_model_could_not_have():
    names = {"copy": int, "json": int, "_x": int, "model_config": int, "schema": int, "self": int}
    parsed = arguments(**names).parse('{"copy":1,"json":2,"_x":3,"model_config":4,"schema":5,"self":6}')
    assert parsed == dict(zip(names, range(1, 7), strict=True))


@pytest.mark.parametrize("text", ["{", "{'a': 1}", "nonsense", '{"a": 1} x', '{"a": "\\ud800"}', "[" * 5000])
def test_malformed_json_is_said_to_be_so_with_the_keys_that_are_wanted(text):
    error = refusal(arguments(a=int), text)
    assert error.code == "malformed_arguments"
    assert "not valid JSON" in str(error)
    assert 'one JSON object with the keys "a"' in str(error)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[1]", "array"), ('"a"', "string"), ("true", "boolean"), ("null", "null"), ("1", "number"), ("1.5", "number")],
)
def test_json_that_is_no_object_is_said_to_be_so(text, kind):
    error = refusal(arguments(), text)
    assert error.code == "malformed_arguments"
    assert str(error) == f"The arguments are a JSON {kind}, not an object; send an empty JSON object."


@pytest.mark.parametrize(
    ("kind", "value", "field", "expected"),
    [
        (int, '"x"', "a", "integer"),
        (Annotated[int, Field(ge=1, le=9)], "10", "a", "integer, maximum 9, minimum 1"),
        (Size, '"m"', "a", 'one of ["s", "l"]'),
        (Literal["é"], '"m"', "a", 'one of ["é"]'),
        (int | bool | None, '"x"', "a.int", "integer or boolean or null"),
        (list[int], '[1, "x"]', "a.1", "integer"),
        (list[int], "1", "a", "array of integer"),
        (list, "1", "a", "array"),
        (Room, '{"beds": "x"}', "a.beds", "integer"),
        (Room, '{"beds": 1, "tags": ["x"]}', "a.tags.0", "integer"),
        (Room, "1", "a", "object with beds, tags"),
        (Annotated[Any, Field(max_length=1)], '"xy"', "a", "any value, maxLength 1"),
    ],
)
def test_a_wrong_value_comes_back_naming_the_field_the_problem_and_what_was_expected(kind, value, field, expected):
    error = refusal(arguments(a=kind), f'{{"a": {value}}}')
    assert error.code == "invalid_arguments"
    fault = error.fields[0]
    assert fault["field"] == field
    assert fault["expected"] == expected
    assert fault["problem"]
    assert f"{field}: {fault['problem']}" in str(error)


def test_a_missing_argument_is_named():
    assert refusal(arguments(a=int, b=str), '{"b": "x"}').fields == (
        {"field": "a", "problem": "missing", "expected": "integer"},
    )


def test_every_unknown_argument_is_named_with_those_there_are():
    fields = refusal(arguments(a=int), '{"a": 1, "x": 1, "y": 2}').fields
    assert [(each["field"], each["problem"], each["expected"]) for each in fields] == [
        ("x", "unknown argument", "a"),
        ("y", "unknown argument", "a"),
    ]


def test_an_unknown_argument_of_a_tool_without_any_is_told_so():
    assert refusal(arguments(), '{"x": 1}').fields[0]["expected"] == "no arguments"


def test_an_unknown_key_within_a_strict_type_is_named_by_its_path():
    from pydantic import BaseModel, ConfigDict

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")

    fault = refusal(arguments(a=Strict), '{"a": {"x": 1}}').fields[0]
    assert (fault["field"], fault["expected"]) == ("a.x", "only what the schema names")


def test_all_faults_are_told_at_once():
    assert len(refusal(arguments(a=int, b=int), '{"a": "x", "c": 1}').fields) == 3


@given(st.text() | st.dictionaries(st.sampled_from("abc"), st.none() | st.text() | st.integers()).map(str))
def test_whatever_arrives_is_either_accepted_or_refused_with_the_documented_error(text):
    with contextlib.suppress(ArgumentsError):
        assert set(arguments(a=(int, 1), b=(str | None, None)).parse(text)) <= {"a", "b"}
