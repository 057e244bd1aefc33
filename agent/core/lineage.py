"""Lineage: item ids and audio offsets across the upstream sessions of one client, which sees a single one.

Most ids are the same on both sides, because a new session is given the old items under their own. Before the first
succession, and for everything that names no older item, frames pass as the identical object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from agent.core.frames import Frame
    from agent.core.history import History
    from agent.core.seeding import Seeding

Json: TypeAlias = dict[str, Any]

PLACES = frozenset({"conversation.item.added", "conversation.item.created", "conversation.item.done"})
_NAMES_ITEM = frozenset({"conversation.item.deleted", "conversation.item.truncated"})
OFFSETS = {
    "input_audio_buffer.speech_started": ("audio_start_ms",),
    "input_audio_buffer.speech_stopped": ("audio_end_ms",),
    "input_audio_buffer.timeout_triggered": ("audio_start_ms", "audio_end_ms"),
}


class Lineage:
    """Translates between the client's ids and clock and those of the present upstream.

    Args:
        history: The conversation, under the client's ids.

    Attributes:
        seeding: What the present upstream was given; None while it is the first.
    """

    def __init__(self, history: History) -> None:
        self.seeding: Seeding | None = None
        self._history = history
        self._offset_ms = 0
        self._tail: str | None = None

    def succeed(self, seeding: Seeding, offset_ms: int) -> None:
        """Another upstream has taken the place of the present one.

        Args:
            seeding: What it was given.
            offset_ms: Milliseconds of audio that the client had sent before.
        """
        self.seeding = seeding
        self._offset_ms = offset_ms
        # The client knows more items than the new session was given; what comes now comes after all of them.
        self._tail = self._history.last_id

    # ── towards the client ──

    def to_client(self, frame: Frame, kind: str) -> Frame:
        """A frame of the present upstream's, in the client's ids and on the client's clock."""
        if self.seeding is None:
            return frame
        if kind in OFFSETS:
            return self._later(frame, OFFSETS[kind])
        if kind in PLACES or kind == "input_audio_buffer.committed":
            return self._placed(frame, kind, self.seeding)
        if kind in _NAMES_ITEM:
            return _renamed(frame, "item_id", self._known(frame.data.get("item_id")))
        return frame

    def _later(self, frame: Frame, names: tuple[str, ...]) -> Frame:
        data = frame.data
        moved = {name: data[name] + self._offset_ms for name in names if isinstance(data.get(name), int)}
        return changed(frame, **moved) if self._offset_ms and moved else frame

    def _placed(self, frame: Frame, kind: str, seeding: Seeding) -> Frame:
        data = frame.data
        previous = data.get("previous_item_id")
        shown = self._known(previous)
        if self._tail is not None and previous in {None, seeding.last_upstream_id} and not kind.endswith(".done"):
            shown = self._tail
        if kind in PLACES and kind != "conversation.item.done":
            self._tail = None
        result = _renamed(frame, "previous_item_id", shown)
        item: object = data.get("item")
        if isinstance(item, dict):
            fields = cast("Json", item)
            item_id = self._known(fields.get("id"))
            if item_id != fields.get("id"):
                result = changed(result, item=fields | {"id": item_id})
        return result

    def _known(self, upstream_id: object) -> object:
        if self.seeding is None or not isinstance(upstream_id, str):
            return upstream_id
        return self.seeding.client_id(upstream_id) or upstream_id

    # ── towards the upstream ──

    def stands(self, item_id: str) -> bool:
        """Whether an item that the client names came to be in the present upstream; unknown ones are its affair too."""
        item = self._history.get(item_id)
        return item is None or item.generation == self._history.generation

    def to_upstream(self, frame: Frame) -> Frame:
        """A frame of ours or the client's, in the ids of the present upstream."""
        if self.seeding is None:
            return frame
        data = frame.data
        if data.get("previous_item_id") is not None:
            frame = _renamed(frame, "previous_item_id", self._predecessor(str(data["previous_item_id"])))
        if isinstance(data.get("item_id"), str):
            frame = _renamed(frame, "item_id", self.seeding.upstream_id(data["item_id"]) or data["item_id"])
        return self._references(frame)

    def _predecessor(self, item_id: str) -> str:
        """The nearest item, from there towards the beginning, that the present upstream has."""
        item = self._history.get(item_id)
        if self.seeding is None or item is None:
            return item_id
        items = list(self._history)
        for earlier in reversed(items[: items.index(item) + 1]):
            if earlier.generation == self._history.generation and earlier.placed:
                return earlier.id
            upstream_id = self.seeding.upstream_id(earlier.id)
            if upstream_id is not None:
                return upstream_id
        return "root"

    def _references(self, frame: Frame) -> Frame:
        response: object = frame.data.get("response")
        given: object = cast("Json", response).get("input") if isinstance(response, dict) else None
        if self.seeding is None or not isinstance(given, list):
            return frame
        mapped: list[object] = []
        for entry in cast("list[object]", given):
            fields: Json = cast("Json", entry) if isinstance(entry, dict) else {}
            upstream_id = self.seeding.upstream_id(str(fields.get("id")))
            refers = fields.get("type") == "item_reference" and upstream_id is not None
            mapped.append({**fields, "id": upstream_id} if refers else cast("object", entry))
        if mapped == given:
            return frame
        return changed(frame, response=cast("Json", response) | {"input": mapped})


def changed(frame: Frame, **fields: object) -> Frame:
    """The same event with some of its fields replaced."""
    return frame.changed(**fields)


def _renamed(frame: Frame, name: str, value: object) -> Frame:
    return frame if frame.data.get(name) == value else changed(frame, **{name: value})
