"""Metric names: what the assistant reports, under the names that dashboards and alert rules ask for."""

from __future__ import annotations

from dataclasses import dataclass

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
# What every series may carry beside its own attributes.
COMMON = ("gen_ai.provider.name", "gen_ai.request.model")


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: As OpenTelemetry has it.
        kind: `counter`, `gauge` (an up-down counter is one) or `histogram`.
        unit: In UCUM; `s` becomes a suffix in Prometheus, and nothing else does.
        attributes: Its own, each with values that it may have; none are listed where they are anybody's.
    """

    name: str
    kind: str
    unit: str = ""
    attributes: dict[str, tuple[str, ...]] | None = None

    @property
    def labels(self):
        """The names of its attributes, as OpenTelemetry has them."""
        return {*(self.attributes or {}), *COMMON}

    @property
    def prometheus(self):
        """Its name in Prometheus, as the exporter of OpenTelemetry makes it."""
        name = label(self.name)
        if self.unit == "s" and not name.endswith("_seconds"):
            name += "_seconds"
        return name + "_total" if self.kind == COUNTER else name

    @property
    def series(self):
        """The names of its series in Prometheus."""
        if self.kind != HISTOGRAM:
            return [self.prometheus]
        return [f"{self.prometheus}_{each}" for each in ("bucket", "sum", "count")]


def label(name):
    """An attribute's name in Prometheus."""
    return name.replace(".", "_")


_STAGES = ("speech", "transcript", "model", "retrieval", "tool", "first_audio", "heard")
_ENDS = ("ended", "refused", "failed")
_OUTCOMES = ("ok", "error", "timeout", "refused", "cancelled")
_OPERATIONS = ("chat", "transcription")
_TOKENS = {
    "gen_ai.operation.name": _OPERATIONS,
    "gen_ai.token.type": ("input", "output"),
    "vocative.modality": ("text", "audio", "image"),
    "vocative.cached": ("true", "false"),
}

_OPERATION = {"gen_ai.operation.name": _OPERATIONS, "error.type": ()}

METRICS = [
    Metric("vocative.sessions.active", GAUGE, "{session}"),
    Metric("vocative.sessions", COUNTER, "{session}", {"outcome": _ENDS, "reason": ()}),
    Metric("vocative.session.duration", HISTOGRAM, "s", {"outcome": _ENDS}),
    Metric("vocative.turn.stage.duration", HISTOGRAM, "s", {"stage": _STAGES}),
    Metric("vocative.turn.response_latency", HISTOGRAM, "s", {"vocative.turn.kind": ()}),
    Metric("vocative.tool.calls", COUNTER, "{call}", {"gen_ai.tool.name": (), "outcome": _OUTCOMES}),
    Metric("vocative.tool.duration", HISTOGRAM, "s", {"gen_ai.tool.name": (), "outcome": _OUTCOMES}),
    Metric("gen_ai.client.token.usage", HISTOGRAM, "{token}", _TOKENS),
    Metric("gen_ai.client.operation.duration", HISTOGRAM, "s", _OPERATION),
    Metric("vocative.audio.seconds", COUNTER, "s", {"direction": ("in", "out")}),
    Metric("vocative.reconnects", COUNTER, "{connection}", {"side": ("model", "client"), "outcome": (), "reason": ()}),
    Metric("vocative.refusals", COUNTER, "{refusal}", {"reason": ()}),
    Metric("vocative.playback.underruns", COUNTER, "{underrun}"),
    Metric("vocative.barge_ins", COUNTER, "{turn}"),
    Metric("vocative.cost", COUNTER, "{USD}"),
    Metric("vocative.budget.reached", COUNTER, "{session}", {"scope": ("session", "user", "day")}),
    Metric("vocative.event_loop.lag", HISTOGRAM, "s"),
    Metric("vocative.shed", COUNTER, "", {"reason": ()}),
]
