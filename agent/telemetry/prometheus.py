"""Prometheus: a meter provider of OpenTelemetry's API whose measurements are there to be scraped, without its SDK.

So whoever measures asks OpenTelemetry's API for a meter, and nothing else; where it goes is decided here and in
`fanout`.
"""

# ruff: noqa: ARG002  (the signatures are the API's)

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions

from agent.telemetry.families import DEFAULT_BOUNDARIES, Family, prometheus_name

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from opentelemetry.context import Context
    from opentelemetry.util.types import Attributes
    from prometheus_client import Metric

    from agent.telemetry.families import FamilyKind

    Callbacks = Sequence[Any]

_log = logging.getLogger(__name__)


class PrometheusMeters(metrics.MeterProvider):
    """All meters of a process. It is a collector: register it with a registry of `prometheus_client`."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}
        self._observed: list[tuple[Family, Any]] = []
        self._troubled: set[str] = set()
        self._lock = threading.Lock()

    def get_meter(
        self,
        name: str,
        version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes | None = None,
    ) -> metrics.Meter:
        """A meter; see OpenTelemetry's API."""
        return _Meter(name, version, schema_url, self)

    def collect(self) -> Iterator[Metric]:
        """All families, in the order of their names."""
        with self._lock:
            observed, families = list(self._observed), sorted(self._families.values(), key=lambda each: each.name)
        for family, callback in observed:
            try:
                for observation in _observations(callback):
                    family.set(observation.value, observation.attributes)
            except Exception as error:  # whatever the code of others raises: all the rest is told
                if family.name not in self._troubled:
                    self._troubled.add(family.name)
                    _log.exception("the metric %s cannot be asked for: %s", family.name, type(error).__name__)
        for family in families:
            yield family.collect()

    def family(
        self, name: str, unit: str, kind: FamilyKind, description: str, boundaries: Sequence[float] | None = None
    ) -> Family:
        """A family, made when it is first asked for."""
        named = prometheus_name(name, unit)
        with self._lock:
            if named not in self._families:
                self._families[named] = Family(named, kind, description, boundaries or DEFAULT_BOUNDARIES)
            return self._families[named]

    def observe(self, family: Family, callbacks: Callbacks | None) -> None:
        """Ask these for values whenever somebody scrapes."""
        with self._lock:
            self._observed += [(family, callback) for callback in callbacks or ()]


def _observations(callback: Any) -> Generator[Any]:
    # A callback is a function, or a generator that is sent its options.
    made: Any = callback(CallbackOptions()) if callable(callback) else next(callback)
    yield from made


class _Meter(metrics.Meter):
    def __init__(self, name: str, version: str | None, schema_url: str | None, provider: PrometheusMeters) -> None:
        super().__init__(name, version, schema_url)
        self._provider = provider

    def create_counter(self, name: str, unit: str = "", description: str = "") -> metrics.Counter:
        return _Counter(name, unit, description, self._provider.family(name, unit, "counter", description))

    def create_up_down_counter(self, name: str, unit: str = "", description: str = "") -> metrics.UpDownCounter:
        return _UpDownCounter(name, unit, description, self._provider.family(name, unit, "gauge", description))

    def create_gauge(self, name: str, unit: str = "", description: str = "") -> Any:
        return _Gauge(name, unit, description, self._provider.family(name, unit, "gauge", description))

    def create_histogram(
        self,
        name: str,
        unit: str = "",
        description: str = "",
        *,
        explicit_bucket_boundaries_advisory: Sequence[float] | None = None,
    ) -> metrics.Histogram:
        boundaries = explicit_bucket_boundaries_advisory
        family = self._provider.family(name, unit, "histogram", description, boundaries)
        return _Histogram(name, unit, description, family)

    def create_observable_counter(
        self, name: str, callbacks: Callbacks | None = None, unit: str = "", description: str = ""
    ) -> metrics.ObservableCounter:
        self._observe(name, unit, "counter", description, callbacks)
        return _ObservableCounter(name, callbacks, unit, description)

    def create_observable_gauge(
        self, name: str, callbacks: Callbacks | None = None, unit: str = "", description: str = ""
    ) -> metrics.ObservableGauge:
        self._observe(name, unit, "gauge", description, callbacks)
        return _ObservableGauge(name, callbacks, unit, description)

    def create_observable_up_down_counter(
        self, name: str, callbacks: Callbacks | None = None, unit: str = "", description: str = ""
    ) -> metrics.ObservableUpDownCounter:
        self._observe(name, unit, "gauge", description, callbacks)
        return _ObservableUpDownCounter(name, callbacks, unit, description)

    def _observe(self, name: str, unit: str, kind: FamilyKind, description: str, callbacks: Callbacks | None) -> None:
        self._provider.observe(self._provider.family(name, unit, kind, description), callbacks)


class _Measured:
    def __init__(self, name: str, unit: str, description: str, family: Family) -> None:
        super().__init__(name, unit=unit, description=description)  # pyright: ignore[reportCallIssue]
        self._family = family


class _Counter(_Measured, metrics.Counter):
    def add(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        if amount >= 0:  # a counter that went back would read as a restart of the process
            self._family.add(amount, attributes)


class _UpDownCounter(_Measured, metrics.UpDownCounter):
    def add(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        self._family.add(amount, attributes)


class _Gauge(_Measured, metrics._Gauge):  # noqa: SLF001  (the API's own name for a gauge that is set)
    def set(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        self._family.set(amount, attributes)


class _Histogram(_Measured, metrics.Histogram):
    def record(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        self._family.record(amount, attributes)


class _Callback:
    def __init__(self, name: str, callbacks: Callbacks | None, unit: str, description: str) -> None:
        super().__init__(name, callbacks, unit, description)  # pyright: ignore[reportCallIssue]


class _ObservableCounter(_Callback, metrics.ObservableCounter):
    pass


class _ObservableGauge(_Callback, metrics.ObservableGauge):
    pass


class _ObservableUpDownCounter(_Callback, metrics.ObservableUpDownCounter):
    pass
