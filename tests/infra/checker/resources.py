"""Resources: types, versions, and whether each body has the shape that the service takes."""

from __future__ import annotations

from tests.infra.checker.catalogue import TYPES, sent
from tests.infra.checker.shapes import Property, resolved
from tests.infra.checker.syntax import alternatives, body, line, literal, named, properties, property_of, text
from tests.infra.checker.values import type_of

# What Bicep itself takes on every resource, beside the type's own properties.
_OURS = {"name", "parent", "scope", "dependsOn"}
# Types that are put on another resource, whatever it is.
_EXTENSIONS = {"Microsoft.Insights/diagnosticSettings", "Microsoft.Authorization/roleAssignments"}
_FITS = {"float": {"int", "float"}, "int": {"int"}, "any": set()}


def check(template):
    for declaration in template.of("resource"):
        name, _, version = declaration.type.partition("@")
        told = TYPES.get(name)
        if told is None:
            yield template.finding(declaration.line, f"the resource type {name!r} is not in the catalogue")
            continue
        if version not in told.versions:
            yield template.finding(
                declaration.line, f"{name} has no API version {version!r} that is known: {', '.join(told.versions)}"
            )
        node, _ = body(declaration.value)
        yield from _own(template, declaration, name, node)
        if not declaration.existing:
            if template.scope not in told.scopes:
                yield template.finding(declaration.line, f"{name} cannot be deployed to a {template.scope}")
            yield from _object(template, node, sent(name), name, top=True)


def _own(template, declaration, name, node):
    """Name, parent and scope."""
    keys = {key for key, _, _ in properties(node)}
    if "name" not in keys:
        yield template.finding(declaration.line, f"{declaration.name!r} has no name")
    nested = name.count("/") > 1
    if nested and "parent" not in keys:
        yield template.finding(declaration.line, f"{declaration.name!r}, of {name}, has no parent")
    if name in _EXTENSIONS and "scope" not in keys:
        yield template.finding(declaration.line, f"{declaration.name!r} has no scope: say which resource it is for")
    parent = property_of(node, "parent")
    if nested and parent is not None:
        root = parent
        while root.type == "subscript_expression":
            root = named(root)[0]
        above = template.named("resource").get(text(root))
        if above and above.type.partition("@")[0] != name.rpartition("/")[0]:
            yield template.finding(
                line(parent), f"the parent of {declaration.name!r} is a {above.type.partition('@')[0]}"
            )


def _object(template, node, shape, where, *, top=False):
    shape = resolved(shape)
    if shape.discriminator:
        value = literal(property_of(node, shape.discriminator))
        if value is not None and value not in shape.kinds:
            yield template.finding(
                line(node), f"{where}.{shape.discriminator} is {value!r}, not one of {', '.join(sorted(shape.kinds))}"
            )
        shape = shape.kind(value) or shape
    present = set()
    for key, key_node, value in properties(node):
        present.add(key)
        if key is None or (top and key in _OURS):
            continue
        known = shape.properties.get(key)
        if known is None:
            if not shape.open:
                near = next((each for each in shape.properties if each.lower() == key.lower()), None)
                hint = f"; {near!r} is meant" if near else f"; it has {', '.join(sorted(shape.properties)) or 'none'}"
                yield template.finding(line(key_node), f"{where} has no property {key!r}{hint}")
            continue
        if known.read_only:
            yield template.finding(line(key_node), f"{where}.{key} is set by the service alone")
            continue
        yield from _value(template, value, known, f"{where}.{key}")
    for key, known in shape.properties.items():
        if known.required and not known.read_only and key not in present and not (top and key in _OURS):
            yield template.finding(line(node), f"{where} lacks {key!r}, which is required")


def _value(template, node, known, where):
    if known.type == "any":
        return
    for each in alternatives(node):
        found = type_of(each, template)
        if each.type == "null" or found is None:
            continue
        if found not in _FITS.get(known.type, {known.type}):
            yield template.finding(line(each), f"{where} is {found}, and is to be {known.type}")
            continue
        value = literal(each)
        if value is not None and known.values and value not in known.values:
            yield template.finding(line(each), f"{where} is {value!r}, not one of {', '.join(sorted(known.values))}")
        yield from _inside(template, _declared(each, template), known, where)


def _declared(node, template):
    """A variable's value in place of its name."""
    if node.type == "identifier":
        variable = template.named("var").get(text(node))
        return variable.value if variable else node
    return node


def _inside(template, node, known, where):
    if known.shape is None:
        return
    inner = known.shape.properties.get("", Property())
    if known.type == "array":
        if node.type == "for_statement":
            yield from _value(template, named(node)[-1], inner, f"{where}[]")
        for item in named(node) if node.type == "array" else ():
            yield from _value(template, item, inner, f"{where}[]")
    elif known.dictionary and node.type == "object":
        for key, _, value in properties(node):
            yield from _value(template, value, inner, f"{where}.{key}")
    elif node.type == "object":
        yield from _object(template, node, known.shape, where)
