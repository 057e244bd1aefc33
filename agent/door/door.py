"""Door: decides who is let in. The rules stand in the modules beside it; here is their order."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.door import easy_auth
from agent.door.admission import Admission, Grounds
from agent.door.admissions import Admissions
from agent.door.api_keys import ApiKeys
from agent.door.authentication import Authentication, is_ticket
from agent.door.credentials import AUTHENTICATE_PROTOCOL, Credential, presented
from agent.door.entra import Entra
from agent.door.fetching import Fetcher
from agent.door.limits import Limits
from agent.door.origin import Origins
from agent.door.refusal import TurnedAway, forbidden, unauthorized
from agent.door.tickets import Ticket, Tickets

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.door.authentication import Spends, Verifier
    from agent.door.claims import Policy
    from agent.door.knock import Knock
    from agent.door.refusal import Refusal
    from tools.context import User

_log = logging.getLogger(__name__)

TICKET_LIFE = 60.0  # seconds in which a ticket must be used


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What an operator decides. The default lets in this machine, and nobody else.

    Attributes:
        bind: The address that the server listens on; None where that is not known, as in somebody else's application:
            then what counts is the address at which a connection arrived.
        origins: Whose pages may use the assistant.
        keys: API keys.
        entra: Whose tokens of Entra ID are taken, or None.
        easy_auth_s: Seconds for which the platform's headers are believed; None where they are not.
        open_to_all: Authentication is switched off.
        secret: What tickets are signed with.
        ticket_session_s: Seconds that a session opened with a ticket may last, unless it is renewed.
        limits: What one caller may take.
    """

    bind: str | None = None
    origins: Origins = field(default_factory=Origins)
    keys: ApiKeys = field(default_factory=ApiKeys)
    entra: Policy | None = None
    easy_auth_s: float | None = None
    open_to_all: bool = False
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    ticket_session_s: float = 3600.0
    limits: Limits = field(default_factory=Limits)

    @property
    def authenticates(self) -> bool:
        """There is a way to prove who one is."""
        return bool(self.keys) or self.entra is not None or self.easy_auth_s is not None


class Door:
    """Lets callers in, or turns them away.

    Attributes:
        rules: What the operator decided.
        admissions: The sessions that there are; `drain` them before the server stops.
        counts: Told of everybody who is turned away or shown out.

    Args:
        rules: What the operator decided.
        clock: Unix time in seconds.
    """

    def __init__(self, rules: Rules | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.rules = Rules() if rules is None else rules
        self.admissions = Admissions(self.rules.limits)
        self.counts: Callable[[Refusal], None] = lambda _refusal: None
        self._clock = clock
        self._fetcher = Fetcher()
        self._tickets = Tickets(self.rules.secret)
        entra = None if self.rules.entra is None else Entra(self.rules.entra, self._fetcher.get)
        self._authentication = Authentication(self._tickets, self.rules.keys, entra)

    def also(self, verifier: Verifier) -> None:
        """Accept another kind of credential.

        Args:
            verifier: Given a token and Unix time, says whom it names and until when; None where it is not its kind.
        """
        self._authentication.add(verifier)

    def share_tickets(self, spend: Spends) -> None:
        """Other workers take our tickets too; see `Authentication.share`."""
        self._authentication.share(spend)

    async def admit(self, knock: Knock, *, asks: bool = False) -> Admission:
        """Let a request in.

        Args:
            knock: The request.
            asks: Whoever answers it waits for a first message that says who it is; so somebody may come in who has
                only promised to send one.

        Raises:
            TurnedAway: It does not get in; the text says why, and names no secret.
        """
        rules, now = self.rules, self._clock()
        rules.origins.check(knock)
        if rules.easy_auth_s is not None and (user := easy_auth.user_of(knock.headers)) is not None:
            return Admission(Grounds.EASY_AUTH, user, now + rules.easy_auth_s)
        unproved = Grounds.LOCAL if knock.is_local else Grounds.OPEN if rules.open_to_all else None
        credential = presented(knock)
        if credential is not None:
            changes = knock.upgrades or knock.method not in {"GET", "HEAD"}
            try:
                return await self._authentication.verify(credential, now, entering=True, spend=changes)
            except TurnedAway:
                # Stock clients insist on sending some key. Where none is needed, any will do; but no bad ticket.
                if unproved is None or is_ticket(credential):
                    raise
        if unproved is not None:
            return Admission(unproved)
        if asks and knock.upgrades and AUTHENTICATE_PROTOCOL in knock.offered:
            return Admission(Grounds.PROMISED)
        raise self._stranger(knock)

    async def redeem(self, token: str) -> Admission:
        """Let in, or keep in, whoever presents a ticket within the WebSocket; the ticket is then spent.

        Raises:
            TurnedAway: It is worth nothing.
        """
        credential = Credential(token, "message")
        return await self._authentication.verify(credential, self._clock(), entering=True, spend=True)

    async def recheck(self, admission: Admission) -> Admission:
        """Look again at what somebody was let in with.

        Raises:
            TurnedAway: It is no longer worth anything.
        """
        if admission.credential is None:
            return admission
        return await self._authentication.verify(admission.credential, self._clock(), entering=False, spend=False)

    def mint(self, admission: Admission, user: User | None = None) -> tuple[str, Ticket]:
        """Make a ticket.

        Args:
            admission: Who asks.
            user: For whom, where a server asks for a user of its own.

        Returns:
            The ticket as it is presented, and what it says.

        Raises:
            TurnedAway: Whoever asks may not have one, or not for somebody else.
        """
        if not admission.may_mint or admission.user is None:
            raise forbidden("no_ticket", "a ticket is made for whoever signed in otherwise, not for another ticket")
        if user is not None and not admission.may_name_users:
            raise forbidden("not_for_others", "only a server with an API key may have tickets made for others")
        now = self._clock()
        until = now + self.rules.ticket_session_s
        until = until if admission.expires_at is None else min(until, admission.expires_at)
        ticket = Ticket(user or admission.user, now + TICKET_LIFE, until, secrets.token_urlsafe(12))
        return self._tickets.mint(ticket), ticket

    def valid_for(self, admission: Admission) -> float | None:
        """Seconds for which an admission is still valid; None for no end."""
        return None if admission.expires_at is None else admission.expires_at - self._clock()

    async def close(self) -> None:
        """Let go of what it holds."""
        await self._fetcher.close()

    def _stranger(self, knock: Knock) -> TurnedAway:
        if self.rules.authenticates:
            return unauthorized("authentication_required", "sign in: present a ticket, an API key or a token")
        why = (
            "a header says that the request was forwarded"
            if knock.forwarded
            else "its Host or address is not of this machine"
        )
        return forbidden(
            "local_only",
            f"without authentication this assistant serves its own machine only, and {why}: its operator can set up "
            "authentication, as docs/security.md tells",
        )
