"""The telemetry of a process: there where it is asked for, and nothing where it is not."""

from __future__ import annotations

import asyncio
import logging

import pytest

from agent.config import Settings
from agent.telemetry.building import telemetry
from agent.telemetry.lag import lag_measured
from agent.telemetry.telemetry import Telemetry
from agent.telemetry.unwatched import UNWATCHED


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


async def test_where_nothing_is_asked_for_nothing_watches():
    before = list(logging.getLogger().handlers)
    async with telemetry(Settings(), {"metrics": None, "log_format": None}, for_process=False) as watcher:
        assert watcher is UNWATCHED
        assert logging.getLogger().handlers == before


@pytest.mark.parametrize(
    ("options", "content"),
    [({"log_format": "json"}, False), ({"log_content": True}, True), ({"metrics": "127.0.0.1:0"}, False)],
)
async def test_each_of_the_options_makes_it_watch(options, content):
    before = list(logging.getLogger().handlers)
    async with telemetry(Settings(), options, for_process=False) as watcher:
        assert isinstance(watcher, Telemetry)
        assert watcher.content is content
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize(("variable", "value"), [("VOCATIVE_LOG_LEVEL", "debug"), ("VOCATIVE_LOG_CONTENT", "true")])
async def test_a_variable_for_the_log_has_it_written_as_the_option_does(monkeypatch, capsys, variable, value):
    monkeypatch.setenv(variable, value)
    async with telemetry(Settings(), {}, for_process=False) as watcher:
        assert isinstance(watcher, Telemetry)
        logging.getLogger("agent.x").info("somebody calls")
    assert "somebody calls" in capsys.readouterr().err


async def test_what_cannot_be_done_is_said_and_the_rest_goes_on(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    async with telemetry(Settings(), {"metrics": "127.0.0.1:0"}, for_process=False) as watcher:
        assert isinstance(watcher, Telemetry)
    assert "only http/protobuf is spoken" in caplog.text


async def test_a_loop_that_was_held_up_is_seen_to_be_late():
    seen: asyncio.Queue[float] = asyncio.Queue()
    async with asyncio.timeout(30):
        async with lag_measured(seen.put_nowait, interval=0.001):
            assert await seen.get() >= 0
