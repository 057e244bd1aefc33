from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from tools.errors import DefinitionError
from tools.properties import property_schema
from tools.signature import Parameter


class Size(Enum):
    SMALL = "s"


class Room(BaseModel):
    """A room."""

    beds: int = 1


class Folder(BaseModel):
    inside: "list[Folder]"


def schema(kind, description=None, **options):
    return property_schema(Parameter("it", kind, **options), description, "tool app.find")


def test_the_docstring_describes_a_parameter_unless_field_does():
    assert schema(int, "from the docstring")["description"] == "from the docstring"
    assert schema(Annotated[int, Field(description="from Field")], "from the docstring")["description"] == "from Field"
    assert schema(Annotated[int, Field(ge=1)], "from the docstring")["description"] == "from the docstring"


def test_the_docstring_of_the_function_goes_before_that_of_the_type():
    assert schema(Room, "where to sleep")["description"] == "where to sleep"
    assert schema(Room)["description"] == "A room."


@pytest.mark.parametrize(
    ("kind", "default", "told"),
    [(int, 3, 3), (Size, Size.SMALL, "s"), (date, date(2026, 1, 2), "2026-01-02"), (Room, Room(), {"beds": 1})],
)
def test_a_default_is_told_in_its_json_form(kind, default, told):
    assert schema(kind, default=default)["default"] == told


def test_a_default_without_a_json_form_is_not_told():
    assert "default" not in schema(str, default=object())


def test_a_default_of_none_is_told_by_the_parameter_being_optional():
    assert schema(str | None, default=None) == {"type": "string"}


@pytest.mark.parametrize("kind", [type("Engine", (), {}), type[int], Callable[[], int], Any | type("Engine", (), {})])
def test_a_type_that_has_no_schema_is_refused_naming_the_parameter(kind):
    with pytest.raises(DefinitionError, match=r"tool app\.find: parameter 'it'.*cannot be described.*use str"):
        schema(kind)


def test_a_type_that_contains_itself_is_refused_naming_the_parameter():
    with pytest.raises(DefinitionError, match=r"parameter 'it'.*contains itself \(Folder\)"):
        schema(Folder)


@pytest.mark.parametrize(
    "options",
    [
        {"kind": int, "default": Field(3)},
        {"kind": Annotated[int, Field(default=3)]},
        {"kind": Annotated[list, Field(default_factory=list)]},
    ],
)
def test_a_default_inside_field_is_refused_because_a_plain_call_would_not_see_it(options):
    with pytest.raises(DefinitionError, match=r"parameter 'it' has its default inside `Field`"):
        schema(**options)


@pytest.mark.parametrize("field", [Field(alias="from"), Field(validation_alias="from")])
def test_an_alias_is_refused(field):
    with pytest.raises(DefinitionError, match="alias"):
        schema(Annotated[str, field])
