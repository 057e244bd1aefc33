"""Asking for what a tool needs and nobody has said, and knowing our own question again when the reply comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from agent.engine.thinking import filling, toolbox, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.request import Context
    from agent.engine.thinking.toolbox import Parameter, Tool

DESCRIBED = 10  # words up to which a description is short enough to be asked for in its own words
_OPENS = re.compile(r"^(?:the|a|an|what|which|who|whom|whose|whether|how|where|when|why|your|my|its)\b", re.IGNORECASE)


def ask(parameter: Parameter) -> str:
    """The question for one missing argument."""
    thing = re.sub(r"\bid\b", "number", toolbox.spoken(parameter.name))
    choices: object = parameter.schema.get("enum")
    if isinstance(choices, list):
        said = [toolbox.spoken(str(choice)) for choice in cast("list[object]", choices) if choice is not None]
        listed = said[0] if len(said) == 1 else ", ".join(said[:-1]) + " or " + said[-1]
        return f"Which {thing} would you like: {listed}?"
    if parameter.schema.get("type") == "boolean":
        return f"Should it be {thing}, yes or no?"
    if parameter.schema.get("type") == "integer" and thing.endswith("s"):
        return f"How many {thing}?"
    return f"Could you tell me {_phrase(parameter, thing)}?"


def _phrase(parameter: Parameter, thing: str) -> str:
    """A parameter as the object of "tell me": its description where that is short, else its name."""
    first = re.split(r"[.;,(:]", parameter.description, maxsplit=1)[0].strip()
    if 1 <= len(first.split()) <= DESCRIBED:
        lowered = first if first[:2].isupper() else first[0].lower() + first[1:]
        return lowered if _OPENS.match(first) else f"the {lowered}"
    return f"who or what it is {thing}" if thing in words.STOP else f"the {thing}"


def asked_for(said: str, tools: Sequence[Tool]) -> tuple[Tool, Parameter] | None:
    """The tool and parameter that our last words asked for, if that is what they were."""
    for tool in tools:
        for parameter in tool.parameters:
            if parameter.required and said.strip() == ask(parameter):
                return tool, parameter
    return None


def reply(
    tool: Tool, parameter: Parameter, before: Sequence[str], request: str, context: Context
) -> filling.Filled | None:
    """The arguments, once a reply has been given.

    Args:
        tool: The tool that was to be called.
        parameter: What was asked for.
        before: What the user said before, oldest first: the request that lacked it, and replies to other questions.
        request: The reply.
        context: Time and memory to read it by.

    Returns:
        The arguments; None when the reply holds no value for what was asked.
    """
    found = filling.answer(parameter, request, context)
    if found is None:
        return None
    earlier = filling.fill(tool, ". ".join(before), context)
    arguments = {**filling.fill(tool, request, context).arguments, **earlier.arguments, parameter.name: found}
    missing = [missed for missed in earlier.missing if missed.name not in arguments]
    ordered = {each.name: arguments[each.name] for each in tool.parameters if each.name in arguments}
    return filling.Filled(ordered, missing, earlier.evidence + 1)
