"""`/metrics`: where it is, and what it says."""

from __future__ import annotations

import socket

import pytest
from aiohttp import ClientSession
from opentelemetry.metrics import Observation
from prometheus_client.parser import text_string_to_metric_families

from agent.config import Settings
from agent.errors import ConfigurationError, UsageError
from agent.telemetry.prometheus import PrometheusMeters
from agent.telemetry.scraping import scraped


async def test_prometheus_own_parser_accepts_the_page_and_finds_the_process_beside_what_was_measured():
    meters = PrometheusMeters()
    meters.get_meter("t").create_counter("calls").add(2)
    async with (
        scraped(meters, "127.0.0.1:0") as port,
        ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/metrics") as page,
    ):
        families = {each.name: each for each in text_string_to_metric_families(await page.text())}
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    assert families["calls"].samples[0].value == 2
    assert "process_resident_memory_bytes" in families


async def test_what_cannot_be_asked_for_its_value_costs_itself_only_and_is_told_once(caplog):
    def away(_options):
        raise OSError("the queue is away")

    meters = PrometheusMeters()
    meter = meters.get_meter("t")
    meter.create_observable_gauge("queue", callbacks=[away])
    meter.create_observable_gauge("rooms", callbacks=[lambda _options: [Observation(7)]])
    async with scraped(meters, "127.0.0.1:0") as port, ClientSession() as http:
        for _ in range(2):
            async with http.get(f"http://127.0.0.1:{port}/metrics") as page:
                families = {each.name: each for each in text_string_to_metric_families(await page.text())}
            assert page.status == 200
            assert [sample.value for sample in families["rooms"].samples] == [7]
    assert [each.getMessage() for each in caplog.records] == ["the metric queue cannot be asked for: OSError"]


async def test_a_port_that_is_taken_is_refused_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="VOCATIVE_METRICS"):
            async with scraped(PrometheusMeters(), f"127.0.0.1:{taken.getsockname()[1]}"):
                pass


@pytest.mark.parametrize(("given", "listens"), [("9464", "127.0.0.1:9464"), ("0.0.0.0:9464", "0.0.0.0:9464")])
def test_a_port_alone_is_this_machines_only(monkeypatch, tmp_path, given, listens):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOCATIVE_METRICS", given)
    assert Settings().metrics == listens


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("VOCATIVE_METRICS", "yes", "VOCATIVE_METRICS is no port"),
        ("VOCATIVE_METRICS", "99999", "VOCATIVE_METRICS is no port"),
        ("VOCATIVE_METRICS", "metrics..example:9464", "VOCATIVE_METRICS is no port"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is no address of a collector"),
        ("VOCATIVE_LOG_FORMAT", "xml", "VOCATIVE_LOG_FORMAT"),
    ],
)
def test_a_bad_setting_names_its_variable(monkeypatch, tmp_path, variable, value, says):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=says):
        Settings()
