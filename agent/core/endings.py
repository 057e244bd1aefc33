"""Endings: what a lost connection left unsaid. A client is owed the end of everything whose beginning it saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.fields import at, number_at, string_at
from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Json: TypeAlias = dict[str, Any]


class Endings:
    """Follows the responses of one upstream, and can end them in its stead.

    Args:
        new_id: Gives a fresh event id.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._open: dict[str, dict[str, tuple[int, Json]]] = {}
        self._out_of_band: set[str] = set()

    def take(self, kind: str, frame: Frame) -> None:
        """Take a frame of the model's, its type and fields in GA's names."""
        data = frame.data
        match kind:
            case "response.created":
                response = at(data, "response")
                self._open.setdefault(string_at(response, "id"), {})
                if "conversation_id" in response and response["conversation_id"] is None:
                    self._out_of_band.add(string_at(response, "id"))
            case "response.done":
                self._open.pop(string_at(at(data, "response"), "id"), None)
                self._out_of_band.discard(string_at(at(data, "response"), "id"))
            case "response.output_item.added":
                item = at(data, "item")
                outputs = self._open.setdefault(string_at(data, "response_id"), {})
                outputs[string_at(item, "id")] = (number_at(data, "output_index"), item)
            case "response.output_item.done":
                self._open.get(string_at(data, "response_id"), {}).pop(string_at(at(data, "item"), "id"), None)
            case _:
                pass

    @property
    def beside(self) -> bool:
        """Whether a response is under way that writes to no conversation."""
        return bool(self._out_of_band)

    def begun(self) -> set[str]:
        """Ids of the items that have begun and not ended."""
        return {item_id for outputs in self._open.values() for item_id in outputs}

    def end(self, forgotten: Collection[str]) -> list[Frame]:
        """The events that end whatever is open, in the order of the wire.

        Args:
            forgotten: Ids of items that will not be part of the conversation.
        """
        frames: list[Frame] = []
        for response_id, outputs in self._open.items():
            cut: list[Json] = []
            for item_id, (position, begun) in outputs.items():
                item = begun | {"status": "incomplete"}
                cut.append(item)
                place: Json = {"response_id": response_id, "output_index": position}
                if response_id not in self._out_of_band:
                    frames.append(self._frame("conversation.item.done", previous_item_id=None, item=item))
                frames.append(self._frame("response.output_item.done", **place, item=item))
                if item_id in forgotten:
                    frames.append(self._frame("conversation.item.deleted", item_id=item_id))
            response = {
                "object": "realtime.response",
                "id": response_id,
                "status": "cancelled",
                "status_details": {"type": "cancelled"},
                "output": cut,
                **({"conversation_id": None} if response_id in self._out_of_band else {}),
            }
            frames.append(self._frame("response.done", response=response))
        self._open.clear()
        self._out_of_band.clear()
        return frames

    def kept(self) -> Json:
        """What is open, as JSON."""
        return {"open": self._open, "out_of_band": sorted(self._out_of_band)}

    def restore(self, kept: Json) -> None:
        """Go on with what `kept` gave."""
        self._open = {
            response_id: {item_id: (position, item) for item_id, (position, item) in outputs.items()}
            for response_id, outputs in kept["open"].items()
        }
        self._out_of_band = set(kept["out_of_band"])

    def _frame(self, kind: str, **fields: object) -> Frame:
        return Frame.of({"type": kind, "event_id": self._new_id(), **fields})


ENDING_TYPES = frozenset(
    {"response.created", "response.done", "response.output_item.added", "response.output_item.done"}
)
