"""Interruption: what follows when the user breaks in on an answer.

The answer's late audio is dropped at once. Where the conversation is cut is known a moment later, when the client has
stopped its sound and reports how far it had come; its report is awaited for a short while, then the last one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core import messages
from agent.core.actions import Action, ToClient, ToUpstream
from agent.core.events import objects
from agent.core.fields import string_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.playback import Playback, Track

# Seconds to wait for the client's last report: a round trip and a render quantum, well below a user's shortest turn.
REPORT_TIME = 0.3

# Types of content that are sound, in either dialect.
SOUND = frozenset({"audio", "output_audio"})


class Interruption:
    """Cuts answers where they were heard.

    Args:
        playback: What was sent and heard.
        enabled: The client reports its playback. A stock client truncates by itself.
        our_id: Gives a fresh event id.
        cut: Told where an answer was cut: item, content part, ms; gives what follows for the client.
    """

    def __init__(
        self,
        playback: Playback,
        *,
        enabled: bool,
        our_id: Callable[[], str],
        cut: Callable[[str, int, int], list[Action]],
    ) -> None:
        self._playback = playback
        self._enabled = enabled
        self._our_id = our_id
        self._told = cut
        self._silenced: set[str] = set()
        self._cut_due: float | None = None
        self._broken: list[tuple[Track, int]] = []

    def silences(self, response_id: str) -> bool:
        """Whether audio of this response comes too late to be played."""
        return response_id in self._silenced

    def over(self, response_id: str) -> None:
        """A response has ended: nothing more can come of it."""
        self._silenced.discard(response_id)

    def begin(self, response_id: str | None, now: float) -> None:
        """The user breaks in.

        Args:
            response_id: The response that is active, if one is.
            now: Seconds of the caller's clock.
        """
        if response_id is not None:
            self._silenced.add(response_id)
        if self._enabled and self._cut_due is None:
            # Taken now: an answer that begins while the report is awaited is none of those that were broken into, and
            # where nothing is ever reported, what counts is the moment of the break.
            self._broken = self._playback.unheard(now)
            if self._broken:
                self._cut_due = now + REPORT_TIME

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

    def unheard(self, response_id: str, item: Mapping[str, Any]) -> list[Action]:
        """An item of the assistant's is done, whole or cut short.

        Of one that was broken into before any of its sound was passed on, nobody has heard anything. It cannot be cut
        at 0 ms, which services reject, so it is taken out: else the model believes that it was heard.
        """
        item_id = str(item.get("id", ""))
        sound = any(string_at(part, "type") in SOUND for part in objects(item.get("content")))
        if not sound or not self.silences(response_id) or self._playback.was_sent(item_id):
            return []
        return [ToUpstream(messages.delete(self._our_id(), item_id))] if self._playback.claim_truncate(item_id) else []

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        return self._cut_due

    def handle_timer(self, now: float) -> list[Action]:
        """Cut by the last report when no newer one came."""
        return self._cut() if self._cut_due is not None and now >= self._cut_due else []

    def _cut(self) -> list[Action]:
        self._cut_due = None
        actions: list[Action] = []
        # As in `Playback.unheard`, what was heard of a later part shows that the earlier ones are over.
        current = max((number for number, (track, _) in enumerate(self._broken) if track.played_ms), default=0)
        for track, guess in self._broken[current:]:
            position = self._playback.cut_at(track, guess if track.played_ms is None else track.played_ms)
            if position is not None and self._playback.claim_truncate(track.item_id):
                where = (track.item_id, track.content_index, position)
                actions.append(ToUpstream(messages.truncate(self._our_id(), *where)))
                actions.append(ToClient(messages.interrupted(self._our_id(), *where)))
                actions += self._told(*where)
        return actions
