"""Filling in a tool's arguments from what was said, as its JSON Schema asks. What was not said is never invented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from agent.engine.thinking import durations, moments, numbers, options, toolbox, wording, words
from agent.engine.thinking.request import Context, Request, bare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.engine.thinking.toolbox import Parameter, Tool

_UNIT = re.compile(r"\b(second|minute|hour|day|night|week)s?\b")
_NUMERIC = frozenset({"integer", "number"})
_REPLY_LEAD = re.compile(
    r"^(?:(?:it'?s|it is|in|for|at|to|the|please|my name is|i'?m|i am|call it|um+|uh+|er+|oh|okay|ok|well)[\s,]+)+",
    re.IGNORECASE,
)
_LIST_END = re.compile(r"\s+(?:to|on|in|for|from)\s+(?:my|the|our)\b.*$", re.IGNORECASE)
_LIST_JOINT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+or\s+")


@dataclass(frozen=True, slots=True)
class Filled:
    """Arguments as far as they were said.

    Attributes:
        arguments: By parameter name, fit for the schema.
        missing: Required parameters of which nothing was said.
        evidence: How many arguments came from specific words, rather than being the request itself.
    """

    arguments: Mapping[str, Any]
    missing: Sequence[Parameter]
    evidence: int = 0


def fill(tool: Tool, said: str, context: Context) -> Filled:
    """Fill in a tool's arguments.

    Args:
        tool: The tool.
        said: The request, or the part of it that concerns this tool.
        context: Time and memory to read it by.
    """
    nouns = tuple(words.content(toolbox.spoken(tool.name)))
    return _fill(tool.parameters, Request(said, context, nouns=nouns))


def answer(parameter: Parameter, reply: str, context: Context) -> object | None:
    """The value in a reply to a question that asked for just this parameter; None when it holds none."""
    asked = toolbox.Parameter(parameter.name, parameter.schema, required=True)
    request = Request(reply, context)
    if parameter.schema.get("type") == "boolean":
        said = options.yes_or_no(reply)
        return value(asked, request) if said is None else said
    found = value(asked, request)
    if found is None and _is_text(parameter.schema) and wording.choosiness(parameter) >= 5:
        return _REPLY_LEAD.sub("", reply.strip()).rstrip(".?! ") or None
    return found


def value(parameter: Parameter, request: Request) -> Any | None:
    """The value for one parameter; None when nothing was said of it."""
    schema = parameter.schema
    if "const" in schema:
        return schema["const"]
    choices: object = schema.get("enum")
    if isinstance(choices, list):
        values, memory = cast("list[object]", choices), request.context.memory
        return options.pick(request.text, values, memory, name=parameter.name, required=parameter.required)
    kind = schema.get("type", "string")
    if kind == "boolean":
        return options.boolean(request.whole, parameter.name, parameter.description)
    if kind in _NUMERIC:
        return _number(parameter, request, whole=kind == "integer")
    if kind == "array":
        return _array(parameter, request)
    if kind == "object":
        inner = _fill(toolbox.parameters(dict(schema)), request)
        return None if inner.missing or not inner.arguments else dict(inner.arguments)
    return wording.value(parameter, request)


def _fill(parameters: Sequence[Parameter], request: Request) -> Filled:
    arguments: dict[str, Any] = {}
    missing: list[Parameter] = []
    evidence = 0
    # The choosiest first: what fits a pattern or is a date cannot be anything else, free text can be everything.
    for parameter in sorted(parameters, key=lambda parameter: (_choosiness(parameter), not parameter.required)):
        found = value(parameter, request)
        if found is not None:
            arguments[parameter.name] = found
            evidence += "const" not in parameter.schema and found != bare(request.whole)
        elif parameter.required and "default" in parameter.schema:
            arguments[parameter.name] = parameter.schema["default"]
        elif parameter.required:
            missing.append(parameter)
    order = [parameter.name for parameter in parameters]
    missing.sort(key=lambda parameter: order.index(parameter.name))
    return Filled({name: arguments[name] for name in order if name in arguments}, missing, evidence)


def _choosiness(parameter: Parameter) -> int:
    schema = parameter.schema
    if any(key in schema for key in ("const", "enum", "pattern")):
        return 0
    kind = schema.get("type", "string")
    if kind in _NUMERIC:
        return 2 if _UNIT.search(parameter.hints) or moments.is_length(parameter.hints) else 3
    return wording.choosiness(parameter) if kind == "string" else 6


def _is_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type", "string") == "string" and not toolbox.constrained(schema)


def _number(parameter: Parameter, request: Request, *, whole: bool) -> int | float | None:
    name = toolbox.spoken(parameter.name)
    unit = _UNIT.search(name) or _UNIT.search(parameter.description.lower())
    candidates: list[numbers.Number] = []
    if unit or moments.is_length(parameter.hints):
        worth = durations.SECONDS[unit.group(1) if unit else "second"]
        lengths = durations.find(request.text)
        candidates = [numbers.Number(each.start, each.end, each.value / worth) for each in lengths]
        candidates = [each for each in candidates if _fits(each, parameter.schema, whole=whole)]
    if not candidates:
        fitting = [each for each in numbers.find(request.text) if _fits(each, parameter.schema, whole=whole)]
        nearest = _nearest(fitting, parameter, request.text)
        candidates = [nearest] if nearest else []
    if not candidates:
        return None
    request.use(candidates[0].start, candidates[0].end)
    return candidates[0].plain


def _nearest(found: Sequence[numbers.Number], parameter: Parameter, text: str) -> numbers.Number | None:
    """The number that stands next to a word of the parameter's; any number for one that is required."""
    cues = {*words.content_stems(toolbox.spoken(parameter.name)), *words.content_stems(parameter.description)}
    for number in found:
        around = [*words.tokens(text[: number.start])[-2:], *words.tokens(text[number.end :])[:2]]
        if cues & {words.stem(token) for token in around}:
            return number
    return found[0] if found and parameter.required else None


def _fits(number: numbers.Number, schema: Mapping[str, Any], *, whole: bool) -> bool:
    worth = number.value
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return (
        (not whole or worth == int(worth))
        and (not isinstance(low, int | float) or worth >= low)
        and (not isinstance(high, int | float) or worth <= high)
        and (not isinstance(above, int | float) or worth > above)
        and (not isinstance(below, int | float) or worth < below)
    )


def _array(parameter: Parameter, request: Request) -> list[Any] | None:
    """The items of a list, one from each of its pieces; plain words may be items once the first was found."""
    inner = toolbox.plain(parameter.schema.get("items"))
    one = toolbox.Parameter(
        parameter.name, {"description": parameter.description, **inner}, required=parameter.required
    )
    found: list[Any] = []
    for piece in filter(str.strip, _LIST_JOINT.split(bare(request.text))):
        item = value(one, Request(piece, request.context))
        if item is None and found and _is_text(inner):
            item = _LIST_END.sub("", piece).strip(" .?!") or None
        if item is not None and item not in found:
            found.append(item)
    return found or None
