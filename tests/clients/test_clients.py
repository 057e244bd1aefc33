"""Clients that others wrote, unmodified, through `vocative run`: a spoken turn, then a typed one, with tools of both.

The spoken question needs a tool of ours, which runs on the server. The typed one needs ours and the client's own, both
called in one response.
"""

from __future__ import annotations

import pytest

from tests.clients.conftest import command_of, run_client

EMBEDDED = None
# Upstreams by the path of the engine, as its own process: each speaks the dialect of the service of that path.
GA = "/v1/realtime"
PREVIEW = "/openai/realtime?api-version=2025-04-01-preview&deployment=engine"
VOICE_LIVE = "/voice-live/realtime?api-version=2026-07-15&model=engine"

# What the services themselves send, as recorded, and the libraries' types do not have: see test_checked.py.
SENT_BY_SERVICES = {
    "unknown session.object",
    "unknown session.id",
    "unknown session.expires_at",
    "unknown response.usage.input_token_details.image_tokens",
    "unknown response.usage.input_token_details.cached_tokens_details",
}
# The beta types list OpenAI's models of their day; on Azure it is the deployment's name.
DEPLOYMENT = {"invalid session.model"}

CHECK_EVENTS = {"stock_openai", "stock_azure_openai", "stock_voice_live"}

CLIENTS = [
    ("stock_openai", EMBEDDED),
    ("stock_azure_openai", EMBEDDED),
    ("stock_openai_agents", EMBEDDED),
    ("stock_voice_live", EMBEDDED),
    ("agents_realtime", EMBEDDED),
    ("stock_openai", PREVIEW),
    ("stock_openai", VOICE_LIVE),
    ("stock_azure_openai", GA),
    ("stock_openai_agents", VOICE_LIVE),
    ("stock_voice_live", GA),
    ("agents_realtime", PREVIEW),
]


@pytest.mark.parametrize(
    ("client", "upstream"),
    CLIENTS,
    ids=lambda value: (value or "embedded").split("?")[0].strip("/").replace("/", "-"),
)
def test_a_stock_client_holds_a_conversation_with_tools_of_both_sides(client, upstream, hotels, recording):
    command = command_of(client)
    hotel = hotels(upstream)
    hotel.called()
    told = run_client(command, hotel.server.http, recording)

    assert hotel.called() == [{"day": "Sunday"}, {"day": "Saturday"}], "ours ran on the server, once for each question"
    assert [call["arguments"] for call in told.of("called")] == [{"city": "London"}], "and only its own in the client"
    assert "breakfast" in told.of("heard")[0]["text"].lower()
    spoken, typed = told.of("answer")
    assert "Sunday" in spoken["text"]
    assert "10:45" in spoken["text"]
    assert all(word in typed["text"] for word in ("Saturday", "10:45", "foggy", "London"))
    assert min(spoken["audio"], typed["audio"]) > 48_000, "a second of speech at least"
    # The libraries report what they cannot read.
    assert told.complaints == ""
    assert told.of("error") == []

    events = told.of("event")
    assert bool(events) == (client in CHECK_EVENTS)
    assert not [event for event in events if event["type"].startswith("extension.")], "it did not ask for these"
    allowed = SENT_BY_SERVICES | (DEPLOYMENT if client == "stock_azure_openai" else set())
    assert {(event["type"], wrong) for event in events for wrong in event["wrong"] if wrong not in allowed} == set()
