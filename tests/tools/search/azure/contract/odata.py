"""The part of OData's filter language that the service documents and we use: and, or, not, any, search.in, eq, gt."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>search\.in|[A-Za-z_]\w*)|(?P<sign>[()/:,]))"
)


class BadFilterError(Exception):
    """The service answers 400 to it."""


def compiled(text, fields):
    """A filter as a function of a document; `fields` are the index's definitions by name."""
    parser = _Parser(text, fields)
    test = parser.either()
    parser.end()
    return lambda document: test(document, {})


class _Parser:
    def __init__(self, text, fields):
        self._tokens = list(self._split(text))
        self._fields = fields
        self._variables = {}

    @staticmethod
    def _split(text):
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if not match:
                raise BadFilterError(f"Invalid expression: Syntax error at position {at} in '{text}'.")
            kind = match.lastgroup
            yield kind, match[kind]
            at = match.end()

    def end(self):
        if self._tokens:
            raise BadFilterError(f"Invalid expression: unexpected {self._tokens[0][1]!r}.")

    def _next(self, value=None):
        if not self._tokens or (value is not None and self._tokens[0][1] != value):
            raise BadFilterError(f"Invalid expression: expected {value!r}.")
        return self._tokens.pop(0)

    def _peek(self):
        return self._tokens[0][1] if self._tokens else None

    def either(self):
        tests = [self._both()]
        while self._peek() == "or":
            self._next()
            tests.append(self._both())
        return lambda document, bound: any(test(document, bound) for test in tests)

    def _both(self):
        tests = [self._unary()]
        while self._peek() == "and":
            self._next()
            tests.append(self._unary())
        return lambda document, bound: all(test(document, bound) for test in tests)

    def _unary(self):
        if self._peek() == "not":
            self._next()
            test = self._unary()
            return lambda document, bound: not test(document, bound)
        if self._peek() == "(":
            self._next()
            test = self.either()
            self._next(")")
            return test
        return self._primary()

    def _primary(self):
        kind, name = self._next()
        if kind != "name":
            raise BadFilterError(f"Invalid expression: {name!r} is no name.")
        if name == "search.in":
            return self._search_in()
        if self._peek() == "/":
            return self._any(name)
        value = self._value(name)
        operator = self._next()[1]
        literal = self._literal()
        if operator not in {"eq", "gt"}:
            raise BadFilterError(f"Invalid expression: operator {operator!r}.")
        if operator == "eq":
            return lambda document, bound: value(document, bound) == literal
        return lambda document, bound: value(document, bound) > literal

    def _any(self, name):
        values = self._value(name, collection=True)
        for expected in ("/", "any", "("):
            self._next(expected)
        if self._peek() == ")":
            self._next()
            return lambda document, bound: bool(values(document, bound))
        variable = self._next()[1]
        self._next(":")
        self._variables[variable] = name
        test = self.either()
        del self._variables[variable]
        self._next(")")
        return lambda document, bound: any(
            test(document, {**bound, variable: each}) for each in values(document, bound)
        )

    def _search_in(self):
        self._next("(")
        value = self._value(self._next()[1])
        self._next(",")
        listed, separators = self._literal(), " ,"
        if self._peek() == ",":
            self._next()
            separators = self._literal()
        self._next(")")
        wanted = set(re.split("[" + re.escape(separators) + "]", listed))
        return lambda document, bound: value(document, bound) in wanted

    def _literal(self):
        kind, text = self._next()
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        raise BadFilterError(f"Invalid expression: {text!r} is no literal.")

    def _value(self, name, *, collection=False):
        if name in self._variables:
            return lambda _, bound: bound[name]
        field = self._fields.get(name)
        if field is None:
            raise BadFilterError(
                f"Invalid expression: Could not find a property named '{name}' on type 'search.document'."
            )
        if field.get("filterable") is False:
            raise BadFilterError(f"Invalid expression: '{name}' is not a filterable field.")
        if collection != field["type"].startswith("Collection("):
            raise BadFilterError(f"Invalid expression: '{name}' cannot be used that way.")
        return lambda document, _: document.get(name) or ([] if collection else "")
