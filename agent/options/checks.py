"""Checks: values that cannot be used are refused where they are written, by class and field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence


def number(owner: str, field: str, value: Any, low: float, high: float, unit: str = "") -> None:
    """Refuse what is no number within limits; None passes.

    Args:
        owner: The class that the value was given to.
        field: Its field.
        value: The value.
        low: The least that is allowed.
        high: The most that is allowed.
        unit: What it counts, for the error's words.
    """
    if value is None:
        return
    # bool is an int to Python, and a mistake here.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        limits = f"{low:g} to {high:g}" + (f" {unit}" if unit else "")
        raise ConfigurationError(f"{owner}({field}={value!r}): give a number from {limits}")


def whole(owner: str, field: str, value: Any, low: int, high: int, unit: str = "") -> None:
    """Refuse what is no whole number within limits; None passes."""
    number(owner, field, value, low, high, unit)
    if value is not None and not isinstance(value, int):
        raise ConfigurationError(f"{owner}({field}={value!r}): give a whole number")


def one_of(owner: str, field: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse what is none of some words; None passes."""
    if value is not None and value not in allowed:
        raise ConfigurationError(f"{owner}({field}={value!r}): give one of {', '.join(map(repr, allowed))}")


def flag(owner: str, field: str, value: Any) -> None:
    """Refuse what is neither True nor False; None passes."""
    if value is not None and not isinstance(value, bool):
        raise ConfigurationError(f"{owner}({field}={value!r}): give True or False")


def text(owner: str, field: str, value: Any) -> None:
    """Refuse what is no text, or an empty one; None passes."""
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ConfigurationError(f"{owner}({field}={value!r}): give a text that is not empty")


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None: what a service is not told stays as it has it."""
    return {name: value for name, value in fields.items() if value is not None}
