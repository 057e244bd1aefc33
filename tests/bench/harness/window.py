"""What one measuring window collects: latencies in nanoseconds and counts of what went well or wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Window:
    """Samples since `reset`.

    Attributes:
        down: One-way time of the model's audio, endpoint to client.
        up: One-way time of the caller's audio, client to endpoint.
        tool: From the call's last event leaving the endpoint to its output arriving there.
        sent_down, got_down, sent_up, got_up: Chunks of audio.
        turns, tool_turns: Turns begun.
        tool_lost: Calls that nobody answered.
        tool_unknown: Outputs for calls that were not open.
        spurious_create: `response.create` that nothing asked for.
        drops: Sessions that ended although nobody closed them.
        errors: `error` events at the client.
    """

    down: list[int] = field(default_factory=list)
    up: list[int] = field(default_factory=list)
    tool: list[int] = field(default_factory=list)
    sent_down: int = 0
    got_down: int = 0
    sent_up: int = 0
    got_up: int = 0
    turns: int = 0
    tool_turns: int = 0
    tool_lost: int = 0
    tool_unknown: int = 0
    spurious_create: int = 0
    drops: int = 0
    errors: int = 0

    def reset(self) -> None:
        """Start anew; the object stays the same, since the endpoint and the load both write into it."""
        fresh = Window()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def summary(self) -> dict[str, Any]:
        """Percentiles in ms for each series, and the counts."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: quantiles([ns / 1e6 for ns in value]) if isinstance(value, list) else value
            for name, value in values.items()
        }

    def faults(self) -> list[str]:
        """What went wrong, in words; empty when the window is sound."""
        names = ("tool_lost", "tool_unknown", "spurious_create", "drops", "errors")
        wrong = [f"{name} {getattr(self, name)}" for name in names if getattr(self, name)]
        # Chunks that are on their way when the window opens or closes are no loss.
        if self.got_up < 0.9 * self.sent_up:
            wrong.append(f"only {self.got_up} of {self.sent_up} chunks arrived at the model")
        if self.got_down < 0.9 * self.sent_down:
            wrong.append(f"only {self.got_down} of {self.sent_down} chunks arrived at the client")
        return wrong


def quantiles(values: list[float]) -> dict[str, float | int | None]:
    """The count, the median and the upper percentiles, in the unit that came in."""
    ordered = sorted(values)

    def at(share: float) -> float | None:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 4) if ordered else None

    return {"n": len(ordered), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)}
