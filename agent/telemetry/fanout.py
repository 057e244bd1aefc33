"""Fan-out: one meter provider for several, so that what is measured once is scraped and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.context import Context
    from opentelemetry.util.types import Attributes


class Meters(metrics.MeterProvider):
    """Passes on to each of several providers.

    Args:
        providers: Those.
    """

    def __init__(self, *providers: metrics.MeterProvider) -> None:
        self._providers = providers

    def get_meter(
        self,
        name: str,
        version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes | None = None,
    ) -> metrics.Meter:
        """A meter; see OpenTelemetry's API."""
        return _Meter(name, [each.get_meter(name, version, schema_url, attributes) for each in self._providers])


class _Meter(metrics.Meter):
    def __init__(self, name: str, meters: Sequence[metrics.Meter]) -> None:
        super().__init__(name)
        self._meters = meters

    def create_counter(self, name: str, unit: str = "", description: str = "") -> metrics.Counter:
        return _Counter(
            name, unit, description, [each.create_counter(name, unit, description) for each in self._meters]
        )

    def create_up_down_counter(self, name: str, unit: str = "", description: str = "") -> metrics.UpDownCounter:
        made = [each.create_up_down_counter(name, unit, description) for each in self._meters]
        return _UpDownCounter(name, unit, description, made)

    def create_gauge(self, name: str, unit: str = "", description: str = "") -> Any:
        return _Gauge(name, unit, description, [each.create_gauge(name, unit, description) for each in self._meters])

    def create_histogram(
        self,
        name: str,
        unit: str = "",
        description: str = "",
        *,
        explicit_bucket_boundaries_advisory: Sequence[float] | None = None,
    ) -> metrics.Histogram:
        advice = explicit_bucket_boundaries_advisory
        made = [
            each.create_histogram(name, unit, description, explicit_bucket_boundaries_advisory=advice)
            for each in self._meters
        ]
        return _Histogram(name, unit, description, made)

    # What is asked of a callback, each provider asks by itself; the instrument is nothing but a name to hold.

    def create_observable_counter(
        self, name: str, callbacks: Sequence[Any] | None = None, unit: str = "", description: str = ""
    ) -> metrics.ObservableCounter:
        made = [each.create_observable_counter(name, callbacks, unit, description) for each in self._meters]
        return made[0]

    def create_observable_gauge(
        self, name: str, callbacks: Sequence[Any] | None = None, unit: str = "", description: str = ""
    ) -> metrics.ObservableGauge:
        made = [each.create_observable_gauge(name, callbacks, unit, description) for each in self._meters]
        return made[0]

    def create_observable_up_down_counter(
        self, name: str, callbacks: Sequence[Any] | None = None, unit: str = "", description: str = ""
    ) -> metrics.ObservableUpDownCounter:
        made = [each.create_observable_up_down_counter(name, callbacks, unit, description) for each in self._meters]
        return made[0]


class _Each:
    def __init__(self, name: str, unit: str, description: str, instruments: Sequence[Any]) -> None:
        super().__init__(name, unit=unit, description=description)  # pyright: ignore[reportCallIssue]
        self._instruments = instruments


class _Counter(_Each, metrics.Counter):
    def add(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        for each in self._instruments:
            each.add(amount, attributes, context)


class _UpDownCounter(_Each, metrics.UpDownCounter):
    def add(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        for each in self._instruments:
            each.add(amount, attributes, context)


class _Gauge(_Each, metrics._Gauge):  # noqa: SLF001  (the API's own name for a gauge that is set)
    def set(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        for each in self._instruments:
            each.set(amount, attributes, context)


class _Histogram(_Each, metrics.Histogram):
    def record(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        for each in self._instruments:
            each.record(amount, attributes, context)
