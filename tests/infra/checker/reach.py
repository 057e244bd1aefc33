"""Reach: whether each module is called, and each of its outputs read by one that calls it."""

from __future__ import annotations

from tests.infra.checker.syntax import chain, text, walk

# What azd deploys by itself.
_ENTRIES = {"main.bicep", "vocative.bicep"}


def check(templates, modules_of):
    """Modules and outputs that lead nowhere.

    Args:
        templates: All of them, by their paths.
        modules_of: Gives the templates that one calls, by the paths that it calls them by.
    """
    read: dict[str, set[str]] = {}
    for template in templates.values():
        called = modules_of(template)
        for declaration in template.of("module"):
            if declaration.type in called:
                read.setdefault(called[declaration.type].name, set()).update(_outputs(template, declaration.name))
    for path, template in templates.items():
        if path in _ENTRIES:
            continue
        if template.name not in read:
            yield template.finding(1, "is called by no template")
            continue
        for name, output in template.named("output").items():
            if name not in read[template.name]:
                yield template.finding(output.line, f"the output {name!r} is read by no template that calls this one")


def _outputs(template, module):
    for node in walk(template.tree):
        if node.type == "member_expression":
            root, names = chain(node)
            if text(root) == module and len(names) > 1 and text(names[0]) == "outputs":
                yield text(names[1])
