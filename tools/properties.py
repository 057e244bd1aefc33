"""Properties: one parameter of a function as one property of the arguments' schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pydantic_core
from pydantic import PydanticUserError, TypeAdapter
from pydantic.errors import PydanticUndefinedAnnotation
from pydantic.fields import FieldInfo

from tools.errors import DefinitionError
from tools.schema import RecursiveTypeError, schema_of

if TYPE_CHECKING:
    from tools.schema import JsonSchema
    from tools.signature import Parameter


def property_schema(parameter: Parameter, description: str | None, label: str) -> JsonSchema:
    """Describe a parameter to the model.

    Args:
        parameter: The parameter.
        description: What the docstring says of it; one given by `Field` goes before it.
        label: What to call the function in errors.

    Raises:
        DefinitionError: Its type has no JSON Schema, or a `Field` sets what belongs to the function.
    """
    at = f"{label}: parameter {parameter.name!r}"
    hints = [hint for hint in get_args(parameter.annotation) if isinstance(hint, FieldInfo)]
    if isinstance(parameter.default, FieldInfo) or any(not hint.is_required() for hint in hints):
        raise DefinitionError(
            f"{at} has its default inside `Field`, where a plain call of the function does not find it; "
            f"write `{parameter.name}: Annotated[…, Field(…)] = default`"
        )
    if any(hint.alias or hint.validation_alias for hint in hints):
        raise DefinitionError(f"{at} has an alias; the model uses the parameter's own name, so rename the parameter")
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(parameter.annotation)
        schema = schema_of(adapter, absent_is_none=parameter.default is None)
    except RecursiveTypeError as error:
        raise DefinitionError(
            f"{at} has a type that contains itself ({error}), which the services cannot take; limit its depth"
        ) from None
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        reason = str(error).partition("\n")[0]
        raise DefinitionError(
            f"{at} has a type that cannot be described to the model ({reason}); use str, int, float, bool, an Enum, "
            "Literal, date, list, dict, a dataclass or a pydantic model"
        ) from None
    if description and not any(hint.description for hint in hints):
        schema["description"] = description
    if not parameter.required and parameter.default is not None:
        schema |= _default(adapter, parameter.default)
    return schema


def _default(adapter: TypeAdapter[Any], default: Any) -> JsonSchema:
    try:
        return {"default": pydantic_core.from_json(adapter.dump_json(default, warnings=False))}
    except ValueError:  # a sentinel, say: the model need not know it, leaving the argument out is enough
        return {}
