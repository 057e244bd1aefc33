"""One function call of a response on its way out: its arguments piece by piece, then whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.usage import text_tokens

if TYPE_CHECKING:
    from agent.engine.items import Item
    from agent.engine.outbox import Outbox

_DELTA = 32  # characters; clients must join deltas, so they get some to join


class CallOutput:
    """A call under way.

    Args:
        item: The call.
        place: The ids and indexes that its events carry.
        outbox: Where events go.
        room: How many characters of arguments may be written.
    """

    def __init__(self, item: Item, place: dict[str, Any], outbox: Outbox, room: float) -> None:
        self.item = item
        self._place = place
        self._outbox = outbox
        self._room = room
        self._arguments = ""
        # Some of the arguments had no room.
        self.cut = False

    @property
    def tokens(self) -> int:
        """Text tokens written."""
        return text_tokens(self.item.wire["name"] + self._arguments)

    def write(self, text: str) -> None:
        """Write on."""
        left = self._room - len(self._arguments)
        if len(text) > left:
            text, self.cut = text[: int(left)], True
        self._arguments += text
        for start in range(0, len(text), _DELTA):
            delta = text[start : start + _DELTA]
            self._outbox.send("response.function_call_arguments.delta", **self._place, delta=delta)

    def close(self) -> None:
        """Give the call its end."""
        arguments, name = self._arguments, self.item.wire["name"]
        self._outbox.send("response.function_call_arguments.done", **self._place, name=name, arguments=arguments)
        self.item.wire["arguments"] = arguments
