"""Pulse: which workers answer. It asks nobody itself and has no clock.

A worker answers out of its event loop, so one whose loop is blocked does not. Only time in which this process runs too
counts as silence: after the whole machine slept, each worker is heard again before it is judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LOOKS = 12  # in the time that a worker may be silent
LONGEST = 5.0  # seconds between two


@dataclass(slots=True)
class _Listened:
    silent: float = 0.0
    asked: bool = False
    explained: bool = False


@dataclass(slots=True)
class Found:
    """What a look has found, by the workers' numbers.

    Attributes:
        ask: They are to be asked.
        explain: They have been silent for half the time: they are to say where they are.
        hung: They have been silent for too long.
    """

    ask: list[int] = field(default_factory=list[int])
    explain: list[int] = field(default_factory=list[int])
    hung: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class Pulse:
    """Listens to workers.

    Attributes:
        limit: Seconds that one may be silent; 0 for any time, and nobody is asked.
    """

    limit: float
    _listened: dict[int, _Listened] = field(default_factory=dict[int, _Listened])
    _looked: float | None = None

    @property
    def interval(self) -> float:
        """Seconds between two looks."""
        return min(LONGEST, self.limit / LOOKS)

    def follow(self, numbers: set[int], now: float) -> None:
        """Listen to these workers, and to no others.

        Args:
            numbers: Those.
            now: Seconds.
        """
        if self.limit == 0:
            return
        if not self._listened:
            self._looked = now
        self._listened = {number: self._listened.get(number) or _Listened() for number in numbers}

    def heard(self, number: int) -> None:
        """One has answered."""
        if number in self._listened:
            self._listened[number] = _Listened()

    def next_deadline(self) -> float | None:
        """When `look` wants to be called."""
        return self._looked + self.interval if self._listened and self._looked is not None else None

    def look(self, now: float) -> Found:
        """See who is silent, if it is time to.

        Args:
            now: Seconds.
        """
        found, deadline = Found(), self.next_deadline()
        if deadline is None or self._looked is None or now < deadline:
            return found
        # Whoever looks so late did not run in between, and perhaps nobody did.
        passed = min(now - self._looked, 2 * self.interval)
        self._looked = now
        for number, each in self._listened.items():
            if not each.asked:
                each.asked = True
                found.ask.append(number)
                continue
            each.silent += passed
            if each.silent >= self.limit:
                each.silent = 0.0  # so that it is told once, as a process takes a moment to end
                found.hung.append(number)
            elif each.silent >= self.limit / 2 and not each.explained:
                each.explained = True
                found.explain.append(number)
        return found
