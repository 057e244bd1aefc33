"""Docstrings as Markdown: what they say of a name, of its parameters and of what is raised."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import TYPE_CHECKING, Any

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterable

DRAWN = re.compile(r"[├└]──")

_TITLES = {
    griffe.DocstringSectionKind.attributes: ("Attributes", "attribute"),
    griffe.DocstringSectionKind.parameters: ("Arguments", "argument"),
    griffe.DocstringSectionKind.other_parameters: ("Further arguments", "argument"),
}


def docstring(found: griffe.Object | griffe.Alias) -> str:
    """What a name's docstring says, as Markdown; empty where it has none.

    Args:
        found: The name, as griffe knows it.
    """
    if found.docstring is None:
        return ""
    parts = [_section(each) for each in found.docstring.parse("google", warnings=False)]
    return "\n\n".join(part for part in parts if part)


def attributes(owner: type[Any]) -> dict[str, str]:
    """The attributes that a class's docstring describes, each with its words.

    Args:
        owner: The class itself.
    """
    text = griffe.Docstring(inspect.getdoc(owner) or "")
    sections = text.parse("google", warnings=False)
    kind = griffe.DocstringSectionKind.attributes
    return {each.name: each.description for section in sections if section.kind is kind for each in section.value}


def cell(text: str, *, code: bool = False) -> str:
    """A text that may stand in a table: on one line, with its bars kept from dividing.

    Args:
        text: The text.
        code: It will stand between backticks, where a bar does not divide.
    """
    line = re.sub(r"\s+", " ", text).strip()
    spans = [line] if code else re.split(r"(`[^`]*`)", line)
    return "".join(span if code or span.startswith("`") else span.replace("|", "\\|") for span in spans)


def _section(section: griffe.DocstringSection) -> str:
    kind = griffe.DocstringSectionKind
    if section.kind is kind.text:
        return _shifted(str(section.value))
    if section.kind in _TITLES:
        title, head = _TITLES[section.kind]
        return _table(title, head, ((f"`{each.name}`", each.description) for each in section.value))
    if section.kind is kind.raises:
        return _table("Raises", "error", ((f"`{each.annotation}`", each.description) for each in section.value))
    if section.kind in {kind.returns, kind.yields}:
        words = " ".join(cell(each.description) for each in section.value)
        return f"**{'Returns' if section.kind is kind.returns else 'Yields'}:** {words}"
    if section.kind is kind.examples:
        return "\n\n".join(str(text) for _, text in section.value)
    return f"**{section.title or section.kind.value}**\n\n{getattr(section.value, 'description', section.value)}"


def _table(title: str, head: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {name} | {cell(told)} |" for name, told in rows]
    return "\n".join([f"**{title}**", "", f"| {head} | |", "|---|---|", *lines])


def _shifted(text: str) -> str:
    """A text whose drawings keep their lines: those that are drawn flush left, as trees are, become code."""
    parts = [textwrap.dedent(part) if DRAWN.search(part) else part for part in text.split("\n\n")]
    return "\n\n".join(f"```text\n{part}\n```" if DRAWN.search(part) else part for part in parts)
