"""`vocative run`: where it listens, by the command line or by the environment."""

from __future__ import annotations

import socket

import pytest

from agent.cli import run_command


@pytest.fixture
def taken():
    """Two ports that somebody listens at already."""
    with socket.socket() as one, socket.socket() as another:
        for each in (one, another):
            each.bind(("127.0.0.1", 0))
            each.listen()
        yield one.getsockname()[1], another.getsockname()[1]


@pytest.mark.slow
def test_the_port_is_that_of_the_environment_and_the_command_line_goes_before_it(taken, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    first, second = taken
    monkeypatch.setenv("VOCATIVE_LISTEN_PORT", str(first))
    # A service's model is not loaded here, and is dialled when a caller comes.
    run = ["run", "--model", "ws://127.0.0.1:9/v1/realtime?model=m"]
    assert run_command(run) == 2
    assert f"cannot listen on 127.0.0.1 port {first} " in capsys.readouterr().err
    assert run_command([*run, "--port", str(second)]) == 2
    assert f"cannot listen on 127.0.0.1 port {second} " in capsys.readouterr().err


def test_metrics_at_the_callers_port_are_refused_before_a_worker_begins(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = ["run", "--model", "ws://127.0.0.1:9/v1/realtime?model=m", "--port", str(port), "--workers", "2"]
    assert run_command([*run, "--metrics", str(port)]) == 2
    assert "where callers come to" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["http", "65536", "-1"])
def test_a_port_that_there_is_not_is_told_by_the_name_of_its_variable(value, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOCATIVE_LISTEN_PORT", value)
    assert run_command(["run"]) == 2
    assert "VOCATIVE_LISTEN_PORT" in capsys.readouterr().err
