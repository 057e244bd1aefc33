"""Tickets: short-lived proof of who somebody is, made and signed by this server.

A ticket is `vt1.PAYLOAD.SIGNATURE`, both in base64url: compressed JSON, and its HMAC-SHA256. It consists of characters
that a WebSocket subprotocol may hold (RFC 9110, section 5.6.2). It opens one WebSocket and is then spent; what it says
about the user stays valid until its second time, so that a session may last longer than the minute in which it begins.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from agent.door.refusal import Refusal, TurnedAway, unauthorized
from tools.context import User

PREFIX = "vt1."
_SHAPE = re.compile(r"vt1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")

# aiohttp takes header lines of 8190 bytes, and the subprotocol's name stands before the ticket.
MAX_LENGTH = 7_800


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says.

    Attributes:
        user: Who it was made for.
        enter_by: Until when it opens a session, in Unix time.
        until: Until when the session may run, in Unix time.
        nonce: Unique.
    """

    user: User = field(repr=False)
    enter_by: float
    until: float
    nonce: str = field(repr=False)


class Tickets:
    """Makes, reads and spends tickets.

    Args:
        secret: What they are signed with; servers that share it take each other's tickets.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"vocative ticket\0" + secret).digest()
        self._spent: dict[str, float] = {}

    def mint(self, ticket: Ticket) -> str:
        """Make a ticket.

        Raises:
            TurnedAway: It would be too long to be presented in a header.
        """
        user = ticket.user
        said = {
            "id": user.id,
            "name": user.name,
            "groups": list(user.groups),
            "claims": dict(user.claims),
            "enter_by": ticket.enter_by,
            "until": ticket.until,
            "nonce": ticket.nonce,
        }
        text = json.dumps(said, separators=(",", ":"))
        payload = PREFIX + _encode(zlib.compress(text.encode(), 9))
        token = f"{payload}.{_encode(self._sign(payload))}"
        if len(token) > MAX_LENGTH:
            text = "what is known of this user is too long for a ticket: present fewer groups or claims"
            raise TurnedAway(Refusal(400, 1008, "ticket_too_long", text))
        return token

    def read(self, token: str, now: float, *, entering: bool) -> Ticket:
        """Verify a ticket.

        Args:
            token: As it was presented.
            now: Unix time.
            entering: It is to open something, so its first time counts; else only its second.

        Raises:
            TurnedAway: It is not of ours, or no longer valid.
        """
        found = _SHAPE.fullmatch(token)
        payload = token.rpartition(".")[0]
        if found is None or not hmac.compare_digest(_encode(self._sign(payload)), found[2]):
            raise unauthorized("invalid_ticket", "this is no ticket of this server: ask POST /v1/tickets for one")
        ticket = _ticket(found[1])
        if now >= (min(ticket.enter_by, ticket.until) if entering else ticket.until):
            raise unauthorized("expired_ticket", "the ticket has expired: ask POST /v1/tickets for a new one")
        return ticket

    def spend(self, ticket: Ticket, now: float) -> None:
        """Use a ticket up.

        Raises:
            TurnedAway: It was used before.
        """
        for nonce in [nonce for nonce, end in self._spent.items() if end <= now]:
            del self._spent[nonce]
        if ticket.nonce in self._spent:
            raise used_ticket()
        self._spent[ticket.nonce] = ticket.enter_by

    def _sign(self, payload: str) -> bytes:
        return hmac.digest(self._key, payload.encode(), "sha256")


def used_ticket() -> TurnedAway:
    """That a ticket was used before, here or by another worker."""
    return unauthorized("used_ticket", "the ticket was used before: ask POST /v1/tickets for a new one")


def _ticket(payload: str) -> Ticket:
    # Only what bears our signature is unpacked, so there is nothing here that somebody else wrote.
    said: dict[str, Any] = json.loads(zlib.decompress(_decode(payload)))
    user = User(said["id"], said["name"], tuple(said["groups"]), said["claims"])
    return Ticket(user, said["enter_by"], said["until"], said["nonce"])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
