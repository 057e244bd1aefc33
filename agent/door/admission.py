"""Admission: who was let in, on what grounds and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.door.credentials import Credential
    from tools.context import User


class Grounds(Enum):
    """Why somebody was let in."""

    LOCAL = "a caller of this machine"
    OPEN = "authentication is switched off"
    PROMISED = "will authenticate by its first message"
    TICKET = "a ticket of ours"
    KEY = "an API key"
    ENTRA = "a token of Entra ID"
    EASY_AUTH = "the platform's sign-in"
    OTHER = "a verifier that was added"


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody was let in.

    Attributes:
        grounds: Why.
        user: Who it is; None for somebody unknown. Never printed: claims are personal data.
        expires_at: Until when, in seconds of the wall clock (Unix time); None for no end.
        credential: What was presented, to be verified again while the session runs.
    """

    grounds: Grounds
    user: User | None = field(default=None, repr=False)
    expires_at: float | None = None
    credential: Credential | None = field(default=None, repr=False)

    @property
    def may_mint(self) -> bool:
        """It may have tickets made. A ticket may not: it would never end."""
        return self.user is not None and self.grounds is not Grounds.TICKET

    @property
    def may_name_users(self) -> bool:
        """It is a server that speaks for users of its own."""
        return self.grounds is Grounds.KEY
