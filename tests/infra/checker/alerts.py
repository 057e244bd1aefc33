"""Alerts: whether each rule asks for what is there, of the resource that has it, and measures what it asks for."""

from __future__ import annotations

import re

from tests.infra.checker import kql
from tests.infra.checker.syntax import body, line, literal, named, property_of, text, walk

# A table is asked of what has it: a word of the parameter that says of which.
_HOLDERS = {"customMetrics": "insights", "ContainerAppSystemLogs": "workspace", "ContainerAppConsoleLogs": "workspace"}


def check(templates):
    for template in templates.values():
        rules = [each for each in template.of("resource") if each.type.startswith("Microsoft.Insights/scheduledQuery")]
        if rules:
            yield from _queries(template, rules)
    app = templates["vocative.bicep"]
    alarm = app.named("module").get("replicaAlert")
    if alarm is not None and "minReplicas > 0" not in text(alarm.value):
        yield app.finding(alarm.line, "the alarm would go off where no replica has to be there while nobody calls")


def queries(template):
    """The queries that stand in a template: the node of each, with its text, and the object that it stands in."""
    for node in walk(template.tree):
        value = property_of(node, "query") if node.type == "object" else None
        if value is not None and value.type == "string":
            yield value, re.sub(r"\$\{[^}]*\}", "x", "".join(map(text, named(value)))).replace("\\'", "'"), node


def _queries(template, rules):
    properties = [property_of(body(each.value)[0], "properties") for each in rules]
    holders = " ".join(text(each).lower() for told in properties for each in named(property_of(told, "scopes")))
    names = set()
    for node, told, around in queries(template):
        query = kql.read(told)
        for problem in query.problems:
            yield template.finding(line(node), f"the query {problem}")
        for _, word in query.tokens:
            if word in _HOLDERS and _HOLDERS[word] not in holders:
                yield template.finding(line(node), f"{word} is asked of {holders}, which has it not")
        measure = literal(property_of(around, "measure"))
        if measure is not None and measure not in query.columns:
            yield template.finding(line(node), f"what is measured, {measure!r}, is no column of the query")
        name = literal(property_of(around, "name"))
        if name in names:
            yield template.finding(line(node), f"there is a rule {name!r} already")
        names.add(name)
