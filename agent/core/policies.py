"""Policies, in words: what model and client are told of calls that are treated by a policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agent.core.frames import Frame

if TYPE_CHECKING:
    from agent.core.approvals import Pending
    from agent.core.calls import Call

# Characters of a user's reason that the model is told.
MAX_REASON = 500


def approval_requested(event_id: str, pending: Pending, seconds: float) -> Frame:
    """Ask a client's user; `timeout_ms` is what is left of the time."""
    return Frame.of(
        {
            "type": "extension.tool.approval_requested",
            "event_id": event_id,
            "call_id": pending.call.call_id,
            "name": pending.call.name,
            "arguments": pending.arguments,
            "timeout_ms": max(0, round(seconds * 1000)),
        }
    )


def waiting(event_id: str, call: Call, preamble: str | None, *, sound: bool) -> Frame:
    """A call takes its time; the client may let its user hear that."""
    return Frame.of(
        {
            "type": "extension.tool.waiting",
            "event_id": event_id,
            "call_id": call.call_id,
            "name": call.name,
            "message": preamble,
            "sound": sound,
        }
    )


def note(event_id: str, text: str) -> Frame:
    """Tell the model something that neither side has said."""
    item = {"type": "message", "role": "system", "content": [{"type": "input_text", "text": text}]}
    return Frame.of({"type": "conversation.item.create", "event_id": event_id, "item": item})


def awaits_approval(name: str) -> str:
    """That a call has not run yet."""
    return (
        f"The tool {name!r} has not run yet: it waits for the user's approval on their screen. A spoken yes does not "
        "count; its output follows once the user has decided."
    )


def denied(name: str, reason: str | None) -> str:
    """The output of a call that the user did not allow."""
    why = f" The user's reason: {reason[:MAX_REASON]}" if reason else ""
    return _error("approval_denied", f"The user did not approve {name!r}, so it did not run.{why}")


def expired(name: str, seconds: float) -> str:
    """The output of a call on which the user did not decide."""
    return _error("approval_expired", f"Nobody approved {name!r} within {seconds:g} s, so it did not run.")


def cancelled(name: str) -> str:
    """The output of a call that the caller's speech has stopped."""
    text = f"{name!r} was cancelled by the caller, who began to speak. Do not assume that it did anything, or nothing."
    return _error("cancelled", text)


def interrupted(name: str) -> str:
    """The output of a call whose server was lost while it ran."""
    text = (
        f"{name!r} was interrupted: the server that ran it was lost. Do not assume that it did anything, or nothing, "
        "and call it again only if the user wants that."
    )
    return _error("interrupted", text)


def unasked(name: str) -> str:
    """The output of a call whose user had been asked by a server that does not have the session any more."""
    text = f"{name!r} did not run: its user had not approved it when the connection was lost. Call it again if needed."
    return _error("approval_lost", text)


def progressed(name: str, message: str, fraction: float | None) -> str:
    """What a running tool reports."""
    share = "" if fraction is None else f" ({round(fraction * 100)} %)"
    return f"Progress of the tool {name!r}{share}: {message}"


def job_done(name: str, output: str) -> str:
    """What came of a job. The embedded engine knows it by these words, too."""
    return f"The tool {name!r}, which was started earlier, has finished. Tell the user now. Its result: {output}"


def _error(code: str, message: str) -> str:
    return json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False)
