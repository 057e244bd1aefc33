"""Credentials: where a caller may put a ticket, a key or a token. What it is worth is for others to find out.

A browser cannot set a header on a WebSocket, so the subprotocols carry it there: ours, and the form that OpenAI's
clients use (`openai-insecure-api-key.TOKEN`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.door.knock import Knock

TICKET_PROTOCOL = "vocative.ticket."
OPENAI_PROTOCOL = "openai-insecure-api-key."

# Followed by the token that leads back into a session whose connection broke; see `agent.returns`.
RETURN_PROTOCOL = "vocative.resume."

# Offered by a client that will send its ticket as its first message.
AUTHENTICATE_PROTOCOL = "vocative.authenticate"
AUTHENTICATE_EVENT = "extension.authenticate"


@dataclass(frozen=True, slots=True)
class Credential:
    """What was presented.

    Attributes:
        token: The secret itself; never printed.
        source: Where it stood, for the log.
    """

    token: str = field(repr=False)
    source: str


def presented(knock: Knock) -> Credential | None:
    """The credential of a request: `Authorization`, then `api-key`, then the subprotocols; None without one."""
    scheme, _, token = knock.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credential(token.strip(), "Authorization")
    if key := knock.headers.get("api-key", "").strip():
        return Credential(key, "api-key")
    for name in knock.offered:
        for prefix in (TICKET_PROTOCOL, OPENAI_PROTOCOL):
            if name.startswith(prefix) and len(name) > len(prefix):
                return Credential(name.removeprefix(prefix), "Sec-WebSocket-Protocol")
    return None
