"""The store of a worker that shares its sessions with nobody: there is nothing to write, and nobody to talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from agent.sessions.store import Stored


class InProcess:
    """See `SessionStore`. Sessions are resumed where they run (`agent/returns.py`), and nowhere else."""

    shared = False
    trouble = ""

    async def start(
        self, worker: str, heard: Callable[[Mapping[str, Any]], None], recovered: Callable[[], None]
    ) -> None:
        """Nobody else will ask."""

    async def close(self) -> None:
        """Nothing is held."""

    async def save(self, handle: str, stored: Stored, ttl_s: float) -> bool:  # noqa: ARG002
        """Nothing is written, and nobody can claim it."""
        return True

    async def load(self, handle: str) -> Stored | None:  # noqa: ARG002
        """There is none."""
        return None

    async def claim(self, handle: str, digest: str, worker: str, ttl_s: float) -> Stored | None:  # noqa: ARG002
        """There is none."""
        return None

    async def drop(self, handle: str, fence: int) -> None:
        """There is none."""

    async def tell(self, worker: str, message: Mapping[str, Any]) -> bool:  # noqa: ARG002
        """Nobody listens."""
        return False

    async def leave(self, handle: str, outcome: bytes, ttl_s: float) -> None:
        """Nobody would take it."""

    async def collect(self, handle: str) -> list[bytes]:  # noqa: ARG002
        """Nobody has left anything."""
        return []

    async def spend(self, nonce: str, ttl_s: float) -> bool:  # noqa: ARG002
        """The door keeps its own account."""
        return True
