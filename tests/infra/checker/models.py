"""Models: whether what can be deployed is known, is offered in every region, and does not retire under its users."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from agent.services.retirement import retirement_of
from tests.infra.checker.findings import File
from tests.infra.checker.syntax import line, literal, named, properties, property_of, text

TABLE = "infra/models.txt"


class Model(NamedTuple):
    """A row of the table."""

    name: str
    version: str
    retires: date | None
    quota: str


def table(root):
    """The rows of `infra/models.txt`."""
    rows = [row.split() for row in (root / TABLE).read_text("utf-8").splitlines() if row and not row.startswith("#")]
    return [
        Model(name, version, None if day == "-" else date.fromisoformat(day), quota)
        for name, version, day, quota in rows
    ]


def check(root, templates, today=None):
    today = today or date.today()  # noqa: DTZ011
    file, main = File(root, root / TABLE), templates["main.bicep"]
    try:
        rows = table(root)
    except ValueError as error:
        yield file.finding(1, f"a row is not model, version, day, quota: {error}")
        return
    for row in rows:
        announced = retirement_of("azure", row.name)
        ends = [day for day in (row.retires, announced.day if announced else None) if day]
        if ends and min(ends) <= today:
            yield file.find(row.name, f"{row.name} has retired on {min(ends)}: offer another")
    used = set()
    for what, version in _deployed(main):
        names = _choices(main, what)
        used |= set(names)
        yield from _offered(main, what, names, rows, today)
        versions = {row.version for row in rows if row.name in names}
        for each in _choices(main, version):
            if versions and each not in versions:
                yield main.finding(line(version), f"{' or '.join(names)} has no version {each!r} in {TABLE}")
    for row in rows:
        if row.name not in used:
            yield file.find(row.name, f"{row.name} can be chosen by no parameter of {main.name}")


def _offered(main, node, names, rows, today):
    for name in names:
        announced = retirement_of("azure", name)
        if announced and announced.day <= today:
            yield main.finding(line(node), announced.note(today))
        if name not in {row.name for row in rows}:
            yield main.finding(line(node), f"the model {name!r} is not in {TABLE}")


def _deployed(main):
    """Model and version of each deployment, as nodes."""
    for each in named(main.named("var")["deployments"].value):
        if each.type == "object":
            keys = {key for key, _, _ in properties(each)}
            if {"model", "version"} <= keys:
                yield property_of(each, "model"), property_of(each, "version")


def _choices(main, node):
    """The values that an expression may have: a parameter's allowed ones, or itself."""
    param = main.named("param").get(text(node))
    if param is None:
        return [literal(node) or text(node)]
    allowed = param.decorators.get("allowed")
    return [literal(each) for each in named(allowed[0])] if allowed else [literal(param.value)]
