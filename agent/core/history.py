"""History: the conversation as it stands, remembered so that it can go on in another session.

It is fed with what the model tells and with what was sent to it, in GA names. What was sent and not acknowledged yet
is remembered too: it would be lost with the connection. Text that is still being spoken is kept unparsed, and read
only when the connection breaks off in the middle of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.events import objects
from agent.core.fields import at, number_at, string_at
from agent.core.pairing import paired
from agent.core.remembered import MAKESHIFT, Remembered, seedable
from agent.core.trimming import MEMORY, SEED, Bounds, fit
from agent.core.undone import DELTAS, Undone

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from agent.core.frames import Frame

Json: TypeAlias = dict[str, Any]

# Characters that may come to a conversation before all of it is weighed again; of spoken items that is each tenth.
WEIGHED = 500

HISTORY_TYPES = frozenset(
    {
        "conversation.item.added",
        "conversation.item.created",
        "conversation.item.done",
        "conversation.item.deleted",
        "conversation.item.truncated",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.input_audio_transcription.failed",
        "input_audio_buffer.committed",
        "response.output_audio_transcript.done",
        "response.output_text.done",
        "response.output_item.done",
        "response.done",
        "error",
    }
)


class History:
    """The items of one conversation, in order.

    Args:
        bounds: How much is remembered; a session of a day needs no more room than one of an hour.
        length_ms: Tells how much sound of an item's content part was passed on to the client, in ms; 0 if unknown.

    Attributes:
        generation: Counts the upstream sessions; items carry the one in which they came to be.
        changes: Counts what was told of it and sent to it, beside the pieces of an answer.
    """

    def __init__(
        self, bounds: Bounds = MEMORY, length_ms: Callable[[str, int], int] = lambda _item_id, _index: 0
    ) -> None:
        self.generation = self.changes = 0
        self._bounds = bounds
        self._length_ms = length_ms
        self._items: list[Remembered] = []
        self._by_id: dict[str, Remembered] = {}
        self._event_ids: dict[str, Remembered] = {}
        self._undone = Undone()
        self._made = self._unweighed = 0
        self._takers: Mapping[str, Callable[[Json], None]] = {
            "conversation.item.added": self._added,
            "conversation.item.created": self._added,
            "conversation.item.done": self._done,
            "conversation.item.deleted": lambda data: self.forget(string_at(data, "item_id")),
            "conversation.item.truncated": self.truncate,
            "conversation.item.input_audio_transcription.completed": self._transcribed,
            "conversation.item.input_audio_transcription.failed": self._untranscribed,
            "input_audio_buffer.committed": self._committed,
            "response.output_audio_transcript.done": lambda data: self._spoken(data, "audio", "transcript"),
            "response.output_text.done": lambda data: self._spoken(data, "text", "text"),
            "response.output_item.done": self._output_done,
            "response.done": self._response_done,
            "error": self._refused,
        }

    def __iter__(self) -> Iterator[Remembered]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def get(self, item_id: str) -> Remembered | None:
        """The item with that id, as long as it is remembered."""
        return self._by_id.get(item_id)

    def call(self, call_id: str) -> Remembered | None:
        """The call with that call id, as long as it is remembered."""
        calls = (item for item in self._items if item.kind == "function_call" and item.call_id == call_id)
        return next(calls, None)

    @property
    def last_id(self) -> str | None:
        """The last item that the client knows of."""
        return next((item.id for item in reversed(self._items) if item.placed), None)

    @property
    def awaits_transcript(self) -> bool:
        """Whether the transcript of the latest turn of the user's is still to come."""
        latest = next((item for item in reversed(self._items) if item.opens_turn), None)
        return latest is not None and latest.untranscribed

    # ── what is told ──

    def take(self, kind: str, frame: Frame) -> None:
        """Take a frame of the model's; what does not concern the conversation, or cannot be read, changes nothing.

        Args:
            kind: Its type in GA's names.
            frame: The frame, its fields in GA's names.
        """
        if kind in DELTAS:
            self._undone.add(kind, frame)
            if self._undone.full:
                self._read_deltas()
            return
        taker = self._takers.get(kind)
        if taker is not None:
            self.changes += 1
            taker(frame.data)

    def sent(self, data: Json) -> None:
        """Take note of an event that goes to the model, whether it will arrive or not."""
        self.changes += 1
        match data.get("type"):
            case "conversation.item.create":
                self._sent_item(data)
            case "conversation.item.delete":
                self.forget(string_at(data, "item_id"))
            case "conversation.item.truncate":
                self.truncate(data)
            case _:
                pass

    def truncate(self, data: Json) -> None:
        """Cut an item's sound at `audio_end_ms`; cut twice, the earlier cut counts."""
        item, end_ms = self._by_id.get(string_at(data, "item_id")), data.get("audio_end_ms")
        if item is None or not isinstance(end_ms, int):
            return
        part_index = number_at(data, "content_index")
        item.tell(part_index, "audio", None)
        part = item.parts[part_index]
        if part.end_ms is None or end_ms < part.end_ms:
            part.end_ms = end_ms
            part.length_ms = part.length_ms or self._length_ms(item.id, part_index)

    def forget(self, item_id: str) -> None:
        """An item is no part of the conversation any more."""
        item = self._by_id.pop(item_id, None)
        if item is not None:
            self._items.remove(item)

    def renamed(self, old_id: str, new_id: str) -> None:
        """An item that had a makeshift id has been given one by which the client will know it."""
        item = self._by_id.get(old_id)
        if item is not None and self._by_id.get(new_id, item) is item:
            del self._by_id[old_id]
            item.id, item.placed = new_id, True
            self._by_id[new_id] = item

    def break_off(self, *, keep: bool) -> list[Remembered]:
        """The connection has broken, or is about to be left, in the middle of a response.

        Args:
            keep: Keep what has been said so far; else it is forgotten as if it had never begun. Calls that are not
                whole never ran, and are forgotten in any case.

        Returns:
            The messages that were under way, whether they were kept or not.
        """
        self._read_deltas()
        open_items = [item for item in self._items if not item.whole and item.placed and not item.opens_turn]
        for item in open_items:
            item.whole = True
            if item.kind == "function_call" or (item.kind == "message" and not keep):
                self.forget(item.id)
        return [item for item in open_items if item.kind == "message"]

    # ── what is handed on ──

    def seed(
        self, bounds: Bounds = SEED, running: Container[str] = (), *, unplaced: bool = False
    ) -> list[tuple[str, Json]]:
        """What a new session has to be told: pairs of an item's id and a `conversation.item.create`, in order.

        Args:
            bounds: How much the new session may be given.
            running: Call ids whose outputs are still to come; any other call without an output is left out.
            unplaced: Include what was sent and not acknowledged; while the session lives to which it was sent, its
                acknowledgement may still come, and it would be given twice.
        """
        kept = fit([item for item in self._items if seedable(item.kind) and (unplaced or item.placed)], bounds)
        return [seed for item in paired(kept, running) for seed in _create(item)]

    # ── what outlives this process ──

    def kept(self) -> Json:
        """The conversation as JSON, with what has been said so far of an answer that is under way."""
        self._read_deltas()
        return {"items": [item.kept() for item in self._items], "generation": self.generation, "made": self._made}

    def restore(self, kept: Json) -> None:
        """Go on with a conversation as `kept` gave it."""
        self._items = [Remembered.restored(each) for each in kept["items"]]
        self._by_id = {item.id: item for item in self._items}
        self.generation, self._made = kept["generation"], kept["made"]

    # ── takers ──

    def _added(self, data: Json) -> None:
        item = at(data, "item")
        item_id = string_at(item, "id")
        if not item_id:
            return
        known = self._by_id.get(item_id) or self._acknowledged(item, item_id)
        if known is None:
            known = Remembered.of(item, item_id)
            known.generation = self.generation
            self._place(known, string_at(data, "previous_item_id"))
        else:
            known.learn(item)
            if not known.placed:
                known.placed, known.generation = True, self.generation
                self._place(known, string_at(data, "previous_item_id"))
        self._conclude(known, item)

    def _done(self, data: Json) -> None:
        item = at(data, "item")
        known = self._by_id.get(string_at(item, "id"))
        if known is None or not known.placed:
            # Its first event was lost, or this service sends one only.
            self._added(data)
        else:
            known.learn(item)
            self._conclude(known, _over(item))

    def _output_done(self, data: Json) -> None:
        self._finish(at(data, "item"))

    def _response_done(self, data: Json) -> None:
        for item in objects(at(data, "response").get("output")):
            self._finish(item)
        self._undone.clear()

    def _finish(self, item: Json) -> None:
        # Of an out-of-band response nothing is known here, and nothing is to be.
        known = self._by_id.get(string_at(item, "id"))
        if known is not None:
            if item.get("status") == "incomplete":
                self._read_deltas()  # some services do not say again what an answer that was cut had said
            known.learn(item)
            self._conclude(known, _over(item))

    def _conclude(self, known: Remembered, item: Json) -> None:
        status = string_at(item, "status")
        if known.kind == "function_call" and status == "incomplete":
            # It never ran.
            self.forget(known.id)
        elif known.kind == "function_call" or known.role == "assistant":
            known.whole = known.whole or status in {"completed", "incomplete"}
        else:
            known.whole = True

    def _committed(self, data: Json) -> None:
        item_id = string_at(data, "item_id")
        if item_id and item_id not in self._by_id:
            item = Remembered(item_id, "message", "user", whole=True, generation=self.generation)
            item.tell(0, "audio", None)
            self._place(item, string_at(data, "previous_item_id"))

    def _transcribed(self, data: Json) -> None:
        item, transcript = self._by_id.get(string_at(data, "item_id")), data.get("transcript")
        if item is not None and isinstance(transcript, str):
            item.tell(number_at(data, "content_index"), "audio", transcript.strip())

    def _untranscribed(self, data: Json) -> None:
        item = self._by_id.get(string_at(data, "item_id"))
        if item is not None:
            # Nothing is awaited any more; it reads as what it is, something that was not understood.
            item.tell(number_at(data, "content_index"), "audio", "")

    def _spoken(self, data: Json, kind: str, name: str) -> None:
        item = self._by_id.get(string_at(data, "item_id"))
        if item is not None:
            item.tell(number_at(data, "content_index"), kind, string_at(data, name))

    def _refused(self, data: Json) -> None:
        item = self._event_ids.pop(string_at(at(data, "error"), "event_id"), None)
        if item is not None and not item.placed:
            self.forget(item.id)

    # ── what was sent ──

    def _sent_item(self, data: Json) -> None:
        item = at(data, "item")
        self._made += 1
        item_id = string_at(item, "id") or f"{MAKESHIFT}{self._made}"
        if item_id in self._by_id:
            return
        remembered = Remembered.of(item, item_id)
        remembered.placed, remembered.whole, remembered.generation = False, True, self.generation
        self._place(remembered, string_at(data, "previous_item_id"))
        event_id = string_at(data, "event_id")
        if event_id:
            self._event_ids[event_id] = remembered
            if len(self._event_ids) > MEMORY.items:
                del self._event_ids[next(iter(self._event_ids))]

    def _acknowledged(self, item: Json, item_id: str) -> Remembered | None:
        """The item that was sent without an id and has come back with one."""
        told = Remembered.of(item, item_id)
        for waiting in self._items:
            if not waiting.placed and waiting.makeshift and _alike(waiting, told):
                del self._by_id[waiting.id]
                waiting.id = item_id
                self._by_id[item_id] = waiting
                return waiting
        return None

    # ── places ──

    def _place(self, item: Remembered, previous: str) -> None:
        if item.id in self._by_id and not (previous and previous in self._by_id):
            return  # where it was put when it was sent
        if item.id in self._by_id:
            self._items.remove(item)
        if previous == "root":
            self._items.insert(0, item)
        elif previous in self._by_id and previous != item.id:
            self._items.insert(self._items.index(self._by_id[previous]) + 1, item)
        else:
            # Services leave it null where they should not; and what is remembered no more is far back.
            self._items.append(item)
        self._by_id[item.id] = item
        self._unweighed += item.size
        if self._unweighed < WEIGHED and len(self._items) <= self._bounds.items:
            return  # to weigh all of it for a few words more would cost each call of a tool as much as the rest of it
        self._unweighed = 0
        kept = fit(self._items, self._bounds)
        if len(kept) < len(self._items):
            self._items = kept
            self._by_id = {item.id: item for item in kept}

    def _read_deltas(self) -> None:
        for item_id, part_index, kind, text in self._undone.read():
            item = self._by_id.get(item_id)
            if item is not None and not item.whole:
                part = item.parts.get(part_index)
                item.tell(part_index, kind, ((part.text if part else None) or "") + text)


def _over(item: Json) -> Json:
    return item | {"status": item.get("status") or "completed"}


def _create(item: Remembered) -> list[tuple[str, Json]]:
    seed = item.seed()
    return [(item.id, {"type": "conversation.item.create", "item": seed})] if seed else []


def _alike(sent: Remembered, told: Remembered) -> bool:
    if (sent.kind, sent.role, sent.call_id) != (told.kind, told.role, told.call_id):
        return False
    if sent.kind != "message":
        return True
    return [part.text for part in sent.parts.values()] == [part.text for part in told.parts.values()]
