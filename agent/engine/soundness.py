"""Soundness: JSON that was decoded, and yet could not be sent back, walked or copied."""

from __future__ import annotations

import math
from typing import cast

from agent.engine.wire_errors import WireError

# Tools with large schemas stay far below both.
DEEPEST = 64
MOST_VALUES = 200_000


def check_soundness(event: dict[str, object]) -> None:
    """Refuse what JSON's grammar allows and nobody can use.

    Args:
        event: A decoded message.

    Raises:
        WireError: It is nested too deeply or has too many values, holds half of a character (a lone surrogate, which
            UTF-8 cannot carry), or a number that is none.
    """
    waiting: list[tuple[object, int]] = [(event, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_VALUES:
            raise _unsound(f"it is nested more than {DEEPEST} levels deep or has more than {MOST_VALUES} values")
        if isinstance(value, dict):
            for name, each in cast("dict[str, object]", value).items():
                waiting += ((name, depth + 1), (each, depth + 1))
        elif isinstance(value, list):
            waiting += ((each, depth + 1) for each in cast("list[object]", value))
        else:
            _check_plain(value)


def _check_plain(value: object) -> None:
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _unsound("it holds half of a surrogate pair, which is no character") from None
    elif isinstance(value, float) and not math.isfinite(value):
        raise _unsound("it holds a number that is infinite or not a number")


def _unsound(why: str) -> WireError:
    return WireError(f"Invalid message: {why}.", code="invalid_json")
