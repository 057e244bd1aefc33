"""Proxies: which way leads to an address, as the environment says."""

from __future__ import annotations

import pytest

from tools.errors import ProxyError
from tools.proxies import is_loopback, proxy_for


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:secret@secure.corp:3128")
    monkeypatch.setenv("HTTP_PROXY", "plain.corp")
    monkeypatch.setenv("NO_PROXY", "inside.example, .corp, 10.1.2.3, odd.example:8443")


@pytest.mark.parametrize(
    ("url", "port", "shown"),
    [
        ("https://a.example/x", 3128, "the proxy at secure.corp:3128 (HTTPS_PROXY)"),
        ("wss://a.example/v1/realtime?model=m", 3128, "the proxy at secure.corp:3128 (HTTPS_PROXY)"),
        ("http://a.example", 80, "the proxy at plain.corp (HTTP_PROXY)"),
        ("ws://user:word@a.example:81/x", 80, "the proxy at plain.corp (HTTP_PROXY)"),
        ("https://notinside.example/x", 3128, "the proxy at secure.corp:3128 (HTTPS_PROXY)"),
        ("https://odd.example/x", 3128, "the proxy at secure.corp:3128 (HTTPS_PROXY)"),
    ],
)
def test_secure_addresses_go_by_one_variable_and_plain_ones_by_the_other(url, port, shown):
    proxy = proxy_for(url)
    assert (proxy.port, str(proxy)) == (port, shown)
    assert "secret" not in repr(proxy) + str(proxy)


@pytest.mark.parametrize(
    "url",
    [
        "https://inside.example",
        "https://deep.inside.example:444/x",
        "wss://host.corp",
        "http://10.1.2.3/x",
        "https://odd.example:8443/x",
        "ws://localhost:8766/v1/realtime",
        "http://engine.localhost/x",
        "http://127.0.0.1:11434/v1",
        "https://[::1]/x",
        "",
    ],
)
def test_what_no_proxy_names_and_this_machine_itself_are_reached_straight(url):
    assert proxy_for(url) is None


def test_without_any_variable_the_way_is_straight(monkeypatch):
    monkeypatch.delenv("HTTPS_PROXY")
    assert proxy_for("https://a.example") is None
    monkeypatch.setenv("HTTP_PROXY", " ")
    assert proxy_for("http://a.example") is None


@pytest.mark.parametrize("value", ["socks5://u:hunter2@h:1080", "http://u:hunter2@h:port", "http://", "h:70000"])
def test_a_proxy_that_cannot_be_used_is_refused_by_its_variable_and_never_by_its_value(monkeypatch, value):
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ProxyError, match="HTTPS_PROXY names no proxy that can be used") as caught:
        proxy_for("wss://a.example")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), ("a.localhost", True), ("10.0.0.1", False), ("h", False)],
)
def test_this_machine_is_known_by_name_and_address(host, expected):
    assert is_loopback(host) is expected
