"""Instruments: everything that is measured, in one table: docs/observability.md and the dashboards go by it.

Names and attributes that begin with `gen_ai.` are those of OpenTelemetry's conventions for generative AI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from opentelemetry.metrics import Meter

# Seconds. The first are those of the conventions for the duration of an operation; a talk lasts longer.
_OPERATION = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
# What a caller notices of a pause lies between a tenth of a second and three.
_LATENCY = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0)
_TALK = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0)
_LAG = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of one metric.

    Attributes:
        kind: How its values add up.
        unit: In UCUM.
        description: In words.
        attributes: Beside `gen_ai.provider.name` and `gen_ai.request.model`.
        boundaries: Of a histogram's buckets.
    """

    kind: Literal["counter", "updown", "histogram"]
    unit: str
    description: str
    attributes: tuple[str, ...] = ()
    boundaries: tuple[float, ...] = ()


MEASURES: dict[str, Measure] = {
    "vocative.sessions.active": Measure("updown", "{session}", "Sessions that run."),
    "vocative.sessions": Measure("counter", "{session}", "Sessions that are over.", ("outcome", "reason")),
    "vocative.session.duration": Measure("histogram", "s", "How long a session lasted.", ("outcome",), _TALK),
    "vocative.turn.stage.duration": Measure(
        "histogram", "s", "How long one stage of a turn took.", ("stage",), _LATENCY
    ),
    "vocative.turn.response_latency": Measure(
        "histogram", "s", "From the end of the user's words to the first sound sent.", ("vocative.turn.kind",), _LATENCY
    ),
    "vocative.tool.calls": Measure("counter", "{call}", "Calls of tools.", ("gen_ai.tool.name", "outcome")),
    "vocative.tool.duration": Measure(
        "histogram", "s", "How long a tool ran.", ("gen_ai.tool.name", "outcome"), _OPERATION
    ),
    "gen_ai.client.token.usage": Measure(
        "histogram",
        "{token}",
        "Tokens of one response.",
        ("gen_ai.operation.name", "gen_ai.token.type", "vocative.modality", "vocative.cached"),
        _TOKENS,
    ),
    "gen_ai.client.operation.duration": Measure(
        "histogram", "s", "How long a response took.", ("gen_ai.operation.name", "error.type"), _OPERATION
    ),
    "vocative.audio.seconds": Measure("counter", "s", "Sound that has passed.", ("direction",)),
    "vocative.reconnects": Measure(
        "counter", "{connection}", "Connections that were replaced.", ("side", "outcome", "reason")
    ),
    "vocative.refusals": Measure("counter", "{refusal}", "Callers who were turned away or shown out.", ("reason",)),
    "vocative.playback.underruns": Measure("counter", "{underrun}", "Gaps in what a caller heard."),
    "vocative.barge_ins": Measure("counter", "{turn}", "Answers that a user broke in on."),
    "vocative.event_loop.lag": Measure("histogram", "s", "How late the event loop is.", (), _LAG),
}


class Instruments:
    """All of them, made of one meter.

    Args:
        meter: Of OpenTelemetry's API.
    """

    def __init__(self, meter: Meter) -> None:
        self._made = {name: _made(meter, name, each) for name, each in MEASURES.items()}

    def add(self, name: str, amount: float, attributes: Mapping[str, Any]) -> None:
        """Add to a counter of the table."""
        self._made[name].add(amount, _given(attributes))

    def record(self, name: str, value: float, attributes: Mapping[str, Any]) -> None:
        """Take one measurement into a histogram of the table."""
        self._made[name].record(value, _given(attributes))


def _given(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _made(meter: Meter, name: str, measure: Measure) -> Any:
    if measure.kind == "counter":
        return meter.create_counter(name, measure.unit, measure.description)
    if measure.kind == "updown":
        return meter.create_up_down_counter(name, measure.unit, measure.description)
    return meter.create_histogram(
        name, measure.unit, measure.description, explicit_bucket_boundaries_advisory=measure.boundaries
    )
