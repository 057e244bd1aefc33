"""HandOff: what a tool returns to switch the session to another agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HandOff:
    """Return it from a tool, and another agent goes on with the conversation.

    Attributes:
        agent: The name of an agent that the present one may hand over to (`Agent(handoffs=[…])`).
        message: What the new agent reads as the outcome of the call, such as what the caller wants; None for a plain
            sentence.
        for_client: What the client gets besides, anything that has a JSON form.
    """

    agent: str
    message: str | None = None
    for_client: Any = None
