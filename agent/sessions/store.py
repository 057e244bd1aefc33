"""Store: where sessions are kept that may be gone on with elsewhere, and how those who hold them talk to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class StoreDown(Exception):  # noqa: N818  (a state, which ends by itself)
    """The store cannot be reached at present; the text says why, without its address."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One session as it lies in a store.

    Attributes:
        state: Sealed; see `sealing.py`.
        digest: Of the token that opens it; empty once that was used.
        holder: The worker that had it last.
        fence: Grows by one with each worker that claims it: what an earlier one still writes is refused.
    """

    state: bytes = field(repr=False)
    digest: str
    holder: str
    fence: int


class SessionStore(Protocol):
    """A store. All of its methods but `start` and `close` raise `StoreDown` while it cannot be reached."""

    @property
    def shared(self) -> bool:
        """Whether anybody else can read it; where not, nothing need be written."""
        ...

    @property
    def trouble(self) -> str:
        """Why it cannot be reached at present, in words; "" where it can."""
        ...

    async def start(
        self, worker: str, heard: Callable[[Mapping[str, Any]], None], recovered: Callable[[], None]
    ) -> None:
        """Begin.

        Args:
            worker: The name under which others reach this one.
            heard: Called with each message to it.
            recovered: Called when the store can be reached again, and may have forgotten everything.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...

    async def save(self, handle: str, stored: Stored, ttl_s: float) -> bool:
        """Write a session, for so many seconds.

        Returns:
            False where another worker has claimed it: nothing was written.
        """
        ...

    async def load(self, handle: str) -> Stored | None:
        """Read a session; None where there is none."""
        ...

    async def claim(self, handle: str, digest: str, worker: str, ttl_s: float) -> Stored | None:
        """Take a session over, if its token is still the one with this digest, and use the token up.

        Returns:
            The session with its new fence, or None where somebody else was faster.
        """
        ...

    async def drop(self, handle: str, fence: int) -> None:
        """A session is over; nothing happens where another worker has claimed it."""
        ...

    async def tell(self, worker: str, message: Mapping[str, Any]) -> bool:
        """Send a worker a message.

        Returns:
            Whether it listens.
        """
        ...

    async def leave(self, handle: str, outcome: bytes, ttl_s: float) -> None:
        """Leave what came of a call for whoever has the session now."""
        ...

    async def collect(self, handle: str) -> list[bytes]:
        """Take what was left for a session, in order; each is given once."""
        ...

    async def spend(self, nonce: str, ttl_s: float) -> bool:
        """Use something up that is good once.

        Returns:
            False where it was used before.
        """
        ...
