"""Tools as the reasoner sees them: the wire's function definitions, read once and defensively."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUERY_NAMES = frozenset(
    {"query", "question", "q", "search_query", "search_term", "keywords", "text", "prompt", "search"}
)
_SEARCHING = re.compile(r"search|look\s?up|find|knowledge|document|passage|retriev|query|answer", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a tool.

    Attributes:
        name: Its name.
        schema: Its JSON Schema, nullable wrappers taken off.
        required: Whether the tool must be given it.
    """

    name: str
    schema: Mapping[str, Any]
    required: bool

    @property
    def description(self) -> str:
        """What it means, in the tool's author's words; "" when unsaid."""
        return str(self.schema.get("description") or "")

    @property
    def hints(self) -> str:
        """Name, description and format as one lower-case text to look for cues in."""
        return f"{spoken(self.name)} {self.description} {self.schema.get('format') or ''}".lower()


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]

    @property
    def searches(self) -> bool:
        """Whether this looks things up by free text: all it needs is a query."""
        required = [parameter for parameter in self.parameters if parameter.required]
        if len(required) != 1 or required[0].schema.get("type") != "string" or constrained(required[0].schema):
            return False
        said = f"{spoken(self.name)} {self.description}"
        return required[0].name.lower() in _QUERY_NAMES and bool(_SEARCHING.search(said))

    @property
    def query(self) -> str:
        """The name of the parameter that takes the query, of a tool that searches."""
        return next(parameter.name for parameter in self.parameters if parameter.required)


def read(tools: Sequence[Mapping[str, Any]]) -> list[Tool]:
    """Read function definitions, flat as on the Realtime wire or nested as in chat completions; others are left out."""
    found: list[Tool] = []
    for definition in tools:
        nested: object = definition.get("function")
        function = cast("Mapping[str, Any]", nested) if isinstance(nested, dict) else definition
        name = function.get("name")
        if definition.get("type", "function") == "function" and isinstance(name, str) and name:
            found.append(Tool(name, str(function.get("description") or ""), parameters(function.get("parameters"))))
    return found


def parameters(schema: object) -> tuple[Parameter, ...]:
    """The properties of an object's schema, required ones first, each group in its own order."""
    if not isinstance(schema, dict):
        return ()
    mapping = cast("dict[str, Any]", schema)
    required: object = mapping.get("required")
    needed = set(map(str, cast("list[object]", required))) if isinstance(required, list) else set[str]()
    properties: object = mapping.get("properties")
    named = cast("dict[str, object]", properties) if isinstance(properties, dict) else {}
    found = [Parameter(name, plain(value), name in needed) for name, value in named.items()]
    return tuple(sorted(found, key=lambda parameter: not parameter.required))


def plain(schema: object) -> Mapping[str, Any]:
    """A schema without what only makes it nullable: `anyOf` with null, or a list of types."""
    if not isinstance(schema, dict):
        return {}
    mapping = dict(cast("dict[str, Any]", schema))
    for key in ("anyOf", "oneOf", "allOf"):
        choices: object = mapping.get(key)
        if isinstance(choices, list):
            real = [choice for choice in cast("list[object]", choices) if _type(choice) != "null"]
            if real:
                outer = {name: value for name, value in mapping.items() if name != key}
                return {**plain(real[0]), **outer}
    kinds: object = mapping.get("type")
    if isinstance(kinds, list):
        mapping["type"] = next((kind for kind in cast("list[object]", kinds) if kind != "null"), "string")
    return mapping


def spoken(name: str) -> str:
    """An identifier as words: `get_orderStatus` → "get order status"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.]+", " ", name).strip().lower()


def _type(schema: object) -> object:
    return cast("dict[str, object]", schema).get("type") if isinstance(schema, dict) else None


def constrained(schema: Mapping[str, Any]) -> bool:
    """Whether a schema says more of a value than its type."""
    return any(key in schema for key in ("enum", "const", "pattern", "format"))
