"""Client secrets: short-lived keys, each with the configuration of the sessions that it opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS = 600, 10, 7_200
PREVIEW_SECONDS = 60
_PREFIX = "ek_"
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Secret:
    """One client secret.

    Attributes:
        value: The key itself.
        expires_at: Seconds since 1970.
        session: The GA session object, as far as it was set.
        preview: It was minted by the preview's sessions call.
    """

    value: str = field(repr=False)
    expires_at: int
    session: dict[str, Any]
    preview: bool = False


class Secrets:
    """All that are valid.

    Args:
        new_id: Makes an id of a kind.
        now: The present time in seconds since 1970.
    """

    def __init__(self, new_id: Callable[[str], str], now: Callable[[], float]) -> None:
        self._new_id = new_id
        self._now = now
        self._secrets: dict[str, Secret] = {}

    def mint(self, session: dict[str, Any], seconds: int, *, preview: bool = False) -> Secret:
        """Make one.

        Args:
            session: The configuration that goes with it, checked.
            seconds: How long it is valid.
            preview: It is the preview's.

        Raises:
            WireError: There are too many.
        """
        now = self._now()
        self._secrets = {key: each for key, each in self._secrets.items() if each.expires_at > now}
        if len(self._secrets) >= _MOST:
            raise WireError("Too many client secrets are valid at once. Try again later.", code="rate_limit_exceeded")
        secret = Secret(self._new_id("ek"), int(now + seconds), session, preview)
        self._secrets[secret.value] = secret
        return secret

    def find(self, key: str) -> Secret | None:
        """The secret of a key; None for a key that is no client secret, such as a standard one.

        Raises:
            WireError: It is one that has expired or never was.
        """
        secret = self._secrets.get(key)
        if secret is not None and secret.expires_at > self._now():
            return secret
        if key.startswith(_PREFIX):
            raise WireError("The client secret is wrong or has expired: get a new one.", code="invalid_client_secret")
        return None

    def drop(self, key: str) -> None:
        """Forget one; a key that is none is no error."""
        self._secrets.pop(key, None)
