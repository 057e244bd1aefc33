"""PromQL: whether a query asks for series, labels and values that there are, and treats counters as counters."""

from __future__ import annotations

import re

from tests.infra.metric_names import GAUGE, METRICS, label

# What the scraping adds, and the bounds of a histogram's buckets.
_ALWAYS = {"job", "instance", "le"}
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\{((?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*)\}(\[[^\]]*\])?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_LABEL_VALUES = re.compile(r"label_values\((.*),\s*(\w+)\)")
# What Prometheus itself knows of whom it scrapes.
_UP = "up"
SERIES = {name: each for each in METRICS for name in each.series}


def metrics(query):
    """The metrics that a query asks for."""
    return [SERIES[name] for name, _, _ in _SELECTOR.findall(query) if name in SERIES]


def problems(query):
    """What is wrong with a query: texts that follow its name."""
    labels = set(_ALWAYS)
    selectors = _SELECTOR.findall(query)
    if not selectors:
        yield "asks for no series"
    for name, matchers, span in selectors:
        metric = SERIES.get(name)
        if name == _UP:
            continue
        if metric is None:
            yield f"asks for the series {name!r}, which nothing reports"
            continue
        labels |= {label(each) for each in metric.labels}
        yield from _over_time(query, name, metric, span)
        yield from _matched(name, metric, matchers)
    for key in {key.strip() for grouped in _GROUPED.findall(query) for key in grouped.split(",")} - {"", *labels}:
        yield f"groups by the label {key!r}, which none of its series has"


def _over_time(query, name, metric, span):
    if bool(span) == (metric.kind == GAUGE):
        yield f"asks for {name!r} {'over a span' if span else 'without a span'}, and it is a {metric.kind}"
    if metric.kind != GAUGE and f"rate({name}{{" not in query and f"increase({name}{{" not in query:
        yield f"takes {name!r} for something else than a counter: rate() and increase() know that it starts anew"


def _matched(name, metric, matchers):
    known = {label(each): values for each, values in (metric.attributes or {}).items()}
    for key, sign, value in _MATCHER.findall(matchers):
        if key not in _ALWAYS | {label(each) for each in metric.labels}:
            yield f"asks for the label {key!r}, which {name!r} has not"
        yield from _values(name, key, sign, value, known.get(key, ()))


def _values(name, key, sign, value, may):
    if not may or "$" in value:
        return
    for each in value.removeprefix("(?i)").split("|") if sign in {"=~", "!~"} else [value]:
        if each not in may:
            yield f"asks for {key} {each!r}, which {name!r} never has"


def variable(query):
    """What is wrong with the query of a variable: `label_values(series, label)`."""
    found = _LABEL_VALUES.fullmatch(query)
    if found is None:
        yield "is not label_values(series, label)"
        return
    name = found[1].partition("{")[0]
    if name not in SERIES:
        yield f"asks for the series {name!r}, which nothing reports"
    elif found[2] not in _ALWAYS | {label(each) for each in SERIES[name].labels}:
        yield f"asks for the label {found[2]!r}, which {name!r} has not"
