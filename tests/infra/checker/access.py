"""Access: whether what is read of resources, modules and variables is there to be read."""

from __future__ import annotations

from tests.infra.checker.catalogue import TYPES, seen
from tests.infra.checker.shapes import resolved
from tests.infra.checker.syntax import body, chain, line, literal, properties, text, walk

_ALWAYS = {"id", "name", "type", "apiVersion", "location", "tags"}


def check(template, modules):
    """Every access of a template.

    Args:
        template: The template.
        modules: The templates of its modules, by their paths.
    """
    resources, calls = template.named("resource"), template.named("module")
    variables = template.named("var")
    inner: set[int] = set()
    for node in walk(template.tree):
        if node.type not in {"member_expression", "subscript_expression"} or node.id in inner:
            continue
        inner |= {each.id for each in walk(node) if each.type == "member_expression" and each.id != node.id}
        root, names = chain(node)
        if root.type != "identifier" or not names:
            continue
        name = text(root)
        words = [literal(each) or text(each) for each in names]
        if name in resources:
            yield from _resource(template, resources[name], names, words)
        elif name in calls:
            yield from _module(template, calls[name], names, words, modules)
        elif name in variables and variables[name].value.type == "object":
            yield from _variable(template, variables[name], names, words)
        if name in {**resources, **calls} and words[0] in {"properties", "outputs"}:
            yield from _absent(template, {**resources, **calls}[name], node, root)


def _resource(template, declaration, names, words):
    name = declaration.type.partition("@")[0]
    if name not in TYPES or words[0] in _ALWAYS:
        return
    shape, at = resolved(seen(name)), name
    for node, word in zip(names, words, strict=True):
        known = shape.properties.get(word)
        if known is None:
            if not shape.open:
                yield template.finding(line(node), f"{at} has no property {word!r} to be read")
            return
        if known.dictionary or known.shape is None or known.type != "object":
            return
        shape, at = resolved(known.shape), f"{at}.{word}"


def _module(template, declaration, names, words, modules):
    if words[0] == "name":
        return
    if words[0] != "outputs":
        yield template.finding(
            line(names[0]), f"of the module {declaration.name!r} only outputs can be read, not {words[0]!r}"
        )
        return
    called = modules.get(declaration.type)
    if called is None or len(words) < 2:
        return
    outputs = called.named("output")
    if words[1] not in outputs:
        yield template.finding(
            line(names[1]),
            f"{declaration.type} has no output {words[1]!r}; it has {', '.join(sorted(outputs)) or 'none'}",
        )
    elif len(words) > 2 and outputs[words[1]].type in {"string", "int", "bool"}:
        yield template.finding(
            line(names[2]), f"the output {words[1]!r} is a {outputs[words[1]].type} and has no {words[2]!r}"
        )


def _variable(template, declaration, names, words):
    node, _ = body(declaration.value)
    keys = {key for key, _, _ in properties(node)}
    if None not in keys and words[0] not in keys:
        yield template.finding(line(names[0]), f"the variable {declaration.name!r} has no property {words[0]!r}")


def _absent(template, declaration, node, root):
    """Reading what may not have been deployed: the compiler wants a `!` or `.?` that says one has thought of it."""
    if not declaration.conditional:
        return
    after = root.next_sibling
    if after is None or text(after) not in {"!", ".?"}:
        # Where the grammar took the access to be to the whole condition, the mark is behind that.
        outer = root.parent.next_sibling if root.parent.type == "ternary_expression" else None
        if outer is None or text(outer) not in {"!", ".?"}:
            yield template.finding(
                line(node), f"{declaration.name!r} is there under a condition only: write {declaration.name}!. or .?"
            )
