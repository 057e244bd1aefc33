"""Succession: another upstream is made ready before the first is left, and taken at a quiet moment.

    RESTING → DIALLING → GREETING → CONFIGURING → SEEDING → READY → (switch) → RESTING
                 ↑           any of these fails ↓
                 └────────── PAUSING ───────────┘→ LOST, when nobody can be reached and there is no upstream left

It knows stages and times, and nothing of frames: those are `Continuity`'s. While the old upstream lives, failure costs
nothing and is tried again; once it is gone, attempts are numbered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from agent.core.backoff import Backoff
from agent.core.deadlines import earliest
from agent.core.handover import Dial, DropSuccessor, GiveUp
from agent.core.rotation import Rotation, rotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.handover import Step


class Stage(Enum):
    """How far the successor is."""

    RESTING = "none is wanted"
    PAUSING = "an attempt failed, the next is to come"
    DIALLING = "the connection is being opened"
    GREETING = "waiting for its greeting"
    CONFIGURING = "waiting for our configuration to be accepted"
    SEEDING = "waiting for the conversation to be taken over"
    READY = "waiting for a quiet moment"
    LOST = "given up"


class Reason(Enum):
    """Why another upstream is wanted."""

    EXPIRING = "expiring"
    POISONED = "poisoned"
    HANDED_OVER = "handed_over"
    EXPIRED = "expired"
    LOST = "lost"


# Seconds that a service may make us wait, whatever it asks for: a caller does not stay on a silent line for ever.
LONGEST_WAIT = 30.0
# Reasons that leave no upstream that could be used in the meantime.
_FORCED = frozenset({Reason.EXPIRED, Reason.LOST})
_UNDER_WAY = frozenset({Stage.DIALLING, Stage.GREETING, Stage.CONFIGURING, Stage.SEEDING, Stage.READY})


@dataclass(frozen=True, slots=True)
class Policy:
    """Times, in seconds.

    Attributes:
        backoff: Attempts and their pauses.
        opening: For one attempt, from dialling to an accepted configuration.
        seeding: For the conversation to be acknowledged; what is not by then is taken as done.
        look: How often to look for a quiet moment.
        patience: How long a successor of a poisoned session waits for one.
        steady: A new upstream that is lost within this time, and before it has answered anything, continues the
            attempts of the one before.
    """

    backoff: Backoff = field(default_factory=Backoff)
    opening: float = 15.0
    seeding: float = 5.0
    look: float = 0.25
    patience: float = 5.0
    steady: float = 30.0


class Succession:
    """The successor of one upstream, if one is wanted. Methods return what is to be done.

    Args:
        policy: Times and attempts.
        chance: Gives a number from 0 to 1, for the pauses.

    Attributes:
        stage: See `Stage`.
        reason: Why it is wanted; None while none is.
        attempt: The present attempt, counted from 1.
        since: When the first attempt began.
        bereft: There is no upstream that can be used.
    """

    def __init__(self, policy: Policy, chance: Callable[[], float]) -> None:
        self.stage = Stage.RESTING
        self.reason: Reason | None = None
        self.attempt = 0
        self.since = 0.0
        self.bereft = False  # asked for every piece of audio, so no property
        self._policy = policy
        self._chance = chance
        self._due: float | None = None
        self._rotation: Rotation | None = None
        self._ready_since = 0.0
        self._switched = -math.inf
        self._earlier_attempts = 0

    @property
    def under_way(self) -> bool:
        """Whether a successor is being made ready, or is."""
        return self.stage in _UNDER_WAY

    def expires(self, moment: float, now: float) -> None:
        """The present upstream has told when it will end. It tells so again and again; the first time counts."""
        if self._rotation is None:
            self._rotation = rotation(now, moment)

    def want(self, reason: Reason, now: float) -> list[Step]:
        """Another upstream is wanted. Asking again, for a weightier reason, hurries it."""
        if self.stage is Stage.LOST or (self.bereft and reason not in _FORCED):
            return []
        was_bereft, self.reason, self.bereft = self.bereft, reason, reason in _FORCED
        if self.stage is Stage.RESTING:
            self.since = now
            self.attempt = self._earlier_attempts if now - self._switched < self._policy.steady else 0
            if not self.attempt:
                return self._dial(now)
            if self.bereft and self._policy.backoff.exhausted(self.attempt):
                return self._give_up("each new one was lost at once")
            return self._pause(now)
        if self.bereft and not was_bereft:
            self.since = now
            if self.stage is Stage.PAUSING:
                self.attempt = 0
                return self._dial(now)
        return []

    def reached(self, stage: Stage, now: float) -> None:
        """The successor has come further."""
        self.stage = stage
        if stage is Stage.SEEDING:
            self._due = now + self._policy.seeding
        elif stage is Stage.READY:
            self._ready_since, self._due = now, now

    def failed(self, text: str, now: float, *, final: bool = False, retry_after: float | None = None) -> list[Step]:
        """The attempt has come to nothing.

        Args:
            text: Why, in words.
            now: Seconds.
            final: Trying again is of no use: the service refuses us.
            retry_after: Seconds that the service asks to wait.
        """
        if not self.under_way:
            return []
        drop = DropSuccessor(text)
        if self.bereft and (final or self._policy.backoff.exhausted(self.attempt)):
            return [drop, *self._give_up(text)]
        return [drop, *self._pause(now, at_least=min(retry_after or 0.0, LONGEST_WAIT))]

    def may_switch(self, now: float, *, quiet: bool) -> bool:
        """Whether the successor is to be taken now."""
        if self.stage is not Stage.READY:
            return False
        late = self._rotation is not None and now >= self._rotation.hard
        impatient = self.reason is Reason.POISONED and now - self._ready_since >= self._policy.patience
        return self.bereft or quiet or late or impatient

    def switched(self, now: float) -> None:
        """The successor has become the upstream."""
        self.stage, self.reason, self.bereft = Stage.RESTING, None, False
        self._due = self._rotation = None
        self._switched, self._earlier_attempts = now, self.attempt

    def proven(self) -> None:
        """The present upstream has answered."""
        self._earlier_attempts = 0

    def look_again(self, now: float) -> None:
        """It was not quiet."""
        self._due = now + self._policy.look

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        rotates = self._rotation.soft if self._rotation is not None and self.stage is Stage.RESTING else None
        return earliest(self._due, rotates)

    def handle_timer(self, now: float) -> list[Step]:
        """Do what has become due; looking for a quiet moment is the caller's."""
        if self.stage is Stage.RESTING:
            due = self._rotation is not None and now >= self._rotation.soft
            return self.want(Reason.EXPIRING, now) if due else []
        if self._due is None or now < self._due:
            return []
        if self.stage is Stage.PAUSING:
            return self._dial(now)
        if self.stage is Stage.SEEDING:
            self.reached(Stage.READY, now)
            return []
        if self.stage is Stage.READY:
            return []
        seconds = f"{self._policy.opening:g} s"
        return self.failed(f"the model did not start a session within {seconds}: {self.stage.value}", now)

    def _dial(self, now: float) -> list[Step]:
        self.attempt += 1
        self.stage, self._due = Stage.DIALLING, now + self._policy.opening
        return [Dial(self.attempt)]

    def _give_up(self, text: str) -> list[Step]:
        self.stage, self._due = Stage.LOST, None
        tries = f"after {self.attempt} attempt{'s' if self.attempt > 1 else ''}"
        return [GiveUp(f"the connection to the model was lost and could not be renewed {tries}: {text}")]

    def _pause(self, now: float, at_least: float = 0.0) -> list[Step]:
        self.stage = Stage.PAUSING
        self._due = now + max(at_least, self._policy.backoff.pause(self.attempt, self._chance()))
        return []
