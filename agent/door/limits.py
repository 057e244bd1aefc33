"""Limits: how much one session may send, by two buckets that fill with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.door.refusal import POLICY, TOO_BIG, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

# What a message costs at least, in characters: many tiny ones are more work than one long one.
LEAST = 1024
# Characters of sound that may be counted later than they came: some seconds of it.
CREDIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller may take.

    Attributes:
        sessions: At once, in all.
        sessions_per_user: At once, of one user who signed in.
        audio_bytes_per_s: Of decoded audio, lasting; 48,000 is one voice in PCM at 24 kHz.
        burst_bytes: Of decoded audio that may come at once; it must hold the longest message.
        control_per_s: Messages that are no audio, lasting.
        control_burst: Messages that are no audio, at once.
        message_bytes: Length of the longest message, in characters.
        idle_s: Seconds without a message from the client after which a session ends.
        duration_s: Seconds after which a session ends in any case.
        recheck_s: Seconds after which a credential is verified again.
        lag_s: Seconds by which the event loop may be late before nobody more is let in; 0 for no such limit.
        memory_bytes: That the process may take before nobody more is let in; None for the container's limit.
    """

    sessions: int = 5_000
    sessions_per_user: int = 10
    audio_bytes_per_s: float = 4 * 48_000.0
    burst_bytes: float = 24 * 1024 * 1024.0
    control_per_s: float = 50.0
    control_burst: float = 500.0
    message_bytes: int = 32 * 1024 * 1024
    idle_s: float = 15 * 60.0
    duration_s: float = 2 * 3600.0
    recheck_s: float = 30 * 60.0
    lag_s: float = 0.0
    memory_bytes: int | None = None


class Meter:
    """Counts what one session sends.

    Each bucket is a single number: the time at which all that was taken so far will be paid for (the generic cell rate
    algorithm, ITU-T I.371). Nothing has to run while nothing is sent, and a message costs a few additions.

    Args:
        limits: How much it may be.
        now: Seconds, on any clock that runs evenly.

    Attributes:
        heard: When the client's last message came.
    """

    __slots__ = ("_burst_s", "_control_burst_s", "_control_paid", "_credit", "_longest", "_owed", "_paid", "_refusals",
                 "_s_per_char", "_s_per_control", "heard")  # fmt: skip

    def __init__(self, limits: Limits, now: float = 0.0) -> None:
        self.heard = now
        characters_per_s = limits.audio_bytes_per_s * 4 / 3  # base64
        self._s_per_char = 1 / characters_per_s
        # Half a unit more than it says: many small additions need not come out as one multiplication does.
        self._burst_s = (limits.burst_bytes * 4 / 3 + 0.5) * self._s_per_char
        self._s_per_control = 1 / limits.control_per_s
        self._control_burst_s = (limits.control_burst + 0.5) * self._s_per_control
        self._longest = limits.message_bytes
        self._credit = min(CREDIT, limits.message_bytes, int(limits.burst_bytes) // 4)
        self._owed = 0
        self._paid = self._control_paid = float("-inf")
        self._refusals = _refusals(limits)

    def take(self, now: float, characters: int, audio: bool) -> Refusal | None:
        """Count one message of the client's.

        Args:
            now: Seconds.
            characters: Its length.
            audio: It is an `input_audio_buffer.append` and nothing else.

        Returns:
            Why it is one too many, or None.
        """
        self.heard = now
        if characters > self._longest:
            return self._refusals[0]
        # Comparisons in place of `max`, which would cost more than all the rest.
        paid = self._paid
        if paid < now:  # noqa: PLR1730
            paid = now
        owed, self._owed = self._owed, 0
        paid += ((characters if characters > LEAST else LEAST) + owed) * self._s_per_char  # noqa: FURB136
        if paid - now > self._burst_s:
            return self._refusals[1]
        self._paid = paid
        if audio:
            return None
        paid = self._control_paid
        if paid < now:  # noqa: PLR1730
            paid = now
        paid += self._s_per_control
        if paid - now > self._control_burst_s:
            return self._refusals[2]
        self._control_paid = paid
        return None

    def on_credit(self, passes: Callable[[str], bool]) -> Callable[[str], bool]:
        """Let sound pass that is counted only with the next message that is taken.

        Args:
            passes: Tells whether a text passes at all.

        Returns:
            Tells the same, but lets nothing more pass when some seconds of sound are owed.
        """
        credit = self._credit

        def passes_on_credit(text: str) -> bool:
            length = len(text)
            owed = self._owed + (length if length > LEAST else LEAST)  # noqa: FURB136  (as above)
            if owed > credit or not passes(text):
                return False
            self._owed = owed
            return True

        return passes_on_credit


def _refusals(limits: Limits) -> tuple[Refusal, Refusal, Refusal]:
    longest, lasting, control = limits.message_bytes, limits.audio_bytes_per_s, limits.control_per_s
    return (
        Refusal(413, TOO_BIG, "message_too_large", f"a message may have at most {longest} characters"),
        Refusal(429, POLICY, "rate_limit_exceeded", f"more than {lasting:g} bytes of audio a second, for too long"),
        Refusal(429, POLICY, "rate_limit_exceeded", f"more than {control:g} messages a second, for too long"),
    )
