"""View: what a client sees of the model's events.

Our tools are the server's affair: their calls and outputs are no part of the conversation that a client sees. What
stays is renumbered so that it is whole without them, and only frames that must change are encoded anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.events import objects

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from agent.core.events import ItemPlaced, OutputItemAdded, OutputItemDone, ResponseDone
    from agent.core.frames import Frame

Json: TypeAlias = dict[str, Any]

# Of the session, what is the operator's and not the caller's to know.
HIDDEN_SESSION_FIELDS = frozenset(
    {"agent", "client_secret", "instructions", "interim_response", "prompt", "tool_choice", "tools", "tracing"}
)
HIDDEN_ITEM_TYPES = (
    "function_call",
    "function_call_output",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "mcp_list_tools",
)
# Of a call's arguments; they are shown where the tool is the client's own.
ARGUMENT_EVENTS = frozenset({"response.function_call_arguments.delta", "response.function_call_arguments.done"})
# Of tools that the model's service runs for us.
HIDDEN_EVENTS = frozenset(
    {
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "mcp_list_tools.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
    }
)


def nothing_is_theirs(_item: Mapping[str, Any]) -> bool:
    """The client has no tools of its own."""
    return False


def session_view(session: Mapping[str, Any]) -> Json:
    """The session as its client may see it."""
    return {name: value for name, value in session.items() if name not in HIDDEN_SESSION_FIELDS}


class View:
    """What one client has been shown, and what not.

    Args:
        theirs: Whether a call, its output or its arguments belong to a tool of the client's own.
    """

    def __init__(self, theirs: Callable[[Mapping[str, Any]], bool] = nothing_is_theirs) -> None:
        self._theirs = theirs
        self._hidden: dict[str, str | None] = {}
        self._work: dict[str, str] = {}
        self._hidden_outputs: dict[str, set[int]] = {}

    def hides(self, item_id: str) -> bool:
        """Whether an item is kept from the client."""
        return item_id in self._hidden

    def placed(self, event: ItemPlaced, frame: Frame) -> Frame | None:
        """An item in the conversation."""
        item_id = event.item.get("id")
        if self._is_hidden(event.item):
            # The first of the two events carries the neighbour; services leave it null in the second.
            if isinstance(item_id, str) and self._hidden.get(item_id) is None:
                shown = self._visible(event.previous_item_id)
                # An item that claims to follow itself would make the chain a ring, and every walk along it endless.
                self._hidden[item_id] = shown if shown != item_id else None
            self._note_work(event.item)
            return None
        return self._after_visible(frame, event.previous_item_id)

    def restore(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Go on with a conversation that began elsewhere.

        Args:
            items: Its items, in order: `id`, `type`, `role` and `call_id` of each.
        """
        shown: str | None = None
        for item in items:
            if self._is_hidden(item):
                self._hidden[item["id"]] = shown
                self._note_work(item)
            else:
                shown = item["id"]

    def led_to(self, item_id: str, running: Container[str]) -> list[str]:
        """The calls that an item led to, and their outputs: with it, they have lost their reason.

        Args:
            item_id: An item that the client sees.
            running: Call ids whose outputs are still to come; a call is needed for its output to be taken.
        """
        settled = [each for each, call_id in self._work.items() if call_id not in running]
        return [each for each in settled if self._visible(each) == item_id]

    def deleted(self, frame: Frame) -> Frame | None:
        """An item that is gone; a service deletes the oldest ones by itself when a conversation becomes too long."""
        item_id = frame.data.get("item_id")
        if isinstance(item_id, str):
            self._work.pop(item_id, None)
        return None if isinstance(item_id, str) and self.hides(item_id) else frame

    def committed(self, frame: Frame) -> Frame:
        """A committed input buffer, which names its neighbour as well."""
        previous = frame.data.get("previous_item_id")
        return self._after_visible(frame, previous if isinstance(previous, str) else None)

    def output_item(self, event: OutputItemAdded | OutputItemDone, frame: Frame) -> Frame | None:
        """An item of a response."""
        if self._is_hidden(event.item):
            self._hidden_outputs.setdefault(event.response_id, set()).add(event.output_index)
            return None
        return self.within_response(frame)

    def within_response(self, frame: Frame) -> Frame:
        """Any frame that may carry an `output_index`."""
        # Hidden items before a visible one in the same response are rare; until there is one, nothing is parsed.
        if not self._hidden_outputs:
            return frame
        response_id, index = frame.data.get("response_id"), frame.data.get("output_index")
        hidden = self._hidden_outputs.get(response_id) if isinstance(response_id, str) else None
        if not hidden or not isinstance(index, int):
            return frame
        shift = sum(1 for other in hidden if other < index)
        return frame.changed(output_index=index - shift) if shift else frame

    def arguments(self, frame: Frame) -> Frame | None:
        """Arguments of a call."""
        return self.within_response(frame) if self._theirs(frame.data) else None

    def response_created(self, frame: Frame) -> Frame:
        """The beginning of a response. What the operator decided of it is hidden, should a service repeat it there."""
        response: Json = frame.data["response"]
        return frame if HIDDEN_SESSION_FIELDS.isdisjoint(response) else frame.changed(response=session_view(response))

    def response_done(self, event: ResponseDone, frame: Frame) -> Frame:
        """The end of a response, whose output lists its items again."""
        self.forget(event.response_id)
        frame = self.response_created(frame)
        if not any(self._is_hidden(item) for item in event.output):
            return frame
        response: Json = frame.data["response"]
        kept = [item for item in objects(response.get("output")) if not self._is_hidden(item)]
        return frame.changed(response={**response, "output": kept})

    def forget(self, response_id: str) -> None:
        """Nothing more will come of a response: its end came, or was lost and another has begun."""
        self._hidden_outputs.pop(response_id, None)

    def _note_work(self, item: Mapping[str, Any]) -> None:
        item_id, call_id = item.get("id"), item.get("call_id")
        calls = item.get("type") in {"function_call", "function_call_output"}
        if calls and isinstance(item_id, str) and isinstance(call_id, str):
            self._work[item_id] = call_id

    def _visible(self, item_id: str | None) -> str | None:
        while item_id in self._hidden:
            item_id = self._hidden[item_id]
        return item_id

    def _after_visible(self, frame: Frame, previous: str | None) -> Frame:
        shown = self._visible(previous)
        return frame if shown == previous else frame.changed(previous_item_id=shown)

    def _is_hidden(self, item: Mapping[str, Any]) -> bool:
        # Notes to the model are the operator's; a client cannot write any.
        if item.get("type") == "message" and item.get("role") == "system":
            return True
        return item.get("type") in HIDDEN_ITEM_TYPES and not self._theirs(item)
