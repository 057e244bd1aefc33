"""Function definitions, read defensively."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from agent.engine.thinking import toolbox

if TYPE_CHECKING:
    from collections.abc import Callable


def test_definitions_are_read_flat_and_nested(definitions: dict[str, dict[str, Any]]) -> None:
    flat = definitions["get_weather"]
    nested = {"type": "function", "function": {key: value for key, value in flat.items() if key != "type"}}

    assert toolbox.read([flat]) == toolbox.read([nested])


@pytest.mark.parametrize(
    "odd", [{}, {"type": "mcp", "server_label": "x"}, {"type": "function"}, {"type": "function", "name": 5}]
)
def test_what_is_no_function_is_left_out(odd: dict[str, Any]) -> None:
    assert toolbox.read([odd]) == []


@pytest.mark.parametrize("parameters", [None, [], {}, {"properties": []}, {"properties": {"x": True}, "required": "x"}])
def test_odd_parameters_are_no_crash(parameters: object) -> None:
    assert toolbox.read([{"type": "function", "name": "f", "parameters": parameters}])[0].name == "f"


def test_a_tool_that_takes_a_free_query_is_a_search(toolset: Callable[..., list[toolbox.Tool]]) -> None:
    assert [tool.name for tool in toolset() if tool.searches] == ["search"]


def test_required_parameters_come_first() -> None:
    schema = {"properties": {"a": {}, "b": {}, "c": {}}, "required": ["c"]}

    assert [parameter.name for parameter in toolbox.parameters(schema)] == ["c", "a", "b"]


def test_nullable_schemas_are_read_as_what_they_hold() -> None:
    assert toolbox.plain({"anyOf": [{"type": "null"}, {"type": "integer"}], "title": "N"}) == {
        "type": "integer",
        "title": "N",
    }
    assert toolbox.plain({"type": ["string", "null"]}) == {"type": "string"}
    assert toolbox.plain({"allOf": [{"enum": [1]}]}) == {"enum": [1]}


@pytest.mark.parametrize(("name", "words"), [("get_orderStatus", "get order status"), ("a-b.c", "a b c"), ("X", "x")])
def test_identifiers_are_said_as_words(name: str, words: str) -> None:
    assert toolbox.spoken(name) == words
