"""ToolPolicy: how a tool behaves in a conversation, declared beside the function and enforced by whoever runs it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from tools.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tools.approval import ApprovalRequest
    from tools.context import User

DEFAULT_TIMEOUT_S = 20.0
# About 5,000 tokens: more than a model can turn into a spoken answer, and a sixth of the smallest context in use.
DEFAULT_MAX_CHARS = 20_000

Approver: TypeAlias = "Callable[[ApprovalRequest], bool | Awaitable[bool]]"
Predicate: TypeAlias = "Callable[[User | None], bool]"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often one user may have a tool run.

    Attributes:
        calls: Calls that are let through …
        seconds: … within any stretch of this length.

    Raises:
        DefinitionError: A value cannot be used.
    """

    calls: int
    seconds: float

    def __post_init__(self) -> None:
        _whole("calls", self.calls, owner="RateLimit")
        _seconds("seconds", self.seconds, owner="RateLimit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPolicy:
    """How a tool behaves in a conversation; it never changes, and several tools may share one.

    Attributes:
        timeout_s: Seconds that a call may take, or None for no limit. Where the user has to approve, they count from
            the approval.
        job_timeout_s: Seconds that the work of a `Later` may take, or None for no limit.
        concurrency: Calls that run at once in this process, or None for no limit. What is over waits, and its time
            runs.
        session_concurrency: The same for one session.
        idempotent: A call that repeats another of the same user turn (same tool, same arguments) does not run: the
            model gets the first one's answer, also while that one still runs. Turn it off for a tool that is to
            happen as often as it is called. A failure is not an answer: the model may try that again.
        barge_in: What becomes of a running call when the caller speaks: `"keep"` lets it finish; `"cancel"` stops it,
            tells the model so, and asks for no answer.
        preamble: A sentence that the caller hears while the tool runs, in the assistant's voice.
        sound: The client is told to play a discreet sound instead, or as well.
        preamble_after_s: Seconds that a call runs before either.
        progress_to_model: What the tool reports by `ToolContext.progress` is told to the model too, at most every few
            seconds. The client is told all of it in any case.
        max_chars: The longest result that the model is given, in characters, or None for any. What is longer is cut,
            and says so.
        destination: Who gets a plain result: `"model"`; `"client"`, where the model reads only that it was shown; or
            `"both"`. A `Result` says itself what the client gets; `"client"` still keeps it from the model.
        redact: What of arguments and results stays out of logs and traces: True for all of it, a tuple of field names
            (at any depth), or False for nothing.
        approval: The user has to approve each call on their screen before it runs. A client that cannot ask its user
            is refused, unless there is an `approver`: what a voice says is no proof of who said it.
        approver: Decides on the server for clients that cannot ask; plain or async, given an `ApprovalRequest`.
        approval_timeout_s: Seconds that the user has to decide.
        approval_prompt: What the caller hears when there is something to approve, or None for nothing.
        rate_limit: How often one user may have it run; without a user, one session.
        enabled_when: Given the user, or None, tells whether the tool exists for them: else the model never sees it,
            and a call of it is refused. Asked when a session begins and at each call.

    Raises:
        DefinitionError: A value cannot be used; the text says which, and what to give.
    """

    timeout_s: float | None = DEFAULT_TIMEOUT_S
    job_timeout_s: float | None = 3600.0
    concurrency: int | None = None
    session_concurrency: int | None = None
    idempotent: bool = True
    barge_in: Literal["keep", "cancel"] = "keep"
    preamble: str | None = None
    sound: bool = False
    preamble_after_s: float = 1.0
    progress_to_model: bool = False
    max_chars: int | None = DEFAULT_MAX_CHARS
    destination: Literal["model", "client", "both"] = "model"
    redact: bool | tuple[str, ...] = True
    approval: bool = False
    approver: Approver | None = None
    approval_timeout_s: float = 60.0
    approval_prompt: str | None = "Please confirm that on your screen."
    rate_limit: RateLimit | None = None
    enabled_when: Predicate | None = None

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            check(name, getattr(self, name))
        for name in ("timeout_s", "job_timeout_s"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else float(value))
        if self.approver is not None and not self.approval:
            raise DefinitionError("ToolPolicy(approver=…) decides nothing without approval=True: give both")

    def allows(self, user: User | None) -> bool:
        """Whether the tool exists for a user.

        Args:
            user: Who is calling, as the server authenticated them, or None.
        """
        return self.enabled_when is None or bool(self.enabled_when(user))


def _seconds(name: str, value: Any, hint: str = "", owner: str = "ToolPolicy") -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{owner}: {name} is {value!r}; give a number of seconds{hint}")
    if not (value > 0 and math.isfinite(value)):
        raise DefinitionError(f"{owner}: {name} is {value!r}; give a number above 0{hint}")


def _whole(name: str, value: Any, hint: str = "", owner: str = "ToolPolicy") -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise DefinitionError(f"{owner}: {name} is {value!r}; give a whole number from 1{hint}")


def _or_none(check: Callable[[str, Any, str], None]) -> Callable[[str, Any], None]:
    return lambda name, value: None if value is None else check(name, value, ", or None for no limit")


def _flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise DefinitionError(f"ToolPolicy({name}={value!r}): give True or False")


def _sentence(name: str, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise DefinitionError(f"ToolPolicy({name}={value!r}): give a sentence to be spoken, or None")


def _one_of(*choices: str) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if value not in choices:
            raise DefinitionError(f"ToolPolicy({name}={value!r}): give one of {', '.join(map(repr, choices))}")

    return check


def _names(name: str, value: Any) -> None:
    fields = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else None
    if not isinstance(value, bool) and (fields is None or not all(isinstance(each, str) for each in fields)):
        raise DefinitionError(f"ToolPolicy({name}={value!r}): give True, False, or a tuple of field names")


def _function(name: str, value: Any) -> None:
    if value is not None and not callable(value):
        raise DefinitionError(f"ToolPolicy({name}={value!r}): give a function, or None")


def _rate(name: str, value: Any) -> None:
    if value is not None and not isinstance(value, RateLimit):
        raise DefinitionError(f"ToolPolicy({name}={value!r}): give RateLimit(calls, seconds), or None")


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "timeout_s": _or_none(_seconds),
    "job_timeout_s": _or_none(_seconds),
    "concurrency": _or_none(_whole),
    "session_concurrency": _or_none(_whole),
    "idempotent": _flag,
    "barge_in": _one_of("keep", "cancel"),
    "preamble": _sentence,
    "sound": _flag,
    "preamble_after_s": _seconds,
    "progress_to_model": _flag,
    "max_chars": _or_none(_whole),
    "destination": _one_of("model", "client", "both"),
    "redact": _names,
    "approval": _flag,
    "approver": _function,
    "approval_timeout_s": _seconds,
    "approval_prompt": _sentence,
    "rate_limit": _rate,
    "enabled_when": _function,
}
