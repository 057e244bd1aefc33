"""Origin: which web pages may use the assistant. A browser names the page, and does not stop any page from asking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.addresses import has_place
from agent.door.knock import host_and_port
from agent.door.refusal import forbidden
from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent.door.knock import Knock

_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+", re.IGNORECASE)
# What stands in a policy must not be able to end the directive that it stands in.
_FRAMING = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.\[\]:_-]+")


class Origins:
    """The allow-list of origins: the server's own, and those that are listed.

    Args:
        allowed: Further origins, such as `https://app.example`; each is compared as a whole.

    Raises:
        ConfigurationError: Something listed is no origin.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(_normal(each) for each in allowed)

    def check(self, knock: Knock) -> None:
        """Let requests pass that come from no page, our own page or a listed one.

        Raises:
            TurnedAway: A page of somewhere else asked.
        """
        origin = knock.headers.get("origin")
        if origin is None or self.lists(origin) or _same(origin, knock.headers.get("host", "")):
            return
        text = f"pages of {origin!r:.100} may not use this assistant: its operator can allow them with --allow-origin"
        raise forbidden("foreign_origin", text)

    @property
    def framing(self) -> tuple[str, ...]:
        """The listed origins that a `frame-ancestors` can name, in a fixed order."""
        return tuple(sorted(each for each in self._allowed if _FRAMING.fullmatch(each)))

    def lists(self, origin: str) -> bool:
        """Whether an origin is listed, so that its pages may read what we answer."""
        return _ORIGIN.fullmatch(origin) is not None and _plain(origin) in self._allowed


def _normal(origin: str) -> str:
    text = origin.strip().removesuffix("/")
    if _ORIGIN.fullmatch(text) is None or "*" in text or not has_place(text):
        raise ConfigurationError(
            f"--allow-origin {origin!r}: an origin is a scheme and a host, such as https://app.example or "
            "http://localhost:3000; there are no wildcards, give the option once for each"
        )
    return _plain(text)


def _plain(origin: str) -> str:
    scheme, _, host = origin.lower().partition("://")
    port = _PORTS.get(scheme)
    return f"{scheme}://{host.removesuffix(f':{port}')}"


def _same(origin: str, host: str) -> bool:
    # Our own scheme is not known behind a proxy that ends TLS; the host and the port tell pages apart just as well.
    scheme, _, name = origin.partition("://")
    default, theirs, ours = _PORTS.get(scheme.lower()), host_and_port(name), host_and_port(host)
    if default is None or theirs is None or ours is None:
        return False
    return (theirs[0], theirs[1] or default) == (ours[0], ours[1] or default)
