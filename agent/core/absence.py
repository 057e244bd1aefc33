"""Absence: what happens in a session while its client is away, and what it is told when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import messages
from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.playback import Playback

# What is kept for a client that is away; a minute of talk stays far below both.
MOST_FRAMES, MOST_CHARACTERS = 256, 128_000


class Missed:
    """Events that a client could not be sent: the ones that end or begin something, not the sound, nor its pieces."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._characters = 0
        self._complete = True

    def take(self, frame: Frame) -> None:
        """Keep a frame for later, or drop it; beyond the bound the oldest go first."""
        if frame.type.endswith(".delta"):
            # Sound would come as a flood, and the text of a part stands whole in its `done`.
            return
        self._frames.append(frame)
        self._characters += len(frame.text)
        while len(self._frames) > MOST_FRAMES or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._frames.pop(0).text)
            self._complete = False

    def peek(self) -> tuple[list[Frame], bool]:
        """What was kept so far, and whether that is all but the deltas."""
        return self._frames, self._complete

    def drain(self) -> tuple[list[Frame], bool]:
        """What was kept, in order, and whether that is all but the deltas; it begins anew after this."""
        result = self._frames, self._complete
        self._frames, self._characters, self._complete = [], 0, True
        return result


def fall_silent(playback: Playback, response_id: str | None, our_id: Callable[[], str], now: float) -> list[Frame]:
    """The events by which the model learns that nobody hears it any more.

    Args:
        playback: What was sent and heard. An answer is cut where the client last said it was.
        response_id: The response that is active, or None.
        our_id: Gives a fresh event id.
        now: Seconds.
    """
    frames: list[Frame] = []
    if response_id is not None:
        cancel = {"type": "response.cancel", "event_id": our_id(), "response_id": response_id}
        frames.append(Frame.of(cancel))
    for track, position in playback.unheard(now):
        if playback.claim_truncate(track.item_id):
            frames.append(messages.truncate(our_id(), track.item_id, track.content_index, position))
    return frames
