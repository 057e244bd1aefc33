"""Filling in a tool's arguments from what was said, as its JSON Schema asks; what was not said is missing, never invented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from agent.engine.thinking import dates, numbers, options, spans, toolbox, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from agent.engine.thinking.embedding import Memory
    from agent.engine.thinking.toolbox import Parameter, Tool

_DATE = re.compile(r"\bdate\b|\bday\b|yyyy|iso ?8601|\bwhen\b|\bdeadline\b|\bbirthday\b|\bcheck ?(?:in|out)\b")
_TIME = re.compile(r"\btime\b|hh:mm|\bo'?clock\b")
_DATE_TIME = re.compile(r"date-time|\bdatetime\b|\btimestamp\b|date and time")
_LENGTH = re.compile(r"\bduration\b|\bhow long\b|\blength of time\b|\bperiod\b")
_UNIT = re.compile(r"\b(second|minute|hour|day|night|week)s?\b")
_CODE = re.compile(r"\b(?:id|identifier|number|code|reference|ref|no|sku|ticket|order|invoice|account|tracking)\b")
_LABEL = re.compile(r"\b(?:label|title|subject|heading|caption|nickname)\b")
_MESSAGE = re.compile(
    r"\b(?:message|body|note|content|text|comment|reason|description|details|memo|reminder|summary|task|todo)\b"
)
_QUERY = re.compile(r"\b(?:query|question|search|keywords?|topic|prompt|q)\b")
_FILLER = re.compile(
    r"^(?:please |can you |could you |would you |will you |i want to |i'd like to |i would like to |i need to |help me (?:to )?)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a request is read by.

    Attributes:
        now: The local time, for "tomorrow" and its like.
        memory: Compares meanings.
    """

    now: datetime
    memory: Memory


@dataclass(slots=True)
class Request:
    """What is said, and what of it has been used up.

    Attributes:
        text: The words; parts that have become an argument are blanked out.
        whole: The words as they came.
        now: When it was said, for "tomorrow" and its like.
        memory: Compares meanings.
        names: Names that are arguments already.
    """

    text: str
    whole: str
    now: datetime
    memory: Memory
    names: list[str] = field(default_factory=list[str])

    def use(self, start: int, end: int) -> None:
        """Blank out a part, so that no second argument is made of it."""
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]


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
    request = Request(said, said, context.now, context.memory)
    return _fill(tool.parameters, request)


def answer(parameter: Parameter, reply: str, context: Context) -> object | None:
    """The value in a reply to a question that asked for just this parameter; None when it holds none."""
    request = Request(reply, reply, context.now, context.memory)
    if parameter.schema.get("type") == "boolean":
        said = options.yes_or_no(reply)
        return said if said is not None else value(parameter, request)
    found = value(parameter, request)
    plain = parameter.schema.get("type", "string") == "string" and not toolbox.constrained(parameter.schema)
    if found is None and plain and _order(parameter) >= 5:
        found = re.sub(
            r"^(?:it'?s|it is|in|for|at|to|the|please|my name is|i'?m|i am|call it)\s+",
            "",
            reply.strip(),
            flags=re.IGNORECASE,
        ).rstrip(".?! ")
    return found or (found if found in (0, False) else None)


def _fill(parameters: Sequence[Parameter], request: Request) -> Filled:
    arguments: dict[str, Any] = {}
    missing: list[Parameter] = []
    evidence = 0
    # The choosiest first: what fits a pattern or is a date cannot be anything else, free text can be everything.
    for parameter in sorted(parameters, key=lambda parameter: (_order(parameter), not parameter.required)):
        found = value(parameter, request)
        if found is not None:
            arguments[parameter.name] = found
            evidence += found != request.whole
        elif parameter.required and "default" not in parameter.schema:
            missing.append(parameter)
        elif parameter.required:
            arguments[parameter.name] = parameter.schema["default"]
    ordered = {parameter.name: arguments[parameter.name] for parameter in parameters if parameter.name in arguments}
    return Filled(ordered, missing, evidence)


def value(parameter: Parameter, request: Request) -> Any | None:
    """The value for one parameter; None when nothing was said of it."""
    schema = parameter.schema
    if "const" in schema:
        return schema["const"]
    choices: object = schema.get("enum")
    if isinstance(choices, list):
        return options.pick(request.text, cast("list[object]", choices), request.memory, required=parameter.required)
    kind = schema.get("type", "string")
    if kind == "boolean":
        return options.boolean(request.whole, parameter.name, parameter.description)
    if kind in {"integer", "number"}:
        return _number(parameter, request, whole=kind == "integer")
    if kind == "array":
        return _array(parameter, request)
    if kind == "object":
        inner = _fill(toolbox.parameters(dict(schema)), request)
        return None if inner.missing or not inner.arguments else dict(inner.arguments)
    return _string(parameter, request)


def _order(parameter: Parameter) -> int:
    schema, hints = parameter.schema, parameter.hints
    if any(key in schema for key in ("const", "enum", "pattern")):
        return 0
    if schema.get("type") in {"integer", "number"}:
        return 2 if _UNIT.search(hints) or _LENGTH.search(hints) else 3
    if schema.get("type", "string") != "string":
        return 6
    if schema.get("format") or _DATE.search(hints) or _TIME.search(hints):
        return 1
    if _is_query(parameter) or _MESSAGE.search(toolbox.spoken(parameter.name)):
        return 8
    return 4 if _CODE.search(hints) else 5


def _number(parameter: Parameter, request: Request, *, whole: bool) -> int | float | None:
    unit = _UNIT.search(toolbox.spoken(parameter.name)) or _UNIT.search(parameter.description.lower())
    if unit or _LENGTH.search(parameter.hints):
        for length in numbers.durations(request.text):
            worth = length.value / numbers.SECONDS[unit.group(1) if unit else "second"]
            if _allowed(worth, parameter.schema) and (worth == int(worth) or not whole):
                request.use(length.start, length.end)
                return int(worth) if worth == int(worth) else worth
    found = [
        number
        for number in numbers.find(request.text)
        if (number.value == int(number.value) or not whole) and _allowed(number.value, parameter.schema)
    ]
    if not found:
        return None
    chosen = _nearest(found, parameter, request.text)
    if chosen is None:
        return None
    request.use(chosen.start, chosen.end)
    return chosen.plain


def _nearest(found: Sequence[numbers.Number], parameter: Parameter, text: str) -> numbers.Number | None:
    """The number that stands next to a word of the parameter's; any number for one that is required."""
    cues = set(words.content_stems(toolbox.spoken(parameter.name))) | set(words.content_stems(parameter.description))
    for number in found:
        around = [*words.tokens(text[: number.start])[-2:], *words.tokens(text[number.end :])[:2]]
        if cues & {words.stem(token) for token in around}:
            return number
    return found[0] if parameter.required else None


def _allowed(worth: float, schema: Mapping[str, Any]) -> bool:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return (
        (not isinstance(low, int | float) or worth >= low)
        and (not isinstance(high, int | float) or worth <= high)
        and (not isinstance(above, int | float) or worth > above)
        and (not isinstance(below, int | float) or worth < below)
    )


def _array(parameter: Parameter, request: Request) -> list[Any] | None:
    inner = toolbox.plain(parameter.schema.get("items"))
    one = toolbox.Parameter(parameter.name, {"description": parameter.description, **inner}, parameter.required)
    pieces = [
        piece
        for piece in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+or\s+", _FILLER.sub("", request.text))
        if piece.strip()
    ]
    found: list[Any] = []
    for at, piece in enumerate(pieces):
        part = Request(piece, piece, request.now, request.memory)
        item = value(one, part)
        if item is None and at and found and inner.get("type", "string") == "string" and not toolbox.constrained(inner):
            item = re.sub(r"\s+(?:to|on|in|for|from)\s+(?:my|the|our)\b.*$", "", piece).strip(" .?!") or None
        if item is not None and item not in found:
            found.append(item)
    return found or None


def _string(parameter: Parameter, request: Request) -> str | None:
    schema, hints = parameter.schema, parameter.hints
    shape = str(schema.get("format") or "")
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return spans.matching(request.text, pattern)
    if shape in {"email", "idn-email"} or re.search(r"\be-?mail\b", hints):
        return spans.email(request.text)
    if shape in {"uri", "url"} or re.search(r"\burl\b|\bweb ?site\b|\blink\b", hints):
        return spans.url(request.text)
    if re.search(r"\b(?:phone|telephone|mobile)\b", hints):
        return spans.phone(request.text)
    moment = _moment(shape, hints, request)
    if moment is not _NO_MOMENT:
        return moment
    if _is_query(parameter):
        return words_of(request.whole)
    named = toolbox.spoken(parameter.name)
    if _LABEL.search(named):
        return _used(spans.quoted(request.text) or spans.label(request.text), request)
    if _MESSAGE.search(named):
        found = (
            spans.quoted(request.text)
            or spans.message(request.text)
            or (words_of(request.whole) if parameter.required else None)
        )
        return _used(found, request)
    if _CODE.search(named) or (_CODE.search(hints) and not re.search(r"\bname\b", hints)):
        return _used(spans.code(request.text), request)
    found = spans.quoted(request.text) or spans.name(request.text, hints, request.names)
    if found:
        request.names.append(found)
    return found


_NO_MOMENT = "\0"


def _moment(shape: str, hints: str, request: Request) -> str | None:
    """A date, a time or both, as ISO 8601; a mark where the parameter is none of them."""
    if shape == "date-time" or (not shape and _DATE_TIME.search(hints)):
        day = _take(dates.find(request.text, request.now.date()), request)
        clock = _take(dates.times(request.text), request)
        if day is None and clock is None:
            return None
        return f"{day or request.now.date().isoformat()}T{clock or '00:00'}:00"
    if shape == "date" or (not shape and _DATE.search(hints) and not _TIME.search(hints)):
        return _take(dates.find(request.text, request.now.date()), request)
    if shape == "time" or (not shape and _TIME.search(hints)):
        return _take(dates.times(request.text), request)
    if shape == "duration" or (not shape and _LENGTH.search(hints)):
        found = numbers.durations(request.text)
        if not found:
            return None
        request.use(found[0].start, found[0].end)
        return (
            iso_duration(found[0].value)
            if shape == "duration"
            else request.whole[found[0].start : found[0].end].strip()
        )
    return _NO_MOMENT


def _take(found: Sequence[dates.When], request: Request) -> str | None:
    if not found:
        return None
    request.use(found[0].start, found[0].end)
    return found[0].value.isoformat()[:10] if hasattr(found[0].value, "year") else found[0].value.isoformat()[:5]


def iso_duration(seconds: float) -> str:
    """A length of time as ISO 8601 writes it: 5400 → "PT1H30M"."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return (
        "PT"
        + (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{left}S" if left or not seconds else "")
    )


def _used(found: str | None, request: Request) -> str | None:
    if found:
        at = request.text.find(found)
        if at >= 0:
            request.use(at, at + len(found))
    return found


def _is_query(parameter: Parameter) -> bool:
    return bool(_QUERY.search(toolbox.spoken(parameter.name)))


def words_of(request: str) -> str | None:
    """A request as a query: without "please" and its like."""
    text = _FILLER.sub("", request.strip()).strip()
    return text or None
