"""Parameters: whether the parameter files, the templates' parameters and azd's variables agree."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from tests.infra.checker.findings import File
from tests.infra.checker.values import constant, outside

# Variables that azd itself sets, before it provisions or with the image that it built.
AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_SUBSCRIPTION_ID", "AZURE_PRINCIPAL_ID", "SERVICE_VOCATIVE_IMAGE_NAME"}
_PARAM = re.compile(r"param (\w+) = (?:(int|bool)\()?readEnvironmentVariable\('(\w+)'(?:, '([^']*)')?\)\)?")
_REFERENCE = re.compile(r"\$\{(\w+)(?:=([^}]*))?\}")


class Reference(NamedTuple):
    """A value that is taken from a variable."""

    variable: str
    default: str | None
    cast: str | None


def check(root, templates):
    outputs = templates["main.bicep"].named("output")
    yield from _file(root, templates["main.bicep"], "infra/main.parameters.json", AZD)
    yield from _file(root, templates["vocative.bicep"], "infra/vocative.bicepparam", AZD | set(outputs))


def entries(root, path):
    """The parameters of a file: by name, the variable and its default, or a value that refers to none.

    azd itself makes numbers and truths of the texts in JSON; in a `.bicepparam`, `int()` and `bool()` do.
    """
    told = (root / path).read_text("utf-8")
    if path.endswith(".json"):
        return {
            name: _referred(each["value"]) if isinstance(each["value"], str) else each["value"]
            for name, each in json.loads(told)["parameters"].items()
        }
    found = {}
    for row in re.findall(r"^param .*$", told, re.MULTILINE):
        matched = _PARAM.fullmatch(row)
        if matched is None:
            raise ValueError(f"{row!r} is not `param NAME = readEnvironmentVariable('VARIABLE', 'DEFAULT')`")
        name, cast, variable, default = matched.groups()
        found[name] = Reference(variable, default, cast)
    return found


def variables(root, path):
    """The variables that a file refers to, and their defaults."""
    return {each.variable: each.default for each in entries(root, path).values() if isinstance(each, Reference)}


def _referred(value):
    matched = _REFERENCE.fullmatch(value)
    return Reference(*matched.groups(), None) if matched else value


def set_by_hooks(root):
    """Variables that a hook sets."""
    return {
        name
        for path in (root / "infra" / "hooks").glob("*.sh")
        for name in re.findall(r"^\s*(?:azd env set|keep) ([A-Z_]+)", path.read_text("utf-8"), re.MULTILINE)
    }


def _file(root, template, path, known):
    file = File(root, root / path)
    try:
        given = entries(root, path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        yield file.finding(getattr(error, "lineno", 1), f"is no file of parameters: {error!r}")
        return
    wanted = template.named("param")
    known = known | set_by_hooks(root)
    for name, value in given.items():
        if name not in wanted:
            yield file.find(f'"{name}"', f"{template.name} has no parameter {name!r}")
            continue
        if path.endswith(".bicepparam") and value.cast != {"int": "int", "bool": "bool"}.get(wanted[name].type):
            yield file.find(f"param {name} ", f"{name!r} is to be {wanted[name].type}: write it with or without int()")
        yield from _value(file, template, wanted[name], value, known)
    for name, param in wanted.items():
        if name not in given:
            yield template.finding(param.line, f"{name!r} cannot be set: it is not in {file.name}")


def _value(file, template, param, value, known):
    where = f"param {param.name} " if file.name.endswith(".bicepparam") else f'"{param.name}"'
    if isinstance(value, str):
        yield file.find(where, f"{param.name!r} refers to no variable: {value!r}")
    if not isinstance(value, Reference):
        return
    variable, default, _ = value
    if default is None:
        if variable not in known:
            yield file.find(where, f"nothing sets {variable!r}, which {param.name!r} takes: give it a default")
        return
    typed = _typed(param, default)
    if typed is None:
        yield file.find(where, f"the default {default!r} of {param.name!r} is no {param.type}")
        return
    for problem in outside(param, typed):
        yield file.find(where, f"the default of {param.name!r} {problem}")
    mine = constant(param.value) if param.value is not None else None
    if mine is not None and mine != typed:
        yield file.find(where, f"the default of {param.name!r} is {default!r} here, and {mine!r} in {template.name}")


def _typed(param, default):
    if param.type == "int":
        return int(default) if re.fullmatch(r"-?\d+", default) else None
    if param.type == "bool":
        return {"true": True, "false": False}.get(default)
    return default
