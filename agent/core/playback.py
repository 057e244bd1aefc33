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

# Parts that are remembered in any case, and parts that are remembered at most: nobody breaks in on so old an answer.
RECENT_TRACKS, MAX_TRACKS = 8, 64

# Items whose one truncate is remembered as taken; far more than any client can still be playing.
REMEMBERED_CUTS = 256


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
    """

    item_id: str
    content_index: int
    first_sent: float
    sent_bytes: int = 0
    played_ms: int | None = None
    complete: bool = False


class Playback:
    """The tracks of one session, in the order in which they are played: one after the other."""

    def __init__(self) -> None:
        self._tracks: dict[tuple[str, int], Track] = {}
        self._cut: dict[str, None] = {}
        self.bytes_per_ms = BYTES_PER_MS["audio/pcm"]

    def sent(self, item_id: str, content_index: int, base64_length: int, padding: int, now: float) -> Track:
        """Count a delta that was passed on.

        Args:
            item_id: The item it belongs to.
            content_index: The content part.
            base64_length: Characters of base64.
            padding: How many of them are `=`.
            now: Seconds of the caller's clock.

        Returns:
            Where it was counted.
        """
        track = self._tracks.get((item_id, content_index))
        if track is None:
            track = self._tracks[item_id, content_index] = Track(item_id, content_index, now)
        track.sent_bytes += base64_length // 4 * 3 - padding
        return track

    def sent_ms(self, item_id: str, content_index: int = 0) -> int:
        """Milliseconds of a part's audio that were passed on; 0 for an unknown one."""
        track = self._tracks.get((item_id, content_index))
        return self._length(track) if track else 0

    def lengths(self) -> dict[tuple[str, int], int]:
        """Milliseconds of audio that were passed on, by item and content part, of all parts that are remembered."""
        return {key: self._length(track) for key, track in self._tracks.items()}

    def is_complete(self, item_id: str) -> bool:
        """Whether the model has sent all of an item's sound; True for one that is remembered no more."""
        return all(track.complete for track in self._tracks.values() if track.item_id == item_id)

    def was_sent(self, item_id: str) -> bool:
        """Whether any audio of an item was passed on."""
        return any(track.item_id == item_id and track.sent_bytes for track in self._tracks.values())

    def played(self, item_id: str, content_index: int, played_ms: int) -> None:
        """Take the client's report; positions never go back, and what was never sent was never played."""
        track = self._tracks.get((item_id, content_index))
        if track is not None:
            track.played_ms = max(track.played_ms or 0, min(played_ms, self._length(track)))

    def finished(self, item_id: str) -> None:
        """The model has sent the whole of an item."""
        for track in self._tracks.values():
            if track.item_id == item_id:
                track.complete = True

    def claim_truncate(self, item_id: str) -> bool:
        """Take the one truncate that an item may have; False when it has been taken."""
        if item_id in self._cut:
            return False
        self._cut[item_id] = None
        if len(self._cut) > REMEMBERED_CUTS:
            del self._cut[next(iter(self._cut))]
        return True

    def unheard(self, now: float) -> list[tuple[Track, int]]:
        """What has not been heard to its end, with the position in ms at which to cut each.

        A position is never 0, which services reject, and never beyond what was passed on. Where the client never
        reported, the time since the first audio is the best guess: nothing is played faster than that.
        """
        tracks = [*self._tracks.values()]
        current = max((number for number, track in enumerate(tracks) if track.played_ms), default=None)
        guess = all(track.played_ms is None for track in tracks)
        cuts: list[tuple[Track, int]] = []
        free_at = 0.0
        for number, track in enumerate(tracks):
            if track.item_id in self._cut:
                continue
            sent = self._length(track)
            starts = max(track.first_sent, free_at)
            free_at = starts + sent / 1000
            if current is not None and number < current:
                # What is played after a part shows that the part itself is over, whatever its own last report said.
                continue
            heard = track.played_ms or 0
            if guess:
                heard = min(sent, max(0, int((now - starts) * 1000)))
            position = self.cut_at(track, heard)
            if position is not None:
                cuts.append((track, position))
        return cuts

    def cut_at(self, track: Track, heard_ms: int) -> int | None:
        """Where to cut a part of which so much of what was sent was heard; None where it was heard to its end."""
        sent = self._length(track)
        if not sent or (track.complete and heard_ms >= sent - HEARD_TOLERANCE_MS):
            return None
        return max(heard_ms, 1)

    def give_up(self) -> bool:
        """Nobody has heard what was passed on, and nobody will: forget it.

        Returns:
            Whether the model is in the midst of it.
        """
        unfinished = any(track.sent_bytes and not track.complete for track in self._tracks.values())
        self._tracks.clear()
        return unfinished

    def forget_heard(self, now: float) -> None:
        """Drop tracks that can never be cut again, so that a day-long session does not grow."""
        keep = {(track.item_id, track.content_index) for track, _ in self.unheard(now)}
        keys = [*self._tracks]
        for key in keys[:-RECENT_TRACKS]:
            if key not in keep or key in keys[:-MAX_TRACKS]:
                del self._tracks[key]

    def _length(self, track: Track) -> int:
        return track.sent_bytes // self.bytes_per_ms
