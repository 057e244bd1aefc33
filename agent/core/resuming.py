"""Resuming: a client that has lost its socket comes back to its session, and nobody else does.

It is told a token in `extension.ready`, and presents it on its next connection within the grace time. A token is good
for one return: with that it is told the next. Only its digest is kept here, so that nothing that is logged or dumped
opens a session.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.core.deadlines import earliest

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds within which a client may come back: a change of network takes some, a tunnel a minute.
GRACE = 60.0

NOT_RESUMABLE = "there is no session to resume: its time is over, it has ended, or the token was used; start anew"


class NotResumable(Exception):  # noqa: N818  (a verdict)
    """A token that opens no session; the text says why in words for the client."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a client needs for its return.

    Attributes:
        token: Secret; good once.
        grace_ms: For so long after its connection was lost, in ms.
    """

    token: str
    grace_ms: int

    def fields(self) -> dict[str, Any]:
        """The fields of `extension.ready` that carry it."""
        return {"resume": {"token": self.token, "grace_ms": self.grace_ms}}


@dataclass(frozen=True, slots=True)
class Claim:
    """A session that has got its client back.

    Attributes:
        session_id: Which one.
        held: Another connection still holds it, though nobody may be at its other end; it is to be closed.
    """

    session_id: str
    held: bool


@dataclass(slots=True)
class _Place:
    session_id: str
    owner: str | None
    digest: bytes = b""
    expires: float | None = None


class Resuming:
    """The sessions of one server that can be resumed.

    Args:
        new_token: Given a session's id, gives a fresh secret that cannot be guessed. It may begin with the id, by which
            other servers can look for it.
        grace: Seconds that a session waits for its client.
    """

    def __init__(self, new_token: Callable[[str], str], grace: float = GRACE) -> None:
        self._new_token = new_token
        self._grace = grace
        self._places: dict[str, _Place] = {}
        self._by_digest: dict[bytes, _Place] = {}

    def issue(self, session_id: str, owner: str | None) -> Ticket:
        """Give a session's client a token; the one it had is void.

        Args:
            session_id: The session.
            owner: Who the client is, if it had to say; nobody else can use the token.
        """
        place = self._places.setdefault(session_id, _Place(session_id, owner))
        token = self._new_token(session_id)
        self._by_digest.pop(place.digest, None)
        place.digest = digest_of(token)
        self._by_digest[place.digest] = place
        return Ticket(token, round(self._grace * 1000))

    def left(self, session_id: str, now: float) -> bool:
        """A client is gone without having said that it leaves.

        Returns:
            True when the session is to wait for it.
        """
        place = self._places.get(session_id)
        if place is None or not place.digest:
            return False
        place.expires = now + self._grace
        return True

    def claim(self, token: str, owner: str | None, now: float) -> Claim:
        """A client presents a token.

        Args:
            token: As it came.
            owner: Who the client is, by its present credentials.
            now: Seconds.

        Raises:
            NotResumable: It opens no session. A wrong owner does not use the token up.
        """
        place = self._by_digest.get(digest_of(token))
        if place is None or place.owner != owner or (place.expires is not None and now >= place.expires):
            raise NotResumable(NOT_RESUMABLE)
        del self._by_digest[place.digest]
        held, place.digest, place.expires = place.expires is None, b"", None
        return Claim(place.session_id, held)

    def ended(self, session_id: str) -> None:
        """A session is over."""
        place = self._places.pop(session_id, None)
        if place is not None:
            self._by_digest.pop(place.digest, None)

    def next_deadline(self) -> float | None:
        """When `overdue` wants to be called."""
        return earliest(*(place.expires for place in self._places.values()))

    def overdue(self, now: float) -> list[str]:
        """Sessions whose clients did not come back; they are forgotten here, and are to be ended."""
        late = [
            place.session_id for place in self._places.values() if place.expires is not None and place.expires <= now
        ]
        for session_id in late:
            self.ended(session_id)
        return late


def digest_of(token: str) -> bytes:
    """What is kept of a token: it opens nothing."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
