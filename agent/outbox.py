"""Outbox: what one side of a session has not taken yet, bounded."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, cast

from agent.transports.base import outlet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agent.transports.base import Send, Transport

# How a client's audio begins, whichever way it orders its keys; looked for only while a model is too slow to take it.
_APPEND = '"input_audio_buffer.append"'


class Outbox:
    """Sends at once while the other side takes what is sent, and keeps the rest in order until it does.

    Memory is bounded: beyond the limit, whoever makes more is held back. Microphone sound is different, because it
    goes on whatever we do and is worth nothing once it is old: there the oldest is dropped first.

    Args:
        transport: Where to.
        limit: Characters that may wait.
        hold: Holds back whoever makes more.
        release: Lets it go on.
        live_audio: What waits may be a microphone's sound.

    Attributes:
        send: Sends one message, after all that wait; it may be another function the next time. While nothing waits, and
            where the transport tells when it is crowded, that is the transport's own.
        taken: Messages that had to wait and were sent; tells whether anything moves.
        dropped: Messages of sound that were given up.
    """

    __slots__ = ("_characters", "_held", "_hold", "_limit", "_live_audio", "_release", "_tells", "_transport",
                 "_waiting", "dropped", "send", "taken")  # fmt: skip

    def __init__(
        self,
        transport: Transport,
        limit: int,
        *,
        hold: Callable[[], None],
        release: Callable[[], None],
        live_audio: bool = False,
    ) -> None:
        self.taken = 0
        self.dropped = 0
        self._transport = outlet(transport)
        self._limit = limit
        self._hold, self._release = hold, release
        self._held = False
        self._live_audio = live_audio
        self._waiting: deque[str] = deque()
        self._characters = 0
        self._tells = hasattr(self._transport, "crowded")
        if self._tells:
            cast("Any", self._transport).crowded = self._attend
        self.send: Send = self._attentively
        self._relax()

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    def _attentively(self, text: str) -> None:
        if self._waiting or self._transport.full:
            self._keep(text)
        else:
            self._transport.send(text)

    @property
    def held(self) -> bool:
        """Whether whoever makes more is held back."""
        return self._held

    def discard(self) -> Iterable[str]:
        """The other side is gone, or was left: drop what waits, and hold nobody back for it.

        Returns:
            What waited, in order.
        """
        waiting, self._waiting = self._waiting, deque()
        self._characters = 0
        if self._held:
            self._held = False
            self._release()
        return waiting

    def drop(self, unwanted: Callable[[str], bool]) -> None:
        """Drop what waits and is not wanted any more."""
        kept = [text for text in self._waiting if not unwanted(text)]
        self.dropped += len(self._waiting) - len(kept)
        self._waiting = deque(kept)
        self._characters = sum(map(len, kept))
        self.flush()  # whoever was held back may go on

    def flush(self) -> None:
        """The other side takes messages again."""
        while self._waiting and not self._transport.full:
            text = self._waiting.popleft()
            self._characters -= len(text)
            self.taken += 1
            self._transport.send(text)
        if self._held and self._characters <= self._limit // 2:
            self._held = False
            self._release()
        self._relax()

    def _attend(self) -> None:
        self.send = self._attentively

    def _relax(self) -> None:
        if self._tells and not self._waiting and not self._transport.full:
            self.send = self._transport.send

    def _keep(self, text: str) -> None:
        self._waiting.append(text)
        self._characters += len(text)
        if self._characters > self._limit and self._live_audio:
            self._drop_sound()
        if self._characters > self._limit and not self._held:
            self._held = True
            self._hold()

    def _drop_sound(self) -> None:
        kept: deque[str] = deque()
        # Half of it at once: dropping one message for each that comes would look at all of them each time.
        while self._waiting and self._characters > self._limit // 2:
            text = self._waiting.popleft()
            if _is_sound(text):
                self._characters -= len(text)
                self.dropped += 1
            else:
                kept.append(text)
        self._waiting.extendleft(reversed(kept))


def _is_sound(text: str) -> bool:
    return _APPEND in text[:200] or _APPEND in text[-100:]
