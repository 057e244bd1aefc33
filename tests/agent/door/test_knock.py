"""What a request says of itself, and how little of it is believed."""

from __future__ import annotations

import pytest

from agent.door.knock import Knock, host_and_port, is_loopback


def knock(*, bound=True, remote="127.0.0.1", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Knock("GET", "/v1/realtime", {"host": "127.0.0.1:8765", **named}, {}, remote, bound)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST", "a.localhost", "::ffff:127.0.0.1"]
)
def test_this_machine_goes_by_many_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "notlocalhost",
        "::ffff:10.0.0.1",
        "0x7f.1",
        "2130706433",
    ],
)
def test_every_other_machine_is_another_machine(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("[::1]:8765", ("[::1]", 8765)),
        ("App.Example", ("app.example", None)),
        ("evil@localhost", None),
        ("localhost/x", None),
        ("localhost, evil.example", None),
        ("localhost:1:2", None),
        ("", None),
        ("local host", None),
    ],
)
def test_a_host_header_is_a_name_and_a_port_or_nothing(header, expected):
    assert host_and_port(header) == expected


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765"])
def test_a_caller_of_this_machine_is_local(host):
    assert knock(host=host).is_local


def test_an_address_that_others_reach_has_no_local_callers():
    assert not knock(bound=False).is_local


def test_a_caller_with_a_foreign_address_is_not_local_whatever_it_says():
    assert not knock(remote="10.0.0.7").is_local


@pytest.mark.parametrize(
    "name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via", "X-Forwarded"]
)
def test_whoever_was_forwarded_is_not_local(name):
    assert not Knock("GET", "/", {"host": "localhost", name.lower(): ""}, {}, "127.0.0.1", True).is_local


@pytest.mark.parametrize("host", ["evil.example:8765", "localhost, localhost", "x@localhost", ""])
def test_a_name_that_merely_resolves_to_this_machine_is_not_local(host):
    """DNS rebinding: to a browser, a page of a foreign name that resolves to 127.0.0.1 is of our origin."""
    assert not knock(host=host).is_local


@pytest.mark.parametrize("value", ["websocket", "WebSocket", "websocket, websocket", "h2c, websocket"])
def test_whatever_may_open_a_websocket_counts_as_opening_one(value):
    assert knock(upgrade=value).upgrades
    assert not knock().upgrades


def test_subprotocols_are_read_in_their_order():
    assert knock(sec_websocket_protocol="realtime, vocative.v1 ,,x").offered == ("realtime", "vocative.v1", "x")
    assert knock().offered == ()


def test_neither_headers_nor_query_are_printed():
    text = repr(Knock("GET", "/x", {"authorization": "Bearer secret"}, {"api-key": "secret"}))
    assert "secret" not in text
