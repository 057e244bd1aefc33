"""Guarded: a caller's transport behind which nothing arrives that is not allowed, and that ends when time is up."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.core import messages
from agent.core.firewall import Refused, is_audio_append
from agent.core.frames import Frame, MalformedFrame, decode
from agent.door.admission import Admission, Grounds
from agent.door.credentials import AUTHENTICATE_EVENT
from agent.door.guard import Guard
from agent.door.refusal import Refusal, TurnedAway, unauthorized
from agent.transports.base import Nowhere, never
from tools.context import owner_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from agent.door.admissions import Seat
    from agent.door.door import Door
    from agent.transports.base import Onward, Transport
    from tools.context import User

_log = logging.getLogger(__name__)

PROMISE = 5.0  # seconds in which the first message must come, if that is to say who it is
# How nearly all sound begins. Whoever lies with that gains nothing: as sound a message costs its length, and much more
# than that if it is short; what is in it, the session judges.
_SOUND = ('{"type":"input_audio_buffer.append","', '{"type": "input_audio_buffer.append", "')
_FAULT = Refusal(500, 1011, "internal_error", "your sign-in could not be verified again: connect again")
MAX_AUTHENTICATE = 16 * 1024  # characters of the event that carries a ticket


class GuardedTransport:
    """The transport of somebody who was let in.

    Args:
        transport: Where the caller is; not started yet.
        admission: As whom, and for how long.
        door: Asked again while the session runs.
        clock: Seconds.
        silent: It may send nothing for as long as it likes: what its user says goes another way.

    Attributes:
        inner: The transport as handed in.
    """

    def __init__(
        self,
        transport: Transport,
        admission: Admission,
        door: Door,
        *,
        clock: Callable[[], float] = time.monotonic,
        silent: bool = False,
    ) -> None:
        self.inner = transport
        self._admission = admission
        self._door = door
        self._clock = clock
        limits = replace(door.rules.limits, idle_s=math.inf) if silent else door.rules.limits
        self._guard = Guard(limits, now=clock(), valid_for=door.valid_for(admission))
        self._early: list[str | bytes] = []
        self._received: Callable[[str | bytes], None] = self._keep_early
        self._room: Callable[[], None] | None = None
        self._closed: Callable[[int, str], None] | None = None
        self._first: asyncio.Future[str | bytes | None] = asyncio.get_running_loop().create_future()
        if admission.grounds is not Grounds.PROMISED:
            self._first.set_result(None)
        self._end: tuple[int, str] | None = None
        self._shown_out = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._arm()
        transport.start(self._take, room=self._has_room, closed=self._ended)

    @property
    def user(self) -> User | None:
        """Who it is."""
        return self._admission.user

    @property
    def full(self) -> bool:
        """Whether what was sent waits because the caller is slow."""
        return self.inner.full

    def start(
        self,
        received: Callable[[str | bytes], None],
        *,
        room: Callable[[], None],
        closed: Callable[[int, str], None],
    ) -> None:
        """Begin to deliver what is within the limits; see `Transport.start`."""
        self._received, self._room, self._closed = received, room, closed
        early, self._early = self._early, []
        for message in early:
            received(message)
        if self._end is not None:
            closed(*self._end)
        else:
            self.inner.resume()

    def send(self, text: str) -> None:
        """Send one message."""
        self.inner.send(text)

    def shorten(self, passes: Callable[[str], bool], onward: Onward) -> None:
        """What need not be received is counted all the same, a little later."""
        self.inner.shorten(self._guard.on_credit(passes), onward)

    def pause(self) -> None:
        """Deliver nothing for now."""
        self.inner.pause()

    def resume(self) -> None:
        """Deliver again."""
        self.inner.resume()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close, and watch no longer."""
        self._watch_no_longer()
        self.inner.close(code, reason)

    async def wait_closed(self) -> None:
        """Wait until the socket is down and nothing is being verified any more."""
        await self.inner.wait_closed()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def show_out(self, refusal: Refusal) -> None:
        """End the session: say why in an `error` event, as a close frame has little room, and close."""
        if not self._shown_out and self._end is None:
            self._shown_out = True
            self.inner.shorten(never, Nowhere())
            self._door.counts(refusal)
            _log.info("shown out with %d: %s: %s", refusal.close_code, refusal.code, refusal.reason)
            self.inner.send(_error(refusal))
            self.close(refusal.close_code, refusal.reason)

    async def introduced(self, seat: Seat | None) -> bool:
        """Wait for the first message, which was promised to say who it is.

        Args:
            seat: The caller's place, which is then that user's.

        Returns:
            False when the caller has left or was shown out.
        """
        try:
            async with asyncio.timeout(PROMISE):
                message = await self._first
            if message is None:
                return False
            token = ticket_of(message) if isinstance(message, str) else None
            if token is None:
                raise unauthorized("authentication_required", f"the first message must be {AUTHENTICATE_EVENT}")
            self._keep(await self._door.redeem(token))
            if seat is not None:
                seat.claim(owner_of(self.user))
                await seat.confirm()
        except TimeoutError:
            text = f"no {AUTHENTICATE_EVENT} came within {PROMISE:g} s"
            self.show_out(unauthorized("authentication_required", text).refusal)
            return False
        except TurnedAway as no:
            self.show_out(no.refusal)
            return False
        return True

    # ── what the caller does ──

    def _take(self, message: str | bytes) -> None:
        plain = isinstance(message, str)
        audio = plain and (message.startswith(_SOUND) or is_audio_append(message))
        refusal = None if self._shown_out else self._guard.take(self._clock(), len(message), audio)
        if refusal is not None:
            self.show_out(refusal)
        elif not self._first.done():
            self._first.set_result(message)
        elif self._shown_out:
            return
        elif audio or not plain or (token := ticket_of(message)) is None:
            self._received(message)
        else:
            self._spawn(self._renew(token))

    def _keep_early(self, message: str | bytes) -> None:
        self._early.append(message)
        self.inner.pause()

    def _has_room(self) -> None:
        if self._room is not None:
            self._room()

    def _ended(self, code: int, reason: str) -> None:
        self._end = (code, reason)
        self._watch_no_longer()
        if not self._first.done():
            self._first.set_result(None)
        if self._closed is not None:
            self._closed(code, reason)

    async def _renew(self, token: str) -> None:
        try:
            admission = await self._door.redeem(token)
            if self.user is None or admission.user is None or admission.user.id != self.user.id:
                raise unauthorized("another_user", "the ticket is somebody else's: this session stays as it is")
        except TurnedAway as no:
            self.inner.send(_error(no.refusal))
            return
        self._keep(admission)
        self.inner.send(Frame.of({"type": "extension.authenticated", "event_id": _new_id()}).text)

    def _keep(self, admission: Admission) -> None:
        self._admission = admission
        self._guard.renew(self._clock(), self._door.valid_for(admission))
        self._arm()

    # ── time ──

    def _arm(self) -> None:
        self._watch_no_longer()
        if self._shown_out or self._end is not None:
            return
        delay = max(0.0, self._guard.next_deadline() - self._clock())
        self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        refusal = self._guard.due(self._clock())
        if refusal is not None:
            self.show_out(refusal)
        elif self._guard.wants_recheck(self._clock()):
            self._spawn(self._recheck())
        else:
            self._arm()

    async def _recheck(self) -> None:
        admission = self._admission
        try:
            outcome: Admission | Refusal = await self._door.recheck(admission)
        except TurnedAway as no:
            outcome = no.refusal
        except Exception as error:  # whatever a verifier raises: nobody stays because of a fault
            _log.exception("a credential could not be verified again: %s", type(error).__name__)
            outcome = _FAULT
        if self._admission is not admission:
            return  # another ticket has come meanwhile, so it does not matter what becomes of the former one
        if isinstance(outcome, Refusal):
            self.show_out(outcome)
        else:
            self._keep(outcome)

    def _watch_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def let_in(
    transport: Transport, admission: Admission, seat: Seat | None, door: Door, *, silent: bool = False
) -> GuardedTransport | None:
    """Take somebody in whose WebSocket is open; where it was promised, wait for the message that says who it is.

    Args:
        transport: Where the caller is; not started yet.
        admission: What the door said of the request.
        seat: The caller's place.
        door: The door.
        silent: It may send nothing for as long as it likes.

    Returns:
        The transport to go on with; None when the caller has left or was shown out.
    """
    guarded = GuardedTransport(transport, admission, door, silent=silent)
    if admission.grounds is not Grounds.PROMISED or await guarded.introduced(seat):
        return guarded
    await guarded.wait_closed()
    return None


def ticket_of(message: str) -> str | None:
    """The ticket that an `extension.authenticate` event carries; None for any other message."""
    if len(message) > MAX_AUTHENTICATE or AUTHENTICATE_EVENT not in message:
        return None
    try:
        event: dict[str, Any] = decode(message, unique_keys=True)
    except MalformedFrame:
        return None
    ticket = event.get("ticket")
    return ticket if isinstance(ticket, str) and event.get("type") == AUTHENTICATE_EVENT else None


def _error(refusal: Refusal) -> str:
    return messages.refusal(_new_id(), Refused(refusal.reason, refusal.code)).text


def _new_id() -> str:
    return f"event_{secrets.token_hex(10)}"
