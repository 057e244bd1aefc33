"""Answering: which answer is still owed when an upstream has gone in the middle of one.

A response that was cut is asked for again once, if it answered something and nothing of it had reached the client: what
was heard in part is left, because a user who wants the rest says so, and one who hears it twice does not know why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.frames import Frame
from agent.core.handover import Ask

if TYPE_CHECKING:
    from agent.core.floor import Floor
    from agent.core.history import History

Json: TypeAlias = dict[str, Any]

# Seconds after which nobody expects any more that a failed response is made good.
STALE = 30.0
# Responses beside the conversation that are kept; no service has more of them under way at once.
MOST_BESIDE = 8


class Answering:
    """Keeps what is owed until another upstream can be asked.

    Args:
        history: The conversation.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._owed: Ask | None = None
        self._beside: list[Frame] = []
        self._failed_at: float | None = None
        self._repeated = False

    def answered(self) -> None:
        """A response is complete."""
        self._failed_at, self._repeated = None, False

    def new_turn(self) -> None:
        """The user has said something new; what is asked again is the answer to that."""
        self._repeated = False

    def failed(self, now: float) -> None:
        """The service has failed to respond; another session of it may not."""
        self._failed_at = now

    def want(self, request: Frame | None) -> None:
        """A response is asked for while nobody can be; the latest request counts."""
        self._owed = Ask(request)

    def want_beside(self, request: Frame) -> bool:
        """A response beside the conversation is asked for while nobody can be; it takes no other's place.

        Returns:
            Whether it is kept; there is room for so many.
        """
        if len(self._beside) >= MOST_BESIDE:
            return False
        self._beside.append(request)
        return True

    def take_beside(self) -> list[Frame]:
        """The responses beside the conversation that are wanted, once."""
        wanted, self._beside = self._beside, []
        return wanted

    def withdraw(self) -> None:
        """The client has cancelled."""
        self._owed = self._failed_at = None

    def broken_off(self, floor: Floor) -> None:
        """The upstream has gone. To be told after what was begun has been forgotten or kept."""
        if floor.request is not None:
            self.want(floor.request)
        elif floor.response_id is None:
            if floor.awaited and self._asks():
                self.want(None)
        elif not (floor.passed_on or floor.running or self._repeated) and self._asks():
            # A question that breaks every session it is put to must not be put for ever.
            self._repeated = True
            self.want(None)

    def take(self, now: float) -> Ask | None:
        """What is owed, once."""
        failed = self._failed_at is not None and now - self._failed_at <= STALE
        owed = self._owed or (Ask(None) if failed and self._asks() else None)
        self._owed = self._failed_at = None
        return owed

    def kept(self) -> Json:
        """What is owed, as JSON."""
        request = None if self._owed is None or self._owed.request is None else self._owed.request.data
        owed = {"owes": self._owed is not None, "request": request, "repeated": self._repeated}
        return owed | {"beside": [each.data for each in self._beside]}

    def restore(self, kept: Json) -> None:
        """Go on with what `kept` gave."""
        self._repeated = kept["repeated"]
        self._beside = [Frame.of(each) for each in kept.get("beside", ())]
        if kept["owes"]:
            self.want(None if kept["request"] is None else Frame.of(kept["request"]))

    def _asks(self) -> bool:
        """Whether the conversation ends with something to answer."""
        items = list(self._history)
        return not items or items[-1].opens_turn or items[-1].kind == "function_call_output"
