"""Entra: tokens of Microsoft Entra ID, verified by the keys that it publishes (RS256 and nothing else)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import jwt

from agent.door.claims import Policy, check
from agent.door.keyring import MIN_INTERVAL, Key, Keyring
from agent.door.refusal import busy, unauthorized

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jwt.types import Options

    from tools.context import User

_log = logging.getLogger(__name__)

# We choose the algorithm, never the token: what it says of itself is the attacker's to write (RFC 8725, section 3.1).
ALGORITHMS = ["RS256"]
MAX_LENGTH = 16 * 1024

_SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Entra:
    """Verifies tokens.

    Args:
        policy: Whose tokens are taken.
        fetch: Gets the JSON document at an address; raises `OSError` or `ValueError` when there is none.
    """

    def __init__(self, policy: Policy, fetch: Callable[[str], Awaitable[object]]) -> None:
        self._policy = policy
        self._fetch = fetch
        self._keyring = Keyring()
        self._asking = asyncio.Lock()

    async def verify(self, token: str, now: float) -> tuple[User, float]:
        """Verify a token.

        Args:
            token: As it was presented.
            now: Unix time.

        Returns:
            Whom it names, and until when it is valid in Unix time.

        Raises:
            TurnedAway: It is not valid, or not for us; or the keys cannot be had.
        """
        key = await self._key(_kid(token), now)
        try:
            # Signature only: the claims are judged by `check`, at the time that was handed in.
            claims = jwt.PyJWT().decode(token, key.public, algorithms=ALGORITHMS, options=_SIGNATURE_ONLY)
        except jwt.PyJWTError:
            raise _invalid("its signature does not hold") from None
        return check(claims, self._policy, now, key.issuer)

    async def _key(self, kid: str, now: float) -> Key:
        unknown = self._keyring.find(kid) is None
        if self._keyring.wants(kid, now) or (unknown and self._asking.locked()):
            async with self._asking:  # whoever is asking already asks for all
                if self._keyring.wants(kid, now):
                    await self._ask(now)
        key = self._keyring.find(kid)
        if key is None:
            raise _invalid("it is signed with a key that the issuer does not publish")
        return key

    async def _ask(self, now: float) -> None:
        self._keyring.asking(now)
        try:
            self._keyring.take(await self._fetch(self._policy.keys_url), now)
        except (OSError, ValueError) as error:
            _log.error("the keys of the sign-in service cannot be had from %s: %s", self._policy.keys_url, error)
            if self._keyring.empty:
                text = "the sign-in service's keys cannot be had at the moment"
                raise busy(503, "keys_unavailable", text, int(MIN_INTERVAL)) from None


def looks_like_token(token: str) -> bool:
    """Whether something has the shape of a signed JWT: three parts, the first of which begins an object."""
    return token.startswith("eyJ") and token.count(".") == 2


def _kid(token: str) -> str:
    if len(token) > MAX_LENGTH or not token.isascii():
        raise _invalid("it is longer than a token can be, or holds what none can hold")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise _invalid("it is no JWT") from None
    kid = header.get("kid")
    if header.get("alg") not in ALGORITHMS or not isinstance(kid, str):
        raise _invalid("it must be signed with RS256 by a published key")
    return kid


def _invalid(why: str) -> Exception:
    return unauthorized("invalid_token", f"the token is not valid: {why}")
