"""Syntax: a template as tree-sitter reads it, and the few questions that the rules ask of its nodes."""

from __future__ import annotations

import tree_sitter
import tree_sitter_bicep

_LANGUAGE = tree_sitter.Language(tree_sitter_bicep.language())


def parse(source):
    return tree_sitter.Parser(_LANGUAGE).parse(source).root_node


def errors(node):
    """Nodes that the grammar could not make sense of."""
    if node.type == "ERROR" or node.is_missing:
        yield node
        return
    for child in node.children:
        yield from errors(child)


def text(node):
    return node.text.decode()


def line(node):
    return node.start_point[0] + 1


def named(node):
    return [child for child in node.named_children if child.type != "comment"]


def walk(node):
    yield node
    for child in named(node):
        yield from walk(child)


def literal(node):
    """The value of a string without interpolation; None for anything else."""
    if node is None or node.type != "string" or any(child.type == "interpolation" for child in node.children):
        return None
    return "".join(text(child) for child in named(node))


def unwrapped(node):
    """What stands in parentheses."""
    while node.type == "parenthesized_expression":
        (node,) = named(node)
    return node


def properties(node):
    """The properties of an object: pairs of key (None if it is made of an expression), its node and the value's."""
    for each in named(node):
        if each.type != "object_property":
            continue
        key, value = named(each)
        name = literal(key) if key.type == "string" else text(key)
        yield name, key, value


def property_of(node, name):
    """The value of a property of an object; None if it has none of that name."""
    return next((value for key, _, value in properties(node) if key == name), None)


def alternatives(node):
    """The values that an expression may have: branches of a condition, parts of a concat or union."""
    node = unwrapped(node)
    parts = named(node)
    if node.type == "ternary_expression":
        for branch in parts[1:]:
            yield from alternatives(branch)
    elif node.type == "binary_expression" and any(text(child) == "??" for child in node.children):
        for side in parts:
            yield from alternatives(side)
    elif node.type == "call_expression" and text(parts[0]) in {"concat", "union"}:
        for argument in named(parts[1]):
            yield from alternatives(argument)
    else:
        yield node


def body(node):
    """The object of a resource or module, inside its condition and loop; with the names that the loop brings."""
    names = []
    while node.type in {"if_statement", "for_statement", "parenthesized_expression"}:
        if node.type == "for_statement":
            names += loop_names(node)
        node = named(node)[-1]
    return node, names


def loop_names(node):
    head = named(node)[0]
    return [text(each) for each in named(head)] if head.type == "for_loop_parameters" else [text(head)]


def chain(node):
    """An access as its root and the names that follow, such as `ai.outputs.id` as (ai, [outputs, id]).

    An index or a computed name ends it, as nothing is known of what comes after. The grammar takes the end of
    `a ? b : c!.d` for an access to the whole, so the root is looked for in the last branch.
    """
    names = []
    while node.type in {"member_expression", "subscript_expression"}:
        parts = named(node)
        if node.type == "member_expression":
            names.insert(0, parts[1])
        else:
            key = literal(parts[1])
            names = [parts[1], *names] if key is not None else []
            if key is None:
                names = [None]
        node = parts[0]
    while node.type in {"ternary_expression", "binary_expression"}:
        node = named(node)[-1]
    if None in names:
        names = names[: names.index(None)]
    return node, names
