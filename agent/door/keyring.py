"""Keyring: the published keys by their ids, and when to ask for them anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_BITS = 2048

# Keys are published a day or more before they sign; an unknown one may be new, or made up by whoever wants us busy.
MAX_AGE = 24 * 3600.0  # seconds
MIN_INTERVAL = 60.0  # seconds between two questions, whatever callers present


@dataclass(frozen=True, slots=True)
class Key:
    """One published key.

    Attributes:
        public: To verify with.
        issuer: Whom it is published for, possibly with `{tenantid}` in it; None where that is not said.
    """

    public: RSAPublicKey = field(repr=False)
    issuer: str | None = None


class Keyring:
    """What is known of the published keys."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}
        self._asked = self._got = float("-inf")

    @property
    def empty(self) -> bool:
        """No key is known at all."""
        return not self._keys

    def find(self, kid: str) -> Key | None:
        """The key of an id."""
        return self._keys.get(kid)

    def wants(self, kid: str, now: float) -> bool:
        """Whether to ask for the keys now, for the sake of one of them."""
        stale = kid not in self._keys or now - self._got >= MAX_AGE
        return stale and now - self._asked >= MIN_INTERVAL

    def asking(self, now: float) -> None:
        """Somebody asks now."""
        self._asked = now

    def take(self, document: object, now: float) -> None:
        """Take over a JWK Set (RFC 7517, section 5). What is no RSA key to verify with is left out.

        Raises:
            ValueError: It is no key set, or holds no key that is of use.
        """
        found = dict(_usable(document))
        if not found:
            raise ValueError("no RSA key of 2048 bits or more for RS256 is published there")
        self._keys, self._got = found, now


def _usable(document: object) -> Iterator[tuple[str, Key]]:
    listed = cast("dict[str, Any]", document).get("keys") if isinstance(document, dict) else None
    for each in cast("list[object]", listed) if isinstance(listed, list) else []:
        entry = cast("dict[str, Any]", each) if isinstance(each, dict) else {}
        kid, issuer = entry.get("kid"), entry.get("issuer")
        plain = entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig" and entry.get("alg", "RS256") == "RS256"
        if not plain or not isinstance(kid, str):
            continue
        try:
            public = jwt.PyJWK(entry, algorithm="RS256").key
        except (jwt.PyJWTError, ValueError):
            continue
        if isinstance(public, RSAPublicKey) and public.key_size >= MIN_BITS:
            yield kid, Key(public, issuer if isinstance(issuer, str) else None)
