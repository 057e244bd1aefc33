"""API keys: for servers that speak for users of their own."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from agent.errors import ConfigurationError
from tools.context import User

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_LENGTH = 16


class ApiKeys:
    """The keys that are accepted.

    Args:
        keys: At least 16 characters each.

    Raises:
        ConfigurationError: A key is so short that it can be guessed.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        listed = tuple(keys)
        for number, key in enumerate(listed, 1):
            if len(key) < MIN_LENGTH:
                raise ConfigurationError(
                    f"VOCATIVE_API_KEYS: key {number} of {len(listed)} has {len(key)} characters; give each at least "
                    f"{MIN_LENGTH} random ones, such as `openssl rand -hex 24` prints"
                )
        # Digests, so that all comparisons are of one length.
        self._digests = tuple(_digest(key) for key in listed)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def owner(self, token: str) -> User | None:
        """Who presents a key, named by the first digits of its hash; None if it is no key of ours.

        It takes as long whichever key it is, and however much of it is right.
        """
        given = _digest(token)
        right = [hmac.compare_digest(given, each) for each in self._digests]
        return User(f"key:{given.hex()[:12]}") if any(right) else None


def _digest(text: str) -> bytes:
    # aiohttp hands on bytes that are no UTF-8 as lone surrogates.
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
