"""Posting: one request to a model's service, whose refusals become errors in words that hold no credential."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import aiohttp

from agent.errors import DialError
from agent.webrtc.calling import Key
from tools.errors import ProxyError
from tools.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME = aiohttp.ClientTimeout(total=15)
_LARGEST_ANSWER = 2**20  # bytes

_ADVICE = {
    400: "it does not like the request",
    401: "the key is missing, wrong or expired",
    403: "the key or the identity may not use this model",
    404: "there is no such path, model or deployment, or its region has no WebRTC",
    429: "the quota is used up: wait, or raise it",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered.

    Attributes:
        text: The body.
        location: The header `Location`, or "".
        where: The host, for error messages.
    """

    text: str
    location: str
    where: str

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            DialError: It is none.
        """
        try:
            value: object = json.loads(self.text)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise DialError(f"the model at {self.where} answered with something that is no JSON object")
        return cast("dict[str, Any]", value)


async def post(
    http: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    *,
    json: Mapping[str, Any] | None = None,
    data: str | None = None,
) -> Reply:
    """Post to a service, through the proxy that the environment names for it, if any.

    Args:
        http: The client session whose connections are used.
        url: Where to.
        headers: Credentials and what else the service wants.
        json: A body to be sent as JSON.
        data: A body to be sent as it is.

    Raises:
        DialError: It refused, answered nonsense, or cannot be reached.
    """
    where = host_of(url)
    proxy = None
    try:
        proxy = proxy_for(url)
        way = None if proxy is None else proxy.url
        # A redirect would carry the credential to somebody else.
        async with http.post(
            url, headers=headers, json=json, data=data, timeout=_TIME, allow_redirects=False, proxy=way
        ) as response:
            text = (await _body(response)).decode(errors="replace")
            if response.status not in {200, 201}:
                # What a service says of a key may repeat a part of it.
                said = "" if response.status in {401, 403} else _said(text)
                advice = said or _ADVICE.get(response.status, "see the service's own log")
                raise DialError(f"the model at {where} refused with HTTP {response.status}: {advice}", response.status)
            return Reply(text, response.headers.get("Location", ""), where)
    except ProxyError as error:
        raise DialError(str(error)) from None
    except TimeoutError:
        raise DialError(f"the model at {where} did not answer within {_TIME.total:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if proxy is not None and (by_proxy := proxy.explained(error, where)):
            raise DialError(by_proxy) from None
        raise DialError(f"the model at {where} cannot be reached ({type(error).__name__}): is it running?") from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    # One read gives what has come so far, and an answer may come in pieces.
    while len(body) < _LARGEST_ANSWER and (piece := await response.content.read(_LARGEST_ANSWER - len(body))):
        body += piece
    return bytes(body)


def read_key(value: object, expires_at: object, url: str) -> Key:
    """An ephemeral key from a service's answer.

    Raises:
        DialError: There is none in it.
    """
    if not isinstance(value, str) or not value or not isinstance(expires_at, int | float):
        raise DialError(f"the model at {host_of(url)} answered without an ephemeral key")
    return Key(value, float(expires_at))


def host_of(url: str) -> str:
    """The host that an address names, without what may stand before it."""
    return urlsplit(url).netloc.rpartition("@")[2] or "its address"


def _said(text: str) -> str:
    """The service's own words, where it gave any; they name what it did not like."""
    try:
        error: object = json.loads(text).get("error")
    except (ValueError, AttributeError):
        return ""
    message: object = cast("dict[str, object]", error).get("message") if isinstance(error, dict) else None
    return message[:300] if isinstance(message, str) else ""
