"""Outward: what becomes of a frame for the upstream when the conversation is older than that, or there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core import messages
from agent.core.actions import ToClient, ToUpstream
from agent.core.fields import at, string_at
from agent.core.messages import ASIDE
from agent.core.standin import ABOUT_ITEMS, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.answering import Answering
    from agent.core.frames import Frame
    from agent.core.handover import Step
    from agent.core.history import History
    from agent.core.lineage import Lineage
    from agent.core.remembered import Remembered

Json: TypeAlias = dict[str, Any]


class Outward:
    """Frames of ours and the client's on their way to the upstream.

    Args:
        history: The conversation, under the client's ids.
        lineage: Knows the present upstream's ids.
        answering: Keeps the response that is asked for while there is no upstream.
        new_id: Gives a fresh event id.

    Attributes:
        update_held: It has set something while there was no upstream, and waits for an answer.
    """

    def __init__(self, history: History, lineage: Lineage, answering: Answering, new_id: Callable[[], str]) -> None:
        self.update_held = False
        self._history = history
        self._lineage = lineage
        self._answering = answering
        self._stand_in = StandIn(history, new_id)

    def take(self, frame: Frame, *, severed: bool) -> list[Step]:
        """Take a frame for the upstream that is no audio.

        Args:
            frame: In GA's names and the client's ids.
            severed: There is no upstream at present.
        """
        kind, data = frame.type, frame.data
        if kind == "session.update" and severed:
            self.update_held = True
        elif kind == "conversation.item.create" and at(data, "item").get("role") == "user":
            self._answering.new_turn()
        if kind in ABOUT_ITEMS and (severed or not self._lineage.stands(string_at(data, "item_id"))):
            return self._about_older_item(frame, kind, severed=severed)
        self._history.sent(data)
        if severed:
            return self._held(frame, kind, data)
        return [*self._call_first(data), ToUpstream(self._lineage.to_upstream(frame))]

    def released(self) -> list[Step]:
        """What was kept for an upstream that there is now."""
        return [ToUpstream(self._lineage.to_upstream(frame)) for frame in self._answering.take_beside()]

    def _about_older_item(self, frame: Frame, kind: str, *, severed: bool) -> list[Step]:
        item_id = string_at(frame.data, "item_id")
        item, seeding = self._history.get(item_id), self._lineage.seeding
        if item is None and string_at(frame.data, "event_id").startswith(messages.OURS):
            return []  # we have forgotten it, and there is nothing left to cut
        given = not severed and seeding is not None and seeding.upstream_id(item_id) is not None
        if given and kind == "conversation.item.delete":
            self._history.sent(frame.data)
            return [ToUpstream(self._lineage.to_upstream(frame))]
        if kind == "conversation.item.delete" and self._is_call_of_ours(item, frame):
            self._history.sent(frame.data)  # the client never saw it, and need not hear that it is gone
            return []
        before = item.seed() if item is not None else None
        steps: list[Step] = [ToClient(self._stand_in.answer(kind, frame.data))]
        after = item.seed() if item is not None else None
        if seeding is not None and given and before != after:
            steps += map(ToUpstream, seeding.amend(item_id, after))
        return steps

    @staticmethod
    def _is_call_of_ours(item: Remembered | None, frame: Frame) -> bool:
        ours = string_at(frame.data, "event_id").startswith(messages.OURS)
        return ours and item is not None and item.kind in {"function_call", "function_call_output"}

    def _held(self, frame: Frame, kind: str, data: Json) -> list[Step]:
        match kind:
            case "response.create" if ASIDE in at(data, "response", "metadata"):
                pass  # a sentence for a moment that is over
            case "response.create" if at(data, "response").get("conversation") == "none":
                if not self._answering.want_beside(frame):
                    return [ToClient(self._stand_in.crowded(data))]
            case "response.create":
                self._answering.want(frame)
            case "response.cancel":
                self._answering.withdraw()
            case "input_audio_buffer.commit":
                return [ToClient(self._stand_in.unheard(frame.data))]
            case "input_audio_buffer.clear":
                return [ToClient(self._stand_in.cleared())]
            case _:
                pass
        return []

    def _call_first(self, data: Json) -> list[Step]:
        """An output needs its call in the conversation; one that was not handed on is, before it."""
        item, seeding = at(data, "item"), self._lineage.seeding
        if seeding is None or item.get("type") != "function_call_output":
            return []
        call = self._history.call(string_at(item, "call_id"))
        seed = call.seed() if call is not None else None
        if call is None or seed is None or self._lineage.stands(call.id) or seeding.upstream_id(call.id) is not None:
            return []
        return [ToUpstream(seeding.add(call.id, seed))]
