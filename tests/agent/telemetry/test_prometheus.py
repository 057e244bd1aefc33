"""OpenTelemetry's API over Prometheus: what is measured by the one is read by the other's own parser."""

from __future__ import annotations

import pytest
from opentelemetry.metrics import Observation

from agent.telemetry.families import prometheus_name
from agent.telemetry.fanout import Meters
from agent.telemetry.prometheus import PrometheusMeters
from tests.agent.telemetry.conftest import read


def samples(meters):
    return {(each.name, *sorted(each.labels.items())): each.value for one in read(meters) for each in one.samples}


@pytest.mark.parametrize(
    ("name", "unit", "named"),
    [
        ("vocative.session.duration", "s", "vocative_session_duration_seconds"),
        ("vocative.audio.seconds", "s", "vocative_audio_seconds"),
        ("vocative.cost", "{USD}", "vocative_cost"),
        ("gen_ai.client.token.usage", "{token}", "gen_ai_client_token_usage"),
        ("up-time", "ms", "up_time_milliseconds"),
    ],
)
def test_names_are_those_of_opentelemetrys_own_exporter(name, unit, named):
    assert prometheus_name(name, unit) == named


def measured(provider):
    """Every kind of instrument, used once or twice."""
    meter = provider.get_meter("test")
    counter = meter.create_counter("calls", "{call}", "Calls.")
    counter.add(1, {"gen_ai.tool.name": 'a "b"\n'})
    counter.add(2, {"gen_ai.tool.name": 'a "b"\n'})
    counter.add(-5)
    meter.create_up_down_counter("active").add(3)
    meter.create_up_down_counter("active").add(-1)
    meter.create_gauge("level").set(0.5, {"cached": True})
    times = meter.create_histogram("time", "s", explicit_bucket_boundaries_advisory=(0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        times.record(value)
    meter.create_observable_gauge("seen", [lambda _options: [Observation(4, {"a": "b"})]])
    meter.create_observable_counter("asked", [iter([[Observation(1)], [Observation(2)]])])
    meter.create_observable_up_down_counter("held", [lambda _options: [Observation(-2)]])


EXPECTED = {
    ("calls_total", ("gen_ai_tool_name", 'a "b"\n')): 3,
    ("active",): 2,
    ("level", ("cached", "true")): 0.5,
    ("time_seconds_bucket", ("le", "0.1")): 2,
    ("time_seconds_bucket", ("le", "1.0")): 3,
    ("time_seconds_bucket", ("le", "+Inf")): 4,
    ("time_seconds_count",): 4,
    ("time_seconds_sum",): pytest.approx(7.65),
    ("seen", ("a", "b")): 4,
    ("asked_total",): 1,
    ("held",): -2,
}


def test_every_kind_of_instrument_is_read_by_prometheus_own_parser():
    meters = PrometheusMeters()
    measured(meters)
    assert samples(meters) == EXPECTED
    assert samples(meters)["asked_total",] == 2


def test_several_providers_each_get_what_is_measured():
    one, two = PrometheusMeters(), PrometheusMeters()
    measured(Meters(one))
    meter = Meters(one, two).get_meter("test")
    meter.create_counter("more").add(1)
    assert samples(one) == EXPECTED | {("more_total",): 1}
    assert samples(two) == {("more_total",): 1}


def test_a_meter_that_was_made_before_its_provider_measures_from_then_on(tmp_path):
    import subprocess
    import sys

    code = """
from opentelemetry import metrics
counter = metrics.get_meter("theirs").create_counter("early")
from agent.telemetry.prometheus import PrometheusMeters
meters = PrometheusMeters()
metrics.set_meter_provider(meters)
counter.add(1)
print([sample.value for family in meters.collect() for sample in family.samples])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[1.0]"
