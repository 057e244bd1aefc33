"""Dashboards: whether what Bicep loads is there, and both dashboards are well formed and show all that is reported."""

from __future__ import annotations

import json

from tests.infra.checker import grafana, workbook
from tests.infra.checker.findings import File
from tests.infra.checker.syntax import line, literal, named, text, walk
from tests.infra.metric_names import METRICS

WORKBOOK = "infra/dashboards/vocative-workbook.json"
GRAFANA = "infra/dashboards/vocative-grafana.json"
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
