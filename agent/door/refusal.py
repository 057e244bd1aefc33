"""Refusal: a "no" of the door, with a reason in words and the codes of both protocols."""

from __future__ import annotations

from dataclasses import dataclass

# RFC 6455, section 7.4.1, and IANA's registry of close codes.
GOING_AWAY = 1001
POLICY = 1008
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody or something is turned away. It names neither secrets nor content.

    Attributes:
        status: HTTP status, before a WebSocket is open.
        close_code: Of the WebSocket, once it is.
        code: Machine-readable, for `error.code`.
        reason: In words, for whoever is turned away.
        retry_after: Seconds after which trying again makes sense; None if it makes none.
    """

    status: int
    close_code: int
    code: str
    reason: str
    retry_after: int | None = None


class TurnedAway(Exception):  # noqa: N818  (a verdict)
    """Somebody is not let in, or shown out.

    Attributes:
        refusal: Why.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal

    @property
    def status(self) -> int:
        """HTTP status, before a WebSocket is open."""
        return self.refusal.status

    @property
    def close_code(self) -> int:
        """Of the WebSocket, once it is open."""
        return self.refusal.close_code

    @property
    def reason(self) -> str:
        """In words."""
        return self.refusal.reason

    @property
    def retry_after(self) -> int | None:
        """Seconds, or None."""
        return self.refusal.retry_after


def unauthorized(code: str, reason: str) -> TurnedAway:
    """Nobody signed in, or not validly: HTTP 401."""
    return TurnedAway(Refusal(401, POLICY, code, reason))


def forbidden(code: str, reason: str) -> TurnedAway:
    """Signing in would not help: HTTP 403."""
    return TurnedAway(Refusal(403, POLICY, code, reason))


def busy(status: int, code: str, reason: str, retry_after: int) -> TurnedAway:
    """Not now: HTTP 429 where it is the caller's doing, 503 where it is ours."""
    return TurnedAway(Refusal(status, TRY_AGAIN_LATER, code, reason, retry_after))


def no_index(reason: str) -> Refusal:
    """The documents cannot be used at present."""
    return Refusal(503, TRY_AGAIN_LATER, "index_unavailable", reason, 5)
