"""Calls: whether each module gets the parameters that it takes, and no others."""

from __future__ import annotations

from tests.infra.checker.syntax import alternatives, body, line, properties, property_of, text
from tests.infra.checker.values import constant, outside, type_of


def check(template, modules):
    for declaration in template.of("module"):
        called = modules.get(declaration.type)
        if called is None:
            yield template.finding(declaration.line, f"there is no module {declaration.type!r}")
            continue
        node, _ = body(declaration.value)
        for key, key_node, _ in properties(node):
            if key not in {"name", "scope", "params", "dependsOn"}:
                yield template.finding(line(key_node), f"a module takes no {key!r}")
        yield from _scope(template, declaration, called, node)
        given = property_of(node, "params")
        yield from _parameters(template, declaration, called, given)


def _scope(template, declaration, called, node):
    scope = property_of(node, "scope")
    if scope is None and called.scope != template.scope:
        yield template.finding(
            declaration.line, f"{declaration.type} is for a {called.scope}: {declaration.name!r} needs a scope"
        )
    if property_of(node, "name") is None:
        yield template.finding(declaration.line, f"the module {declaration.name!r} has no name")


def _parameters(template, declaration, called, given):
    wanted = called.named("param")
    present = {}
    for key, key_node, value in properties(given) if given is not None else ():
        present[key] = value
        if key not in wanted:
            yield template.finding(
                line(key_node), f"{declaration.type} has no parameter {key!r}; it has {', '.join(sorted(wanted))}"
            )
            continue
        yield from _value(template, declaration, wanted[key], value)
    for name, param in wanted.items():
        if name not in present and param.value is None and not param.type.endswith("?"):
            yield template.finding(
                declaration.line, f"{declaration.name!r} does not give {declaration.type} its parameter {name!r}"
            )


def _value(template, declaration, param, node):
    for each in alternatives(node):
        found = type_of(each, template)
        if found and found != param.type.rstrip("?"):
            yield template.finding(
                line(each), f"{declaration.type} wants {param.name!r} to be {param.type}, and it is {found}"
            )
            continue
        for problem in outside(param, constant(each)):
            yield template.finding(line(each), f"{param.name!r} of {declaration.type} {problem}")
    name = text(node) if node.type == "identifier" else ""
    mine = template.named("param").get(name)
    if mine and "secure" in mine.decorators and "secure" not in param.decorators:
        yield template.finding(
            line(node), f"the secret {name!r} is given to {declaration.type}, where {param.name!r} is not @secure()"
        )
