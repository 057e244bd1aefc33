"""Which tools exist for a user."""

from __future__ import annotations

import logging

import pytest

from tools import ToolContext, ToolPolicy, Toolset, User, available, invoke, tool


def staff(user):
    return "staff" in user.groups  # fails where nobody is signed in


@tool(policy=ToolPolicy(enabled_when=staff))
def dismiss(name: str) -> str:
    """Dismiss somebody."""
    return f"{name} is dismissed"


@tool
def greet() -> str:
    """Greet."""
    return "hello"


TOOLS = Toolset([greet, dismiss])


def test_a_user_has_the_tools_that_exist_for_them():
    assert available(TOOLS, User("a", groups=("staff",))).names == ("greet", "dismiss")
    assert available(TOOLS, User("b")).names == ("greet",)


def test_a_predicate_that_fails_denies_its_tool_and_is_logged(caplog):
    with caplog.at_level(logging.ERROR):
        assert available(TOOLS, None).names == ("greet",)
    assert "enabled_when of tool dismiss failed" in caplog.text


def test_where_nothing_is_denied_the_toolset_is_the_same():
    tools = Toolset([greet])
    assert available(tools, None) is tools


@pytest.mark.parametrize(("user", "code"), [(User("b"), "not_available"), (None, "exception")])
async def test_a_call_of_a_tool_that_does_not_exist_for_the_user_is_refused(user, code):
    outcome = await invoke(TOOLS, "dismiss", '{"name": "Ann"}', ToolContext(user=user))
    assert (outcome.ok, outcome.error) == (False, code)


async def test_the_names_of_hidden_tools_are_not_told():
    outcome = await invoke(TOOLS, "nothing", "{}", ToolContext(user=User("b")))
    assert "greet" in outcome.output
    assert "dismiss" not in outcome.output
