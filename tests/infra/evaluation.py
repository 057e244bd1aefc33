"""Evaluation: what an expression of a template comes to, for those that say what the app is started with."""

from __future__ import annotations

from tests.infra.checker.syntax import body, named, properties, property_of, text, unwrapped
from tests.infra.checker.values import constant

_CALLS = {
    "concat": lambda *parts: [each for part in parts for each in part],
    "union": lambda *parts: {key: value for part in parts for key, value in part.items()},
    "empty": lambda value: not value,
    "string": str,
    "split": lambda value, mark: value.split(mark),
}
# What the platform answers.
_PLATFORM = {"environment().authentication.loginEndpoint": "https://login.microsoftonline.com/"}


def evaluate(template, name, given):
    """The value of a variable.

    Args:
        template: The template.
        name: The variable.
        given: Parameters that differ from their defaults.
    """
    return _value(template, template.named("var")[name].value, given)


def given_to(template, module, parameter, given):
    """The value of what a module is given."""
    inside = property_of(body(template.named("module")[module].value)[0], "params")
    return _value(template, property_of(inside, parameter), given)


def _value(template, node, given):
    node = unwrapped(node)
    simple = constant(node)
    if simple is not None:
        return simple
    kind = _KINDS.get(node.type)
    if kind is None:
        raise NotImplementedError(f"{template.name}: nothing is known of a {node.type}: {text(node)}")
    return kind(template, node, given)


def _string(template, node, given):
    return "".join(
        text(each) if each.type == "string_content" else str(_value(template, named(each)[0], given))
        for each in named(node)
    )


def _symbol(template, node, given):
    name = text(node)
    if name in given:
        return given[name]
    declared = template.named("var").get(name) or template.named("param")[name]
    return _value(template, declared.value, given)


def _object(template, node, given):
    return {
        _string(template, key, given) if key.type == "string" else name: _value(template, value, given)
        for name, key, value in properties(node)
    }


def _branch(template, node, given):
    condition, then, otherwise = named(node)
    return _value(template, then if _value(template, condition, given) else otherwise, given)


def _equal(template, node, given):
    left, right = (_value(template, each, given) for each in named(node))
    return left == right


def _call(template, node, given):
    function, arguments = named(node)
    return _CALLS[text(function)](*(_value(template, each, given) for each in named(arguments)))


_KINDS = {
    "string": _string,
    "identifier": _symbol,
    "object": _object,
    "array": lambda template, node, given: [_value(template, each, given) for each in named(node)],
    "ternary_expression": _branch,
    "binary_expression": _equal,
    "call_expression": _call,
    "member_expression": lambda template, node, given: _PLATFORM[text(node)],
}
