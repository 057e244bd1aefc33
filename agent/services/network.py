"""Network: why no answer came at all, told from the exception, whichever library raised it."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from typing import TYPE_CHECKING, cast

from tools.errors import ProxyError
from tools.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agent.services.service import Service
    from tools.proxies import Proxy

_UNTRUSTED = (
    "its certificate is signed by nobody whom this machine trusts (a proxy in between?): add the root certificate to "
    "those that it trusts (SSL_CERT_FILE)"
)
# OpenSSL's verification results (x509_vfy.h) → what is wrong with the certificate, and what to do.
_CERTIFICATES = {
    9: "its certificate is not valid yet: is the clock of this machine right?",
    10: "its certificate has expired: whoever runs it must renew it (or the clock of this machine is wrong)",
    18: "its certificate is self-signed: add it to the certificates that this machine trusts (SSL_CERT_FILE)",
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    62: "its certificate is for another name: check the host in the address",
    64: "its certificate is for another address: dial it by its name",
}

_REFUSED = "cannot be reached: nobody listens there (connection refused). Is it running, is the port right?"
_HUNG_UP = "cannot be reached: it hung up during the handshake. Is it running, does a proxy cut in?"
_NO_WAY = "cannot be reached: there is no way to it from here. Is this machine online?"
_NUMBERS = {
    errno.ECONNREFUSED: _REFUSED,
    errno.ECONNRESET: _HUNG_UP,
    errno.ECONNABORTED: _HUNG_UP,
    errno.EPIPE: _HUNG_UP,
    errno.ENETUNREACH: _NO_WAY,
    errno.EHOSTUNREACH: _NO_WAY,
    errno.ENETDOWN: _NO_WAY,
    errno.EADDRNOTAVAIL: _NO_WAY,
}


def explain_network(
    service: Service, error: BaseException, waited: float | None = None, proxy: Proxy | None = None
) -> str:
    """Say in words why no answer came.

    Args:
        service: Who was dialled.
        error: What the dialling raised: an exception of `asyncio`, `socket`, `ssl`, or of a library that holds one.
        waited: Seconds that were waited, for a time-out.
        proxy: What stands in between; the connection is then one to it.

    Returns:
        What happened, where, and what to do; on one line, without any credential.
    """
    who = f"{service.name} at {service.host}"
    through = who if proxy is None else f"{who}, through {proxy},"
    for each in _within(error):
        told = _secured(each, through) or _timed_out(each, through, waited) or _connected(each, proxy, who)
        if told:
            return told
    if isinstance(error, ValueError) or "InvalidURL" in type(error).__name__:
        # An "invalid address" of any library; its own text repeats the address with any password in it.
        return f"the address of {who} cannot be used: it should look like wss://HOST/PATH"
    return f"{who} cannot be reached ({type(error).__name__}): is it running?"


def detours(addresses: Mapping[str, str]) -> list[str]:
    """Tell which services are reached through a proxy, one sentence each.

    Args:
        addresses: Of services, by what they are called in a sentence; an empty one is nowhere.
    """
    told: list[str] = []
    for name, url in addresses.items():
        try:
            proxy = proxy_for(url)
        except ProxyError:
            continue  # whoever goes there says so
        if proxy is not None:
            told.append(f"{name} is reached through {proxy}; NO_PROXY names hosts that are reached without it")
    return told


def _secured(error: BaseException, who: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = _CERTIFICATES.get(error.verify_code, f"its certificate is not accepted ({error.verify_message})")
        return f"no secure connection to {who}: {why}"
    if isinstance(error, ssl.SSLError):
        reason = f" ({error.reason.replace('_', ' ').lower()})" if error.reason else ""
        return f"no secure connection to {who}: it does not speak TLS there, or in another version{reason}"
    return ""


def _timed_out(error: BaseException, who: str, waited: float | None) -> str:
    if not isinstance(error, TimeoutError):
        return ""
    time = f" within {waited:g} s" if waited is not None else " in time"
    return f"{who} did not answer{time}: is the address right, and does a firewall let us out?"


def _connected(error: BaseException, proxy: Proxy | None, service: str) -> str:
    who = service if proxy is None else f"{proxy}, which leads to {service},"
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return f"no name server answers for the host of {who}: is this machine online?"
        return f"the host of {who} has no address: check the name for typing errors"
    if not isinstance(error, OSError):
        return ""
    # Where a name has several addresses, asyncio puts their errors into the text of one that has no number.
    listed = re.findall(r"\[Errno (\d+)\]", str(error)) if error.errno is None else []
    numbers = [error.errno, *(int(number) for number in listed)]
    told = next((_NUMBERS[number] for number in numbers if number in _NUMBERS), "")
    # asyncio's own, such as a TLS handshake that takes too long, has no number.
    told = told or (_HUNG_UP if isinstance(error, ConnectionError) else "")
    return f"{who} {told}" if told else ""


def _within(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it holds, the innermost first: libraries wrap what `socket` and `ssl` raise.

    Not `__context__`: a reconnection is dialled while the end of the last connection is still being handled.
    """
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            waiting += [getattr(each, name, None) for name in ("certificate_error", "os_error", "__cause__")]
            if isinstance(each, BaseExceptionGroup):
                waiting += cast("BaseExceptionGroup[BaseException]", each).exceptions
    return reversed(seen)
