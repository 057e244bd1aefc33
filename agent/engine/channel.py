"""Channel: what goes over a call's data channel: everything, or Azure's few events; in GA's names or the preview's."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from agent.core.frames import Frame, MalformedFrame
from agent.engine.channel_names import from_preview, to_preview

if TYPE_CHECKING:
    from collections.abc import Callable

# What `webrtcfilter=on` lets through, as Azure's documentation lists it (autumn 2026): no session, so no instructions.
FILTERED = frozenset(
    {
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.added",
        "conversation.item.created",
        "response.output_text.delta",
        "response.output_text.done",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.done",
    }
)
# Events that wait for the channel to open; a peer that never opens one loses the oldest.
_MOST_EARLY = 1_000


class Channel:
    """The peer's data channel as a controller of its call.

    Args:
        filtered: Let through only what Azure's filter does.
        preview: Speak the preview's names.
    """

    def __init__(self, *, filtered: bool = False, preview: bool = False) -> None:
        self._filtered = filtered
        self._preview = preview
        self._send: Callable[[str], None] | None = None
        self._early: deque[str] = deque(maxlen=_MOST_EARLY)

    def opened(self, send: Callable[[str], None]) -> None:
        """The channel is open: what waited is sent."""
        self._send = send
        while self._early:
            send(self._early.popleft())

    def event(self, kind: str, text: str) -> None:
        """Take an event of the session; a sink of `CallTransport`."""
        if self._filtered and kind not in FILTERED:
            return
        shown = _in_preview(text) if self._preview else text
        if shown is None:
            return
        if self._send is None:
            self._early.append(shown)
        else:
            self._send(shown)

    def received(self, message: str | bytes) -> str | bytes:
        """What the peer has sent, in GA's names; what cannot be read is left for the session to refuse."""
        if not self._preview or isinstance(message, bytes):
            return message
        try:
            return Frame.of(from_preview(Frame(message).data)).text
        except (MalformedFrame, KeyError):
            return message


def _in_preview(text: str) -> str | None:
    event = to_preview(Frame(text).data)
    return None if event is None else Frame.of(event).text
