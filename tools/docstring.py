"""Docstring: what a function's Google-style docstring tells the model."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import docstring_parser


@dataclass(frozen=True, slots=True)
class Docstring:
    """The parts of a docstring that matter to a tool.

    Attributes:
        summary: The text before the sections (`Args:`, `Returns:` …).
        arguments: Parameter name to its description, on one line.
    """

    summary: str = ""
    arguments: dict[str, str] = field(default_factory=dict[str, str])


def read_docstring(text: str | None) -> Docstring:
    """Take a docstring apart.

    Args:
        text: The docstring as written, or None. One that cannot be parsed counts as a summary as a whole.
    """
    if not text or not text.strip():
        return Docstring()
    try:
        parsed = docstring_parser.parse(text, style=docstring_parser.DocstringStyle.GOOGLE)
    except docstring_parser.ParseError:
        return Docstring(summary=inspect.cleandoc(text))
    described = {each.arg_name: " ".join((each.description or "").split()) for each in parsed.params}
    return Docstring(
        summary=(parsed.description or "").strip(),
        arguments={name: description for name, description in described.items() if description},
    )
