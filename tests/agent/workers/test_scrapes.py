"""Scrapes: where each worker tells its metrics, and what is said of it at the start."""

from __future__ import annotations

import socket

import pytest

from agent.errors import UsageError
from agent.workers.scrapes import announced, listen_of


def test_each_worker_has_the_port_that_is_its_slot_behind_the_one_asked_for():
    assert [listen_of("127.0.0.1:9464", slot) for slot in range(3)] == [
        "127.0.0.1:9464",
        "127.0.0.1:9465",
        "127.0.0.1:9466",
    ]
    assert listen_of("[::1]:9464", 1) == "[::1]:9465"


def test_any_free_port_stays_any_free_port():
    assert listen_of("127.0.0.1:0", 3) == "127.0.0.1:0"
    assert "any free port for each worker" in announced("127.0.0.1:0", 2)


@pytest.fixture
def pair():
    """Two ports, one behind the other, of which the second one is taken."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            second.listen()
            first.close()
            yield port, second
            return


def test_it_is_said_where_they_are(pair):
    port, second = pair
    second.close()
    said = f"metrics: http://127.0.0.1:{port}/metrics and so on to port {port + 1}, one for each worker"
    assert announced(f"127.0.0.1:{port}", 2) == said


def test_a_port_of_a_later_worker_that_is_taken_is_refused_before_any_begins(pair):
    port, _second = pair
    with pytest.raises(UsageError, match=rf"127\.0\.0\.1:{port + 1} \(.+\): each worker needs a port of its own"):
        announced(f"127.0.0.1:{port}", 2)


@pytest.mark.parametrize(("callers", "collide"), [("127.0.0.1", True), ("0.0.0.0", True), ("127.0.0.2", False)])
def test_the_callers_port_is_no_workers_at_the_same_address(pair, callers, collide):
    port, second = pair
    second.close()
    if not collide:
        assert announced(f"localhost:{port}", 2, [(callers, port + 1)])
        return
    with pytest.raises(UsageError, match=rf"localhost:{port + 1}, where callers come to"):
        announced(f"localhost:{port}", 2, [(callers, port + 1)])


def test_ports_beyond_the_last_one_are_refused():
    assert listen_of("127.0.0.1:65534", 1) == "127.0.0.1:65535"
    with pytest.raises(UsageError, match="choose a smaller port"):
        listen_of("127.0.0.1:65534", 2)
