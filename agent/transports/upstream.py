"""Dialling a model: the one place that opens a WebSocket to a Realtime service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from agent.errors import DialError
from agent.transports.websocket import WebSocketTransport

if TYPE_CHECKING:
    from collections.abc import Mapping

DIAL_TIME = 15.0  # seconds for name look-up, TLS and the upgrade together

_ADVICE = {
    400: "the service does not like the request: check the path and its parameters",
    401: "the key is missing, wrong or expired",
    403: "the key or the identity may not use this model",
    404: "there is no such path, model or deployment",
    429: "the quota is used up: wait, or raise it",
}


async def dial(http: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> WebSocketTransport:
    """Open a WebSocket to a Realtime service.

    Args:
        http: The client session whose connections are used.
        url: `ws://` or `wss://`, with the query that the service wants.
        headers: Credentials, as the service wants them.

    Raises:
        DialError: It cannot be reached or refuses; the text names host, cause and what to do, never a credential.
    """
    where = "its address"
    try:
        where = urlsplit(url).netloc.rpartition("@")[2] or where
        async with asyncio.timeout(DIAL_TIME):
            # Compression would cost more than it saves: base64 audio does not deflate.
            socket = await http.ws_connect(url, headers=headers, autoping=False, max_msg_size=0, compress=0)
    except TimeoutError:
        raise DialError(f"the model at {where} did not answer within {DIAL_TIME:g} s: is the address right?") from None
    except aiohttp.WSServerHandshakeError as error:
        advice = _ADVICE.get(error.status, "see the service's own log")
        raise DialError(f"the model at {where} refused with HTTP {error.status}: {advice}", error.status) from None
    except aiohttp.ClientConnectorDNSError:
        raise DialError(f"the model's host {where} has no address: check the name for typing errors") from None
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
        raise DialError(f"no secure connection to the model at {where}: {error}") from None
    except ValueError:
        # Also the base of aiohttp's InvalidURL, whose own text repeats the address with any password in it.
        raise DialError(f"the model's address ({where}) cannot be used: it should look like wss://HOST/PATH") from None
    except (aiohttp.ClientError, OSError) as error:
        raise DialError(f"the model at {where} cannot be reached ({type(error).__name__}): is it running?") from None
    return WebSocketTransport(socket)
