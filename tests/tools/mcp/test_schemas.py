"""Any JSON Schema, as the services take it."""

from __future__ import annotations

import json

import pytest

from tools.mcp.schemas import DEEPEST, MOST, parameters


def test_a_plain_schema_stays_as_it_is_but_for_what_services_refuse():
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Arguments",
        "type": "object",
        "properties": {"city": {"type": "string", "title": "City", "description": "Where", "minLength": 1}},
        "required": ["city"],
        "additionalProperties": False,
    }
    assert parameters(schema) == {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Where", "minLength": 1}},
        "required": ["city"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"properties": None}, {"required": ["ghost"]}])
def test_there_is_always_an_object_at_the_top(schema):
    made = parameters(schema)
    assert (made["type"], made["properties"], made.get("required", [])) == ("object", {}, [])


def test_references_are_replaced_by_what_they_lead_to():
    schema = {
        "type": "object",
        "properties": {
            "a": {"$ref": "#/$defs/city", "description": "Start"},
            "b": {"$ref": "#/definitions/x~1y"},
            "c": {"$ref": "#/properties/d/anyOf/0"},
            "d": {"anyOf": [{"type": "integer"}]},
        },
        "$defs": {"city": {"type": "string", "description": "A city"}},
        "definitions": {"x/y": {"const": 1}},
    }
    properties = parameters(schema)["properties"]
    assert properties["a"] == {"type": "string", "description": "Start"}
    assert properties["b"] == {"enum": [1]}
    assert properties["c"] == {"type": "integer"}


@pytest.mark.parametrize("reference", ["#/$defs/none", "https://other/s.json", "#/properties/a/x", "#/required/7"])
def test_a_reference_that_leads_nowhere_allows_anything(reference):
    schema = {"properties": {"a": {"$ref": reference, "description": "d"}}, "required": ["a"]}
    assert parameters(schema)["properties"] == {"a": {"description": "d"}}


def test_a_type_that_contains_itself_ends_somewhere():
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "up": {"$ref": "#"}}}
    made = parameters({"properties": {"root": {"$ref": "#/$defs/node"}}, "$defs": {"node": node}})
    assert "$ref" not in json.dumps(made)
    assert made["properties"]["root"]["properties"]["next"] == {}


def test_a_schema_without_end_is_cut():
    schema = leaf = {"type": "object", "properties": {}}
    for _ in range(DEEPEST * 2):
        leaf["properties"]["in"] = leaf = {"type": "object", "description": "inside", "properties": {}}
    assert json.dumps(parameters(schema)).count("inside") <= DEEPEST
    looped = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}
    assert parameters(looped) == {"type": "object", "properties": {}}


def test_types_that_refer_to_one_another_are_followed_as_deep_as_a_model_reads():
    # Followed to the end, the first would make some hundred million schemas.
    names = [f"T{number}" for number in range(12)]
    fields = {name: {"$ref": f"#/$defs/{name}", "description": "Another"} for name in names}
    kinds = {name: {"type": "object", "properties": fields} for name in names}
    made = parameters({"properties": {"first": {"$ref": "#/$defs/T0"}, "last": {"$ref": "#/$defs/T1"}}, "$defs": kinds})
    assert made["properties"]["first"]["properties"]["T5"]["description"] == "Another"
    assert set(made["properties"]["last"]["properties"]) == set(names)
    assert len(json.dumps(made)) < 100_000


def test_a_schema_that_is_too_large_even_so_allows_anything():
    made = parameters({"type": "object", "properties": {f"p{number}": {} for number in range(MOST + 1)}})
    assert made == {"type": "object", "properties": {}}


def test_what_is_combined_at_the_top_becomes_one_object():
    schema = {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
        "additionalProperties": False,
        "anyOf": [
            {"properties": {"a": {"type": "string"}, "id": {}}, "required": ["a", "both"]},
            {"properties": {"b": {"type": "string"}, "both": {}}, "required": ["b", "both"]},
        ],
        "allOf": [{"properties": {"c": {}}, "required": ["c"]}, True],
    }
    made = parameters(schema)
    assert set(made["properties"]) == {"id", "a", "b", "both", "c"}
    assert made["properties"]["id"] == {"type": "string"}
    assert made["required"] == ["id", "c", "both"]
    assert not {"anyOf", "allOf", "additionalProperties"} & made.keys()


def test_inside_other_keywords_say_the_same():
    schema = {
        "properties": {
            "one": {"oneOf": [{"type": "string"}, {"type": "null"}]},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
            "single": {"type": "array", "prefixItems": [{"type": "string"}]},
            "bare": {"type": "array"},
            "map": {"type": "object", "additionalProperties": {"type": "array"}},
            "any": True,
            "if": {"type": "string"},
            "rest": {"type": "object", "patternProperties": {"^x": {}}, "if": {}, "then": {}},
        }
    }
    properties = parameters(schema)["properties"]
    assert properties["one"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert properties["pair"]["items"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert properties["single"]["items"] == {"type": "string"}
    assert properties["bare"] == {"type": "array", "items": {}}
    assert properties["map"]["additionalProperties"] == {"type": "array", "items": {}}
    assert properties["any"] == {}
    assert properties["if"] == {"type": "string"}
    assert properties["rest"] == {"type": "object"}
