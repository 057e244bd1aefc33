"""Arguments by JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from agent.engine.thinking import filling
from agent.engine.thinking.request import Request
from agent.engine.thinking.toolbox import Parameter, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.engine.thinking.request import Context

    Made = Callable[..., Parameter]


@pytest.mark.parametrize(
    ("name", "schema", "said", "expected"),
    [
        ("guests", {"type": "integer"}, "a table for a dozen guests", 12),
        ("amount", {"type": "number"}, "transfer 12.50 to Ann", 12.5),
        ("hours", {"type": "number"}, "for ninety minutes", 1.5),
        ("duration", {"type": "integer", "description": "How long, in seconds"}, "for two minutes", 120),
        ("percent", {"type": "integer", "minimum": 0, "maximum": 100}, "from 300 down to 80", 80),
        ("size", {"enum": ["small", "large", "extra_large"]}, "an extra large pizza", "extra_large"),
        ("size", {"enum": ["small", "medium", "large"]}, "a meduim one", "medium"),
        ("team", {"enum": ["billing", "shipping", "legal"]}, "my parcel has not arrived", "shipping"),
        ("floor", {"type": "integer", "enum": [1, 2, 3]}, "on floor 2", 2),
        ("wifi", {"type": "boolean", "description": "whether there is wifi"}, "a room without wifi", False),
        ("breakfast", {"type": "boolean"}, "with breakfast please", True),
        ("day", {"type": "string", "format": "date"}, "for tomorrow", "2026-11-19"),
        ("when", {"type": "string", "format": "date-time"}, "tomorrow at 3 pm", "2026-11-19T15:00:00"),
        ("start_time", {"type": "string"}, "begin at half past nine", "09:30"),
        ("length", {"type": "string", "format": "duration"}, "for an hour and a half", "PT1H30M"),
        ("plate", {"type": "string", "pattern": "^[A-Z]{2}-\\d{3}$"}, "my plate is ab-123", "AB-123"),
        ("email", {"type": "string"}, "write to bob@example.org.", "bob@example.org"),
        ("website", {"type": "string", "format": "uri"}, "open https://example.org/x?", "https://example.org/x"),
        ("phone", {"type": "string"}, "call +44 20 7946 0000", "+44 20 7946 0000"),
        ("city", {"type": "string"}, "how warm is it in San Francisco today", "San Francisco"),
        ("city", {"type": "string"}, "weather for paris please", "paris"),
        ("contact", {"type": "string"}, "call Ann Lee", "Ann Lee"),
        ("title", {"type": "string"}, 'add "Milk run" to my list', "Milk run"),
        ("message", {"type": "string"}, "tell her that the train is late", "the train is late"),
        ("ticket_id", {"type": "string"}, "what about ticket QX-77", "QX-77"),
        (
            "items",
            {"type": "array", "items": {"enum": ["milk", "eggs", "tea"]}},
            "milk, tea and eggs",
            ["milk", "tea", "eggs"],
        ),
        ("numbers", {"type": "array", "items": {"type": "integer"}}, "add three, 4 and five", [3, 4, 5]),
        ("kind", {"const": "fixed"}, "anything", "fixed"),
        ("limit", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, "a limit of 7", 7),
        ("limit", {"type": ["null", "integer"]}, "a limit of 7", 7),
    ],
)
def test_a_value_is_found_in_what_was_said(
    name: str, schema: Mapping[str, Any], said: str, expected: object, parameter: Made, context: Context
) -> None:
    assert filling.value(parameter(name, schema), Request(said, context)) == expected


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("guests", {"type": "integer"}),
        ("size", {"enum": ["small", "medium", "large"]}),
        ("day", {"type": "string", "format": "date"}),
        ("when", {"type": "string", "format": "date-time"}),
        ("email", {"type": "string", "format": "email"}),
        ("plate", {"type": "string", "pattern": "^[A-Z]{2}-\\d{3}$"}),
        ("plate", {"type": "string", "pattern": "(unclosed"}),
        ("city", {"type": "string"}),
        ("wifi", {"type": "boolean"}),
        ("tags", {"type": "array", "items": {"type": "string"}}),
        ("who", {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
    ],
)
def test_what_was_not_said_is_not_invented(
    name: str, schema: Mapping[str, Any], parameter: Made, context: Context
) -> None:
    assert filling.value(parameter(name, schema), Request("please do it", context)) is None


def test_an_object_is_filled_from_its_properties(parameter: Made, context: Context) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}},
        "required": ["city", "nights"],
    }

    assert filling.value(parameter("stay", schema), Request("three nights in Rome", context)) == {
        "city": "Rome",
        "nights": 3,
    }


def test_no_two_arguments_are_made_of_the_same_words(parameter: Made, context: Context) -> None:
    tool = Tool("plan", "", (parameter("adults", {"type": "integer"}), parameter("children", {"type": "integer"})))

    filled = filling.fill(tool, "two adults and three children", context)

    assert filled.arguments == {"adults": 2, "children": 3}


def test_an_optional_number_needs_a_word_that_points_at_it(parameter: Made, context: Context) -> None:
    tool = Tool("book", "", (parameter("guests", {"type": "integer"}, required=False),))

    assert filling.fill(tool, "book room 5", context).arguments == {}


def test_a_required_argument_with_a_default_is_not_asked_for(parameter: Made, context: Context) -> None:
    tool = Tool("list", "", (parameter("limit", {"type": "integer", "default": 10}),))

    assert filling.fill(tool, "list them", context) == filling.Filled({"limit": 10}, [], 0)


@pytest.mark.parametrize(
    ("name", "schema", "reply", "expected"),
    [
        ("city", {"type": "string"}, "Uh, Paris.", "Paris"),
        ("name", {"type": "string"}, "my name is bob", "bob"),
        ("wifi", {"type": "boolean"}, "Yes please", True),
        ("wifi", {"type": "boolean"}, "no", False),
        ("minutes", {"type": "integer"}, "ten", 10),
        ("count", {"type": "integer"}, "zero", 0),
        ("count", {"type": "integer"}, "I do not know", None),
        ("order_id", {"type": "string"}, "I do not have it", None),
    ],
)
def test_a_reply_to_a_question_is_the_value_itself(
    name: str, schema: Mapping[str, Any], reply: str, expected: object, parameter: Made, context: Context
) -> None:
    assert filling.answer(parameter(name, schema), reply, context) == expected
