"""Admissions: how many sessions there are, whose they are, and whether there may be more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from agent.door.refusal import TurnedAway, busy
from agent.door.shedding import Shedding

if TYPE_CHECKING:
    from agent.door.limits import Limits
    from agent.door.places import Places

WAIT = 5  # seconds after which a client may try again: another server has taken over, or somebody has left

# Sockets that have not said yet who they are: few, because each may hold one whole message of memory.
MOST_PROMISED = 16
# Places beyond the last one for clients whose connections broke: their calls live, and are not to end for want of room.
MOST_RETURNING = 64


class Seat:
    """The place of one session; leave it when the session is over."""

    def __init__(self, admissions: Admissions, user_id: str | None, *, promised: bool, returning: bool) -> None:
        self._admissions = admissions
        self.user_id = user_id
        self.promised = promised
        self.returning = returning
        self.place: str | None = None

    def claim(self, user_id: str | None) -> None:
        """Say whose it is, after all.

        Raises:
            TurnedAway: This user has as many sessions as one may have.
        """
        self._admissions.claim(self, user_id)

    async def confirm(self) -> None:
        """See that its user has room at the other workers as well.

        Raises:
            TurnedAway: This user has as many sessions as one may have, and the place is given back.
        """
        await self._admissions.confirm(self)

    def leave(self) -> None:
        """Give the place back; leaving twice is harmless."""
        self._admissions.leave(self)


class Admissions:
    """Counts sessions, and takes no more of them once the server is about to stop.

    Args:
        limits: How many there may be.

    Attributes:
        elsewhere: The sessions that users have at all workers; None where each worker counts by itself.
        shedding: Told how busy the process is; while it is too busy, nobody new is let in.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.shedding = Shedding(limits.lag_s)
        self.elsewhere: Places | None = None
        self._seats: set[Seat] = set()
        self._of_user: Counter[str] = Counter()
        self._promised = 0
        self._drained_at: float | None = None

    @property
    def count(self) -> int:
        """How many sessions there are."""
        return len(self._seats)

    @property
    def draining(self) -> bool:
        """No session begins any more."""
        return self._drained_at is not None

    @property
    def busy(self) -> str | None:
        """Why nobody new is let in though the server goes on, in words; None while there is room."""
        if len(self._seats) >= self._limits.sessions:
            return f"there are {len(self._seats)} sessions, which is the most"
        return self.shedding.reason

    def enter(self, user_id: str | None, *, promised: bool = False, returning: bool = False) -> Seat:
        """Begin a session.

        Args:
            user_id: Whose; None for somebody unknown, who counts in all only.
            promised: Who it is will be said by the first message.
            returning: The connection of a session that goes on broke, and this is to be its next one.

        Raises:
            TurnedAway: There may be no more of them.
        """
        if not returning:
            self._refuse_new()
        most = self._limits.sessions + MOST_RETURNING * returning
        if len(self._seats) >= most or (promised and self._promised >= MOST_PROMISED):
            raise busy(503, "server_full", "the assistant is fully occupied: try again later", WAIT)
        self._count(user_id, returning=returning)
        seat = Seat(self, user_id, promised=promised, returning=returning)
        self._promised += promised
        self._seats.add(seat)
        return seat

    def _refuse_new(self) -> None:
        if self.draining:
            raise busy(503, "server_stopping", "the server is stopping: connect again", WAIT)
        if self.shedding.reason is not None:
            raise busy(503, "server_busy", "the assistant is too busy at present: try again in a moment", WAIT)

    async def look(self, user_id: str | None) -> None:
        """See whether a session might begin, without taking a place.

        Args:
            user_id: Whose; None for somebody unknown.

        Raises:
            TurnedAway: There may be no more of them.
        """
        seat = self.enter(user_id)
        await seat.confirm()
        seat.leave()

    def claim(self, seat: Seat, user_id: str | None) -> None:
        """See `Seat.claim`."""
        self._count(user_id, returning=seat.returning)
        self._promised -= seat.promised
        seat.user_id, seat.promised = user_id, False

    async def confirm(self, seat: Seat) -> None:
        """See `Seat.confirm`."""
        user_id = seat.user_id
        if self.elsewhere is None or user_id is None:
            return
        # A call that goes on is not to end because the worker that died with it is still counted.
        most, place = None if seat.returning else self._limits.sessions_per_user, None
        try:
            place = await self.elsewhere.take(user_id, most)
        finally:
            if place is None:  # no room, or what waits for this was cancelled
                self.leave(seat)
        if place is None:
            raise self._too_many()
        if seat in self._seats:
            seat.place = place
        else:  # it was left meanwhile
            self.elsewhere.leave(user_id, place)

    def leave(self, seat: Seat) -> None:
        """See `Seat.leave`."""
        if seat not in self._seats:
            return
        if self.elsewhere is not None and seat.place is not None and seat.user_id is not None:
            self.elsewhere.leave(seat.user_id, seat.place)
        self._seats.discard(seat)
        self._promised -= seat.promised
        if seat.user_id is not None:
            self._of_user[seat.user_id] -= 1
            if self._of_user[seat.user_id] <= 0:
                del self._of_user[seat.user_id]

    def _count(self, user_id: str | None, *, returning: bool) -> None:
        if user_id is None:
            return
        # Each of one's sessions may be come back to while its old connection is still held to be alive.
        if self._of_user[user_id] >= self._limits.sessions_per_user * (1 + returning):
            raise self._too_many()
        self._of_user[user_id] += 1

    def _too_many(self) -> TurnedAway:
        text = f"you have {self._limits.sessions_per_user} sessions open: end one of them first"
        return busy(429, "too_many_sessions", text, WAIT)

    def drain(self, now: float, grace: float) -> None:
        """Take no more sessions; those that run have some time left.

        Args:
            now: Seconds.
            grace: Seconds that they have.
        """
        if self._drained_at is None:
            self._drained_at = now + grace

    def drained(self, now: float) -> bool:
        """Whether the server may stop: nobody is left, or the time is up. Until `drain` was called it may not."""
        return self._drained_at is not None and (not self._seats or now >= self._drained_at)
