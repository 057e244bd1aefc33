"""The conversation: its items in order, each a GA wire object with what the engine knows beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from agent.engine.wire_errors import WireError, invalid

if TYPE_CHECKING:
    from agent.engine.alignment import SpokenText

# Bounds against a client that never stops adding; hours of talk stay far below both.
MOST_ITEMS = 5_000
MOST_CHARACTERS = 16 * 2**20


@dataclass(slots=True)
class Item:
    """One item.

    Attributes:
        wire: The item as it stands on the wire.
        speech: Of an assistant's spoken message, its words and audio.
        audio_ms: Of a user's message, how much audio it holds.
        transcribing: Its audio is being written down; a response to it has to wait.
        truncated_ms: How much of the speech was heard, once a truncation said so.
    """

    wire: dict[str, Any]
    speech: SpokenText | None = None
    audio_ms: int = 0
    transcribing: bool = False
    truncated_ms: int | None = None
    size: int = field(default=0)

    @property
    def id(self) -> str:
        """The item's id."""
        return self.wire["id"]

    def view(self) -> dict[str, Any]:
        """A copy to be sent or thought about."""
        copied = dict(self.wire)
        if "content" in copied:
            copied["content"] = [dict(part) for part in copied["content"]]
        return copied

    def set_transcript(self, transcript: str) -> None:
        """Write down what the user said in the audio that had no transcript yet."""
        for part in self.wire["content"]:
            if part["type"] == "input_audio" and part["transcript"] is None:
                part["transcript"] = transcript
        self.transcribing = False

    def truncate(self, until_ms: int) -> None:
        """Forget the words that were not heard.

        Args:
            until_ms: How much of the audio was played.

        Raises:
            WireError: The item has no audio, or not that much.
        """
        if self.speech is None:
            raise invalid("item_id", f"Item '{self.id}' has no audio to truncate: only spoken assistant messages do.")
        held = self.speech.audio_ms if self.truncated_ms is None else self.truncated_ms
        if until_ms > held:
            message = f"Audio content of {held}ms is already shorter than {until_ms}ms"
            raise invalid("audio_end_ms", message)
        self.truncated_ms = until_ms
        for part in self.wire["content"]:
            part["transcript"] = self.speech.heard(until_ms)


class Conversation:
    """The items of one session.

    Args:
        conversation_id: The id that responses name.
    """

    def __init__(self, conversation_id: str) -> None:
        self.id = conversation_id
        self._items: list[Item] = []
        self._by_id: dict[str, Item] = {}
        self._characters = 0

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._by_id

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, first to last."""
        return tuple(self._items)

    @property
    def last_id(self) -> str | None:
        """The id of the last item."""
        return self._items[-1].id if self._items else None

    def get(self, item_id: str, path: str = "item_id") -> Item:
        """Find an item.

        Raises:
            WireError: There is none with that id.
        """
        item = self._by_id.get(item_id)
        if item is None:
            raise WireError(f"Item with id '{item_id[:80]}' not found.", code="item_not_found", param=path)
        return item

    def previous(self, item: Item) -> str | None:
        """The id of the item before one, None for the first and for one that was deleted meanwhile."""
        # From the end: the items that are asked about are nearly always the latest.
        for place in range(len(self._items) - 1, 0, -1):
            if self._items[place] is item:
                return self._items[place - 1].id
        return None

    def calls(self, call_id: str) -> bool:
        """Tell whether a function call with that id stands in the conversation."""
        return any(item.wire.get("call_id") == call_id and item.wire["type"] == "function_call" for item in self._items)

    def insert(self, item: Item, after: str | None = None) -> None:
        """Add an item.

        Args:
            item: The item.
            after: The id of the item it follows; `"root"` puts it first, None last.

        Raises:
            WireError: Its id is taken, the predecessor does not exist, or the conversation is full.
        """
        if item.id in self._by_id:
            raise WireError(
                f"Item with id '{item.id}' already exists in the conversation.",
                code="item_create_duplicate_id",
                param="item.id",
            )
        place = self._place(after)
        item.size = _characters(item.wire)
        if len(self._items) >= MOST_ITEMS or self._characters + item.size > MOST_CHARACTERS:
            raise WireError("The conversation is full. Delete items first.", code="conversation_full", param="item")
        self._items.insert(place, item)
        self._by_id[item.id] = item
        self._characters += item.size

    def delete(self, item_id: str) -> None:
        """Remove an item.

        Raises:
            WireError: There is none with that id.
        """
        item = self.get(item_id)
        self._items.remove(item)
        del self._by_id[item_id]
        self._characters -= item.size

    def _place(self, after: str | None) -> int:
        if after is None:
            return len(self._items)
        if after == "root":
            return 0
        return self._items.index(self.get(after, "previous_item_id")) + 1


def _characters(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_characters(each) for each in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return sum(_characters(each) for each in cast("list[object]", value))
    return 8
