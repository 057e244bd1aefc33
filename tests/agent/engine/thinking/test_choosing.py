"""Which tool a request is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import toolbox
from agent.engine.thinking.choosing import choose

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.engine.thinking.request import Context
    from agent.engine.thinking.toolbox import Tool

    Toolset = Callable[..., list[Tool]]


def chosen(request: str, tools: list[Tool], context: Context) -> list[tuple[str, dict[str, object]]]:
    return [(choice.tool.name, dict(choice.filled.arguments)) for choice in choose(request, tools, context)]


@pytest.mark.parametrize(
    ("request_", "name", "arguments"),
    [
        ("What's the weather in Paris?", "get_weather", {"city": "Paris"}),
        ("Will it rain in London tomorrow?", "get_weather", {"city": "London"}),
        ("Tell me the weather for New York in fahrenheit", "get_weather", {"city": "New York", "unit": "fahrenheit"}),
        ("Set a timer for twenty five minutes", "set_timer", {"minutes": 25}),
        ("Please set a timer for an hour and a half", "set_timer", {"minutes": 90}),
        ("Set a timer for 10 minutes called pasta", "set_timer", {"minutes": 10, "label": "pasta"}),
        ("Book the large room for next Friday", "book_room", {"room": "large", "date": "2026-11-20"}),
        (
            "Can you book the board room for 3 December for eight attendees",
            "book_room",
            {"room": "board_room", "date": "2026-12-03", "attendees": 8},
        ),
        ("Where is my order A1234?", "order_status", {"order_id": "A1234"}),
        ("What is the status of order 42 17?", "order_status", {"order_id": "4217"}),
        (
            "Send an email to ann at example dot com saying I'll be late",
            "send_email",
            {"to": "ann@example.com", "body": "I'll be late"},
        ),
        (
            "Find me a flight from Berlin to New York on 3 March",
            "find_flights",
            {"origin": "Berlin", "destination": "New York", "date": "2027-03-03"},
        ),
        ("Turn off the kitchen lights", "lights", {"room": "kitchen", "on": False}),
        ("Switch on the lights in the hall", "lights", {"room": "hall", "on": True}),
    ],
)
def test_a_request_goes_to_its_tool_with_its_arguments(
    request_: str, name: str, arguments: dict[str, object], toolset: Toolset, context: Context
) -> None:
    assert chosen(request_, toolset(), context) == [(name, arguments)]


@pytest.mark.parametrize(
    "request_",
    [
        "How much parental leave do I get?",
        "When does the office open?",
        "How do I order a badge?",
        "Who sends the emails for payroll?",
        "What is the policy on weather closures?",
        "Tell me about the reimbursement of flights",
        "Are dogs allowed in the meeting rooms?",
        "What is the difference between the plans?",
        "dental cover for children",
    ],
)
def test_a_question_about_the_documents_is_searched_for_whatever_else_could_be_done(
    request_: str, toolset: Toolset, context: Context
) -> None:
    assert chosen(request_, toolset(), context) == [("search", {"query": request_})]


def test_a_question_with_two_halves_is_searched_for_as_one(toolset: Toolset, context: Context) -> None:
    request = "What is balance billing and how does the plan protect against it?"

    assert chosen(request, toolset(), context) == [("search", {"query": request})]


def test_three_requests_become_three_calls(toolset: Toolset, context: Context) -> None:
    request = "Turn off the kitchen lights, set a timer for 5 minutes and then tell me the weather in Rome"

    assert [name for name, _ in chosen(request, toolset(), context)] == ["lights", "set_timer", "get_weather"]


def test_without_a_search_an_unrelated_request_chooses_nothing(toolset: Toolset, context: Context) -> None:
    assert chosen("Who wrote Hamlet?", toolset("set_timer", "lights"), context) == []


def test_without_tools_nothing_is_chosen(context: Context) -> None:
    assert choose("Anything?", [], context) == []


def test_one_word_that_only_stands_in_a_tools_name_is_no_order(context: Context) -> None:
    tools = toolbox.read(
        [{"type": "function", "name": name, "description": ""} for name in ("delete_all", "stop_music")]
    )
    assert chosen("All.", tools, context) == []
    assert chosen("Stop.", tools, context) == [("stop_music", {})]
