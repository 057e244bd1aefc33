"""Dialling a model: the one place that opens a WebSocket to a Realtime service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from agent.errors import DialError
from agent.services.diagnosis import explain
from agent.services.network import explain_network
from agent.services.refusal import read_refusal
from agent.services.service import Service, unknown
from agent.transports.websocket import WebSocketTransport

if TYPE_CHECKING:
    from collections.abc import Mapping

DIAL_TIME = 15.0  # seconds for name look-up, TLS and the upgrade together
MAX_REASON_BYTES = 4096  # of a refusal's body; what explains it stands at its beginning


class _Refused(Exception):  # noqa: N818  (an answer, told by `dial`)
    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers, body


def client() -> aiohttp.ClientSession:
    """A client session to dial with.

    It keeps what a refusal says, which `ws_connect` throws away, and follows no redirect, which would carry the key to
    another host.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_redirected)
    return aiohttp.ClientSession(raise_for_status=_read, trace_configs=[trace])


async def _read(response: aiohttp.ClientResponse) -> None:
    if response.status >= 400:
        try:
            body = await response.content.read(MAX_REASON_BYTES)
        except (aiohttp.ClientError, OSError):
            body = b""
        raise _Refused(response.status, response.headers, body)


async def _redirected(_http: aiohttp.ClientSession, _context: object, told: aiohttp.TraceRequestRedirectParams) -> None:
    raise _Refused(told.response.status, told.response.headers, b"")


async def dial(
    http: aiohttp.ClientSession, url: str, headers: Mapping[str, str], service: Service | None = None
) -> WebSocketTransport:
    """Open a WebSocket to a Realtime service.

    Args:
        http: The client session whose connections are used; see `client`.
        url: `ws://` or `wss://`, with the query that the service wants.
        headers: Credentials, as the service wants them.
        service: Who is dialled, for the errors' words.

    Raises:
        DialError: It cannot be reached or refuses; the text names host, cause and what to do, never a credential.
    """
    service = service or unknown(url)
    try:
        async with asyncio.timeout(DIAL_TIME):
            # Compression would cost more than it saves: base64 audio does not deflate.
            socket = await http.ws_connect(url, headers=headers, autoping=False, max_msg_size=0, compress=0)
    except _Refused as refused:
        raise _refusal(service, refused.status, refused.headers, refused.body) from None
    except aiohttp.WSServerHandshakeError as error:
        raise _refusal(service, error.status, error.headers or {}, None) from None
    except (TimeoutError, ValueError, aiohttp.ClientError, OSError) as error:
        raise DialError(explain_network(service, error, DIAL_TIME)) from None
    return WebSocketTransport(socket)


def _refusal(service: Service, status: int, headers: Mapping[str, str], body: bytes | None) -> DialError:
    wait = read_refusal(status, headers, body).retry_after
    return DialError(explain(service, status, headers, body), status, wait)
