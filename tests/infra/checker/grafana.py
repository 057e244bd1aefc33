"""Grafana: the grid and the variables of its dashboard, and what its queries ask of Prometheus."""

from __future__ import annotations

import itertools
import json
import re
from typing import NamedTuple

from tests.infra.checker import promql
from tests.infra.checker.entries import at, unique

_WIDTH = 24
# Variables that Grafana itself has.
_BUILT_IN = {"__rate_interval", "__range", "__interval"}


class Place(NamedTuple):
    """Where a panel stands on the grid, from the upper left corner."""

    title: str
    x: int
    y: int
    w: int
    h: int

    def overlaps(self, other):
        beside = self.x + self.w <= other.x or other.x + other.w <= self.x
        above = self.y + self.h <= other.y or other.y + other.h <= self.y
        return not beside and not above


def check(file, told):
    """What is wrong with a dashboard."""
    panels, variables = told["panels"], told["templating"]["list"]
    yield from unique(file, "id", [each["id"] for each in panels])
    yield from unique(file, "title", [each["title"] for each in panels])
    yield from _grid(file, panels)
    for each in variables:
        for problem in promql.variable(each["query"]["query"]) if each["type"] == "query" else ():
            yield at(file, "name", each["name"], f"the variable {each['name']!r} {problem}")
    declared = {each["name"] for each in variables} | _BUILT_IN
    for panel in panels:
        for used in re.findall(r"\$\{?(\w+)", json.dumps(panel)):
            if used not in declared:
                yield at(
                    file,
                    "title",
                    panel["title"],
                    f"{panel['title']!r} uses the variable {used!r}, which is not declared",
                )
        if panel["type"] != "row":
            yield from _panel(file, panel)


def asked(told):
    """The metrics that a dashboard shows."""
    return [metric for _, query in queries(told) for metric in promql.metrics(query)]


def queries(told):
    """The queries of a dashboard, each with the title of its panel."""
    return [(panel["title"], target["expr"]) for panel in told["panels"] for target in panel.get("targets", ())]


def _grid(file, panels):
    places = [Place(each["title"], **each["gridPos"]) for each in panels]
    for each in places:
        if each.x < 0 or each.x + each.w > _WIDTH:
            yield at(file, "title", each.title, f"{each.title!r} stands beyond the {_WIDTH} columns")
    for one, other in itertools.combinations(places, 2):
        if one.overlaps(other):
            yield at(file, "title", other.title, f"{other.title!r} lies upon {one.title!r}")


def _panel(file, panel):
    title, targets = panel["title"], panel.get("targets", [])
    yield from unique(file, "refId", [each["refId"] for each in targets], f" in {title!r}")
    if not targets or not panel.get("description"):
        yield at(file, "title", title, f"{title!r} asks for nothing, or does not say what it shows")
    for target in targets:
        for problem in promql.problems(target["expr"]):
            yield at(file, "title", title, f"the query of {title!r} {problem}")
        for key in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
            if not re.search(rf"\bby \([^)]*\b{key}\b", target["expr"]):
                yield at(file, "title", title, f"the legend of {title!r} names {key!r}, by which nothing is grouped")
    for source in (panel, *targets):
        if source.get("datasource", {}).get("uid") != "${datasource}":
            yield at(file, "title", title, f"{title!r} has a data source of its own")
