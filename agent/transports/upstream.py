"""Dialling a model: the one place that opens a WebSocket to a Realtime service."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from picows import WSHandshakeError, WSInvalidURL
from picows import ws_connect as _ws_connect  # pyright: ignore[reportUnknownVariableType]  (its options have no types)

from agent.errors import DialError
from agent.transports.websocket import HEARTBEAT, WebSocketTransport

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger("vocative.sockets")

DIAL_TIME = 15.0  # seconds for name look-up, TLS and the upgrade together
# An event of the services is at most 15 MiB of base64; what is larger than this is no event.
MAX_MESSAGE = 64 * 1024 * 1024

_ADVICE = {
    400: "the service does not like the request: check the path and its parameters",
    401: "the key is missing, wrong or expired",
    403: "the key or the identity may not use this model",
    404: "there is no such path, model or deployment",
    429: "the quota is used up: wait, or raise it",
}


async def dial(url: str, headers: Mapping[str, str]) -> WebSocketTransport:
    """Open a WebSocket to a Realtime service.

    Args:
        url: `ws://` or `wss://`, with the query that the service wants.
        headers: Credentials, as the service wants them.

    Raises:
        DialError: It cannot be reached or refuses; the text names host, cause and what to do, never a credential.
    """
    where = "its address"
    try:
        parts = urlsplit(url)
        where = parts.netloc.rpartition("@")[2] or where
        if parts.scheme not in {"ws", "wss"} or not parts.hostname or (parts.port or 1) < 1:
            raise ValueError  # noqa: TRY301  (the text is the same for all that is wrong with an address)
        async with asyncio.timeout(DIAL_TIME):
            transport = WebSocketTransport(MAX_MESSAGE)
            await _ws_connect(
                lambda: transport,
                url,
                websocket_handshake_timeout=None,
                logger_name=_log,
                enable_auto_ping=True,
                auto_ping_idle_timeout=HEARTBEAT,
                auto_ping_reply_timeout=HEARTBEAT,
                max_frame_size=MAX_MESSAGE,
                extra_headers=dict(headers),
                max_redirects=0,
            )
    except TimeoutError:
        raise DialError(f"the model at {where} did not answer within {DIAL_TIME:g} s: is the address right?") from None
    except WSHandshakeError as error:
        raise _refused(where, error) from None
    except socket.gaierror:
        raise DialError(f"the model's host {where} has no address: check the name for typing errors") from None
    except ssl.SSLError as error:
        raise DialError(f"no secure connection to the model at {where}: {error}") from None
    except (ValueError, WSInvalidURL):
        # The library's own text may repeat the address with any password in it.
        raise DialError(f"the model's address ({where}) cannot be used: it should look like wss://HOST/PATH") from None
    except OSError as error:
        raise DialError(f"the model at {where} cannot be reached ({type(error).__name__}): is it running?") from None
    return transport


def _refused(where: str, error: WSHandshakeError) -> DialError:
    if error.response is None:
        return DialError(f"the model at {where} does not speak HTTP: is the address right?")
    status = int(error.response.status)
    advice = _ADVICE.get(status, "see the service's own log")
    return DialError(f"the model at {where} refused with HTTP {status}: {advice}", status)
