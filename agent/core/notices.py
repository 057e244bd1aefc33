"""Notices: what a client that opted in to our own events is told of connections, and of what its session costs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.usage import Usage


def reconnecting(event_id: str, reason: str) -> Frame:
    """The model cannot be heard at the moment; another connection is being made.

    Args:
        event_id: Of this event.
        reason: `"lost"` or `"expired"`.
    """
    return Frame.of({"type": "extension.reconnecting", "event_id": event_id, "reason": reason})


def reconnected(event_id: str, reason: str, gap_ms: int) -> Frame:
    """Another session of the model's has taken over the conversation.

    Args:
        event_id: Of this event.
        reason: Why: `"lost"`, `"expired"`, `"expiring"`, `"poisoned"` or `"handed_over"`.
        gap_ms: How long nobody was listening, in ms; 0 when there was no such time.
    """
    return Frame.of({"type": "extension.reconnected", "event_id": event_id, "reason": reason, "gap_ms": gap_ms})


def approval(event_id: str, server: str, name: str, *, approved: bool) -> Frame:
    """The model's service asked whether it may call a tool of a server's, and was answered.

    Args:
        event_id: Of this event.
        server: The server's label.
        name: The tool.
        approved: Whether it may.
    """
    fields = {"server": server, "name": name, "approved": approved}
    return Frame.of({"type": "extension.approval", "event_id": event_id, **fields})


def agent(event_id: str, ready: Mapping[str, Any]) -> Frame:
    """Another agent has taken over.

    Args:
        event_id: Of this event.
        ready: The fields of `extension.ready`, of which `agent` tells who it is.
    """
    return Frame.of({"type": "extension.agent", "event_id": event_id, "agent": ready.get("agent")})


def resumed(event_id: str, missed: int, *, complete: bool) -> Frame:
    """A client is back in its session; what it missed follows.

    Args:
        event_id: Of this event.
        missed: How many events follow.
        complete: Nothing but sound was left out; else the oldest events were, too.
    """
    return Frame.of({"type": "extension.resumed", "event_id": event_id, "missed": missed, "complete": complete})


def usage(event_id: str, responses: Usage, transcriptions: Usage, cost: float | None) -> Frame:
    """What this session has used so far, over all sessions of the model's that it had.

    Args:
        event_id: Of this event.
        responses: Tokens of responses.
        transcriptions: Tokens or seconds of transcriptions.
        cost: US dollars; None where a part of it has no known price.
    """
    sums = {"responses": asdict(responses), "transcriptions": asdict(transcriptions)}
    rounded = None if cost is None else round(cost, 6)
    return Frame.of({"type": "extension.usage", "event_id": event_id, **sums, "cost_usd": rounded})


def budget(event_id: str, scope: str, state: str) -> Frame:
    """A budget is nearly spent, or the session ends because it is.

    Args:
        event_id: Of this event.
        scope: `"session"`, `"user"` or `"day"`.
        state: `"warning"` or `"reached"`.
    """
    return Frame.of({"type": "extension.budget", "event_id": event_id, "scope": scope, "state": state})
