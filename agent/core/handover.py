"""Handover: actions by which a session comes to have another upstream. The relay does them, in order.

`Dial` opens a second connection beside the first; `ToSuccessor` sends on it; `Switch` makes it the upstream, closes the
one that was, and drops what that may still send. `FromModel`, `Ask` and `GiveUp` never reach the relay: the session
takes them itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from agent.core.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.core.frames import Frame


@dataclass(frozen=True, slots=True)
class Dial:
    """Open another connection to the model, beside the present one.

    Attributes:
        attempt: Counts from 1; to be handed back with the result, so that a late one is told from a present one.
    """

    attempt: int


@dataclass(frozen=True, slots=True)
class ToSuccessor:
    """Send a frame on the connection that was dialled last."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Switch:
    """Make the connection that was dialled last the upstream, and close the one that was."""


@dataclass(frozen=True, slots=True)
class DropSuccessor:
    """Close the connection that was dialled last, or stop dialling it.

    Attributes:
        reason: Why, in words, for the log.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class FromModel:
    """Take a frame as if the model had sent it: it says what the lost connection left unsaid."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Ask:
    """Want a response.

    Attributes:
        request: The `response.create` that was wanted; None for a bare one.
    """

    request: Frame | None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No other connection could be had: the session is over.

    Attributes:
        reason: What failed, in words, for the client.
    """

    reason: str


# What the relay does, and what the session does itself.
HandoverAction: TypeAlias = Dial | ToSuccessor | Switch | DropSuccessor
Inward: TypeAlias = FromModel | Ask | GiveUp
Step: TypeAlias = Action | HandoverAction | Inward
Outcome: TypeAlias = Action | HandoverAction
Outcomes: TypeAlias = "Sequence[Outcome]"
