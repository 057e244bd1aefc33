"""Azure Monitor, by Microsoft's own exporters: what arrives at the ingestion endpoint, and nothing elsewhere."""

from __future__ import annotations

import json
import logging
import os
import socket
import ssl
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from opentelemetry._logs import SeverityNumber
from opentelemetry.trace import SpanKind, StatusCode

from agent.config import Settings
from agent.errors import ConfigurationError
from agent.telemetry.azure_monitor import SWITCHES
from agent.telemetry.building import telemetry
from agent.telemetry.exporting import Exporting
from tests.answering import Answering
from tests.infra.checker import kql
from tests.infra.metric_names import COMMON, COUNTER, GAUGE, METRICS
from tests.infra.test_dashboards import asked_of_azure
from tests.ingestion import KEY, Ingestion

CLIENT = "99999999-8888-7777-6666-555555555555"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in SWITCHES:
        # Known before, so that the end of the test takes away what is set in it.
        monkeypatch.setenv(name, "true")


def settings(monkeypatch, ingestion, **variables):
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONNECTION_STRING", ingestion.connection_string)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


def report_everything(made):
    """One measurement of each metric, with all its attributes; a span of each kind that fails; and log lines."""
    meter = made.meters.get_meter("vocative")
    for each in METRICS:
        told = {name: values[0] if values else "x" for name, values in (each.attributes or {}).items()}
        told |= dict.fromkeys(COMMON, "x")
        if each.kind == COUNTER:
            meter.create_counter(each.name, each.unit).add(3, told)
        elif each.kind == GAUGE:
            meter.create_up_down_counter(each.name, each.unit).add(3, told)
        else:
            histogram = meter.create_histogram(each.name, each.unit)
            for value in (1, 2, 6):
                histogram.record(value, told)


def test_every_query_of_the_workbook_and_of_the_alerts_finds_its_tables_columns_and_attributes_in_what_is_sent(
    monkeypatch,
):
    with Ingestion() as ingestion:
        made = Exporting(settings(monkeypatch, ingestion))
        assert made.problems == []
        report_everything(made)
        tracer = made.tracers.get_tracer("vocative")
        with tracer.start_as_current_span("session", kind=SpanKind.SERVER, attributes={"session.id": "s1"}):
            tracer.start_span("stage").end()
        records = made.loggers.get_logger("agent")
        attributes = {"session.id": "s1"}
        records.emit(severity_number=SeverityNumber.WARN, body="beware", attributes=attributes)
        records.emit(
            severity_number=SeverityNumber.ERROR, body="broken", attributes=attributes, exception=KeyError("k")
        )
        made.shutdown()
    asked = {name: kql.read(text, frozenset()) for name, text in asked_of_azure().items()}
    insights = {name: query for name, query in asked.items() if not _tables(query) & {*kql.TABLES} - {*ingestion.rows}}
    assert len(insights) > 25
    for name, query in insights.items():
        assert query.problems == [], name
        for table in _tables(query):
            there = set().union(*ingestion.rows[table])
            assert _columns(query, table) <= there, f"{name}: {table}"
        for metric in query.metrics:
            (row,) = [row for row in ingestion.rows["customMetrics"] if row["name"] == metric.name]
            assert set(row["customDimensions"]) == metric.labels, metric.name
        known = {each.name for each in METRICS}
        assert {row["name"] for row in ingestion.rows["customMetrics"]} == known


def _tables(query):
    return {word for kind, word in query.tokens if kind == "name" and word in kql.TABLES}


def _columns(query, table):
    """What is asked of a table: from its name to the end of the brackets that it stands in."""
    words, depth = set(), 0
    for kind, word in query.tokens[query.tokens.index(("name", table)) :]:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            break
        words |= {word} & kql.TABLES[table] if kind == "name" else set()
    return words


def test_a_histogram_arrives_as_sum_count_least_and_greatest(monkeypatch):
    with Ingestion() as ingestion:
        made = Exporting(settings(monkeypatch, ingestion))
        report_everything(made)
        made.shutdown()
        (latency,) = ingestion.metric("vocative.turn.response_latency")
        (active,) = ingestion.metric("vocative.sessions.active")
    assert [latency[f"value{each}"] for each in ("Sum", "Count", "Min", "Max")] == [9, 3, 1, 6]
    assert active["valueSum"] == 3


def test_nothing_goes_to_a_host_that_nobody_named_and_nobody_waits_to_send_it_later(monkeypatch):
    seen, before = _hosts(monkeypatch), set(threading.enumerate())
    for name in SWITCHES:
        monkeypatch.delenv(name)
    with Ingestion() as ingestion:
        made = Exporting(settings(monkeypatch, ingestion))
        begun = sorted(each.name for each in set(threading.enumerate()) - before if "serve_forever" not in each.name)
        report_everything(made)
        made.tracers.get_tracer("t").start_span("work").end()
        made.shutdown()
        assert set(ingestion.paths) == {"/v2.1/track"}
    assert {name: os.environ[name] for name in SWITCHES} == SWITCHES
    assert set(seen) == {"127.0.0.1"}
    # Three of the SDK's own, one for each signal: whoever reports at intervals, or asks for settings, has one too.
    batches = ["OtelBatchLogRecordProcessor", "OtelBatchSpanRecordProcessor"]
    assert begun == [*batches, "OtelPeriodicExportingMetricReader"]


def _hosts(monkeypatch):
    """Every host that is looked up or connected to from here on.

    Not by an audit hook: it cannot be taken away again, and before Python 3.12 two threads that begin at a time under
    coverage fail where there is one.
    """
    seen = []

    def noting(address, then):
        seen.extend(address[:1] if isinstance(address, tuple) else [])  # else it is a path
        return then()

    looking, connecting = socket.getaddrinfo, socket.socket.connect
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: noting((host,), lambda: looking(host, *rest, **more))
    )
    monkeypatch.setattr(
        socket.socket, "connect", lambda self, address: noting(address, lambda: connecting(self, address))
    )
    return seen


async def test_log_lines_arrive_with_their_session_and_trace_and_are_still_written(monkeypatch, capsys):
    log = logging.getLogger("agent.somewhere")
    # pytest's own handlers would take what is to go to standard error.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with Ingestion() as ingestion:
        async with telemetry(settings(monkeypatch, ingestion), for_process=False) as watcher:
            with watcher.tracer.start_as_current_span("work") as span:
                log.warning("within %s", "it", extra={"session": "s1", "fields": {"tool": "search", "tried": [1, 2]}})
            log.info("too quiet")
            try:
                int("no number")
            except ValueError:
                log.exception("it failed")
        (within,) = ingestion.rows["traces"]
        (failed,) = ingestion.rows["exceptions"]
    assert (within["message"], within["severityLevel"], within["session_Id"]) == ("within it", 2, "s1")
    assert within["operation_Id"] == f"{span.get_span_context().trace_id:032x}"
    assert within["customDimensions"] | {"tool": "search", "tried": "[1, 2]"} == within["customDimensions"]
    assert (failed["type"], failed["outerMessage"], failed["severityLevel"]) == ("ValueError", "it failed", 3)
    assert "within it" in (written := capsys.readouterr().err)
    assert "too quiet" not in written


async def test_lines_that_are_asked_for_are_sent_too_and_each_is_written_once(monkeypatch, capsys):
    with Ingestion() as ingestion:
        given = settings(monkeypatch, ingestion)
        async with telemetry(given, {"log_format": "json"}, for_process=False):
            logging.getLogger("agent.somewhere").info("a turn")
        assert [row["message"] for row in ingestion.rows["traces"]] == ["a turn"]
    assert capsys.readouterr().err.count("a turn") == 1


def test_a_failure_keeps_its_reason_where_the_exporter_leaves_out_the_conventional_name_of_it(monkeypatch):
    with Ingestion() as ingestion:
        made = Exporting(settings(monkeypatch, ingestion))
        span = made.tracers.get_tracer("t").start_span("execute_tool search")
        span.set_attributes({"error.type": "KeyError", "vocative.error": "KeyError"})
        span.set_status(StatusCode.ERROR)
        span.end()
        made.shutdown()
        (row,) = ingestion.span("execute_tool search")
    assert row["success"] is False
    assert row["customDimensions"] == {"vocative.error": "KeyError"}


def test_an_endpoint_that_refuses_is_told_of_once_with_its_reason_and_no_file_is_left(monkeypatch, caplog, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with Ingestion(status=lambda _headers: 401) as ingestion:
        made = Exporting(settings(monkeypatch, ingestion))
        for _ in range(3):
            made.tracers.get_tracer("t").start_span("work").end()
            made.tracers.force_flush()
        made.shutdown()
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1, told
    assert "entra ID" in told[0]
    assert "calls go on" in told[0]
    assert KEY not in caplog.text
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("text", ["InstrumentationKey=no-id", "nothing of the kind", f"InstrumentationKey={KEY};"])
def test_a_connection_string_that_is_none_is_a_problem_that_says_what_to_do(monkeypatch, text):
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONNECTION_STRING", text)
    made = Exporting(Settings())
    assert made.tracers is made.loggers is None
    assert "APPLICATIONINSIGHTS_CONNECTION_STRING cannot be used" in made.problems[0]
    assert "copy it whole" in made.problems[0]
    assert text not in made.problems[0]


def test_without_the_extra_a_problem_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.monitor.opentelemetry.exporter", None)
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONNECTION_STRING", f"InstrumentationKey={KEY}")
    made = Exporting(Settings())
    assert made.tracers is None
    assert "pip install 'vocative[azure-monitor]'" in made.problems[0]
    assert KEY not in made.problems[0]


class Identity(Answering):
    """What a container app asks for tokens of its managed identity, as the platform has it."""

    def __init__(self, monkeypatch):
        super().__init__()
        self.asked = []
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{self.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")

    def answer(self, path, _body, _headers):
        self.asked.append(parse_qs(urlsplit(path).query))
        token = {"access_token": "t0ken", "expires_on": "4102444800", "token_type": "Bearer", "resource": "r"}
        return 200, "application/json", json.dumps(token).encode()


@pytest.mark.parametrize(
    ("authentication", "client"), [(f"Authorization=AAD;ClientId={CLIENT}", [CLIENT]), ("Authorization=AAD", None)]
)
def test_without_local_authentication_the_identity_of_the_app_signs_in(monkeypatch, tmp_path, authentication, client):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    signed_in = lambda headers: 200 if headers.get("Authorization") == "Bearer t0ken" else 401  # noqa: E731
    with Identity(monkeypatch) as identity, Ingestion(signed_in, context) as ingestion:
        made = Exporting(settings(monkeypatch, ingestion, APPLICATIONINSIGHTS_AUTHENTICATION_STRING=authentication))
        made.tracers.get_tracer("t").start_span("work").end()
        made.shutdown(30)
        assert ingestion.span("work")
    assert {asked["resource"][0].rstrip("/") for asked in identity.asked} == {"https://monitor.azure.com"}
    assert identity.asked[0].get("client_id") == client


@pytest.mark.parametrize("text", ["AAD", "Authorization=ikey", "Authorization=AAD;ClientId=me"])
def test_an_authentication_string_that_is_none_is_an_error(monkeypatch, text):
    monkeypatch.setenv("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", text)
    with pytest.raises(ConfigurationError, match="_AUTHENTICATION_STRING is to be Authorization=AAD"):
        Settings()
