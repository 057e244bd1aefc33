"""Rates: what a model's tokens and minutes cost. Pure numbers in US dollars; who reads price lists hands them in."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.core.usage import Usage

ANY = "*"
"""In a table, every model that it does not name."""
_MILLION = 1_000_000
_MINUTE = 60.0
# A snapshot's date and the kind of deployment that Voice Live reports change nothing about the price.
_TAIL = re.compile(r"(?:-\d{4}-\d{2}-\d{2}|-global-standard)+$")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one model costs: US dollars for a million tokens of each kind, and for a minute of sound.

    None is a kind that has no known price. The names of the kinds are those of `Usage`.

    Attributes:
        minute: US dollars for a minute of sound, where the service bills by its length.
    """

    text_in: float | None = None
    audio_in: float | None = None
    image_in: float | None = None
    cached_text_in: float | None = None
    cached_audio_in: float | None = None
    cached_image_in: float | None = None
    text_out: float | None = None
    audio_out: float | None = None
    minute: float | None = None

    def cost(self, usage: Usage) -> tuple[float, bool]:
        """What was used in US dollars.

        Args:
            usage: As the service reported it.

        Returns:
            The cost of what has a price, and whether that was all of it.
        """
        total, whole = 0.0, True
        for kind in KINDS:
            count = getattr(usage, kind)
            price: float | None = getattr(self, kind)
            whole = whole and (not count or price is not None)
            total += count * (price or 0.0) / _MILLION
        whole = whole and (not usage.seconds or self.minute is not None)
        return total + usage.seconds * (self.minute or 0.0) / _MINUTE, whole


PRICES = tuple(field.name for field in fields(Rate))
"""All that a rate may say."""
KINDS = PRICES[:-1]
"""The kinds of tokens."""
FREE = Rate(**dict.fromkeys(PRICES, 0.0))
"""Nothing costs anything."""


class Tariff:
    """Rates by the names of models.

    Args:
        tables: What an earlier one says of a model goes before what a later one says.
    """

    def __init__(self, *tables: Mapping[str, Rate]) -> None:
        self._tables = tables

    def rate(self, names: Sequence[str]) -> Rate | None:
        """The rate of a model; None where no table has one.

        Args:
            names: What it is called, by the service and by whoever deployed it; empty ones count for nothing.
        """
        for table in self._tables:
            for name in filter(None, names):
                found = table.get(name) or table.get(_TAIL.sub("", name))
                if found is not None:
                    return found
            if ANY in table:
                return table[ANY]
        return None
