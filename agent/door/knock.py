"""Knock: a request as the door sees it, before anything is believed."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# RFC 9110, section 7.2: a name or an address, and a port. Nothing else: no user, no path, no list.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_LOCAL_NAME = re.compile(r"(?:.*\.)?localhost\.?")  # RFC 6761, section 6.3

# Any of them says that somebody stands between the caller and us, so that the caller is not on this machine.
FORWARDING = ("forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "via")


@dataclass(frozen=True, slots=True)
class Knock:
    """One request.

    Attributes:
        method: Of HTTP, in capitals.
        path: Without the query.
        headers: Names in lower case; what was sent several times is joined by `", "`, so that it equals nothing.
        query: The query's fields.
        remote: The other side's IP address, or None if it has none (a local socket).
        bound_to_loopback: The listener accepts connections of this machine only.
    """

    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    remote: str | None = None
    bound_to_loopback: bool = False

    @property
    def upgrades(self) -> bool:
        """It opens a WebSocket, or might: said twice, the header does not equal the word and is taken all the same."""
        return "websocket" in self.headers.get("upgrade", "").lower()

    @property
    def offered(self) -> tuple[str, ...]:
        """The WebSocket subprotocols that the client offers, in its order."""
        listed = self.headers.get("sec-websocket-protocol", "").split(",")
        return tuple(name for each in listed if (name := each.strip()))

    @property
    def forwarded(self) -> bool:
        """A header says that it came through somebody else."""
        return any(name in FORWARDING or name.startswith("x-forwarded") for name in self.headers)

    @property
    def is_local(self) -> bool:
        """It comes from this machine, meant for this machine, with nobody in between.

        `Host` counts because of DNS rebinding: a page of a foreign name that resolves to 127.0.0.1 is of the same
        origin as we are, as far as a browser can tell.
        """
        named = host_and_port(self.headers.get("host", ""))
        near = self.remote is None or is_loopback(self.remote)
        return self.bound_to_loopback and near and not self.forwarded and named is not None and is_loopback(named[0])


def host_and_port(host: str) -> tuple[str, int | None] | None:
    """Take a `Host` header apart.

    Returns:
        The name in lower case and the port, if one is named; None where the header is not a plain host.
    """
    found = _HOST.fullmatch(host)
    return None if found is None else (found[1].lower(), int(found[2]) if found[2] else None)


def is_loopback(host: str) -> bool:
    """Whether a name or an address, with or without brackets, can be no other machine than this one."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return _LOCAL_NAME.fullmatch(host.lower()) is not None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
