"""Sending by OTLP: what is sent, and what happens where nobody takes it."""

from __future__ import annotations

import logging
import socket
import sys

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent.config import Settings
from agent.telemetry.exporting import Exporting
from agent.telemetry.outage import Outage, SteadySpans
from tests.collector import Collector


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def exporting(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Exporting(Settings())


def test_nothing_is_sent_where_nothing_is_said(monkeypatch):
    made = exporting(monkeypatch)
    assert (made.tracers, made.meters, made.problems) == (None, None, [])


def test_spans_and_metrics_reach_a_collector_before_the_process_ends(monkeypatch):
    with Collector() as collector:
        headers = {"OTEL_EXPORTER_OTLP_HEADERS": "x-key=s3cret", "OTEL_SERVICE_NAME": "desk"}
        made = exporting(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url + "/", **headers)
        made.tracers.get_tracer("t").start_span("work").end()
        made.meters.get_meter("t").create_counter("calls").add(1)
        made.shutdown()
        span = collector.span("work")
        assert collector.metric("calls").sum.data_points[0].as_int == 1
        assert collector.headers["x-key"] == "s3cret"
    assert span.resource["service.name"] == "desk"
    assert span.resource["service.version"]


def test_a_file_names_the_collector_as_well_as_the_environment_does(monkeypatch, tmp_path):
    with Collector() as collector:
        (tmp_path / ".env").write_text(f"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={collector.url}/v1/traces\n")
        made = exporting(monkeypatch)
        assert made.meters is None
        made.tracers.get_tracer("t").start_span("work").end()
        made.shutdown()
        assert collector.span("work")


@pytest.mark.parametrize(
    ("variables", "traces", "metrics"),
    [
        ({"OTEL_SDK_DISABLED": "true"}, False, False),
        ({"OTEL_TRACES_EXPORTER": "none"}, False, True),
        ({"OTEL_METRICS_EXPORTER": "none"}, True, False),
        ({"OTEL_METRICS_EXPORTER": "none", "OTEL_TRACES_EXPORTER": "none"}, False, False),
    ],
)
def test_what_is_switched_off_is_not_sent(monkeypatch, variables, traces, metrics):
    with Collector() as collector:
        made = exporting(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **variables)
        assert (made.tracers is not None, made.meters is not None) == (traces, metrics)
        made.shutdown()


def test_a_protocol_that_is_not_spoken_is_a_problem_and_nobody_is_kept_from_being_served(monkeypatch):
    address = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    made = exporting(monkeypatch, **address)
    assert made.tracers is None
    assert "http/protobuf" in made.problems[0]


def test_without_the_extra_a_problem_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.metric_exporter", None)
    made = exporting(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    assert "pip install 'vocative[otel]'" in made.problems[0]


def test_a_collector_that_is_down_is_told_of_once_and_the_end_does_not_wait_for_it(monkeypatch, caplog):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    made = exporting(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=nobody, OTEL_EXPORTER_OTLP_TIMEOUT="1")
    for _ in range(3):
        made.tracers.get_tracer("t").start_span("work").end()
        made.tracers.force_flush()
    made.shutdown(1.0)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1, told
    assert "calls go on" in told[0]


def test_an_outage_is_told_when_it_begins_and_when_it_ends(caplog):
    outage = Outage("the collector")
    for taken in (True, False, False, True, True, False):
        outage.told(taken=taken)
    assert [record.getMessage().split(" takes ")[1][:6] for record in caplog.records] == ["no tra", "traces", "no tra"]


def test_an_exporter_that_raises_costs_nothing_but_what_it_should_have_sent(caplog):
    class Broken(InMemorySpanExporter):
        def export(self, spans):
            raise OSError("no route")

    steady = SteadySpans(Broken(), Outage("the collector"))
    assert steady.export([]) is SpanExportResult.FAILURE
    assert "OSError" in caplog.text
