"""Proxies: what stands between this machine and an address, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.

Every client of ours asks here, so that one rule holds for WebSockets and HTTP alike: `wss` and `https` go by
`HTTPS_PROXY`, `ws` and `http` by `HTTP_PROXY`, what `NO_PROXY` names goes straight, and so does the loopback, which
would be the proxy's own machine there.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tools.errors import ProxyError

if TYPE_CHECKING:
    from collections.abc import Iterator

# How the libraries of WebSockets and HTTP call it that a proxy lets nothing through: aiohttp, python-socks and httpx.
_REFUSALS: Final = ("ClientHttpProxyError", "ProxyError")
_PORTS: Final = {"http": 80, "https": 443}
_ADVICE: Final = {
    403: "it does not let us out to there: have that host allowed, or name it in NO_PROXY",
    405: "it makes no tunnels (CONNECT): name another proxy, or have it allow them",
    407: "it wants a user and a password: {variable}=http://USER:PASSWORD@HOST:PORT",
    502: "it cannot reach that host itself",
    503: "it cannot reach that host itself",
    504: "it got no answer from that host",
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that the environment names.

    Attributes:
        url: Its address, with user and password where it wants them.
        variable: Where it stands.
    """

    url: str = field(repr=False)
    variable: str

    @property
    def host(self) -> str:
        """Its host."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Its port."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    def __str__(self) -> str:
        # Never the user or the password.
        return f"the proxy at {urlsplit(self.url).netloc.rpartition('@')[2]} ({self.variable})"

    def explained(self, error: BaseException, where: str) -> str | None:
        """Say in words what went wrong between us and the proxy.

        Args:
            error: What a client raised, of whichever library.
            where: The host that was wanted.

        Returns:
            What happened and what to do, without any password; None where the proxy is not to blame.
        """
        for each in _chain(error):
            name = type(each).__name__
            if name == "ClientProxyConnectionError":
                return f"{self} cannot be reached: is it running, and is {self.variable} right?"
            if name in _REFUSALS:
                # Of the libraries one keeps the status by itself, the others in their text only.
                found = re.search(r"\b[1-5]\d\d\b", str(getattr(each, "status", "") or each))
                return self._refused(where, None if found is None else int(found[0]))
        return None

    def _refused(self, where: str, status: int | None) -> str:
        if status is None:
            return f"{self} gave no way to {where}: is it an HTTP proxy?"
        advice = _ADVICE.get(status, "see its own log").format(variable=self.variable)
        return f"{self} refused the way to {where} with HTTP {status}: {advice}"


def proxy_for(url: str) -> Proxy | None:
    """The proxy that leads to an address, or None where the way is straight.

    Args:
        url: `https://`, `wss://`, `http://` or `ws://`.

    Raises:
        ProxyError: The environment names one that cannot be used; the text names the variable, never the value.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    named = getproxies().get(scheme, "").strip()
    if not named or not host or is_loopback(host) or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxy = Proxy(named if "://" in named else f"http://{named}", f"{scheme.upper()}_PROXY")
    try:
        usable = urlsplit(proxy.url).scheme in _PORTS and proxy.host and proxy.port > 0
    except ValueError:
        usable = False
    if not usable:
        raise ProxyError(
            f"{proxy.variable} names no proxy that can be used: it should look like http://HOST:PORT (or https://); "
            f"hosts that are reached without it stand in NO_PROXY"
        )
    return proxy


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was made of: azure-core keeps aiohttp's in `inner_exception`."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = getattr(each, "inner_exception", None) or each.__cause__


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
