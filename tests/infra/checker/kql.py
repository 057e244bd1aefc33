"""KQL: what a query asks for, and whether that is there: tables, columns, metrics, their attributes and values.

No compiler of this language is at hand either. It is read into tokens; names are looked up, and brackets counted.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass, field

from tests.infra.metric_names import METRICS

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<parameter>\{\w+(?::\w+)?\})
    |(?P<number>\d+(?:\.\d+)?(?:ms|[smhd])?\b)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>[=!<>]=|=~|!~|[|()\[\],;=<>+*/-])""",
    re.VERBOSE,
)
_BRACKETS = {")": "(", "]": "["}

_OF_INSIGHTS = {
    *("timestamp", "customDimensions", "itemCount", "operation_Id", "session_Id", "cloud_RoleName"),
    "cloud_RoleInstance",
}
_OF_APPS = {"TimeGenerated", "ContainerAppName", "Log"}
# Which columns each table has: of those of Application Insights, and of Container Apps in the workspace.
TABLES = {
    "customMetrics": {"name", "value", "valueCount", "valueSum", "valueMin", "valueMax", *_OF_INSIGHTS},
    "requests": {"name", "duration", "success", "resultCode", *_OF_INSIGHTS},
    "dependencies": {"name", "duration", "success", "resultCode", "type", "target", *_OF_INSIGHTS},
    "traces": {"message", "severityLevel", *_OF_INSIGHTS},
    "exceptions": {"type", "outerMessage", "severityLevel", *_OF_INSIGHTS},
    "ContainerAppSystemLogs": {"Reason", "ReplicaName", "RevisionName", *_OF_APPS},
    "ContainerAppConsoleLogs": {"RevisionName", *_OF_APPS},
}
FUNCTIONS = {
    *("array_index_of", "bin", "case", "coalesce", "dcount", "dynamic", "iff", "isnotempty", "materialize", "max"),
    *("not", "parse_json", "percentilew", "round", "strcat", "sum", "sumif", "todouble", "tostring"),
}
_WORDS = {
    *("and", "asc", "between", "by", "desc", "distinct", "extend", "false", "has", "has_any", "in", "inner", "join"),
    *("kind", "let", "on", "or", "order", "project", "summarize", "take", "true", "union", "where"),
}


@dataclass
class Query:
    """One query, read.

    Attributes:
        tokens: Kind and text of each, without the space between.
        problems: What is wrong with it.
        columns: Names that it declares, or that a table of it has.
        metrics: Those of the table of metrics that it asks for.
    """

    tokens: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    metrics: list = field(default_factory=list)


@functools.cache
def read(text, parameters=frozenset()):
    """Read a query.

    Args:
        text: The query.
        parameters: What may stand in braces, as a workbook's parameters do.
    """
    query = Query()
    _tokens(query, text, parameters)
    if not query.problems:
        _names(query)
        _metrics(query)
        _attributes(query)
    return query


def _tokens(query, text, parameters):
    at, opened = 0, []
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            query.problems.append(f"cannot be read at {text[at : at + 20]!r}")
            return
        kind, word = found.lastgroup, found[0]
        at = found.end()
        if kind == "space":
            continue
        query.tokens.append((kind, word))
        if kind == "parameter" and word.strip("{}").partition(":")[0] not in parameters:
            query.problems.append(f"there is no parameter {word}")
        if word in _BRACKETS.values():
            opened.append(word)
        elif word in _BRACKETS and (not opened or opened.pop() != _BRACKETS[word]):
            query.problems.append(f"has a {word!r} that closes nothing")
    if opened:
        query.problems.append(f"has a {opened[-1]!r} that is never closed")


def _names(query):
    tables = {word for kind, word in query.tokens if kind == "name" and word in TABLES}
    if not tables:
        query.problems.append(f"asks no table that is known: {', '.join(sorted(TABLES))}")
    query.columns = {column for table in tables for column in TABLES[table]}
    query.columns |= {word for (kind, word), (_, after) in _pairs(query) if kind == "name" and after == "="}
    for (kind, word), (_, after) in _pairs(query):
        if kind != "name" or word in _WORDS | tables | query.columns:
            continue
        if after != "(":
            query.problems.append(f"asks for {word!r}, and no column of {', '.join(sorted(tables))} has that name")
        elif word not in FUNCTIONS:
            query.problems.append(f"calls {word!r}, which is not in the list of functions")


def _pairs(query):
    return itertools.pairwise([*query.tokens, ("end", "")])


def _metrics(query):
    """`name == "…"` and `name in ("…", …)`."""
    known = {each.name: each for each in METRICS}
    if ("name", "customMetrics") not in query.tokens:
        return
    for position, token in enumerate(query.tokens):
        if token != ("name", "name"):
            continue
        for asked in compared(query.tokens[position + 1 :]):
            if asked in known:
                query.metrics.append(known[asked])
            else:
                query.problems.append(f"asks for the metric {asked!r}, which nothing reports")


def compared(tokens):
    """The texts that a name is compared with: those after `==`, `=~`, `!=`, or in the brackets after `in`."""
    if not tokens or tokens[0][1] not in {"==", "=~", "!=", "in"}:
        return []
    if tokens[0][1] != "in":
        return [unquoted(tokens[1][1])] if tokens[1][0] == "string" else []
    found = []
    for kind, word in tokens[2:]:
        if word == ")":
            break
        if kind == "string":
            found.append(unquoted(word))
    return found


def unquoted(word):
    return re.sub(r"\\(.)", r"\1", word[1:-1])


def _attributes(query):
    """`tostring(customDimensions["…"])`, by itself or under a name, and what it is compared with."""
    words = [word for _, word in query.tokens]
    names = {}
    for position, word in enumerate(words):
        if word != "customDimensions" or words[position + 1 : position + 2] != ["["]:
            continue
        attribute = unquoted(words[position + 2])
        if not any(attribute in each.labels for each in query.metrics):
            asked = ", ".join(sorted({each.name for each in query.metrics})) or "what is asked for"
            query.problems.append(f"asks for the attribute {attribute!r}, which {asked} has not")
        if words[max(position - 3, 0) : position] == ["=", "tostring", "("]:
            names[words[position - 4]] = attribute
        _values(query, attribute, query.tokens[position + 5 :])
    for position, (kind, word) in enumerate(query.tokens):
        if kind == "name" and word in names:
            _values(query, names[word], query.tokens[position + 1 :])


def _values(query, attribute, after):
    may = [each.attributes[attribute] for each in query.metrics if attribute in (each.attributes or {})]
    if not may or not all(may):
        return
    for value in compared(after):
        if value and not any(value in each for each in may):
            query.problems.append(f"asks for {attribute} {value!r}, which is never reported")
