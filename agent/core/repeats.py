"""Repeats: calls that ask for what another call of the same turn asked for, and get its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.core.calls import CallResult


class Repeats:
    """Which call answers for which, within one turn of the user's and one agent's."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}
        self._results: dict[str, CallResult] = {}
        self._following: dict[str, list[str]] = {}

    def first(self, name: str, arguments: str, call_id: str) -> str | None:
        """The call that this one repeats; None where it is the first of its kind, which it is from then on."""
        key = (name, canonical(arguments))
        known = self._first.setdefault(key, call_id)
        return None if known == call_id else known

    def result(self, first: str) -> CallResult | None:
        """What came of a call, if it has ended well."""
        return self._results.get(first)

    def follow(self, first: str, call_id: str) -> None:
        """A call waits for what comes of the first, which still runs."""
        self._following.setdefault(first, []).append(call_id)

    def ended(self, call_id: str, result: CallResult) -> list[str]:
        """A call has ended.

        Returns:
            Those that waited for it. A failure is shared with them, and is no answer for one that comes later.
        """
        if call_id in self._first.values():
            if result.ok:
                self._results[call_id] = result
            else:
                self._first = {key: first for key, first in self._first.items() if first != call_id}
        return self._following.pop(call_id, [])

    def kept(self) -> dict[str, list[str]]:
        """Who waits for whom, as JSON."""
        return self._following

    def restore(self, kept: dict[str, list[str]]) -> None:
        """Go on with what `kept` gave."""
        self._first |= {("", first): first for first in kept}
        self._following |= kept

    def forget(self) -> None:
        """What is asked for from now on is wanted now, whatever came of it before. Who waits goes on waiting."""
        self._first.clear()
        self._results.clear()


def canonical(arguments: str) -> str:
    """Arguments in one spelling, however a model spaced and ordered them; what is no JSON stays as it is."""
    try:
        value: object = json.loads(arguments or "{}")
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return arguments.strip()
