"""Arguments: a function's parameters as a JSON Schema, and JSON text checked against them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from tools.properties import property_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.schema import JsonSchema
    from tools.signature import Parameter


class ArgumentsError(Exception):
    """Arguments that a tool cannot be called with; the text tells the model what to send instead.

    Attributes:
        code: `"malformed_arguments"` (no JSON object) or `"invalid_arguments"` (the wrong ones).
        fields: For each wrong argument its `field`, the `problem` and what was `expected`.
    """

    def __init__(self, code: str, message: str, fields: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.fields = tuple(fields)


class Arguments:
    """The arguments of one tool.

    Attributes:
        schema: Their JSON Schema, an object.
    """

    def __init__(self, parameters: Sequence[Parameter], descriptions: Mapping[str, str], label: str) -> None:
        """Describe the parameters.

        Args:
            parameters: What the model gives.
            descriptions: Parameter name to its description; one given by `Field` goes before it.
            label: What to call the function in errors.

        Raises:
            DefinitionError: A type has no JSON Schema, or a `Field` sets what belongs to the function.
        """
        properties: dict[str, JsonSchema] = {}
        fields: dict[str, Any] = {}
        # The model's own field names are neutral, so that an argument may be called `copy`, `json` or `_x`.
        for number, parameter in enumerate(parameters):
            properties[parameter.name] = property_schema(parameter, descriptions.get(parameter.name), label)
            default = ... if parameter.required else None
            fields[f"argument_{number}"] = (parameter.annotation, Field(default, alias=parameter.name))
        self._model = create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields)
        self._names = {f"argument_{number}": parameter.name for number, parameter in enumerate(parameters)}
        self.schema: JsonSchema = {
            "type": "object",
            "properties": properties,
            "required": [parameter.name for parameter in parameters if parameter.required],
            "additionalProperties": False,
        }

    def parse(self, text: str) -> dict[str, Any]:
        """Decode and check what the model sent.

        Args:
            text: JSON text; an empty one counts as no arguments.

        Returns:
            Only what was sent, by parameter name: the function's own defaults do the rest.

        Raises:
            ArgumentsError: Not a JSON object, or not what the schema asks for.
        """
        text = text.strip() or "{}"
        self._require_object(text)
        try:
            model: BaseModel = self._model.model_validate_json(text)
        except ValidationError as error:
            fields = [self._fault(each) for each in error.errors(include_url=False, include_input=False)]
            listed = "; ".join(f"{each['field']}: {each['problem']}" for each in fields)
            raise ArgumentsError("invalid_arguments", f"Wrong arguments. {listed}.", fields) from None
        return {self._names[field]: getattr(model, field) for field in model.model_fields_set}

    def given(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the model gave, by its own names.

        Args:
            values: As `parse` returned them, for the function.
        """
        return values

    def _require_object(self, text: str) -> None:
        try:
            value: object = pydantic_core.from_json(text)
        except ValueError as error:
            raise ArgumentsError(
                "malformed_arguments", f"The arguments are not valid JSON ({error}); send {self._shape()}."
            ) from None
        if not isinstance(value, dict):
            raise ArgumentsError(
                "malformed_arguments", f"The arguments are a JSON {_kind(value)}, not an object; send {self._shape()}."
            )

    def _shape(self) -> str:
        keys = ", ".join(json.dumps(name, ensure_ascii=False) for name in self._names.values())
        return f"one JSON object with the keys {keys}" if keys else "an empty JSON object"

    def _fault(self, error: pydantic_core.ErrorDetails) -> dict[str, str]:
        place = [str(part) for part in error["loc"]]
        field = ".".join(place)
        if error["type"] == "extra_forbidden":
            known = ", ".join(self._names.values()) if len(place) == 1 else "only what the schema names"
            return {"field": field, "problem": "unknown argument", "expected": known or "no arguments"}
        problem = "missing" if error["type"] == "missing" else error["msg"]
        return {"field": field, "problem": problem, "expected": _expected(_at(self.schema, error["loc"]))}


def _kind(value: object) -> str:
    kinds = {"list": "array", "str": "string", "bool": "boolean", "NoneType": "null"}
    return kinds.get(type(value).__name__, "number")


def _at(schema: JsonSchema, path: tuple[int | str, ...]) -> JsonSchema:
    """The schema of the part that a path leads to, or of the last part before the path is lost in a union."""
    for step in path:
        inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
        if not isinstance(inner, dict):
            break
        schema = cast("JsonSchema", inner)
    return schema


def _expected(schema: JsonSchema) -> str:
    """A property's schema in a few words."""
    if "enum" in schema:
        return "one of " + json.dumps(schema["enum"], ensure_ascii=False)
    if "anyOf" in schema:
        return " or ".join(_expected(choice) for choice in schema["anyOf"])
    silent = {"type", "description", "default", "properties", "required", "additionalProperties", "items", "examples"}
    words = [str(schema.get("type", "any value"))]
    if isinstance(schema.get("items"), dict) and schema["items"]:
        words[0] += f" of {_expected(schema['items'])}"
    if "properties" in schema:
        words[0] += " with " + ", ".join(schema["properties"])
    return ", ".join(words + [f"{key} {value}" for key, value in schema.items() if key not in silent])
