"""Which pages may use the assistant."""

from __future__ import annotations

import pytest

from agent.door.knock import Knock
from agent.door.origin import Origins
from agent.door.refusal import TurnedAway
from agent.errors import ConfigurationError


def asks(origin, host="assistant.example", allowed=()):
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    Origins(allowed).check(Knock(headers=headers))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "assistant.example"),  # no browser, or no page
        ("https://assistant.example", "assistant.example"),
        ("https://assistant.example", "assistant.example:443"),
        ("http://assistant.example:80", "assistant.example"),
        ("http://127.0.0.1:8765", "127.0.0.1:8765"),
        ("http://[::1]:8765", "[::1]:8765"),
        ("HTTP://Assistant.Example:8765", "assistant.example:8765"),
    ],
)
def test_our_own_page_and_no_page_may(origin, host):
    asks(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://assistant.example.evil.example",
        "https://evil.example/assistant.example",
        "https://assistant.example@evil.example",
        "https://evil.example@assistant.example",
        "https://assistant.example:444",
        "https://sub.assistant.example",
        "file://assistant.example",
        "https://assistant.example, https://evil.example",
        "assistant.example",
        "null",
        "",
        "https://",
        "https://assistant.example/page",
        "https://assistant.example?x",
    ],
)
def test_pages_of_somewhere_else_may_not(origin):
    with pytest.raises(TurnedAway, match="--allow-origin") as no:
        asks(origin)
    assert (no.value.status, no.value.refusal.code) == (403, "foreign_origin")


def test_an_origin_that_is_listed_may_as_a_whole_and_no_other():
    allowed = ["https://App.example/", "http://localhost:3000"]
    for origin in ("https://app.example", "https://app.example:443", "http://localhost:3000"):
        asks(origin, allowed=allowed)
        assert Origins(allowed).lists(origin)
    for origin in ("http://app.example", "https://app.example:8443", "https://x.app.example", "http://localhost:3001"):
        with pytest.raises(TurnedAway):
            asks(origin, allowed=allowed)
        assert not Origins(allowed).lists(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example",
        "app.example",
        "https://app.example/page",
        "",
        "null",
        "https://[::1",
        "https://app.example:99999",
        "https://app.example:port",
        "https://:8443",
    ],
)
def test_what_is_no_origin_cannot_be_listed(origin):
    with pytest.raises(ConfigurationError, match=r"such as https://app\.example"):
        Origins([origin])


def test_a_request_without_a_host_is_of_no_origin():
    with pytest.raises(TurnedAway):
        Origins().check(Knock(headers={"origin": "https://assistant.example"}))
