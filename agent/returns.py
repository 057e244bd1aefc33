"""Returns: the sessions of one server whose clients may come back after their connection broke."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from agent.core.resuming import GRACE, NOT_RESUMABLE, NotResumable, Resuming
from agent.door.credentials import RETURN_PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.relay import Relay

_log = logging.getLogger(__name__)

# A WebSocket of a browser cannot carry a header, and an address is written into logs: so the token is offered as one
# more subprotocol, as the door's tickets are.
RESUME = RETURN_PROTOCOL


class Returns:
    """Knows which session is whose, and ends those whose clients stay away.

    Args:
        grace: Seconds that a session waits for its client.
        clock: Seconds.
    """

    def __init__(self, grace: float = GRACE, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._resuming = Resuming(lambda session_id: f"{session_id}.{secrets.token_urlsafe(32)}", grace)
        self._relays: dict[str, Relay] = {}
        self._timer: asyncio.TimerHandle | None = None

    def ticket(self, session_id: str, owner: str | None) -> dict[str, Any]:
        """The fields of `extension.ready` by which a client can come back; what it had before is void.

        Args:
            session_id: The session.
            owner: Who the client is, if known.
        """
        return self._resuming.issue(session_id, owner).fields()

    def began(self, session_id: str, relay: Relay) -> None:
        """A session runs."""
        self._relays[session_id] = relay

    def left(self, session_id: str) -> bool:
        """Its client's connection broke; tells whether it is to wait."""
        waits = self._resuming.left(session_id, self._clock())
        if waits:
            _log.info("session %s waits for its client", session_id)
            self._arm()
        return waits

    def claim(self, token: str, owner: str | None) -> tuple[str, Relay]:
        """A client presents a token.

        Args:
            token: As it came.
            owner: Who the client is, by its present sign-in.

        Raises:
            NotResumable: It opens no session.
        """
        claim = self._resuming.claim(token, owner, self._clock())
        self._arm()
        relay = self._relays[claim.session_id]
        if relay.over:  # it has ended, and still waits for its old connection to take the farewell
            raise NotResumable(NOT_RESUMABLE)
        return claim.session_id, relay

    def ended(self, session_id: str, relay: Relay) -> None:
        """A session is over, or another server has it; by now it may be here again, in another relay."""
        if self._relays.get(session_id) is not relay:
            return
        self._resuming.ended(session_id)
        self._relays.pop(session_id, None)
        self._arm()

    def end_all(self) -> None:
        """The server stops: nobody is waited for any more."""
        for relay in tuple(self._relays.values()):
            relay.abandon()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._resuming.next_deadline()
        delay = None if due is None else max(0.0, due - self._clock())
        self._timer = None if delay is None else asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        for session_id in self._resuming.overdue(self._clock()):
            _log.info("session %s: the client did not come back", session_id)
            relay = self._relays.pop(session_id, None)
            if relay is not None:
                relay.abandon()
        self._arm()
