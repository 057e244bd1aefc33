"""Deadlines: moments at which something becomes due, on the clock of `now`; None is never."""

from __future__ import annotations


def earliest(*moments: float | None) -> float | None:
    """The earliest of the moments that are set."""
    # Asked after every frame, and nearly always of nothing: a plain loop costs a quarter of `min` over a generator.
    first: float | None = None
    for moment in moments:
        if moment is not None and (first is None or moment < first):
            first = moment
    return first
