"""Stand-in: answers the client in the upstream's stead, about items that only we still know, or while there is none.

An older item is text in the present session, and a service cuts no text: the truncate is answered here, and what was
not heard is taken out of the text instead. An item that the new session was not given is retrieved and deleted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.fields import number_at, string_at
from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.history import History

Json: TypeAlias = dict[str, Any]

ABOUT_ITEMS = frozenset(
    {"conversation.item.truncate", "conversation.item.delete", "conversation.item.retrieve"},
)


class StandIn:
    """Answers from memory.

    Args:
        history: What is remembered, under the client's ids.
        new_id: Gives a fresh event id.
    """

    def __init__(self, history: History, new_id: Callable[[], str]) -> None:
        self._history = history
        self._new_id = new_id

    def answer(self, kind: str, data: Json) -> Frame:
        """Do what a client's event asks about an item, and answer as a service would.

        Args:
            kind: One of `ABOUT_ITEMS`.
            data: The event.
        """
        item_id = string_at(data, "item_id")
        item = self._history.get(item_id)
        if item is None:
            return self._error(data, f"there is no item {item_id!r:.80}", "item_not_found", "item_id")
        if kind == "conversation.item.retrieve":
            return self._event("conversation.item.retrieved", item=item.view())
        self._history.sent(data)
        if kind == "conversation.item.delete":
            return self._event("conversation.item.deleted", item_id=item_id)
        place = {"content_index": number_at(data, "content_index"), "audio_end_ms": data.get("audio_end_ms")}
        return self._event("conversation.item.truncated", item_id=item_id, **place)

    def unheard(self, data: Json) -> Frame:
        """A client commits audio that nobody has heard."""
        text = "the connection to the model is being renewed: what was said meanwhile was not heard, say it again"
        return self._error(data, text, "input_not_heard", None)

    def crowded(self, data: Json) -> Frame:
        """A client asks for more responses beside the conversation than are kept."""
        text = "the connection to the model is being renewed, and too many responses wait for it: ask again later"
        return self._error(data, text, "too_many_responses", None)

    def cleared(self) -> Frame:
        """The input buffer is empty."""
        return self._event("input_audio_buffer.cleared")

    def _error(self, data: Json, message: str, code: str, param: str | None) -> Frame:
        fields = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
        return self._event("error", error=fields | {"event_id": string_at(data, "event_id") or None})

    def _event(self, kind: str, **fields: object) -> Frame:
        return Frame.of({"type": kind, "event_id": self._new_id(), **fields})
