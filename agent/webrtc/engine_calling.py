"""Calls of the embedded engine in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.calls import MISSING, Calls, is_available
from agent.engine.wire_errors import WireError
from agent.errors import ConfigurationError, DialError
from agent.webrtc.calling import Answered, Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.engine.runtime import Engine
    from agent.transports.base import Pull


class EngineCalling:
    """The embedded engine in this process.

    Args:
        engine: The engine.

    Raises:
        ConfigurationError: The packages that it needs for WebRTC are not installed.
    """

    def __init__(self, engine: Engine) -> None:
        if not is_available():
            raise ConfigurationError(MISSING)
        self._calls = Calls(engine)

    async def mint(self, session: Mapping[str, Any]) -> Key:
        """See `Calling`."""
        try:
            secret, _ = self._calls.mint(session)
        except WireError as error:
            raise DialError(f"the engine refused the session: {error}", 500) from None
        return Key(secret.value, secret.expires_at)

    async def call(self, key: str, offer: str) -> Answered:
        """See `Calling`."""
        try:
            secret = self._calls.secret(key)
            answer = await self._calls.answer(offer, secret and secret.session, filtered=True)
        except WireError as error:
            raise DialError(str(error), 400 if error.param == "sdp" else 503) from None
        return Answered(answer.call_id, answer.sdp)

    def forget(self, key: str) -> None:
        """See `Calling`."""
        self._calls.forget(key)

    async def sideband(self, call_id: str) -> Pull:
        """See `Calling`."""
        try:
            return self._calls.sideband(call_id)
        except WireError as error:
            raise DialError(str(error), 404) from None

    async def hang_up(self, call_id: str) -> None:
        """See `Calling`."""
        try:
            await self._calls.hang_up(call_id)
        except WireError:
            return

    async def close(self) -> None:
        """End all calls."""
        await self._calls.close()
