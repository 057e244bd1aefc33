"""Random schedules of faults, each decided wholly by its seed: a failure that one of them finds can be seen again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from agent.engine.faults import (
    NO_CLOSE_FRAME,
    Delay,
    Drop,
    Duplicate,
    Error,
    Expire,
    Fail,
    Fault,
    Faults,
    Late,
    Lose,
    Nameless,
    Refuse,
    Reject,
    Stall,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SESSIONS = 3
_TRANSCRIPT = "conversation.item.input_audio_transcription.completed"
_EVENTS = (
    "response.created",
    "response.output_item.added",
    "response.output_audio.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
    _TRANSCRIPT,
)
_FIELDS = ("session.audio.input.noise_reduction", "session.audio.output.speed", "session.truncation")
# Each fault strikes once, in one of the first sessions: whoever recovers can always come to an end.
_MAKERS: tuple[Callable[[random.Random, int], Fault], ...] = (
    lambda dice, session: Drop(
        session=session,
        times=1,
        at=dice.randint(3, 60),
        code=dice.choice((NO_CLOSE_FRAME, NO_CLOSE_FRAME, 1001, 1011, 1012)),
    ),
    lambda dice, session: Drop(session=session, times=1, event=dice.choice(_EVENTS)),
    lambda dice, session: Delay(session=session, times=1, event=dice.choice(_EVENTS), ms=dice.randint(5, 150)),
    lambda dice, session: Late(session=session, times=1, event=_TRANSCRIPT, ms=dice.randint(20, 400)),
    lambda _dice, session: Late(session=session, times=1, event=_TRANSCRIPT, until="response.done"),
    lambda dice, session: Lose(
        session=session, times=1, event=dice.choice(("response.done", "conversation.item.done", _TRANSCRIPT))
    ),
    lambda dice, session: Duplicate(session=session, times=1, event=dice.choice(_EVENTS), copies=dice.randint(1, 2)),
    lambda dice, session: Fail(session=session, times=dice.randint(1, 3)),
    lambda _dice, session: Fail(session=session, times=1, event="response.output_audio.delta"),
    lambda dice, session: Error(session=session, times=1, event=dice.choice(_EVENTS)),
    lambda _dice, session: Nameless(session=session),
    lambda dice, session: Stall(session=session, times=1, event=dice.choice(_EVENTS), ms=dice.randint(10, 200)),
    lambda dice, session: Refuse(
        session=session, times=1, status=dice.choice((401, 404, 429, 500, 503)), retry_after=dice.choice((None, 0))
    ),
    lambda dice, session: Expire(session=session, times=1, after_s=dice.randint(5, 40) / 10),
    lambda dice, session: Reject(session=session, times=1, field=dice.choice(_FIELDS)),
)


def random_faults(seed: int, *, count: int = 3) -> Faults:
    """A schedule from a seed.

    Args:
        seed: The same seed gives the same schedule, on every machine.
        count: How many rules it has.
    """
    dice = random.Random(seed)  # noqa: S311  (repeatable is what it has to be)
    return Faults(*(dice.choice(_MAKERS)(dice, dice.randint(1, _SESSIONS)) for _ in range(count)))
