"""Parameters: whether the parameter files, the templates' parameters and azd's variables agree."""

from __future__ import annotations

import json
import re

from tests.infra.checker.findings import File
from tests.infra.checker.values import constant, outside

# Variables that azd itself sets, before it provisions or with the image that it built.
AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_SUBSCRIPTION_ID", "AZURE_PRINCIPAL_ID", "SERVICE_VOCATIVE_IMAGE_NAME"}
_REFERENCE = re.compile(r"\$\{(\w+)(?:=([^}]*))?\}")


def check(root, templates):
    outputs = templates["main.bicep"].named("output")
    yield from _file(root, templates["main.bicep"], "infra/main.parameters.json", AZD)
    yield from _file(root, templates["vocative.bicep"], "infra/vocative.parameters.json", AZD | set(outputs))


def entries(root, path):
    """The parameters of a file: pairs of name and value."""
    return {name: told["value"] for name, told in json.loads((root / path).read_text("utf-8"))["parameters"].items()}


def set_by_hooks(root):
    """Variables that a hook sets."""
    return {
        name
        for path in (root / "infra" / "hooks").glob("*.sh")
        for name in re.findall(r"\b(?:azd env set|keep) (\w+)", path.read_text("utf-8"))
    }


def _file(root, template, path, known):
    file = File(root, root / path)
    try:
        given = entries(root, path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        yield file.finding(getattr(error, "lineno", 1), f"is no file of parameters: {error!r}")
        return
    wanted = template.named("param")
    for name, value in given.items():
        if name not in wanted:
            yield file.find(f'"{name}"', f"{template.name} has no parameter {name!r}")
            continue
        yield from _value(file, template, wanted[name], value, known | set_by_hooks(root))
    for name, param in wanted.items():
        if name not in given:
            yield template.finding(param.line, f"{name!r} cannot be set: it is not in {file.name}")


def _value(file, template, param, value, known):
    where = f'"{param.name}"'
    if not isinstance(value, str):
        return
    reference = _REFERENCE.fullmatch(value)
    if reference is None:
        yield file.find(where, f"{param.name!r} refers to no variable: {value!r}")
        return
    variable, default = reference.groups()
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
