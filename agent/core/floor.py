"""Floor: how things stand between user and model at one moment, as another upstream needs to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.core.frames import Frame


@dataclass(frozen=True, slots=True)
class Floor:
    """One moment of a session.

    Attributes:
        response_id: The response that is active in the default conversation, or None.
        passed_on: Something of it has reached the client, so that it cannot be begun anew.
        awaited: The user's turn is over, and voice activity detection was about to answer it.
        request: A `response.create` that is on its way, or None.
        quiet: Nobody speaks, nothing is being heard, no call is open and no response is wanted.
        free: Nobody speaks, no call is open; a response may be wanted, and sound still be heard.
        running: Call ids whose outputs are still to come.
    """

    response_id: str | None = None
    passed_on: bool = False
    awaited: bool = False
    request: Frame | None = None
    quiet: bool = True
    free: bool = True
    running: frozenset[str] = frozenset()
