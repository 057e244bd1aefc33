"""Rules: what the session keeps of a tool's policy; the rest is kept where the tool runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallRules:
    """How the calls of one tool are treated. Times are in seconds.

    Attributes:
        idempotent: A call that repeats another of the same user turn gets its answer instead of running.
        cancels: The caller's speech stops a running call.
        preamble: What the caller hears while a call runs, or None.
        sound: The client is told to play a sound.
        heard_after: How long a call runs before either.
        tells_model: What the tool reports is told to the model as well.
        approval_time: How long the user has to approve a call.
        approval_prompt: What the caller hears when there is something to approve, or None.
        job_time: How long a job may take, or None for no limit.
    """

    idempotent: bool = False
    cancels: bool = False
    preamble: str | None = None
    sound: bool = False
    heard_after: float = 1.0
    tells_model: bool = False
    approval_time: float = 60.0
    approval_prompt: str | None = None
    job_time: float | None = None


NO_RULES = CallRules()
