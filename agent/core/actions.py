"""Actions: what the session core wants done. The relay does them, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.core.frames import Frame
    from agent.core.usage import Usage


# Close codes of the WebSocket (RFC 6455, section 7.4.1): something failed, or what is not allowed ends the session.
FAULT, POLICY = 1011, 1008


@dataclass(frozen=True, slots=True)
class ToClient:
    """Send a frame to the caller."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class ToUpstream:
    """Send a frame to the model."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class DropAudio:
    """Drop the sound of a response that has not left for the client yet: a slow one would hear it after the break.

    Attributes:
        response_id: The response.
    """

    response_id: str


@dataclass(frozen=True, slots=True)
class StartCall:
    """Run a tool, off the pump; report through `Session.call_finished`.

    Attributes:
        call_id: Names the call from here on.
        name: The tool's name.
        arguments: Its arguments as the model wrote them: JSON text, not yet checked.
    """

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ApproveCall:
    """The user has approved a call that waits for that: let it run."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CancelCall:
    """Stop a running tool; its result is not wanted any more."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Speculate:
    """Run the tools that may be run ahead, in the words of the user; nobody is shown what comes of it.

    It takes the place of what was begun before. A `StartCall` that agrees with it is answered by it.

    Attributes:
        text: What the user has said so far.
    """

    text: str


@dataclass(frozen=True, slots=True)
class DropSpeculation:
    """Stop and forget what was run ahead."""


@dataclass(frozen=True, slots=True)
class Spent:
    """The service has reported what something cost; enter it in the books, and tell by `Session.learn` what they say.

    Attributes:
        cost: US dollars, as far as a price is known.
        whole: Whether that is all of it.
        usage: What was used.
        model: The model, as the service calls it.
    """

    cost: float
    whole: bool
    usage: Usage
    model: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the session: close both sides.

    Attributes:
        code: WebSocket close code for the client.
        reason: At most 123 bytes, in words.
    """

    code: int
    reason: str


Action: TypeAlias = (
    ToClient
    | ToUpstream
    | DropAudio
    | StartCall
    | ApproveCall
    | CancelCall
    | Speculate
    | DropSpeculation
    | Spent
    | Hangup
)
Actions: TypeAlias = "Sequence[Action]"
