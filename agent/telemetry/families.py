"""Families: measurements as Prometheus has them: one family for each metric, one value for each set of labels."""

from __future__ import annotations

import re
import threading
from bisect import bisect_left
from itertools import accumulate
from math import inf, isinf
from typing import TYPE_CHECKING, Literal, TypeAlias

from prometheus_client import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FamilyKind: TypeAlias = Literal["counter", "gauge", "histogram"]
Labels: TypeAlias = tuple[tuple[str, str], ...]

# UCUM, as OpenTelemetry writes units → the word that Prometheus puts behind a name.
_UNITS = {"s": "seconds", "ms": "milliseconds", "By": "bytes"}
# What OpenTelemetry's SDK takes where nothing is advised.
DEFAULT_BOUNDARIES = (0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1e3, 2.5e3, 5e3, 7.5e3, 1e4)


def prometheus_name(name: str, unit: str) -> str:
    """A metric's name in Prometheus, without the ending that its kind adds.

    Args:
        name: As OpenTelemetry has it, such as `vocative.session.duration`.
        unit: In UCUM; one in braces is an annotation, and says nothing.
    """
    plain = re.sub(r"[^a-zA-Z0-9_:]", "_", name)
    word = _UNITS.get(unit, "")
    return f"{plain}_{word}" if word and not plain.endswith(word) else plain


class Family:
    """One metric.

    Args:
        name: In Prometheus.
        kind: What it is.
        description: In words.
        boundaries: Of a histogram's buckets.
    """

    def __init__(
        self, name: str, kind: FamilyKind, description: str, boundaries: Sequence[float] = DEFAULT_BOUNDARIES
    ) -> None:
        self.name, self.kind, self.description = name, kind, description
        self._boundaries = tuple(map(float, boundaries))
        self._values: dict[Labels, float] = {}
        self._buckets: dict[Labels, list[int]] = {}
        self._lock = threading.Lock()

    def add(self, amount: float, attributes: Mapping[str, object] | None) -> None:
        """Add to a counter, or to a gauge."""
        labels = _labels(attributes)
        with self._lock:
            self._values[labels] = self._values.get(labels, 0.0) + amount

    def set(self, value: float, attributes: Mapping[str, object] | None) -> None:
        """Set a value, in place of what it was."""
        with self._lock:
            self._values[_labels(attributes)] = value

    def record(self, value: float, attributes: Mapping[str, object] | None) -> None:
        """Take one measurement into a histogram."""
        labels = _labels(attributes)
        with self._lock:
            buckets = self._buckets.setdefault(labels, [0] * (len(self._boundaries) + 1))
            buckets[bisect_left(self._boundaries, value)] += 1
            self._values[labels] = self._values.get(labels, 0.0) + value

    def collect(self) -> Metric:
        """All of it, as Prometheus' own library writes it down."""
        metric = Metric(self.name, self.description or self.name, self.kind)
        with self._lock:
            for labels, value in self._values.items():
                if self.kind == "histogram":
                    self._histogram(metric, dict(labels), self._buckets[labels], value)
                else:
                    metric.add_sample(self.name + ("_total" if self.kind == "counter" else ""), dict(labels), value)
        return metric

    def _histogram(self, metric: Metric, labels: dict[str, str], buckets: Iterable[int], total: float) -> None:
        counts = list(accumulate(buckets))
        for boundary, count in zip((*self._boundaries, inf), counts, strict=True):
            metric.add_sample(
                f"{self.name}_bucket", {**labels, "le": "+Inf" if isinf(boundary) else str(boundary)}, count
            )
        metric.add_sample(f"{self.name}_count", labels, counts[-1])
        metric.add_sample(f"{self.name}_sum", labels, total)


def _labels(attributes: Mapping[str, object] | None) -> Labels:
    return tuple(sorted((re.sub(r"\W", "_", name), _text(value)) for name, value in (attributes or {}).items()))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
