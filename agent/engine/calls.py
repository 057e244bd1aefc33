"""Calls: the engine's sessions over WebRTC: client secrets, answered offers, sidebands, and hanging up."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from agent.engine.call_transport import CallTransport
from agent.engine.channel import Channel
from agent.engine.configuration import Configuration
from agent.engine.runtime import new_id
from agent.engine.secrets import DEFAULT_SECONDS, Secret, Secrets
from agent.engine.sideband import Sideband
from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.engine.fault_run import SessionFaults
    from agent.engine.runtime import Engine
    from agent.engine.webrtc import Peer
    from agent.transports.base import Pull

_log = logging.getLogger(__name__)

# Seconds in which a peer that was answered must have connected.
CONNECTING_TIME = 30.0
_MOST_CALLS = 64

MISSING = "WebRTC needs the packages aiortc and av: pip install 'vocative[webrtc]'"


def is_available() -> bool:
    """Whether the packages that WebRTC needs are installed."""
    return find_spec("aiortc") is not None and find_spec("av") is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """An offer that was taken.

    Attributes:
        call_id: Names the call.
        sdp: Our side of it.
    """

    call_id: str
    sdp: str


@dataclass(slots=True)
class _Call:
    transport: CallTransport
    peer: Peer
    task: asyncio.Task[None]


class Calls:
    """The calls of one engine.

    Args:
        engine: What answers them.
        now: The present time in seconds since 1970.
        connecting_time: Seconds in which a peer must have connected.
    """

    def __init__(
        self, engine: Engine, *, now: Callable[[], float] = time.time, connecting_time: float = CONNECTING_TIME
    ) -> None:
        self._engine = engine
        self._connecting_time = connecting_time
        self._secrets = Secrets(new_id, now)
        self._calls: dict[str, _Call] = {}
        self._answering = 0

    def __len__(self) -> int:
        return len(self._calls)

    def mint(
        self, session: Mapping[str, Any] | None, *, seconds: int = DEFAULT_SECONDS, preview: bool = False
    ) -> tuple[Secret, dict[str, Any]]:
        """Make a client secret.

        Args:
            session: The GA session object that its calls begin with.
            seconds: How long it is valid.
            preview: It is the preview's.

        Returns:
            The secret, and the whole session object as it will be in force.

        Raises:
            WireError: The session object cannot be accepted.
        """
        given = {"type": "realtime", **(session or {})}
        model = given.get("model")
        configuration = Configuration(new_id("sess"), model if isinstance(model, str) else "", 0)
        configuration.update(given, voice_fixed=False)
        return self._secrets.mint(given, seconds, preview=preview), configuration.snapshot()

    def secret(self, key: str) -> Secret | None:
        """The secret of a key; None for a key that is no client secret.

        Raises:
            WireError: It is wrong or has expired.
        """
        return self._secrets.find(key)

    def forget(self, key: str) -> None:
        """A client secret is not used any more: there are only so many at once."""
        self._secrets.drop(key)

    async def answer(
        self, offer: str, session: Mapping[str, Any] | None, *, filtered: bool = False, preview: bool = False
    ) -> Answer:
        """Take a call.

        Args:
            offer: The peer's SDP.
            session: The GA session object that it begins with.
            filtered: Keep the data channel to Azure's few events.
            preview: Speak the preview's names on the data channel.

        Raises:
            WireError: The offer or the session object cannot be accepted, there are too many calls, or the packages
                are missing.
            Refusal: The engine's faults refuse it.
        """
        make_peer = _peer_class()
        if len(self._calls) + self._answering >= _MOST_CALLS:
            raise WireError(f"There are {_MOST_CALLS} calls already. Try again later.", code="rate_limit_exceeded")
        given = {"type": "realtime", **(session or {})}
        Configuration("", "", 0).update(given, voice_fixed=False)
        faults = self._engine.admit()
        transport = CallTransport(new_id)
        channel = Channel(filtered=filtered, preview=preview, new_id=new_id)
        transport.attach(channel.event, greet=False)
        peer = make_peer(transport, channel)
        self._answering += 1
        try:
            sdp = await peer.answer(offer)
        except BaseException:
            await peer.close()
            raise
        finally:
            self._answering -= 1
        call_id = new_id("rtc")
        task = asyncio.get_running_loop().create_task(self._run(call_id, transport, peer, given, faults))
        self._calls[call_id] = _Call(transport, peer, task)
        return Answer(call_id, sdp)

    def sideband(self, call_id: str) -> Pull:
        """Join a call as a further controller.

        Returns:
            The controller's end: all events of the session but its sound.

        Raises:
            WireError: There is no such call.
        """
        return Sideband(self._find(call_id).transport)

    async def hang_up(self, call_id: str) -> None:
        """End a call.

        Raises:
            WireError: There is no such call.
        """
        call = self._find(call_id)
        call.transport.hang_up(1000, "hung up")
        await asyncio.wait({call.task})

    async def close(self) -> None:
        """End all calls."""
        tasks = [call.task for call in self._calls.values()]
        for call in self._calls.values():
            call.transport.hang_up(1001, "the server is stopping")
        await asyncio.gather(*tasks, return_exceptions=True)

    def _find(self, call_id: str) -> _Call:
        call = self._calls.get(call_id)
        if call is None:
            raise WireError(f"No call with id '{call_id[:80]}' was found.", code="call_not_found", param="call_id")
        return call

    async def _run(
        self, call_id: str, transport: CallTransport, peer: Peer, session: dict[str, Any], faults: SessionFaults | None
    ) -> None:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._connecting_time, _give_up, transport, peer)
        given = session.get("model")
        model = given if isinstance(given, str) else None
        try:
            await self._engine.serve(transport, model=model, faults=faults, session=session)
        except Exception:
            _log.exception("a call of the engine broke down")
        finally:
            timer.cancel()
            transport.hang_up(1011, "internal error")
            self._calls.pop(call_id, None)
            await peer.close()


def _give_up(transport: CallTransport, peer: Peer) -> None:
    if not peer.connected.is_set():
        transport.hang_up(1006, "the peer did not connect")


def _peer_class() -> type[Peer]:
    # Imported late: aiortc is an extra, and takes a moment to load.
    if not is_available():
        raise WireError(MISSING, code="webrtc_unavailable", kind="server_error")
    from agent.engine.webrtc import Peer  # noqa: PLC0415

    return Peer
