"""Orders: what a supervisor and its workers say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Order(Enum):
    """What a worker is told. That its supervisor is gone, which closes the pipe, means `RETIRE`."""

    RETIRE = "retire"  # leave the port to the others; what runs has its grace
    DRAIN = "drain"  # everything stops: answer new callers that it does, while what runs has its grace
    HALT = "halt"  # end now
    ANSWER = "answer"  # say that the event loop runs
    EXPLAIN = "explain"  # it has not answered for long: write down where it is


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker serves.

    Attributes:
        greeting: What to say before the address, such as `"Vocative listens on"`.
    """

    greeting: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """A worker was asked to stop, by somebody else than its supervisor, and takes no more callers."""


@dataclass(frozen=True, slots=True)
class Alive:
    """A worker's event loop runs."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker cannot begin.

    Attributes:
        blame: `"usage"` where what was typed or set is wrong, `"model"` where the service or the model failed.
        reason: Why, in words.
    """

    blame: Literal["usage", "model"]
    reason: str
