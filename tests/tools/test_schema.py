import dataclasses
import json
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from pydantic import BaseModel, Field, SecretStr, TypeAdapter

from tools.schema import RecursiveTypeError, schema_of


class Room(BaseModel):
    """A room."""

    beds: Annotated[int, Field(ge=1)] = 1
    title: str | None = None
    view: Literal["sea", "hill"] | None


class Hotel(BaseModel):
    rooms: list[Room]
    best: Room


class Folder(BaseModel):
    inside: "list[Folder]"


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: float


class Square(BaseModel):
    kind: Literal["square"]


Shape = Annotated[Circle | Square, Field(discriminator="kind")]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Pair(NamedTuple):
    first: int
    second: str


def schema(kind, **options):
    return schema_of(TypeAdapter(kind), **options)


def keys_of(node):
    """Every keyword in a schema, names of properties left out."""
    if isinstance(node, list):
        return {key for each in node for key in keys_of(each)}
    if not isinstance(node, dict):
        return set()
    found = set(node)
    for key, value in node.items():
        found |= {k for each in value.values() for k in keys_of(each)} if key == "properties" else keys_of(value)
    return found


@pytest.mark.parametrize("kind", [Hotel, Shape, Pair, Point, list[Hotel], dict[str, Room], Room | Hotel, Decimal])
def test_no_schema_has_references_titles_or_keys_that_only_pydantic_knows(kind):
    unwanted = {"$ref", "$defs", "title", "discriminator", "oneOf", "const", "prefixItems", "mapping"}
    assert not keys_of(schema(kind)) & unwanted


def test_nested_models_stand_where_they_are_used():
    hotel = schema(Hotel)
    room = hotel["properties"]["best"]
    assert room["description"] == "A room."
    assert room["properties"]["beds"] == {"type": "integer", "minimum": 1, "default": 1}
    assert hotel["properties"]["rooms"] == {"type": "array", "items": room}
    assert hotel["required"] == ["rooms", "best"]


def test_a_property_may_be_called_title():
    assert schema(Room)["properties"]["title"] == {"type": "string"}


def test_an_optional_that_must_be_given_still_offers_null():
    assert {"type": "null"} in schema(Room)["properties"]["view"]["anyOf"]


def test_objects_allow_only_what_they_name():
    assert schema(Hotel)["additionalProperties"] is False
    assert schema(Point)["additionalProperties"] is False
    assert schema(dict[str, int])["additionalProperties"] == {"type": "integer"}
    assert schema(dict)["additionalProperties"] is True


def test_a_type_that_contains_itself_is_refused():
    with pytest.raises(RecursiveTypeError, match="Folder"):
        schema(Folder)


def test_tagged_unions_become_plain_choices():
    kinds = [choice["properties"]["kind"]["enum"] for choice in schema(Shape)["anyOf"]]
    assert kinds == [["circle"], ["square"]]


def test_every_array_says_what_its_items_are():
    assert schema(Pair)["items"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert schema(tuple[int, int])["items"] == {"type": "integer"}
    assert schema(list)["items"] == {}
    assert schema(Annotated[Any, Field(json_schema_extra={"type": "array"})])["items"] == {}


def test_enums_are_lists_of_values():
    assert schema(Colour) == {"type": "string", "enum": ["red", "blue"]}


def test_a_decimal_is_a_number():
    assert schema(Decimal) == {"type": "number"}


def test_marks_of_no_use_to_a_model_are_dropped():
    assert keys_of(schema(SecretStr)) <= {"type", "format"}


def test_dictionary_keys_keep_their_choices():
    assert schema(dict[Literal["a"], int])["propertyNames"] == {"enum": ["a"]}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (str | None, {"type": "string"}),
        (int | str | None, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (Annotated[str | None, Field(description="why")], {"type": "string", "description": "why"}),
        (None, {"type": "null"}),
    ],
)
def test_what_may_be_left_out_need_not_be_null_too(kind, expected):
    assert schema(kind, absent_is_none=True) == expected


def test_a_schema_is_plain_json():
    assert json.loads(json.dumps(schema(Hotel))) == schema(Hotel)
