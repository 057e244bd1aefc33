"""Where a credential may stand."""

from __future__ import annotations

import pytest

from agent.door.credentials import presented
from agent.door.knock import Knock


def found(**headers):
    credential = presented(Knock(headers={name.replace("_", "-"): value for name, value in headers.items()}))
    return None if credential is None else (credential.token, credential.source)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"authorization": "Bearer abc"}, ("abc", "Authorization")),
        ({"authorization": "bearer  abc "}, ("abc", "Authorization")),
        ({"api_key": "abc"}, ("abc", "api-key")),
        ({"sec_websocket_protocol": "realtime, vocative.ticket.abc"}, ("abc", "Sec-WebSocket-Protocol")),
        ({"sec_websocket_protocol": "realtime, openai-insecure-api-key.abc"}, ("abc", "Sec-WebSocket-Protocol")),
        ({"authorization": "Bearer one", "api_key": "two"}, ("one", "Authorization")),
        ({"authorization": "Basic abc", "api_key": "two"}, ("two", "api-key")),
        ({}, None),
        ({"authorization": "Bearer "}, None),
        ({"authorization": "Basic abc"}, None),
        ({"sec_websocket_protocol": "realtime, vocative.v1, vocative.ticket."}, None),
    ],
)
def test_a_credential_is_found_wherever_a_client_can_put_one(headers, expected):
    assert found(**headers) == expected


def test_a_credential_is_never_printed():
    assert "abc" not in repr(presented(Knock(headers={"api-key": "abc"})))
