"""Calls of a GA service: ephemeral keys, offers, sidebands and hang-up, at addresses derived from its own."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from agent.errors import ConfigurationError, DialError
from agent.transports.stream import Stream
from agent.transports.upstream import dial
from agent.webrtc.calling import Answered, Key
from agent.webrtc.posting import host_of, post, read_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import aiohttp

    from agent.transports.base import Pull

    Headers = Callable[[], Awaitable[Mapping[str, str]]]

_log = logging.getLogger(__name__)

# A call that was just answered may not be known everywhere yet: waits (s) before each further attempt to join it.
_JOINING_WAITS = (0.2, 0.4, 0.8, 1.6, 3.2)
# Some answers name the call in the path of the Location, some in its query.
_CALL_ID = re.compile(r"rtc_[\w-]+")


@dataclass(frozen=True, slots=True)
class CallUrls:
    """Where a GA service takes calls.

    Attributes:
        client_secrets: Mints ephemeral keys.
        calls: Takes offers; `/{call_id}/hangup` below it ends a call.
        sideband: The WebSocket that is joined with `?call_id=`.
        model: The model or deployment that the address names, if it names one.
        filtered: The service can keep the browser's channel to few events, and instructions off it (Azure).
    """

    client_secrets: str
    calls: str
    sideband: str
    model: str | None = None
    filtered: bool = False

    @classmethod
    def of(cls, url: str) -> CallUrls:
        """Derive them from the address of a Realtime service.

        Args:
            url: `wss://HOST/openai/v1/realtime?model=DEPLOYMENT` (Azure) or `wss://HOST/v1/realtime?model=MODEL`.

        Raises:
            ConfigurationError: It is not the address of a GA service.
        """
        parts = urlsplit(url)
        path = parts.path.rstrip("/")
        if parts.scheme not in {"ws", "wss"} or not path.endswith("/v1/realtime"):
            raise ConfigurationError(
                f"WebRTC needs the address of a GA service, such as wss://HOST/openai/v1/realtime?model=NAME; the path "
                f"of this one is {parts.path!r}"
            )
        base = f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}{path}"
        models = parse_qs(parts.query).get("model")
        sideband = f"{parts.scheme}://{parts.netloc}{path}"
        azure = path.endswith("/openai/v1/realtime")
        return cls(f"{base}/client_secrets", f"{base}/calls", sideband, models[0] if models else None, azure)


class ServiceCalling:
    """A GA service.

    Args:
        http: The client session whose connections are used.
        urls: Where it is.
        headers: Gives the standard credentials.
        waits: Seconds to wait before each further attempt to join a call.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        urls: CallUrls,
        headers: Headers,
        *,
        waits: tuple[float, ...] = _JOINING_WAITS,
    ) -> None:
        self._http = http
        self._urls = urls
        self._headers = headers
        self._waits = waits

    async def mint(self, session: Mapping[str, Any]) -> Key:
        """See `Calling`."""
        model = {"model": self._urls.model} if self._urls.model else {}
        body = {"session": {**session, **model}}
        answer = await post(self._http, self._urls.client_secrets, await self._headers(), json=body)
        data = answer.json()
        return read_key(data.get("value"), data.get("expires_at"), self._urls.client_secrets)

    async def call(self, key: str, offer: str) -> Answered:
        """See `Calling`."""
        url = self._urls.calls + ("?webrtcfilter=on" if self._urls.filtered else "")
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}
        answer = await post(self._http, url, headers, data=offer)
        found = _CALL_ID.search(answer.location)
        if found is None:
            raise DialError(f"the model at {host_of(url)} named no call in its answer, so no tool could run in it")
        return Answered(found[0], answer.text)

    def forget(self, key: str) -> None:
        """See `Calling`; a service forgets it by itself."""

    async def sideband(self, call_id: str) -> Pull:
        """See `Calling`."""
        url = f"{self._urls.sideband}?call_id={quote(call_id, safe='')}"
        for wait in self._waits:
            try:
                return Stream(await dial(url, await self._headers()))
            except DialError as error:
                if error.status != 404:
                    raise
            await asyncio.sleep(wait)
        return Stream(await dial(url, await self._headers()))

    async def hang_up(self, call_id: str) -> None:
        """See `Calling`."""
        url = f"{self._urls.calls}/{quote(call_id, safe='')}/hangup"
        try:
            await post(self._http, url, await self._headers())
        except DialError as error:
            # Nearly always because the call is over already; if not, it ends when the browser leaves.
            _log.info("hanging up: %s", error)
