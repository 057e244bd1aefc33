"""Channel: what goes over a call's data channel: everything, or Azure's few events; in GA's names or the preview's."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from agent.core.frames import Frame
from agent.engine.faces import face_for
from agent.engine.wire_errors import EventRefused

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
        new_id: Makes an id of a kind.
    """

    def __init__(self, *, filtered: bool = False, preview: bool = False, new_id: Callable[[str], str] = str) -> None:
        self._new_id = new_id
        self._filtered = filtered
        self._face = face_for("preview" if preview else "ga")
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
        for shown in self._face.outward(Frame(text).data):
            self._tell(Frame.of(shown).text)

    def received(self, message: str | bytes) -> str | bytes | None:
        """What the peer has sent, in GA's names; None for what was refused, as the peer has been told."""
        try:
            return self._face.inward(message)
        except EventRefused as refused:
            error = {"type": "error", "event_id": self._new_id("event"), "error": refused.body(refused.event_id)}
            self._tell(Frame.of(error).text)
            return None

    def _tell(self, text: str) -> None:
        if self._send is None:
            self._early.append(text)
        else:
            self._send(text)
