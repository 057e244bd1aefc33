"""Interruption: what follows when the user breaks in on an answer.

The answer's late audio is dropped at once. Where the conversation is cut is known a moment later, when the client has
stopped its sound and reports how far it had come; its report is awaited for a short while, then the last one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import messages
from agent.core.actions import Action, ToClient, ToUpstream

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.playback import Playback

# Seconds to wait for the client's last report: a round trip and a render quantum, well below a user's shortest turn.
REPORT_TIME = 0.3


class Interruption:
    """Cuts answers where they were heard.

    Args:
        playback: What was sent and heard.
        enabled: The client reports its playback. A stock client truncates by itself.
        our_id: Gives a fresh event id.
    """

    def __init__(self, playback: Playback, *, enabled: bool, our_id: Callable[[], str]) -> None:
        self._playback = playback
        self._enabled = enabled
        self._our_id = our_id
        self._silenced: set[str] = set()
        self._cut_due: float | None = None
        self._broke_in = 0.0

    def silences(self, response_id: str) -> bool:
        """Whether audio of this response comes too late to be played."""
        return response_id in self._silenced

    def over(self, response_id: str) -> None:
        """A response has ended: nothing more can come of it."""
        self._silenced.discard(response_id)

    def begin(self, response_id: str | None, now: float) -> list[Action]:
        """The user breaks in.

        Args:
            response_id: The response that is active, if one is.
            now: Seconds of the caller's clock.
        """
        if response_id is not None:
            self._silenced.add(response_id)
        if self._enabled and self._cut_due is None and self._playback.unheard(now):
            self._cut_due, self._broke_in = now + REPORT_TIME, now
        return []

    def played(self, item_id: str, content_index: int, played_ms: int, *, stopped: bool) -> list[Action]:
        """The client reports how far it has played an item.

        Args:
            item_id: The item.
            content_index: Its content part.
            played_ms: Milliseconds of the part that were heard.
            stopped: The sound has stopped there, so this is the last word.
        """
        self._playback.played(item_id, content_index, played_ms)
        return self._cut() if stopped and self._cut_due is not None else []

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        return self._cut_due

    def handle_timer(self, now: float) -> list[Action]:
        """Cut by the last report when no newer one came."""
        return self._cut() if self._cut_due is not None and now >= self._cut_due else []

    def _cut(self) -> list[Action]:
        self._cut_due = None
        actions: list[Action] = []
        # Where nothing was reported, what counts is the moment of the break, not the end of the wait.
        for track, position in self._playback.unheard(self._broke_in):
            if self._playback.claim_truncate(track.item_id):
                where = (track.item_id, track.content_index, position)
                actions.append(ToUpstream(messages.truncate(self._our_id(), *where)))
                actions.append(ToClient(messages.interrupted(self._our_id(), *where)))
        return actions
