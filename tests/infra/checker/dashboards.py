"""Dashboards: whether what Bicep loads is there, and both dashboards are well formed and show all that is reported."""

from __future__ import annotations

import json

import yaml

from tests.infra.checker import grafana, promql, workbook
from tests.infra.checker.findings import File
from tests.infra.checker.syntax import line, literal, named, text, walk
from tests.infra.metric_names import METRICS

WORKBOOK = "infra/dashboards/vocative-workbook.json"
GRAFANA = "infra/dashboards/vocative-grafana.json"
RULES = "infra/dashboards/vocative-alerts.yml"
# What `loadTextContent` takes, in characters.
MOST = 131072


def check(root, templates):
    for template in templates.values():
        yield from _loaded(template)
    for path, rules in ((WORKBOOK, workbook), (GRAFANA, grafana)):
        file = File(root, root / path)
        try:
            told = json.loads(file.path.read_text("utf-8"))
        except ValueError as error:
            yield file.finding(getattr(error, "lineno", 1), f"is no JSON: {error}")
            continue
        yield from rules.check(file, told)
        asked = rules.asked(told)
        for each in METRICS:
            if each not in asked:
                yield file.finding(1, f"shows nothing of {each.name!r}")

    yield from _rules(File(root, root / RULES))


def _rules(file):
    """The rules for Prometheus."""
    try:
        rules = [rule for group in yaml.safe_load(file.path.read_text("utf-8"))["groups"] for rule in group["rules"]]
    except yaml.MarkedYAMLError as error:
        yield file.finding(error.problem_mark.line + 1, f"is no YAML: {error.problem}")
        return
    names = [each["alert"] for each in rules]
    for each in rules:
        place = f"- alert: {each['alert']}"
        if names.count(each["alert"]) > 1:
            yield file.find(place, f"the rule {each['alert']!r} is there twice")
        for problem in promql.problems(each["expr"]):
            yield file.find(place, f"the query of {each['alert']!r} {problem}")
        if not {"summary", "description"} <= set(each.get("annotations", {})):
            yield file.find(place, f"{each['alert']!r} does not say what it means")


def _loaded(template):
    for node in walk(template.tree):
        if node.type != "call_expression" or text(named(node)[0]) != "loadTextContent":
            continue
        path = literal(named(named(node)[1])[0])
        loaded = (template.path.parent / path).resolve() if path else None
        if loaded is None or not loaded.is_file():
            yield template.finding(line(node), f"there is no {path!r} to be loaded")
        elif len(loaded.read_text("utf-8")) > MOST:
            yield template.finding(line(node), f"{path!r} has more than {MOST} characters")
