"""Asking for what a tool needs and nobody has said, and knowing our own question again when the reply comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from agent.engine.thinking import filling, toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.toolbox import Parameter, Tool

_DATE = re.compile(r"\bdate\b|\bday\b")
_TIME = re.compile(r"\btime\b")


def ask(tool: Tool, parameter: Parameter) -> str:
    """The question for one missing argument."""
    thing = _thing(parameter)
    choices: object = parameter.schema.get("enum")
    if isinstance(choices, list):
        said = [toolbox.spoken(str(choice)) for choice in cast("list[object]", choices) if choice is not None]
        listed = said[0] if len(said) == 1 else ", ".join(said[:-1]) + " or " + said[-1]
        return f"Which {thing} would you like: {listed}?"
    if parameter.schema.get("type") == "boolean":
        return f"Should I set {thing}, yes or no?"
    if parameter.schema.get("type") in {"integer", "number"}:
        return (
            f"How many {thing}?" if thing.endswith("s") and not thing.endswith("ss") else f"What {thing} should it be?"
        )
    if parameter.schema.get("format") == "date" or _DATE.search(parameter.hints):
        return f"For which {thing}?" if _DATE.search(thing) else f"For which date ({thing})?"
    if parameter.schema.get("format") == "time" or _TIME.search(thing):
        return "At what time?"
    return f"Which {thing} do you mean, for me to {_deed(tool)}?"


def asked_for(said: str, tools: Sequence[Tool]) -> tuple[Tool, Parameter] | None:
    """The tool and parameter that our last words asked for, if that is what they were."""
    for tool in tools:
        for parameter in tool.parameters:
            if parameter.required and said.strip() == ask(tool, parameter):
                return tool, parameter
    return None


def reply(
    tool: Tool, parameter: Parameter, before: str, request: str, context: filling.Context
) -> filling.Filled | None:
    """The arguments, once a reply has been given.

    Args:
        tool: The tool that was to be called.
        parameter: What was asked for.
        before: The request that lacked it.
        request: The reply.
        context: Time and memory to read it by.

    Returns:
        The arguments; None when the reply holds no value for what was asked.
    """
    found = filling.answer(parameter, request, context)
    if found is None:
        return None
    filled = filling.fill(tool, before, context)
    further = filling.fill(tool, request, context)
    arguments = {**further.arguments, **filled.arguments, parameter.name: found}
    missing = [missed for missed in filled.missing if missed.name not in arguments]
    ordered = {each.name: arguments[each.name] for each in tool.parameters if each.name in arguments}
    return filling.Filled(ordered, missing, filled.evidence + 1)


def _thing(parameter: Parameter) -> str:
    """What a parameter is called in speech."""
    return re.sub(r"\bid\b", "number", toolbox.spoken(parameter.name))


def _deed(tool: Tool) -> str:
    return toolbox.spoken(tool.name)
