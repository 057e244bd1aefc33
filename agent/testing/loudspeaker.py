"""Loudspeaker: how much of an answer a caller would have heard by now, by the clock that is handed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Track:
    item_id: str
    begins: float
    total_ms: int = 0


class Loudspeaker:
    """Plays what it gets in real time, one item after the other; nothing is really played."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []

    def queue(self, item_id: str, ms: int, now: float) -> None:
        """Take more of an item's sound."""
        track = self._tracks[-1] if self._tracks else None
        if track is None or track.item_id != item_id:
            free = now if track is None else max(now, track.begins + track.total_ms / 1000)
            track = _Track(item_id, free)
            self._tracks.append(track)
        track.total_ms += ms

    def heard_ms(self, now: float) -> int:
        """How much has been played of all there is."""
        return sum(_played(track, now) for track in self._tracks)

    def playing(self, now: float) -> tuple[str, int] | None:
        """The item that is being played and how far it is; None when there is silence."""
        for track in self._tracks:
            played = _played(track, now)
            if played < track.total_ms:
                return track.item_id, played
        return None

    def total_ms(self) -> int:
        """How much sound there is."""
        return sum(track.total_ms for track in self._tracks)

    def clear(self) -> list[tuple[str, int]]:
        """Forget everything; gives back the items and their lengths in ms."""
        tracks, self._tracks = self._tracks, []
        return [(track.item_id, track.total_ms) for track in tracks]


def _played(track: _Track, now: float) -> int:
    return min(track.total_ms, max(0, int((now - track.begins) * 1000)))
