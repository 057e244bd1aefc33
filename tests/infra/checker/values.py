"""Values: what type an expression has, as far as that can be told, and whether defaults keep what is declared."""

from __future__ import annotations

from tests.infra.checker.syntax import alternatives, literal, named, text, unwrapped

_LITERALS = {"string": "string", "number": "int", "boolean": "bool", "object": "object", "array": "array"}
_LITERALS["for_statement"] = "array"
_CALLS = {
    **dict.fromkeys(
        ("guid", "string", "toLower", "toUpper", "replace", "resourceId", "uniqueString", "utcNow"), "string"
    ),
    **dict.fromkeys(
        ("subscriptionResourceId", "cidrSubnet", "join", "format", "take", "substring", "loadTextContent"), "string"
    ),
    **dict.fromkeys(("empty", "contains", "startsWith", "bool"), "bool"),
    **dict.fromkeys(("length", "max", "min", "int"), "int"),
    **dict.fromkeys(("concat", "split", "items", "range", "map"), "array"),
}


def type_of(node, template):
    """`string`, `int`, `bool`, `object`, `array`, or None where it cannot be told."""
    node = unwrapped(node)
    if node.type in _LITERALS:
        return _LITERALS[node.type]
    told = _TOLD.get(node.type)
    return told(node, template) if told else None


def _operated(node, _template):
    operators = {text(child) for child in node.children if not child.is_named}
    return "bool" if operators & {"&&", "||", "==", "!=", ">", "<", ">=", "<=", "=~", "!~"} else None


def _branched(node, template):
    types = {type_of(each, template) for each in alternatives(node) if each.type != "null"}
    return types.pop() if len(types) == 1 else None


def _named(node, template):
    name = text(node)
    param = template.named("param").get(name)
    if param:
        return param.type.rstrip("?")
    variable = template.named("var").get(name)
    return type_of(variable.value, template) if variable and variable.value else None


_TOLD = {
    "unary_expression": lambda node, _: "bool" if text(node).startswith("!") else "int",
    "binary_expression": _operated,
    "call_expression": lambda node, _: _CALLS.get(text(named(node)[0])),
    "identifier": _named,
    "ternary_expression": _branched,
}


def check(template):
    """Parameters whose defaults, and outputs whose values, are not what they are declared as."""
    for each in template.of("param", "output"):
        if each.type.rstrip("?") not in {"string", "int", "bool", "object", "array"}:
            yield template.finding(each.line, f"{each.name!r} is declared as {each.type!r}, which is no type")
        elif each.value is not None:
            found = type_of(each.value, template)
            if found and found != each.type.rstrip("?"):
                yield template.finding(each.line, f"{each.name!r} is declared as {each.type}, and is {found}")
    for each in template.of("param"):
        yield from _bounds(template, each)
        if each.value is not None:
            for problem in outside(each, constant(each.value)):
                yield template.finding(each.line, f"the default of {each.name!r} {problem}")


def _bounds(template, declaration):
    wanted = {
        "minLength": {"string", "array"},
        "maxLength": {"string", "array"},
        "minValue": {"int"},
        "maxValue": {"int"},
    }
    for name in declaration.decorators:
        if name in wanted and declaration.type.rstrip("?") not in wanted[name]:
            yield template.finding(
                declaration.line, f"@{name} says nothing about {declaration.name!r}, of {declaration.type}"
            )
        elif name not in {*wanted, "allowed", "description", "secure", "metadata", "sealed"}:
            yield template.finding(declaration.line, f"there is no decorator @{name} for {declaration.name!r}")


def constant(node):
    node = unwrapped(node)
    if node.type == "number":
        return int(text(node))
    if node.type == "boolean":
        return text(node) == "true"
    return literal(node)


def outside(declaration, value):
    """What is wrong with a value for a parameter: texts that follow its name; nothing for what is not known."""
    if value is None:
        return
    allowed = declaration.decorators.get("allowed")
    if allowed:
        choices = [constant(each) for each in named(allowed[0])]
        if value not in choices:
            yield f"is {value!r}, which is not allowed: {', '.join(map(repr, choices))}"
    for name, least in (("minLength", True), ("maxLength", False), ("minValue", True), ("maxValue", False)):
        bound = declaration.decorators.get(name)
        measured = len(value) if isinstance(value, str) and name.endswith("Length") else value
        if bound is None or not isinstance(measured, int) or isinstance(measured, bool):
            continue
        limit = int(text(bound[0]))
        if (measured < limit) if least else (measured > limit):
            yield f"is {value!r}, against @{name}({limit})"
