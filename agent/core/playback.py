"""Playback: how much audio of each answer was sent, and how much of it was heard.

The model is far ahead of the loudspeaker. When the user barges in, the conversation has to be cut where the sound was
cut; only the client knows where that is. Lengths are counted from the base64 text, without decoding it.
"""

from __future__ import annotations

from dataclasses import dataclass

# Bytes a millisecond on the wire, by the type of `audio.output.format`.
BYTES_PER_MS = {"audio/pcm": 48, "audio/pcmu": 8, "audio/pcma": 8}

# A client rounds to its render quantum and reports a few times a second; within this much of the end all was heard.
HEARD_TOLERANCE_MS = 60


@dataclass(slots=True)
class Track:
    """The audio of one content part of one assistant item.

    Attributes:
        item_id: The item.
        content_index: The part.
        sent_bytes: Raw audio bytes passed to the client.
        played_ms: What the client last said that it has played, or None if it never said.
        first_sent: When its first audio was passed on, in seconds of the caller's clock.
        complete: The model has sent all of it.
        truncated: A truncate has gone to the model; there is at most one an item.
    """

    item_id: str
    content_index: int
    first_sent: float
    sent_bytes: int = 0
    played_ms: int | None = None
    complete: bool = False
    truncated: bool = False


class Playback:
    """The tracks of one session, in the order in which they are played."""

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}
        self.bytes_per_ms = BYTES_PER_MS["audio/pcm"]

    def sent(self, item_id: str, content_index: int, base64_length: int, padding: int, now: float) -> None:
        """Count a delta that was passed on.

        Args:
            item_id: The item it belongs to.
            content_index: The content part.
            base64_length: Characters of base64.
            padding: How many of them are `=`.
            now: Seconds of the caller's clock.
        """
        track = self._tracks.get(item_id)
        if track is None:
            track = self._tracks[item_id] = Track(item_id, content_index, now)
        track.sent_bytes += base64_length // 4 * 3 - padding

    def sent_ms(self, item_id: str) -> int:
        """Milliseconds of an item's audio that were passed on; 0 for an unknown item."""
        track = self._tracks.get(item_id)
        return track.sent_bytes // self.bytes_per_ms if track else 0

    def knows(self, item_id: str) -> bool:
        """Whether audio of this item was passed on."""
        return item_id in self._tracks

    def played(self, item_id: str, played_ms: int) -> Track | None:
        """Take the client's report; positions never go back. None for an item that we never sent."""
        track = self._tracks.get(item_id)
        if track is not None:
            track.played_ms = max(track.played_ms or 0, min(played_ms, self.sent_ms(item_id)))
        return track

    def finished(self, item_id: str) -> None:
        """The model has sent the whole of an item."""
        track = self._tracks.get(item_id)
        if track is not None:
            track.complete = True

    def claim_truncate(self, item_id: str) -> bool:
        """Take the one truncate that an item may have; False when it has been taken."""
        track = self._tracks.get(item_id)
        if track is None:
            return True
        first, track.truncated = not track.truncated, True
        return first

    def unheard(self, now: float) -> list[tuple[Track, int]]:
        """What has not been heard to its end, with the position in ms at which to cut each.

        A position is never 0, which services reject, and never beyond what was passed on. Where the client never
        reported, the time since the first audio is the best guess: nothing is played faster than that.
        """
        cuts: list[tuple[Track, int]] = []
        earlier_ms = 0
        for track in self._tracks.values():
            if track.truncated:
                continue
            sent = self.sent_ms(track.item_id)
            heard = track.played_ms
            if heard is None:
                heard = min(sent, max(0, int((now - track.first_sent) * 1000) - earlier_ms))
                earlier_ms += heard
            if sent and not (track.complete and heard >= sent - HEARD_TOLERANCE_MS):
                cuts.append((track, min(max(heard, 1), sent)))
        return cuts

    def forget_heard(self, now: float) -> None:
        """Drop tracks that can never be cut again, so that a day-long session does not grow."""
        keep = {track.item_id for track, _ in self.unheard(now)}
        for item_id in [*self._tracks][:-8]:
            if item_id not in keep:
                del self._tracks[item_id]
