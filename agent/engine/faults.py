"""Faults: what a service may do wrong, as frozen rules. Nothing here does anything; `fault_run` carries them out.

    Faults(Refuse(status=429, retry_after=1, times=2), Drop(at=20, session=1), Lose(event="response.done", times=1))

Event types are GA's, whatever dialect the client speaks; they may hold `*`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NO_CLOSE_FRAME = 1006  # RFC 6455: never sent, only seen by whoever was left without a close frame
_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "str": ("text", (str,)),
}


class FaultError(ConfigurationError):
    """A rule that makes no sense.

    Attributes:
        key: The field that is wrong, or None when it is the rule as a whole.
    """

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What all rules have.

    Attributes:
        session: Only in the n-th connection to this engine, counted from 1 and with refused ones; None for each.
        times: At most so often, over all sessions; None for always.
        after: Only once an event of this type has been sent in the session.
    """

    session: int | None = None
    times: int | None = None
    after: str | None = None

    kind: ClassVar[str] = ""
    # Field → the lowest and the highest value.
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}

    def __post_init__(self) -> None:
        limits = {"session": (1, 10**9), "times": (1, 10**9), "at": (1, 10**9), "ms": (0, 3_600_000)} | {**self.limits}
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None or "None" not in str(each.type):
                _check(self.kind, each.name, str(each.type).removesuffix(" | None"), value, limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFault(Fault):
    """A rule that waits for an event of the session.

    Attributes:
        event: The type it waits for, such as `response.done` or `response.*`.
        at: Only the n-th event of the session, counted from 1; together with `event`, that one must be of the type.
    """

    event: str = "*"
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(EventFault):
    """End the connection right after the event.

    Attributes:
        code: The close code; 1006 for a connection that is cut without a close frame.
        reason: The close reason.
    """

    code: int = NO_CLOSE_FRAME
    reason: str = ""

    kind: ClassVar[str] = "drop"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"code": (1000, 4999)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(EventFault):
    """Hold the event, and with it everything behind it, as a slow network does. `ms` says how long."""

    ms: int = 250

    kind: ClassVar[str] = "delay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Late(EventFault):
    """Hold the event and let those behind it overtake.

    Attributes:
        until: Release it behind the next event of this type.
        ms: Release it after so long at the latest.
    """

    event: str = "conversation.item.input_audio_transcription.*"
    until: str | None = None
    ms: int = 1_000

    kind: ClassVar[str] = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose(EventFault):
    """Never send the event."""

    event: str = "response.done"

    kind: ClassVar[str] = "lose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(EventFault):
    """Send the event again, `copies` times, with the same `event_id`."""

    copies: int = 1

    kind: ClassVar[str] = "duplicate"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"copies": (1, 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(EventFault):
    """Let the response fail that the event belongs to. Without `times` the session is poisoned: each one fails.

    Attributes:
        code: The error's code.
        message: The error's text.
    """

    event: str = "response.created"
    code: str = "server_error"
    message: str = "The server had an error while processing your request."

    kind: ClassVar[str] = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(EventFault):
    """Send an `error` event behind the event; its `error.event_id` is null.

    Attributes:
        code: The error's code.
        type: The error's type.
        message: The error's text.
    """

    code: str = "server_error"
    type: str = "server_error"
    message: str = "The server had an error while processing your request."

    kind: ClassVar[str] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless(Fault):
    """Leave out which event an `error` is about: its `error.event_id` is null."""

    kind: ClassVar[str] = "nameless"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(EventFault):
    """Stop reading what the client sends for `ms`, from the event on."""

    ms: int = 1_000

    kind: ClassVar[str] = "stall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Fault):
    """Refuse the connection.

    Attributes:
        status: The HTTP status, such as 401, 404, 429 or 503.
        retry_after: Seconds for the `Retry-After` header, if there is to be one.
    """

    status: int = 503
    retry_after: int | None = None

    kind: ClassVar[str] = "refuse"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"status": (400, 599), "retry_after": (0, 86_400)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(Fault):
    """Let the session last `after_s` seconds only, and say so in `expires_at`."""

    after_s: float = 10.0

    kind: ClassVar[str] = "expire"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"after_s": (0.01, 86_400)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Fault):
    """Refuse each event that holds a field, with an error that names it.

    Attributes:
        field: The field by GA's path, such as `session.audio.input.noise_reduction` or `response.metadata`.
        code: The error's code.
    """

    field: str = ""
    code: str = "unknown_parameter"

    kind: ClassVar[str] = "reject"

    def __post_init__(self) -> None:
        # A slotted dataclass is made anew by its decorator; a plain super() would look for the class before that.
        super(Reject, self).__post_init__()
        if self.field.split(".")[0] not in {"session", "response", "item"} or "." not in self.field:
            raise FaultError(
                f"reject: field is {self.field!r}: give a path that begins with session., response. or item.", "field"
            )


KINDS: dict[str, type[Fault]] = {
    each.kind: each
    for each in (Drop, Delay, Late, Lose, Duplicate, Fail, Error, Nameless, Stall, Refuse, Expire, Reject)
}


@dataclass(frozen=True, slots=True, init=False)
class Faults:
    """A schedule: rules in their order.

    Args:
        rules: The rules.
    """

    rules: tuple[Fault, ...]

    def __init__(self, *rules: Fault) -> None:
        object.__setattr__(self, "rules", rules)

    def __add__(self, other: Faults) -> Faults:
        return Faults(*self.rules, *other.rules)

    @classmethod
    def random(cls, seed: int, *, count: int = 3) -> Faults:
        """A schedule decided wholly by its seed; each rule strikes a few times at most, in one of three connections.

        Args:
            seed: The same seed gives the same schedule, on every machine.
            count: How many rules it has.
        """
        from agent.engine.random_faults import random_faults  # noqa: PLC0415  (it is made of the rules above)

        return random_faults(seed, count=count)

    @classmethod
    def read(cls, path: Path) -> Faults:
        """Read a schedule from a TOML file.

        Args:
            path: The file.

        Raises:
            FaultError: It cannot be read, or a rule makes no sense; the text names the file, the line and the key.
        """
        from agent.engine.fault_file import read_faults  # noqa: PLC0415  (as above)

        return read_faults(path)


def _check(kind: str, name: str, wanted: str, value: Any, limits: Mapping[str, tuple[float, float]]) -> None:
    said, types = _TYPES[wanted]
    if not isinstance(value, types) or isinstance(value, bool):
        raise FaultError(f"{kind}: {name} is {value!r}: give {said}", name)
    low, high = limits.get(name, (float("-inf"), float("inf")))
    if not isinstance(value, str) and not low <= value <= high:
        raise FaultError(f"{kind}: {name} is {value}: give {said} from {low:g} to {high:g}", name)
    if isinstance(value, str) and not value and name not in {"reason", "field"}:
        raise FaultError(f"{kind}: {name} is empty", name)
