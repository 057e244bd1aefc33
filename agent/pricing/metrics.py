"""Metrics of money. Without an OpenTelemetry SDK they go nowhere and cost nothing."""

from __future__ import annotations

from opentelemetry.metrics import get_meter

_METER = get_meter("vocative")
_COST = _METER.create_counter("vocative.cost", "{USD}", "What the models' services bill, by the price table")
_REACHED = _METER.create_counter("vocative.budget.reached", "{session}", "Sessions that a spent budget has ended")


def cost(dollars: float, model: str) -> None:
    """Something was spent on a model."""
    _COST.add(dollars, {"gen_ai.request.model": model})


def reached(scope: str) -> None:
    """A session was ended by a budget: `session`, `user` or `day`."""
    _REACHED.add(1, {"scope": scope})
