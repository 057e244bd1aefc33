"""Seeding: makes a new session's conversation what is remembered of the old one, and keeps it so until it is used.

Items keep their ids where a service takes them. What changes after it was given (a transcript that came late, an answer
that was cut) is deleted and given again in its place, under another id, because a deleted id may not be used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.fields import at
from agent.core.frames import Frame
from agent.core.remembered import PORTABLE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Json: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Given:
    """One item that the new session was given.

    Attributes:
        item_id: As the client knows it.
        upstream_id: As the new session knows it.
        item: What it was given.
    """

    item_id: str
    upstream_id: str
    item: Json


class Seeding:
    """What one upstream session was given of a conversation that began before it.

    Args:
        our_id: Gives a fresh event id, marked as ours.
        item_id: Gives a fresh item id, at most 32 characters.
    """

    def __init__(self, our_id: Callable[[], str], item_id: Callable[[], str]) -> None:
        self._our_id = our_id
        self._item_id = item_id
        self._given: list[Given] = []
        self._by_id: dict[str, Given] = {}
        self._used: dict[str, str] = {}  # every id that was ever given → the id that the client knows
        self._waiting: dict[str, str] = {}  # event id → upstream id
        self._refused: dict[str, Json] = {}

    @property
    def settled(self) -> bool:
        """Whether the service has acknowledged, or refused, everything."""
        return not self._waiting

    def upstream_id(self, item_id: str) -> str | None:
        """The id under which an item of the client's stands in the new session; None if it does not."""
        given = self._by_id.get(item_id)
        return None if given is None else given.upstream_id

    def client_id(self, upstream_id: str) -> str | None:
        """The id under which the client knows a given item; None if it was not given."""
        return self._used.get(upstream_id)

    @property
    def last_upstream_id(self) -> str | None:
        """The last item that was given."""
        return self._given[-1].upstream_id if self._given else None

    def amend(self, item_id: str, item: Json | None) -> list[Frame]:
        """The frames that change one given item in a session that is in use; None takes it out."""
        events = [(given.item_id, {"item": item if given.item_id == item_id else given.item}) for given in self._given]
        # What came since stands behind all of it, so nothing may be put at the end.
        return self.catch_up([(name, event) for name, event in events if event["item"] is not None], grows=False)

    def add(self, item_id: str, item: Json) -> Frame:
        """The frame that gives one item more, at the end of a session that is in use."""
        given = Given(item_id, self._fresh(item_id), item)
        self._by_id[item_id] = given
        return self._create(given, None)

    def renamed(self, item_id: str, new_id: str) -> None:
        """The client comes to know a given item by another id."""
        given = self._by_id.pop(item_id, None)
        if given is not None:
            self._by_id[new_id] = given
            given.item_id = self._used[given.upstream_id] = new_id

    def catch_up(self, wanted: Sequence[tuple[str, Json]], *, grows: bool = True) -> list[Frame]:
        """The frames that make the session hold just these.

        Args:
            wanted: Ids as the client knows them, and `conversation.item.create` events, in order.
            grows: What is last among them is last in the session.
        """
        wanted = self._possible(wanted)
        keep = self._unchanged(wanted)
        frames = [self._delete(given) for given in self._given if given.item_id not in keep]
        # Those that stay; a new one goes behind the one before it, at the end without saying so.
        staying = [given for given in self._given if given.item_id in keep]
        result: list[Given] = []
        for item_id, event in wanted:
            if item_id in keep:
                result.append(self._by_id[item_id])
                staying.pop(0)
                continue
            given = Given(item_id, self._fresh(item_id), event["item"])
            at_end = grows and not staying
            frames.append(self._create(given, None if at_end else result[-1].upstream_id if result else "root"))
            result.append(given)
        self._given = result
        self._by_id = {given.item_id: given for given in result}
        return frames

    def take(self, frame: Frame, kind: str) -> bool:
        """Take a frame of the new session's.

        Args:
            frame: The frame.
            kind: Its type in GA's names.

        Returns:
            True when it answers something of ours, and so is nothing for the client.
        """
        if kind in {"conversation.item.added", "conversation.item.created", "conversation.item.done"}:
            upstream_id = at(frame.data, "item").get("id")
        elif kind == "conversation.item.deleted":
            upstream_id = frame.data.get("item_id")
        elif kind == "error":
            return self._failed(at(frame.data, "error").get("event_id"))
        else:
            return False
        if not isinstance(upstream_id, str) or upstream_id not in self._used:
            return False
        self._waiting = {event: waiting for event, waiting in self._waiting.items() if waiting != upstream_id}
        if kind != "conversation.item.deleted" or self.upstream_id(self._used[upstream_id]) != upstream_id:
            return True
        # The client deletes it, or the service by itself: it is to be seen, and nothing can stand behind it any more.
        gone = self._by_id.pop(self._used[upstream_id])
        self._given = [given for given in self._given if given is not gone]
        return False

    def _possible(self, wanted: Sequence[tuple[str, Json]]) -> list[tuple[str, Json]]:
        refused_calls = {item.get("call_id") for item in self._refused.values()} - {None}
        return [
            (item_id, event)
            for item_id, event in wanted
            if self._refused.get(item_id) != event["item"] and event["item"].get("call_id") not in refused_calls
        ]

    def _unchanged(self, wanted: Sequence[tuple[str, Json]]) -> set[str]:
        """Of what was given, what can stay: the same, and in the same order."""
        positions = {given.item_id: position for position, given in enumerate(self._given)}
        keep: set[str] = set()
        last = -1
        for item_id, event in wanted:
            position = positions.get(item_id, -1)
            if position > last and self._given[position].item == event["item"]:
                keep.add(item_id)
                last = position
        return keep

    def _create(self, given: Given, previous: str | None) -> Frame:
        event_id = self._our_id()
        self._used[given.upstream_id] = given.item_id
        self._waiting[event_id] = given.upstream_id
        event: Json = {"type": "conversation.item.create", "event_id": event_id}
        if previous is not None:
            event["previous_item_id"] = previous
        return Frame.of(event | {"item": {"id": given.upstream_id, **given.item}})

    def _delete(self, given: Given) -> Frame:
        return Frame.of({"type": "conversation.item.delete", "event_id": self._our_id(), "item_id": given.upstream_id})

    def _fresh(self, item_id: str) -> str:
        portable = PORTABLE_ID.match(item_id) is not None and item_id not in self._used
        return item_id if portable else self._item_id()

    def _failed(self, event_id: object) -> bool:
        upstream_id = self._waiting.pop(event_id, None) if isinstance(event_id, str) else None
        if upstream_id is None:
            return False
        given = self._by_id.pop(self._used[upstream_id], None)
        if given is not None and given.upstream_id == upstream_id:
            self._given.remove(given)
            self._refused[given.item_id] = given.item
        return True
