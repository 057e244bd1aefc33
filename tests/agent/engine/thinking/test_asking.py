"""Questions for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from agent.engine.thinking import asking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.engine.thinking.request import Context
    from agent.engine.thinking.toolbox import Parameter, Tool


@pytest.mark.parametrize(
    ("name", "schema", "question"),
    [
        ("size", {"enum": ["small", "very_large"]}, "Which size would you like: small or very large?"),
        ("size", {"enum": ["small"]}, "Which size would you like: small?"),
        ("gift_wrap", {"type": "boolean"}, "Should it be gift wrap, yes or no?"),
        ("guests", {"type": "integer"}, "How many guests?"),
        ("age", {"type": "integer"}, "Could you tell me the age?"),
        ("order_id", {"type": "string"}, "Could you tell me the order number?"),
        (
            "x",
            {"type": "string", "description": "Name of the guest, as in the passport"},
            "Could you tell me the name of the guest?",
        ),
        ("x", {"type": "string", "description": "What to cook"}, "Could you tell me what to cook?"),
        ("to", {"type": "string"}, "Could you tell me who or what it is to?"),
    ],
)
def test_the_question_is_made_of_the_schema(
    name: str, schema: Mapping[str, Any], question: str, parameter: Callable[..., Parameter]
) -> None:
    assert asking.ask(parameter(name, schema)) == question


def test_our_own_question_is_known_again(toolset: Callable[..., list[Tool]]) -> None:
    tools = toolset()
    for tool in tools:
        for parameter in tool.parameters:
            if parameter.required and not tool.searches:
                found = asking.asked_for(asking.ask(parameter), [tool])
                assert found == (tool, parameter)
    assert asking.asked_for("How can I help you?", tools) is None


def test_a_reply_without_a_value_completes_nothing(toolset: Callable[..., list[Tool]], context: Context) -> None:
    (tool,) = toolset("set_timer")

    assert asking.reply(tool, tool.parameters[0], ["Set a timer"], "I am not sure", context) is None
