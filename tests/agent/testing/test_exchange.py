"""Exchanges as a person reads them."""

from __future__ import annotations

import pytest

from agent.testing.exchange import CallSeen, Exchange


@pytest.fixture
def exchange():
    return Exchange("how much leave?", True, lambda: "the dialogue", lambda ms, words: (ms, words))


def test_every_part_of_it_has_a_line(exchange):
    exchange.transcript = "How much leave?"
    exchange.calls.append(CallSeen("c1", "search", {"query": "löwe"}, "failed", 12, error="tool_error"))
    exchange.answer, exchange.interrupted_ms = "Thirty", 700
    exchange.citations = [{"document": "handbook.md", "text": "Thirty days."}]
    exchange.errors = [{"code": "server_error", "message": "bad day"}]
    exchange.closed = (1001, "session_expired")
    assert exchange.lines() == [
        "caller:    how much leave?   (heard: How much leave?)",
        'tool:      search({"query": "löwe"}) → failed (tool_error) in 12 ms',
        "assistant: Thirty   (cut after 700 ms)",
        "           [1] handbook.md: Thirty days.",
        "error:     server_error: bad day",
        "closed:    1001 session_expired",
    ]


def test_arguments_that_are_no_object_meet_no_expectation_but_the_name(exchange):
    exchange.calls.append(CallSeen("c1", "search", "{oops"))
    exchange.expect_call("search")
    with pytest.raises(AssertionError, match=r"(?s)query='leave'.*the dialogue"):
        exchange.expect_call("search", query="leave")


async def test_awaiting_it_is_harmless(exchange):
    assert await exchange is exchange


def test_breaking_in_is_the_callers_work(exchange):
    assert exchange.interrupts_after(500, "stop") == (500, "stop")
