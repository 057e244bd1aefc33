"""Workbook: its items and parameters, and what its queries ask of Application Insights."""

from __future__ import annotations

import re

from tests.infra.checker import kql
from tests.infra.checker.entries import at, unique

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHOWN = ("areachart", "barchart", "linechart", "table", "tiles")
_TEXT, _QUERY, _PARAMETERS = 1, 3, 9


def check(file, told):
    """What is wrong with a workbook."""
    if told.get("version") != "Notebook/1.0":
        yield file.find('"version"', f"the version is {told.get('version')!r}, not 'Notebook/1.0'")
    declared = _declared(told)
    parameters = frozenset(each["name"] for each in declared)
    yield from unique(file, "name", [item["name"] for item in told["items"]])
    yield from unique(file, "id", [each["id"] for each in declared])
    for each in declared:
        if not _GUID.fullmatch(each["id"]):
            yield at(file, "id", each["id"], f"the id of the parameter {each['name']!r} is no GUID")
    for item in told["items"]:
        if item["type"] not in {_TEXT, _QUERY, _PARAMETERS}:
            yield at(file, "name", item["name"], f"{item['name']!r} is of type {item['type']}, which is not known")
        shown = item["content"].get("visualization")
        if item["type"] == _QUERY and shown not in _SHOWN:
            yield at(file, "name", item["name"], f"{item['name']!r} is shown as {shown!r}, not one of {_SHOWN}")
    for name, content in _contents(told):
        yield from _content(file, name, content, parameters)


def asked(told):
    """The metrics that a workbook shows."""
    parameters = frozenset(each["name"] for each in _declared(told))
    return [each for _, content in _contents(told) for each in kql.read(content["query"], parameters).metrics]


def queries(told):
    """The queries of a workbook, by their items' or parameters' names."""
    return {name: content["query"] for name, content in _contents(told)}


def _declared(told):
    return [each for item in told["items"] if item["type"] == _PARAMETERS for each in item["content"]["parameters"]]


def _contents(told):
    """What has a query: items and parameters, with their names."""
    shown = [(item["name"], item["content"]) for item in told["items"] if item["type"] == _QUERY]
    return [*((each["name"], each) for each in _declared(told) if "query" in each), *shown]


def _content(file, name, content, parameters):
    for problem in kql.read(content["query"], parameters).problems:
        yield at(file, "name", name, f"the query of {name!r} {problem}")
    if content.get("timeContextFromParameter") not in parameters:
        yield at(file, "name", name, f"{name!r} follows no parameter for its time")
    if content.get("resourceType") != "microsoft.insights/components":
        yield at(file, "name", name, f"{name!r} asks something else than Application Insights")
