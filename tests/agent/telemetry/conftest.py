"""Telemetry that a test can read back: spans in memory, and metrics as Prometheus reads them."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from agent.telemetry.prometheus import PrometheusMeters
from agent.telemetry.telemetry import Telemetry


class Seen:
    """All that was told, and the telemetry that tells it."""

    def __init__(self, **options):
        self._exporter = InMemorySpanExporter()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = PrometheusMeters()
        self.telemetry = Telemetry(tracers=tracers, meters=self.meters, model="m", **options)

    @property
    def spans(self):
        return self._exporter.get_finished_spans()

    def named(self, name):
        return [span for span in self.spans if span.name == name]

    def samples(self, name):
        """The values of a sample by the labels that tell them apart."""
        usual = {"gen_ai_provider_name", "gen_ai_request_model"}
        return {
            tuple(value for label, value in sorted(sample.labels.items()) if label not in usual): sample.value
            for family in read(self.meters)
            for sample in family.samples
            if sample.name == name
        }


def read(meters):
    """Metrics, written down and read by Prometheus' own library."""
    registry = CollectorRegistry()
    registry.register(meters)
    return list(text_string_to_metric_families(generate_latest(registry).decode()))


@pytest.fixture
def seen():
    return Seen()
