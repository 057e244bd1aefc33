"""Dialling a model: the one place that opens a WebSocket to a Realtime service."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from picows import WSHandshakeError, WSInvalidURL
from picows import ws_connect as _ws_connect  # pyright: ignore[reportUnknownVariableType]  (its options have no types)

from agent.errors import DialError
from agent.services.diagnosis import explain
from agent.services.network import explain_network
from agent.services.refusal import read_refusal
from agent.services.service import Service, unknown
from agent.transports.websocket import HEARTBEAT, WebSocketTransport
from tools.errors import ProxyError
from tools.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.proxies import Proxy

_log = logging.getLogger("vocative.sockets")

DIAL_TIME = 15.0  # seconds for name look-up, TLS and the upgrade together
# An event of the services is at most 15 MiB of base64; what is larger than this is no event.
MAX_MESSAGE = 64 * 1024 * 1024


async def dial(url: str, headers: Mapping[str, str], service: Service | None = None) -> WebSocketTransport:
    """Open a WebSocket to a Realtime service, through the proxy that the environment names for it, if any.

    No redirect is followed: it would carry the key to another host.

    Args:
        url: `ws://` or `wss://`, with the query that the service wants.
        headers: Credentials, as the service wants them.
        service: Who is dialled, for the errors' words.

    Raises:
        DialError: It cannot be reached or refuses; the text names host, cause and what to do, never a credential.
    """
    service = service or unknown(url)
    transport = WebSocketTransport(MAX_MESSAGE)
    proxy = None
    try:
        _check(url)
        proxy = proxy_for(url)
        async with asyncio.timeout(DIAL_TIME):
            # Compression is not offered: it would cost more than it saves, as base64 audio does not deflate.
            await _ws_connect(
                lambda: transport,
                url,
                websocket_handshake_timeout=None,
                logger_name=_log,
                enable_auto_pong=False,
                enable_auto_ping=True,
                auto_ping_idle_timeout=HEARTBEAT,
                auto_ping_reply_timeout=HEARTBEAT,
                max_frame_size=MAX_MESSAGE,
                extra_headers=dict(headers),
                max_redirects=0,
                proxy=None if proxy is None else proxy.url,
            )
    except asyncio.CancelledError:
        transport.close()  # it may be open, and nobody has got it
        raise
    except (TimeoutError, ValueError, WSInvalidURL, WSHandshakeError, OSError, ProxyError) as error:
        raise _told(service, error, proxy) from None
    except Exception as error:
        if proxy is None or (refused := proxy.explained(error, service.host)) is None:
            raise
        raise DialError(refused) from None
    return transport


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"ws", "wss"} or not parts.hostname or (parts.port or 1) < 1:
        raise ValueError


def _told(service: Service, error: Exception, proxy: Proxy | None) -> DialError:
    if isinstance(error, ProxyError):
        return DialError(str(error))
    answer = error.response if isinstance(error, WSHandshakeError) else None
    if answer is None or not isinstance(error, WSHandshakeError):
        return DialError(explain_network(service, error, DIAL_TIME, proxy))
    status, headers, body = int(answer.status), dict(answer.headers), error.raw_body
    wait = read_refusal(status, headers, body).retry_after
    return DialError(explain(service, status, headers, body), status, wait)
