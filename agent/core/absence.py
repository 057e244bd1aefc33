"""Absence: what happens in a session while its client is away, and what it is told when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import messages, notices
from agent.core.actions import Action, ToClient, ToUpstream
from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from agent.core.playback import Playback
    from agent.core.state import State

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


def lost(state: State, now: float) -> list[Action]:
    """A client's connection is broken.

    Args:
        state: The session's parts.
        now: Seconds.
    """
    active = state.responses.active_id
    silence = fall_silent(state.playback, active, state.our_id, now)
    state.interruption.begin(active, now)
    actions: list[Action] = [ToUpstream(frame) for frame in silence]
    for frame in silence:
        if frame.type == "conversation.item.truncate":
            data = frame.data
            actions += state.citations.cut(data["item_id"], data["content_index"], data["audio_end_ms"])
    return actions


def back(state: State, ready: Mapping[str, Any], missed: int, *, complete: bool, now: float) -> list[Action]:
    """A client is back on another connection; see `Session.client_back`.

    Args:
        state: The session's parts.
        ready: Fields of `extension.ready` that are new.
        missed: How many events follow, that it was not told.
        complete: Nothing but deltas was left out of them.
        now: Seconds.
    """
    if state.playback.give_up():
        # What was spoken to nobody is not begun in the middle; the client reads it.
        state.interruption.begin(state.responses.active_id, now)
    fields = {**state.config.ready, **ready}
    return [
        ToClient(messages.ready(state.new_id(), state.session_id, fields)),
        *state.citations.again(),
        ToClient(notices.resumed(state.new_id(), missed, complete=complete)),
        *state.tools.conduct.client_back(now),
    ]
