"""Sideband: the model's end of a call, as a transport for the relay: control without sound, and enforcement."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agent.core.enforcement import MOST_BREACHES
from agent.core.frames import Frame, MalformedFrame
from agent.transports.base import TransportClosed

if TYPE_CHECKING:
    from agent.core.enforcement import Enforcement
    from agent.transports.base import Pull

_log = logging.getLogger(__name__)

# Whether a service greets whoever joins a call is not documented: one that is silent for so long (s) does not.
GREETING_TIME = 1.0
_GREETING = '{"type":"session.created","session":{"type":"realtime"}}'
# The service plays the sound itself. Were it counted here, we would truncate what it truncates.
_SOUND = frozenset({"response.output_audio.delta", "response.audio.delta"})


class Sideband:
    """Joined to a call of the model's.

    Args:
        joined: The controller's connection, nothing received from it yet.
        enforcement: What the session must keep to.
        idle: Seconds without any event after which the call counts as lost.
        greeting_time: Seconds to wait for the service's greeting.
    """

    def __init__(
        self, joined: Pull, enforcement: Enforcement, *, idle: float, greeting_time: float = GREETING_TIME
    ) -> None:
        self._joined = joined
        self._enforcement = enforcement
        self._idle = idle
        self._greeting_time = greeting_time
        self._greeted = False
        self._early: str | bytes | None = None

    async def receive(self) -> str | bytes:
        """Wait for the model's next event.

        Raises:
            TransportClosed: The call is over, was idle for too long, or its browser insists on changing what is
                enforced.
        """
        if not self._greeted:
            self._greeted = True
            try:
                async with asyncio.timeout(self._greeting_time):
                    first = await self._joined.receive()
            except TimeoutError:
                return _GREETING
            if isinstance(first, str) and _type_of(first) == "session.created":
                return first
            self._early = first  # the caller was quicker than the greeting would have been
            return _GREETING
        while True:
            message = await self._next()
            if isinstance(message, bytes):
                return message
            kind = _type_of(message)
            if kind in _SOUND:
                continue
            if kind == "session.updated":
                await self._hold_to_it(Frame(message))
            return message

    async def send(self, text: str) -> None:
        """Send an event to the model.

        Raises:
            TransportClosed: The call is over.
        """
        await self._joined.send(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Leave the call."""
        await self._joined.close(code, reason)

    async def _next(self) -> str | bytes:
        early, self._early = self._early, None
        if early is not None:
            return early
        try:
            async with asyncio.timeout(self._idle):
                return await self._joined.receive()
        except TimeoutError:
            raise TransportClosed(1001, f"nothing happened in the call for {self._idle:g} s") from None

    async def _hold_to_it(self, frame: Frame) -> None:
        for fix in self._enforcement.check(frame.data.get("session") or {}):
            await self._joined.send(fix.text)
        if self._enforcement.breaches > MOST_BREACHES:
            _log.warning("a call's session differs from what is enforced again and again: it is ended")
            raise TransportClosed(1008, "the client changes what the server decides")


def _type_of(text: str) -> str:
    try:
        return Frame(text).type
    except MalformedFrame:
        return ""
