"""Guarded: a caller's transport behind which nothing arrives that is not allowed, and that ends when time is up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from agent.core import messages
from agent.core.firewall import Refused, is_audio_append
from agent.core.frames import Frame, MalformedFrame, decode
from agent.door.admission import Admission, Grounds
from agent.door.credentials import AUTHENTICATE_EVENT
from agent.door.guard import Guard
from agent.door.refusal import Refusal, TurnedAway, unauthorized
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.door.admissions import Seat
    from agent.door.door import Door
    from agent.transports.base import Transport
    from tools.context import User

_log = logging.getLogger(__name__)

PROMISE = 5.0  # seconds in which the first message must come, if that is to say who it is
FAREWELL = 2.0  # seconds for a slow reader to take the reason why it ends
_FAULT = Refusal(500, 1011, "internal_error", "your sign-in could not be verified again: connect again")
MAX_AUTHENTICATE = 16 * 1024  # characters of the event that carries a ticket


class GuardedTransport:
    """The transport of somebody who was let in.

    Args:
        transport: Where the caller is.
        admission: As whom, and for how long.
        door: Asked again while the session runs.
        clock: Seconds.
    """

    def __init__(
        self, transport: Transport, admission: Admission, door: Door, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._admission = admission
        self._door = door
        self._clock = clock
        self._guard = Guard(door.rules.limits, now=clock(), valid_for=door.valid_for(admission))
        self._watching: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._arm()

    @property
    def user(self) -> User | None:
        """Who it is."""
        return self._admission.user

    async def receive(self) -> str | bytes:
        """Wait for the next message that is within the limits.

        Raises:
            TransportClosed: The caller is gone, or was shown out.
        """
        while True:
            message = await self._transport.receive()
            plain = isinstance(message, str)
            audio = plain and is_audio_append(message)
            refusal = self._guard.take(self._clock(), len(message), audio)
            if refusal is not None:
                await show_out(self._transport, refusal)
                raise TransportClosed(refusal.close_code, refusal.reason)
            if audio or not plain or (token := ticket_of(message)) is None:
                return message
            await self._renew(token)

    async def send(self, text: str) -> None:
        """Send one message.

        Raises:
            TransportClosed: It cannot be sent any more.
        """
        await self._transport.send(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close, and watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            await self._transport.close(code, reason)
        finally:
            watching = self._watching
            if watching is not None and watching is not asyncio.current_task():
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def _renew(self, token: str) -> None:
        try:
            admission = await self._door.redeem(token)
            if self.user is None or admission.user is None or admission.user.id != self.user.id:
                raise unauthorized("another_user", "the ticket is somebody else's: this session stays as it is")
        except TurnedAway as no:
            with contextlib.suppress(TransportClosed):
                await self._transport.send(_error(no.refusal))
            return
        self._keep(admission)
        with contextlib.suppress(TransportClosed):
            await self._transport.send(Frame.of({"type": "extension.authenticated", "event_id": _new_id()}).text)

    def _keep(self, admission: Admission) -> None:
        self._admission = admission
        self._guard.renew(self._clock(), self._door.valid_for(admission))
        self._arm()

    # ── time ──

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay = max(0.0, self._guard.next_deadline() - self._clock())
        self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self._watching = asyncio.ensure_future(self._on_time())

    async def _on_time(self) -> None:
        refusal = self._guard.due(self._clock())
        if refusal is None and self._guard.wants_recheck(self._clock()):
            try:
                self._keep(await self._door.recheck(self._admission))
            except TurnedAway as no:
                refusal = no.refusal
            except Exception as error:  # whatever a verifier raises: nobody stays because of a fault
                _log.exception("a credential could not be verified again: %s", type(error).__name__)
                refusal = _FAULT
        if refusal is None:
            self._arm()
        else:
            await show_out(self._transport, refusal)


async def let_in(transport: Transport, admission: Admission, seat: Seat | None, door: Door) -> GuardedTransport | None:
    """Take somebody in whose WebSocket is open; where it was promised, wait for the message that says who it is.

    Args:
        transport: Where the caller is.
        admission: What the door said of the request.
        seat: The caller's place.
        door: The door.

    Returns:
        The transport to go on with; None when the caller has left or was shown out.
    """
    if admission.grounds is Grounds.PROMISED:
        try:
            async with asyncio.timeout(PROMISE):
                message = await transport.receive()
            token = ticket_of(message) if isinstance(message, str) else None
            if token is None:
                raise unauthorized("authentication_required", f"the first message must be {AUTHENTICATE_EVENT}")
            admission = await door.redeem(token)
            if seat is not None:
                seat.claim(None if admission.user is None else admission.user.id)
        except TimeoutError:
            text = f"no {AUTHENTICATE_EVENT} came within {PROMISE:g} s"
            return await show_out(transport, unauthorized("authentication_required", text).refusal)
        except TransportClosed:
            return None
        except TurnedAway as no:
            return await show_out(transport, no.refusal)
    return GuardedTransport(transport, admission, door)


async def show_out(transport: Transport, refusal: Refusal) -> None:
    """End a session: say why in an `error` event, as a close frame has little room, and close."""
    _log.info("shown out with %d: %s: %s", refusal.close_code, refusal.code, refusal.reason)
    with contextlib.suppress(TransportClosed, TimeoutError):
        async with asyncio.timeout(FAREWELL):
            await transport.send(_error(refusal))
    await transport.close(refusal.close_code, refusal.reason)


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
