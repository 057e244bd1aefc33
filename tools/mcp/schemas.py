"""Schemas: an MCP tool's input schema, which may be any JSON Schema, as the Realtime services take it.

They take an object at the top, no references and no keywords that combine schemas there. What cannot be said without
them is said more loosely: the server checks the arguments anyway.
"""

from __future__ import annotations

from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

_COMBINED = ("allOf", "anyOf", "oneOf")
_ONE = frozenset({"items", "additionalProperties", "propertyNames", "contains"})  # keywords that hold one schema
# Names within a document, notes to its reader, and conditions: the services refuse or overlook them.
_DROPPED = frozenset(
    {
        "$schema",
        "$id",
        "$anchor",
        "$comment",
        "$defs",
        "definitions",
        "$dynamicAnchor",
        "title",
        "if",
        "then",
        "else",
        "not",
        "dependentSchemas",
        "dependentRequired",
        "unevaluatedProperties",
        "patternProperties",
        "x-mcp-header",
    }
)
# Deep enough for what a model fills in from speech; a schema without end is cut here.
DEEPEST = 16
# Schemas within one: no model reads more. Types that refer to one another make many times as many of a few.
MOST = 2_000


class _TooLargeError(Exception):
    pass


def parameters(schema: Json) -> Json:
    """The `parameters` of a function, made of an input schema.

    Args:
        schema: As the server lists it; it is not changed.
    """
    result = _top(_as_deep_as_fits(schema))
    properties = _object(result.get("properties"))
    required = [name for name in _list(result.get("required")) if name in properties]
    result |= {"type": "object", "properties": properties}
    return result | {"required": required} if required or "required" in result else result


def _as_deep_as_fits(schema: Json) -> Json:
    deepest = DEEPEST
    while deepest:
        try:
            return _Rewriting(schema, deepest).rewritten(schema, (), 0)
        except _TooLargeError:
            deepest //= 2
    return {}


class _Rewriting:
    """Rewrites one schema.

    Args:
        root: The whole of it, which references are looked up in.
        deepest: How many schemas within one another are followed.
    """

    def __init__(self, root: Json, deepest: int) -> None:
        self._root = root
        self._deepest = deepest
        self._room = MOST

    def rewritten(self, node: object, inside: tuple[str, ...], depth: int) -> Any:
        """A schema anywhere in it.

        Args:
            node: The schema.
            inside: The references that were followed on the way there.
            depth: How many schemas it stands in.

        Raises:
            _TooLargeError: There is no end of it.
        """
        if not isinstance(node, dict):
            # `true` and `false` are schemas too; what the services take in their place is one that allows anything.
            return {} if isinstance(node, bool) else node
        self._room -= 1
        if self._room < 0:
            raise _TooLargeError
        fields = cast("Json", node)
        reference = fields.get("$ref", fields.get("$dynamicRef"))
        if isinstance(reference, str):
            beside = {name: value for name, value in fields.items() if name not in {"$ref", "$dynamicRef"}}
            target = _target(self._root, reference)
            if target is None or reference in inside or depth >= self._deepest:
                # A type that contains itself, or a reference to elsewhere: anything may stand here.
                return self.rewritten(beside, inside, depth + 1)
            return self.rewritten({**target, **beside}, (*inside, reference), depth + 1)
        if depth >= self._deepest:
            return {"description": str(fields["description"])} if "description" in fields else {}
        return _portable(
            {name: self._part(name, fields[name], inside, depth + 1) for name in fields if name not in _DROPPED}
        )

    def _part(self, name: str, value: object, inside: tuple[str, ...], depth: int) -> Any:
        """What stands under one keyword, with the schemas in it rewritten."""
        if name == "properties":
            return {key: self.rewritten(each, inside, depth) for key, each in _object(value).items()}
        if name in {*_COMBINED, "prefixItems"}:
            return [self.rewritten(each, inside, depth) for each in _list(value)]
        if name in _ONE and not isinstance(value, bool):
            return self.rewritten(value, inside, depth)
        return value


def _portable(node: Json) -> Json:
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    if "prefixItems" in node:
        kinds: list[object] = node.pop("prefixItems")
        node["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if node.get("type") == "array" and not isinstance(node.get("items"), dict):
        node["items"] = {}  # a service that finds no `items` on an array refuses the whole session update
    return node


def _top(schema: Json) -> Json:
    """One object in place of several that are combined: everything that may be given, and what must be in any case."""
    result = {name: value for name, value in schema.items() if name not in _COMBINED}
    properties, required = _object(result.get("properties")), _list(result.get("required"))
    for keyword in _COMBINED:
        choices = [_top(_object(each)) for each in _list(schema.get(keyword))]
        for choice in choices:
            properties = {**_object(choice.get("properties")), **properties}
        needed = [_list(choice.get("required")) for choice in choices]
        if keyword == "allOf":
            required = [*required, *(name for names in needed for name in names)]
        elif needed:
            required = [*required, *(name for name in needed[0] if all(name in names for names in needed))]
        if choices:
            result.pop("additionalProperties", None)
    if properties:
        result["properties"] = properties
    if required:
        result["required"] = list(dict.fromkeys(required))
    return result


def _target(root: Json, reference: str) -> Json | None:
    """What a reference within the document leads to; None where it leads out of it, or nowhere."""
    if reference == "#":
        return root
    if not reference.startswith("#/"):
        return None
    node: object = root
    for step in reference[2:].split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isdigit() and int(key) < len(cast("list[object]", node)):
            node = cast("list[object]", node)[int(key)]
        elif isinstance(node, dict):
            node = cast("Json", node).get(key)
        else:
            return None
    return cast("Json", node) if isinstance(node, dict) else None


def _object(value: object) -> Json:
    return dict(cast("Json", value)) if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return list(cast("list[Any]", value)) if isinstance(value, list) else []
