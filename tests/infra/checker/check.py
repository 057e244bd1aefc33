"""Check: all rules over all files. `python -m tests.infra.checker.check` prints what is wrong and where."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.infra.checker import (
    access,
    alerts,
    calls,
    dashboards,
    deployment,
    models,
    parameters,
    reach,
    resources,
    roles,
    symbols,
    syntax,
    values,
)
from tests.infra.checker.template import read

ROOT = Path(__file__).parent.parent.parent.parent


def templates(root):
    """Every template below `infra`, by its path there."""
    folder = root / "infra"
    return {path.relative_to(folder).as_posix(): read(root, path) for path in sorted(folder.rglob("*.bicep"))}


def check(root=ROOT):
    """What is wrong with the templates and what belongs to them.

    Args:
        root: The repository's root, or a copy of what matters of it.

    Returns:
        Findings, in the order of their places; empty if all is well.
    """
    found = []
    read_all = templates(root)
    for template in read_all.values():
        broken = [
            template.finding(syntax.line(node), f"cannot be read: {syntax.text(node)[:40]!r}")
            for node in syntax.errors(template.tree)
        ]
        if broken:
            found += broken[:1]
            continue
        modules = _modules(template, read_all)
        for rule in (symbols.check, symbols.duplicate_keys, values.check, resources.check):
            found += rule(template)
        found += access.check(template, modules)
        found += calls.check(template, modules)
    if not found:
        found += reach.check(read_all, lambda template: _modules(template, read_all))
    if not found:
        found += alerts.check(read_all)
        found += dashboards.check(root, read_all)
    # These compare files, and would only repeat what is wrong in one of them.
    for rules in ((parameters.check,), (deployment.check, roles.check, models.check)):
        if not found:
            found += [each for rule in rules for each in rule(root, read_all)]
    return sorted(set(found))


def _modules(template, read_all):
    """The templates that one calls, by the paths that it calls them by."""
    paths = {other.path.resolve(): other for other in read_all.values()}
    called = {each.type: (template.path.parent / each.type).resolve() for each in template.of("module")}
    return {name: paths[path] for name, path in called.items() if path in paths}


if __name__ == "__main__":
    findings = check()
    print("\n".join(map(str, findings)) or "The templates are in order.")
    sys.exit(1 if findings else 0)
