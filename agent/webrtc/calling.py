"""Calling: what the middle tier asks of a model that takes WebRTC calls, whoever that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.transports.base import Pull


@dataclass(frozen=True, slots=True)
class Key:
    """An ephemeral key of the model's service.

    Attributes:
        value: The key; it stays on the server.
        expires_at: Seconds since 1970.
    """

    value: str = field(repr=False)
    expires_at: float


@dataclass(frozen=True, slots=True)
class Answered:
    """A call that the model has taken.

    Attributes:
        call_id: The model's name for it.
        sdp: The model's answer.
    """

    call_id: str
    sdp: str


class Calling(Protocol):
    """A model that takes calls."""

    async def mint(self, session: Mapping[str, Any]) -> Key:
        """Get an ephemeral key for calls that begin with a GA session object.

        Raises:
            DialError: The service refused or cannot be reached.
        """
        ...

    async def call(self, key: str, offer: str) -> Answered:
        """Hand over a browser's offer.

        Raises:
            DialError: The service refused (status 400: it is the offer's fault) or cannot be reached.
        """
        ...

    def forget(self, key: str) -> None:
        """A key is not used any more; it may still be valid."""
        ...

    async def sideband(self, call_id: str) -> Pull:
        """Join a call as a controller.

        Raises:
            DialError: It cannot be joined.
        """
        ...

    async def hang_up(self, call_id: str) -> None:
        """End a call; one that is over is no error."""
        ...
