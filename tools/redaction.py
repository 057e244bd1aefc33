"""Redaction: arguments and results as logs and traces may show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pydantic_core

if TYPE_CHECKING:
    from tools.policy import ToolPolicy

REDACTED = "[redacted]"


def redacted(policy: ToolPolicy, text: str) -> str:
    """What of a call's arguments or result may be written down.

    Args:
        policy: Of the tool.
        text: The arguments or the result: JSON, or plain words.

    Returns:
        The text itself, the same JSON with the named fields blanked, or nothing but a mark. Text that is no JSON has
        no fields that could be told apart, so it is shown only where nothing is redacted.
    """
    if policy.redact is False or policy.redact == ():
        return text
    if policy.redact is True:
        return REDACTED
    try:
        value: Any = pydantic_core.from_json(text)
    except ValueError:
        return REDACTED
    if not isinstance(value, dict | list):
        return REDACTED
    hidden = frozenset(name.casefold() for name in policy.redact)
    return pydantic_core.to_json(_without(cast("object", value), hidden)).decode()


def _without(value: object, hidden: frozenset[str]) -> object:
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {
            name: REDACTED if name.casefold() in hidden else _without(each, hidden) for name, each in fields.items()
        }
    if isinstance(value, list):
        return [_without(each, hidden) for each in cast("list[object]", value)]
    return value
