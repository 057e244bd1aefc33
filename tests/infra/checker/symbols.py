"""Symbols: whether every name is declared, once, and used."""

from __future__ import annotations

from tests.infra.checker.syntax import line, loop_names, named, text, walk

# What the templates call; a name that is not here may be right, and is then added.
FUNCTIONS = {
    *("any", "base64", "cidrSubnet", "concat", "contains", "empty", "environment", "first", "format", "guid"),
    *(
        "items",
        "join",
        "json",
        "last",
        "length",
        "loadTextContent",
        "map",
        "max",
        "min",
        "range",
        "replace",
        "resourceGroup",
    ),
    *("resourceId", "split", "startsWith", "string", "subscription", "subscriptionResourceId", "substring", "take"),
    *("tenant", "toLower", "toUpper", "union", "uniqueString", "utcNow", "int", "bool"),
}
ONLY_FOR_DEFAULTS = {"utcNow", "newGuid"}
_SECRET = ("secret", "password", "apikey", "api_key")
_NAMESPACES = {"az", "sys"}


def check(template):
    yield from _declared_twice(template)
    yield from _undescribed(template)
    used: set[str] = set()
    symbols = {each.name for each in template.declarations if each.kind != "output"}
    for declaration in template.declarations:
        nodes = [declaration.value] if declaration.value is not None else []
        for node in [*nodes, *(argument for given in declaration.decorators.values() for argument in given)]:
            yield from _names(template, node, symbols, used, default=declaration.kind == "param")
    for declaration in template.of("param", "var"):
        if declaration.name not in used:
            yield template.finding(declaration.line, f"the {declaration.kind} {declaration.name!r} is never used")
    for declaration in template.of("resource"):
        if declaration.existing and declaration.name not in used:
            yield template.finding(declaration.line, f"the existing resource {declaration.name!r} is never used")


def _declared_twice(template):
    seen: dict[tuple[bool, str], int] = {}
    for each in template.declarations:
        # Outputs have names of their own.
        key = (each.kind == "output", each.name)
        if key in seen:
            yield template.finding(each.line, f"{each.name!r} is declared in line {seen[key]} already")
        seen.setdefault(key, each.line)


def _undescribed(template):
    for each in template.of("param", "output"):
        if "description" not in each.decorators:
            yield template.finding(each.line, f"the {each.kind} {each.name!r} has no @description")
    for each in template.of("param", "output"):
        # The name of a secret, or of where one is set, is none.
        held = each.type in {"string", "object"} and not each.name.lower().endswith("name")
        if held and any(word in each.name.lower() for word in _SECRET) and "secure" not in each.decorators:
            yield template.finding(each.line, f"the {each.kind} {each.name!r} holds a secret and is not @secure()")


def _names(template, node, symbols, used, *, default, local=frozenset()):
    if node.type == "for_statement":
        _, over, inner = named(node)
        yield from _names(template, over, symbols, used, default=default, local=local)
        within = local | set(loop_names(node))
        yield from _names(template, inner, symbols, used, default=default, local=within)
        return
    if node.type == "object_property":
        key, value = named(node)
        parts = [value] if key.type == "identifier" else [key, value]
        for part in parts:
            yield from _names(template, part, symbols, used, default=default, local=local)
        return
    if node.type == "call_expression":
        function, arguments = named(node)
        yield from _function(template, function, default)
        for argument in named(arguments):
            yield from _names(template, argument, symbols, used, default=default, local=local)
        return
    if node.type == "identifier" and text(node) not in local:
        name = text(node)
        used.add(name)
        if name not in symbols and name not in _NAMESPACES:
            yield template.finding(line(node), f"{name!r} is not declared")
        return
    for child in named(node):
        yield from _names(template, child, symbols, used, default=default, local=local)


def _function(template, node, default):
    name = text(node).rpartition(".")[2]
    declared = {each.name for each in template.declarations if each.kind != "output"}
    if name in ONLY_FOR_DEFAULTS and not default:
        yield template.finding(line(node), f"{name}() can be called in a parameter's default only")
    elif name not in FUNCTIONS | ONLY_FOR_DEFAULTS:
        yield template.finding(line(node), f"there is no function {name!r}")
    elif name in declared and node.type == "identifier":
        yield template.finding(line(node), f"{name}() is hidden by what is declared as {name!r}: write az.{name}()")


def duplicate_keys(template):
    """Keys that stand in an object twice; the last would count."""
    for node in walk(template.tree):
        if node.type != "object":
            continue
        seen: dict[str, int] = {}
        for each in named(node):
            if each.type != "object_property":
                continue
            key = text(named(each)[0]).strip("'")
            if key in seen:
                yield template.finding(
                    line(each), f"the key {key!r} is in this object twice, first in line {seen[key]}"
                )
            seen.setdefault(key, line(each))
