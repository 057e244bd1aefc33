"""The reference of the public names, from their docstrings and signatures as griffe reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import griffe

from docs.building.prose import docstring

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "agent": "What you write an assistant with.",
    "tools": "What you write tools with. It never imports `agent`, so tools can be tested and used without it.",
    "agent.testing": "Callers, scripts and faults for the tests of your own agent; [how to use them](../testing.md).",
}
# Modules whose names others rely on, though nobody needs them to write an assistant.
INSIDE = (
    "agent.core.session",
    "agent.core.state",
    "agent.core.profiles",
    "agent.core.config",
    "agent.core.actions",
    "agent.core.calls",
    "agent.core.frames",
    "agent.core.turns",
    "agent.core.dialect",
    "agent.transports.base",
    "agent.relay",
)
TREES = ("agent.errors", "tools.errors")


class UndescribedNameError(Exception):
    """A public name without a docstring."""


def package(name: str) -> str:
    """The page of a package: every name of its `__all__`."""
    found = _module(name)
    names = sorted(str(each) for each in found.exports or ())
    head = f"# {name}\n\n{PACKAGES[name]}\n\n    from {name} import {names[0]}\n"
    return "\n".join([head, *(_entry(found[each], "##") for each in names)])


def inside() -> str:
    """The page of the modules inside that have public names of their own."""
    parts = [
        "# Inside the middle tier\n\nFor whoever works on it; [architecture](../architecture.md) says how it fits.\n"
    ]
    return "\n".join([*parts, *_sections(INSIDE)])


def errors() -> str:
    """The page of the errors: the trees, and each one's own words."""
    parts = ["# Errors\n\n`str()` of any of them says what, where and what to do. What else escapes is a bug.\n"]
    return "\n".join([*parts, *_sections(TREES)])


def defined(name: str) -> list[str]:
    """The public names that a module defines itself, in the order in which it does.

    Args:
        name: The module.
    """
    members = _module(name).members.items()
    return [each for each, value in members if not each.startswith("_") and not value.is_alias and not value.is_module]


def _sections(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        found = _module(name)
        yield f"## {name}\n\n{docstring(found)}\n"
        yield from (_entry(found[each], "###") for each in defined(name))


@cache
def _package(name: str) -> griffe.Object | griffe.Alias:
    return griffe.load(name, search_paths=[ROOT], resolve_aliases=True)


def _module(name: str) -> griffe.Object | griffe.Alias:
    top, _, rest = name.partition(".")
    return _package(top)[rest] if rest else _package(top)


def _entry(found: griffe.Object | griffe.Alias, heading: str) -> str:
    told = docstring(found)
    if not told and not found.is_attribute:
        raise UndescribedNameError(f"{found.canonical_path} has no docstring")
    methods = [_entry(each, f"{heading}#") for each in _methods(found)]
    return "\n".join([f"{heading} {found.name}", "", _signature(found), "", told, "", *methods])


def _methods(found: griffe.Object | griffe.Alias) -> Iterable[griffe.Object | griffe.Alias]:
    if not found.is_class:
        return
    for name, each in found.members.items():
        # What is inherited of a base's own is on the base's page; a field is among the attributes of the docstring.
        if name.startswith("_") or not (each.is_function or "property" in each.labels) or each.docstring is None:
            continue
        yield each


def _signature(found: griffe.Object | griffe.Alias) -> str:
    if found.is_attribute:
        annotation = f": {found.annotation}" if found.annotation is not None else ""
        value = str(found.value) if found.value is not None and "property" not in found.labels else ""
        shown = f" = {value}" if value and len(value) <= 100 else ""
        return f"```python\n{found.name}{annotation}{shown}\n```"
    if not (found.is_class or found.is_function):
        return ""
    word = "class" if found.is_class else "async def" if "async" in found.labels else "def"
    forms = found.overloads if found.is_function and isinstance(found.overloads, list) else [found]
    return "\n".join(f"```python\n{word} {_form(found, each)}\n```" for each in forms)


def _form(found: griffe.Object | griffe.Alias, form: griffe.Object | griffe.Alias) -> str:
    parts: list[str] = []
    starred = False
    for each in form.parameters:
        if each.name in {"self", "cls"}:
            continue
        kind = each.kind
        starred = starred or kind is griffe.ParameterKind.var_positional
        if kind is griffe.ParameterKind.keyword_only and not starred:
            parts.append("*")
            starred = True
        stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(kind, "")
        annotation = f": {each.annotation}" if each.annotation is not None else ""
        default = f" = {each.default}" if each.default is not None and not stars else ""
        parts.append(f"{stars}{each.name}{annotation}{default}")
    returns = f" -> {form.returns}" if found.is_function and form.returns is not None else ""
    if found.is_class:
        return f"{found.name}{_wrapped(parts)}" if parts else found.name
    return f"{found.name}{_wrapped(parts)}{returns}"


def _wrapped(parts: list[str]) -> str:
    line = ", ".join(parts)
    return f"({line})" if len(line) <= 80 else "(\n    " + ",\n    ".join(parts) + ",\n)"
