"""Authentication: which of the ways to prove who one is a credential belongs to, and what it proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.door import tickets
from agent.door.admission import Admission, Grounds
from agent.door.entra import looks_like_token
from agent.door.refusal import unauthorized
from agent.door.tickets import used_ticket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from agent.door.api_keys import ApiKeys
    from agent.door.credentials import Credential
    from agent.door.entra import Entra
    from agent.door.tickets import Tickets
    from tools.context import User

    # Given what is good once, and the seconds for which it would be, tells whether nobody has used it.
    Spends: TypeAlias = "Callable[[str, float], Awaitable[bool]]"
    # Given a token and the time (Unix), says whom it names and until when, or None where it is no token of its kind.
    Verifier: TypeAlias = "Callable[[str, float], Awaitable[tuple[User, float | None] | None]]"


class Authentication:
    """The ways that are open.

    Args:
        tickets: Our own tickets.
        keys: API keys.
        entra: Tokens of Entra ID, or None.
    """

    def __init__(self, own_tickets: Tickets, keys: ApiKeys, entra: Entra | None) -> None:
        self._tickets = own_tickets
        self._keys = keys
        self._entra = entra
        self._others: list[Verifier] = []
        self._spent_elsewhere: Spends | None = None

    def add(self, verifier: Verifier) -> None:
        """Add another way; it is asked about whatever is neither a ticket nor an API key."""
        self._others.append(verifier)

    def share(self, spend: Spends) -> None:
        """Tickets are taken by other workers as well: one that was used there is used.

        Args:
            spend: Given a ticket's nonce and the seconds in which it could be used, tells whether it is the first to.
        """
        self._spent_elsewhere = spend

    async def verify(self, credential: Credential, now: float, *, entering: bool, spend: bool) -> Admission:
        """Find out what a credential is worth.

        Args:
            credential: What was presented.
            now: Unix time.
            entering: It is to open something; False when it did before, and is only looked at again.
            spend: It cannot be used a second time, if it is of that kind.

        Raises:
            TurnedAway: It is worth nothing.
        """
        token = credential.token
        if is_ticket(credential):
            ticket = self._tickets.read(token, now, entering=entering)
            if spend:
                self._tickets.spend(ticket, now)
                if self._spent_elsewhere is not None and not await self._spent_elsewhere(
                    ticket.nonce, max(1.0, ticket.enter_by - now)
                ):
                    raise used_ticket()
            return Admission(Grounds.TICKET, ticket.user, ticket.until, credential)
        if (owner := self._keys.owner(token)) is not None:
            return Admission(Grounds.KEY, owner, None, credential)
        for verifier in self._others:
            if (found := await verifier(token, now)) is not None:
                return Admission(Grounds.OTHER, *found, credential)
        if self._entra is not None and looks_like_token(token):
            return Admission(Grounds.ENTRA, *await self._entra.verify(token, now), credential)
        raise unauthorized("invalid_credential", "what was presented is neither a valid ticket, API key nor token")


def is_ticket(credential: Credential) -> bool:
    """Whether it claims to be a ticket of ours."""
    return credential.token.startswith(tickets.PREFIX)
