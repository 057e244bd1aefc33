"""Enforcement: whether a session shown by the model is still as the server decided, and what puts it right again.

On a call the browser has a channel of its own to the model, past every filter of ours. What it changes there, the model
tells in a `session.updated`, and the server asks for its own again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from agent.core import messages
from agent.core.firewall import OPEN_SESSION_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.frames import Frame

# Services show more than they were sent, or fill these in; none of them is ours to hold.
_VOLATILE = frozenset({"type", "object", "id", "model", "expires_at"})
# Where the server sets no stored prompt, there must be none: it would stand in for our instructions.
_ABSENT = {"prompt": None}

# A client that changes what is enforced more often than this wants to, and is hung up on.
MOST_BREACHES = 5


class Enforcement:
    """What one session must keep to.

    Args:
        session: The GA session object that is enforced.
        our_id: Gives a fresh event id with our prefix.

    Attributes:
        breaches: How often it was changed.
    """

    def __init__(self, session: Mapping[str, Any], *, our_id: Callable[[], str]) -> None:
        self._our_id = our_id
        self.breaches = 0
        self.wants(session)

    def wants(self, session: Mapping[str, Any]) -> None:
        """Keep to something else from now on: another agent has taken over, or the tools have changed.

        Args:
            session: The GA session object that is enforced.
        """
        kept = {**_ABSENT, **_enforced(session)}
        self._wanted = {name: value for name, value in kept.items() if name not in _VOLATILE}

    def check(self, session: Mapping[str, Any]) -> list[Frame]:
        """Look at a session object that the model shows.

        Returns:
            The `session.update`s that put right what was changed; empty when nothing was. Sound has an update of its
            own, because a voice that has spoken cannot be changed back, and its refusal must not undo the rest.
        """
        changed = {name: value for name, value in self._wanted.items() if not _holds(value, session.get(name))}
        if not changed:
            return []
        self.breaches += 1
        plain = {name: value for name, value in changed.items() if name != "audio"}
        parts = [plain, {"audio": changed["audio"]} if "audio" in changed else {}]
        return [messages.session_update(self._our_id(), {"type": "realtime", **part}) for part in parts if part]


def _enforced(fields: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A session object without the fields that are the client's own affair."""
    result: dict[str, Any] = {}
    for name, value in fields.items():
        path = prefix + name
        if path in OPEN_SESSION_FIELDS:
            continue
        if isinstance(value, dict) and any(each.startswith(path + ".") for each in OPEN_SESSION_FIELDS):
            inner = _enforced(cast("dict[str, Any]", value), path + ".")
            if inner:
                result[name] = inner
        else:
            result[name] = value
    return result


def _holds(wanted: object, shown: object) -> bool:
    """Whether what is shown is what is wanted, or that with defaults filled in."""
    if isinstance(wanted, dict):
        if not isinstance(shown, dict):
            return False
        there = cast("dict[str, object]", shown)
        return all(_holds(value, there.get(name)) for name, value in cast("dict[str, object]", wanted).items())
    if isinstance(wanted, list):
        if not isinstance(shown, list):
            return False
        ours, theirs = cast("list[object]", wanted), cast("list[object]", shown)
        return len(ours) == len(theirs) and all(_holds(*pair) for pair in zip(ours, theirs, strict=True))
    if isinstance(wanted, str) and isinstance(shown, str):
        return wanted.strip() == shown.strip()
    return wanted == shown
