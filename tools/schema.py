"""Schema: JSON Schema as every Realtime service takes it.

pydantic writes the whole of JSON Schema; the services read a part of it. They refuse or overlook references, `oneOf`,
arrays without `items` and keys they do not know, so those are rewritten here into forms that say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic.json_schema import GenerateJsonSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter
    from pydantic.json_schema import JsonSchemaValue, JsonSchemaWarningKind
    from pydantic_core import core_schema

# What stays. Everything else (titles, discriminators, write-only marks, a user's own `x-` keys) is noise or a refusal.
_KEYWORDS = frozenset(
    {
        "type",
        "description",
        "default",
        "examples",
        "enum",
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "anyOf",
        "allOf",
    }
    | {"properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"}
    | {"items", "minItems", "maxItems", "uniqueItems"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)
_SCHEMAS = frozenset({"anyOf", "allOf"})  # keywords that hold a list of schemas
_SCHEMA = frozenset({"items", "additionalProperties", "propertyNames"})  # keywords that hold one schema

JsonSchema = dict[str, Any]


class RecursiveTypeError(TypeError):
    """A type that contains itself has no schema without references."""


class _Generator(GenerateJsonSchema):
    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Say nothing: a default that has no JSON form is simply not told to the model."""

    def is_subclass_schema(self, schema: core_schema.IsSubclassSchema) -> JsonSchemaValue:
        # "Anything", says pydantic; but nothing that comes as JSON is a class.
        return self.handle_invalid_for_json_schema(schema, "a class")

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        # A number or a string with a look-around pattern, says pydantic; a model that speaks needs only the number.
        return super().decimal_schema(schema)["anyOf"][0]


def schema_of(adapter: TypeAdapter[Any], *, absent_is_none: bool = False) -> JsonSchema:
    """Describe a type.

    Args:
        adapter: The type.
        absent_is_none: The value may be left out and then is None, so that None need not be offered besides.

    Raises:
        RecursiveTypeError: The type contains itself.
        pydantic.PydanticUserError: The type has no JSON Schema.
    """
    raw = adapter.json_schema(schema_generator=_Generator)
    schema = _rewrite(raw, raw.get("$defs", {}), ())
    return _without_null(schema) if absent_is_none else schema


def _rewrite(node: JsonSchema, definitions: Mapping[str, JsonSchema], inside: tuple[str, ...]) -> JsonSchema:
    if "$ref" in node:
        name = str(node["$ref"]).removeprefix("#/$defs/")
        if name in inside:
            raise RecursiveTypeError(name)
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _rewrite({**definitions[name], **beside}, definitions, (*inside, name))
    node = _portable(node)
    result: JsonSchema = {}
    for key, value in node.items():
        if key in _SCHEMAS:
            result[key] = [_rewrite(each, definitions, inside) for each in value]
        elif key in _SCHEMA and isinstance(value, dict):
            result[key] = _rewrite(cast("JsonSchema", value), definitions, inside)
        elif key == "properties":
            required = node.get("required", ())
            result[key] = {name: _property(each, definitions, inside, name in required) for name, each in value.items()}
        elif key in _KEYWORDS:
            result[key] = value
    return result


def _property(
    node: JsonSchema, definitions: Mapping[str, JsonSchema], inside: tuple[str, ...], required: bool
) -> JsonSchema:
    schema = _rewrite(node, definitions, inside)
    optional = not required and schema.get("default", ...) is None
    return _without_null(schema) if optional else schema


def _portable(node: JsonSchema) -> JsonSchema:
    """Say the same with keywords that every service knows."""
    node = dict(node)
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "prefixItems" in node:  # a service that finds no `items` on an array refuses the whole session update
        kinds: list[JsonSchema] = []
        for kind in node.pop("prefixItems"):
            plain = {key: value for key, value in kind.items() if key != "title"}
            if plain not in kinds:
                kinds.append(plain)
        node["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if node.get("type") == "array":
        node.setdefault("items", {})
    if node.get("type") == "object":
        node.setdefault("additionalProperties", False)
    return node


def _without_null(schema: JsonSchema) -> JsonSchema:
    """Describe `T | None = None` as an optional T: leaving it out says the same, and the smallest model understands."""
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) == 1:
        return {**choices[0], **rest}
    return {"anyOf": choices, **rest} if choices else rest
