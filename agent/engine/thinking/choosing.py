"""Choosing tools: which of them a request is for, by meaning, with the document search for whatever is a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.engine.thinking import filling, toolbox, words
from agent.engine.thinking.request import bare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.request import Context
    from agent.engine.thinking.toolbox import Tool

ENOUGH = 0.30  # what a tool must score to be chosen where nothing else would serve
OVER_SEARCH = 0.42  # and where a document search would serve
UNFILLED = 0.62  # and where, besides, something that it needs was not said: "how do I order a badge" orders none
NAMED = 0.22  # for the share of the tool's own words that the request uses
EVIDENCE = 0.06  # for each argument found in the request
LACKING = 0.08  # off for each argument that is not
COMMAND = 0.08  # for a request that tells rather than asks, when the tool does rather than tells

_JOINT = re.compile(
    r"\s*[.;?!]\s+(?:and |then |also )*|,?\s+(?:and then|and also|then|and|also|plus)\s+|,\s+", re.IGNORECASE
)
_ASKING = re.compile(
    r"^(?:what|how|when|where|who|whose|why|which|is|are|do|does|did|can i|could i|am i|will|would|should|may)\b",
    re.IGNORECASE,
)
_DOING = re.compile(
    r"^(?:set|book|send|create|add|start|stop|turn|switch|cancel|schedule|play|call|order|make|remind|reserve|update|delete"
    r"|remove|open|close|transfer|pay|submit|log|record|change|register)\b"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool that a request is for.

    Attributes:
        tool: The tool.
        said: The part of the request that concerns it.
        filled: Its arguments.
        score: How sure the choice is.
    """

    tool: Tool
    said: str
    filled: filling.Filled
    score: float


def choose(request: str, tools: Sequence[Tool], context: Context) -> list[Choice]:
    """Choose the tools for a request.

    Args:
        request: What was asked, standing on its own.
        tools: What there is.
        context: Time and memory to read the request by.

    Returns:
        One choice or, for a request of several parts, one for each part; [] when no tool serves.
    """
    whole = best(request, tools, context)
    parts = _parts(request)
    if len(parts) > 1:
        chosen = [choice for part in parts if (choice := best(part, tools, context))]
        if len(chosen) == len(parts) and _apart(chosen):
            return chosen
    return [whole] if whole else []


def best(request: str, tools: Sequence[Tool], context: Context) -> Choice | None:
    """The one tool that suits a request best, if any is good enough."""
    ranked = rank(request, tools, context)
    searches = [choice for choice in ranked if choice.tool.searches]
    others = [choice for choice in ranked if not choice.tool.searches]
    for choice in others:
        if choice.score >= _enough(choice, search=bool(searches)) and not _mere_object(choice):
            return choice
    return searches[0] if searches else None


def _enough(choice: Choice, *, search: bool) -> float:
    if not search:
        return ENOUGH
    return UNFILLED if choice.filled.missing and not _tells(choice.said) else OVER_SEARCH


def _mere_object(choice: Choice) -> bool:
    """Whether a request is one word, and not the verb of a tool that does something.

    "All." is the reply to some question, though `delete_all` has it in its name; "Stop." is an order.
    """
    said, named = words.tokens(bare(choice.said)), toolbox.spoken(choice.tool.name)
    return len(said) == 1 and bool(_DOING.match(named)) and said[0] != named.split()[0]


def _tells(said: str) -> bool:
    """Whether a request tells to do something: it opens with a word of its own, not with "how", "and" or "the"."""
    first = next(iter(words.tokens(bare(said))), "")
    return first not in words.STOP and not _ASKING.match(bare(said))


def rank(request: str, tools: Sequence[Tool], context: Context) -> list[Choice]:
    """Every tool with its arguments, the most suitable first."""
    if not tools:
        return []
    texts = [texts_of(tool) for tool in tools]
    flat = [text for several in texts for text in several]
    alike = context.memory.similarities(request, flat)
    choices: list[Choice] = []
    at = 0
    for tool, several in zip(tools, texts, strict=True):
        meaning = float(alike[at : at + len(several)].max())
        at += len(several)
        filled = filling.fill(tool, request, context)
        choices.append(Choice(tool, request, filled, meaning + _bonus(request, tool, filled)))
    return sorted(choices, key=lambda choice: -choice.score)


def texts_of(tool: Tool) -> list[str]:
    """What a tool's meaning is taken from: its name, its description, and the two with its parameters."""
    name = toolbox.spoken(tool.name)
    first = re.split(r"(?<=[.!?])\s", tool.description.strip(), maxsplit=1)[0]
    named = ", ".join(toolbox.spoken(parameter.name) for parameter in tool.parameters)
    return [text for text in dict.fromkeys([name, first, tool.description, f"{name} {named}"]) if text]


def _bonus(request: str, tool: Tool, filled: filling.Filled) -> float:
    own = set(words.content_stems(toolbox.spoken(tool.name)))
    shared = own & set(words.stems(request))
    bonus = NAMED * len(shared) / max(2, len(own))
    bonus += EVIDENCE * min(filled.evidence, 3) - LACKING * len(filled.missing)
    if _DOING.match(toolbox.spoken(tool.name)) and not tool.searches:
        bonus += -COMMAND if _ASKING.match(request.strip()) else COMMAND / 2
    return bonus


def _parts(request: str) -> list[str]:
    parts = [part.strip(" ,?.!") for part in _JOINT.split(request.strip())]
    return [part for part in parts if len(words.content(part)) > 0]


def _apart(chosen: Sequence[Choice]) -> bool:
    """Whether the parts are really requests of their own: none is a search, unless it asks in so many words."""
    if any(choice.tool.searches and not _ASKING.match(choice.said) for choice in chosen):
        return False
    if all(choice.tool.searches for choice in chosen):
        return False
    keys = {(choice.tool.name, str(choice.filled.arguments)) for choice in chosen}
    return len(keys) == len(chosen) and all(
        not choice.filled.missing or len(choice.tool.parameters) == 0 for choice in chosen
    )
