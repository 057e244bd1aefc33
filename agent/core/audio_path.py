"""Audio path: the short way of the frames that a call consists of: the caller's sound, the model's, and its words.

It may only do what the whole way would do. A frame that goes the whole way and passes as it is opens the path for those
that follow it; whatever else happens in the session closes it again. So the path needs no rules of its own, and asks
nothing but whether a frame is like the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.firewall import EVENT_ID, MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.actions import Actions
    from agent.core.deltas import AudioDelta
    from agent.core.frames import Frame
    from agent.core.input_clock import InputClock
    from agent.core.playback import Track

_EVENT_ID = '"event_id":'
_DELTA = '"delta":"'
# How an append goes on and ends where its audio stands last.
_APPEND, _AUDIO, _END = '"input_audio_buffer.append"', '"audio":', '"}'
_LONGEST = MAX_TEXT - len(_END)


class AudioPath:
    """The two directions of one session.

    Args:
        clock: Counts the caller's sound.

    Attributes:
        plain: Both sides speak in the same names, so that a frame of the model's can pass as it is.
    """

    __slots__ = (
        "_before", "_between", "_clock", "_listens", "_note", "_sound", "_track", "_words", "plain",
    )  # fmt: skip

    def __init__(self, clock: InputClock) -> None:
        self.plain = False
        self._clock = clock
        self._listens = False
        self._before = self._between = ""
        self._track: Track | None = None
        self._sound = self._words = ("", "", "")
        self._note: Callable[[str], None] | None = None

    def close(self) -> None:
        """Something has happened that may have changed where sound goes."""
        self._track, self._note, self._listens = None, None, False

    # ── the caller's ──

    def listens(self, text: str) -> None:
        """An append of the client's has just gone to the model as it is.

        Args:
            text: The append, for which `is_audio_append` holds.
        """
        name = text.find(_AUDIO)
        begins = text.find('"', name + len(_AUDIO)) + 1
        # Where the type stands behind the audio, what comes before that does not say what the frame is.
        if text.find(_APPEND, 0, begins) >= 0 and text.endswith(_END):
            # An event id, if there is one, is another each time.
            around = _around(text, begins, len(text) - len(_END))
            self._before, self._between, _ = around or (text[:begins], "", "")
            self._listens = True

    def heard(self, text: str) -> bool:
        """Take a client's frame.

        Args:
            text: The frame.

        Returns:
            Whether it goes to the model as it is, and that is all there is to do about it.
        """
        before, between = self._before, self._between
        if not self._listens or not text.startswith(before):
            return False
        begins, ends = len(before), len(text) - len(_END)
        if between:
            named = EVENT_ID(text, begins)
            if named is None or not text.startswith(between, begins := named.end()):
                return False
            begins += len(between)
        # As in `is_audio_append`: the audio is a plain string, and the last thing in the frame.
        if begins > ends or ends > _LONGEST or text.find('"', begins) != ends:
            return False
        if not text.endswith(_END) or "\\" in text:
            return False
        self._clock.characters += ends - begins
        return True

    # ── the model's ──

    def follow(self, text: str, delta: AudioDelta, track: Track) -> None:
        """A delta of the model's has just gone to the client as it is.

        Its successors differ from it in their event id and their audio only.

        Args:
            text: The frame.
            delta: Where its audio stands.
            track: Where it was counted.
        """
        around = _around(text, delta.start, delta.end) if self.plain else None
        if around is not None:
            self._sound, self._track = around, track

    def follow_words(self, frame: Frame, actions: Actions, note: Callable[[str], None]) -> None:
        """A piece of what is being said has gone the whole way.

        Args:
            frame: The frame.
            actions: What came of it; nothing but that it goes to the client, if it is to be followed.
            note: Takes note of the text of each that is like it.
        """
        text = frame.text
        passed = len(actions) == 1 and getattr(actions[0], "frame", None) is frame
        if self.plain and passed and "\\" not in text:
            begins = text.find(_DELTA) + len(_DELTA)
            around = _around(text, begins, text.find('"', begins)) if begins > len(_DELTA) else None
            if around is not None:
                self._words, self._note = around, note

    def spoken(self, text: str) -> bool:
        """Take a frame of the model's.

        Args:
            text: The frame.

        Returns:
            Whether it goes to the client as it is, and that is all there is to do about it.
        """
        track, note = self._track, None
        if track is not None and text.startswith(self._sound[0]):
            head, middle, tail = self._sound
        elif (note := self._note) is not None and text.startswith(self._words[0]):
            head, middle, tail = self._words
        else:
            return False
        start, end = text.find('"', len(head)), len(text) - len(tail)
        if not text.startswith(middle, start):
            return False
        start += len(middle)
        # A delta ends with the first quotation mark. Where anything is escaped, its length is not that of its text.
        if text.find('"', start) != end or not text.endswith(tail) or "\\" in text:
            return False
        if note is not None:
            note(text)
        elif track is not None:
            track.sent_bytes += (end - start) // 4 * 3 - text.count("=", max(start, end - 2), end)
        return True


def _around(text: str, start: int, end: int) -> tuple[str, str, str] | None:
    """What stands before the event id, between it and the delta, and behind that; None where it does not stand so.

    Args:
        text: An event.
        start: Where its delta begins.
        end: Where that ends.
    """
    named = text.find(_EVENT_ID, 0, start)
    begins = text.find('"', named + len(_EVENT_ID), start) + 1
    ends = text.find('"', begins, start)
    if named < 0 or ends < 0 or text[named + len(_EVENT_ID) : begins - 1].strip():
        return None  # the id stands behind the delta, or nowhere, or is none; each of them goes the whole way
    return text[:begins], text[ends:start], text[end:]
