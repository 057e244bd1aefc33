"""Rotation: when a session that will expire is to be left. Services end theirs after 15 to 60 minutes."""

from __future__ import annotations

from dataclasses import dataclass

# Seconds before the end: from the first on another session is made ready, and taken at the next quiet moment; at the
# second it is taken whatever is going on.
SOFT, HARD = 300.0, 30.0
# Short sessions have proportionally less: a sixth, and a tenth of that.
SHARE = 6.0


@dataclass(frozen=True, slots=True)
class Rotation:
    """The moments of one session, in seconds of the clock of `now`.

    Attributes:
        soft: From here on another session is wanted.
        hard: Here it is taken, in the midst of whatever happens.
    """

    soft: float
    hard: float


def rotation(now: float, expires: float) -> Rotation | None:
    """The moments of a session that begins now; None for one that has expired already, by whatever clock.

    Args:
        now: Seconds.
        expires: When the service will end it, on the same clock.
    """
    lifetime = expires - now
    if lifetime <= 0:
        # The service's clock and ours disagree by more than the session lasts: nothing can be planned with it.
        return None
    margin = min(SOFT, lifetime / SHARE)
    return Rotation(expires - margin, expires - margin * HARD / SOFT)
