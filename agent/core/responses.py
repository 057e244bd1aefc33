"""Responses: the one arbiter of `response.create`.

Rules, each with its test:
1. At most one request of ours is in flight, and none while a response is active or the user is speaking.
2. Whatever is wanted meanwhile is coalesced into one: the client's own request, if there is one, with its overrides.
3. A response that voice activity creates satisfies what was wanted, if the outputs of our calls stood in the
   conversation when it began: then the model sees them anyway. One that a request of ours created does not satisfy
   what was wanted after that request had gone.
4. A refusal ("already has an active response") is a delay, not an error.
5. Nothing waits for ever: what does not come in time is taken as lost, and the model is asked again.
6. A sentence beside the conversation (`aside.py`) is said only where the floor is free, and holds it until it ends.
"""

from __future__ import annotations

from typing import Any

from agent.core.aside import Aside
from agent.core.deadlines import earliest
from agent.core.frames import Frame
from agent.core.messages import OURS
from agent.core.turns import Model, Signal, Turns, User

# Seconds. Voice activity creates its response within some tens of ms of the commit; a service under load has been seen
# to take a second. A request is answered by `response.created` within the same time or not at all.
AWAITED_RESPONSE = 2.0
REQUEST_LOST = 10.0
RETRY_AFTER_REFUSAL = 1.0
# A response whose `response.done` was lost would hold the next one for ever. Asking too early is harmless (rule 4).
LONGEST_HOLD = 20.0
# The same for a user whose `speech_stopped` was lost, or a room that never falls silent.
LONGEST_SPEECH = 60.0


class Responses:
    """Decides when a `response.create` goes to the model. Methods that may release one return the frames to send.

    Attributes:
        turns: Whose turn it is.
        active_id: The response that is active in the default conversation, if known.
        latest_id: The last response that was created there.
        aside: The sentence beside the conversation that is being said.
        held: Nothing is asked for until `let_go`: whoever is to answer is being changed.
    """

    def __init__(self) -> None:
        self.held = False
        self.turns = Turns()
        self.aside = Aside()
        self.active_id: str | None = None
        self.latest_id: str | None = None
        self._wanted: Frame | None = None
        self._sent: Frame | None = None
        self._repeated: Frame | None = None
        # Calls whose outputs were sent and do not stand in the conversation yet, and those of them that the request in
        # flight is for. Both are of use only with a service that announces the items of the conversation, these too.
        self._announces = False
        self._announces_outputs = False
        self._unplaced: set[str] = set()
        self._needed: set[str] = set()
        self._answer_due: float | None = None
        self._voice_due: float | None = None
        self._hold_ends = 0.0
        self._speaks_since = 0.0

    @property
    def wanted(self) -> bool:
        """Whether a request is being held."""
        return self._wanted is not None

    @property
    def free(self) -> bool:
        """Whether nobody has the floor."""
        return self.turns.free and not self.aside.active

    @property
    def requested(self) -> bool:
        """Whether a request is in flight."""
        return self._sent is not None

    def in_flight(self, event_id: str | None) -> bool:
        """Whether the request with this `event_id`, or the one without any, is in flight."""
        return self._sent is not None and self._sent.data.get("event_id") == event_id

    def want(self, request: Frame, now: float, *, override: bool = False) -> list[Frame]:
        """Ask for a response as soon as that is allowed.

        Args:
            request: The `response.create` to send.
            now: Seconds of the caller's clock.
            override: It comes from the client, and so takes the place of a bare one that is held.
        """
        if self._wanted is None or override:
            self._hold(request, now)
        return self._release(now)

    def say(self, event_id: str, text: str, now: float, *, like: str = "") -> list[Frame]:
        """Have a sentence said that is no part of the conversation, if nobody has the floor and nothing is wanted.

        Args:
            event_id: Of the request.
            text: The sentence.
            now: Seconds of the caller's clock.
            like: Words in whose language it is to be said; "" for as it stands.
        """
        return [self.aside.ask(event_id, text, now, like=like)] if self.free and self._wanted is None else []

    def said(self, now: float, *, response_id: str | None = None, event_id: str | None = None) -> list[Frame]:
        """An out-of-band response has ended, or a request was refused; where that was a sentence, the floor is free."""
        return self._release(now) if self.aside.ended(response_id=response_id, event_id=event_id) else []

    @property
    def request(self) -> Frame | None:
        """The request that is in flight."""
        return self._sent

    def upstream_changed(self, now: float) -> list[Frame]:
        """Another upstream has taken over: what was in flight is lost, and what was said before not answered."""
        self.held = False
        self.turns.move(Signal.UNANSWERED)
        self._voice_due = None
        self.aside.clear()
        return self.rejected(now) if self._sent is not None else self._release(now)

    def let_go(self, now: float) -> list[Frame]:
        """What was `held` may be asked for."""
        self.held = False
        return self._release(now)

    def withdraw(self) -> Frame | None:
        """Take back the request that is being held, if one is: something has to come before it."""
        request, self._wanted = self._wanted, None
        return request

    def output_sent(self, call_id: str) -> None:
        """The output of a call is on its way into the conversation."""
        if self._announces:
            self._unplaced.add(call_id)

    def item_placed(self, call_id: str | None) -> None:
        """An item stands in the conversation; where it is the output of a call, responses that begin now see it."""
        self._announces = True
        if call_id is not None:
            self._announces_outputs = True
            self._unplaced.discard(call_id)
            self._needed.discard(call_id)

    def created(self, response_id: str) -> Frame | None:
        """A response has begun in the default conversation, whoever asked for it.

        Returns:
            The request that it answers, if it answers one of ours.
        """
        answered: Frame | None = None
        if self._sent is None:
            if not self._unplaced:
                self._wanted = None
        elif not self._needed:
            answered, self._sent = self._sent, None
        # Else voice activity was faster than our request, which asks about outputs that this response cannot have seen.
        # The model is about to refuse it; until then it stays in flight. What is sent now stands before the next one.
        self._unplaced.clear()
        self._needed.clear()
        self._answer_due = self._voice_due = None
        self.turns.move(Signal.CREATED)
        self.active_id = self.latest_id = response_id
        return answered if answered is not None and is_ours(answered) else None

    def done(self, response_id: str, now: float) -> list[Frame]:
        """A response has ended. One that ends late, after another began, changes nothing."""
        if self.active_id is None and response_id != self.latest_id:
            # We never saw it begin: it is what our request has created, or what our request was refused for.
            self._sent = self._answer_due = None
            self.latest_id = response_id
            self.turns.move(Signal.LOST)
        elif self.active_id not in {None, response_id}:
            return []
        self.active_id = None
        self.turns.move(Signal.DONE)
        if self.turns.model is Model.IDLE and self._sent is not None:
            if self._announces_outputs:
                # Overtaken by voice activity and not refused: the model read it just after this end, and answers it.
                self.turns.move(Signal.REQUESTED)
                self._answer_due = now + REQUEST_LOST
            else:
                # Not overtaken after all: this was the answer, from a service that does not announce outputs.
                self._sent = None
        return self._release(now)

    def refused(self, now: float) -> None:
        """The model says that another response is active: keep the request and wait for that one's end."""
        if self._sent is not None and (self._wanted is None or is_ours(self._wanted)):
            self._hold(self._sent, now)
        self._sent = None
        self.turns.move(Signal.REFUSED)
        self._answer_due = now + RETRY_AFTER_REFUSAL if self.active_id is None else None

    def rejected(self, now: float) -> list[Frame]:
        """The model rejects the request that is in flight for another reason: it will not be answered."""
        self._sent = self._answer_due = None
        self.turns.move(Signal.LOST)
        return self._release(now)

    def speech_started(self, now: float) -> None:
        """The user has begun to speak."""
        self._speaks_since = now
        self._voice_due = None
        self.turns.move(Signal.SPEECH_STARTED)

    def speech_stopped(self, now: float, *, response_follows: bool) -> list[Frame]:
        """The user has stopped, or the turn has come to nothing.

        Args:
            now: Seconds of the caller's clock.
            response_follows: Voice activity detection will create a response by itself.
        """
        self.turns.move(Signal.SPEECH_STOPPED if response_follows else Signal.SPEECH_ENDED)
        if self.turns.user is User.AWAITED and self._voice_due is None:
            self._voice_due = now + AWAITED_RESPONSE
        return self._release(now)

    def kept(self) -> dict[str, Any]:
        """Whose turn it is and what was asked for, as JSON."""
        request = self._sent or self._wanted
        turn = {"active": self.active_id, "latest": self.latest_id, "user": self.turns.user.name}
        return turn | {"request": None if request is None else request.data}

    def restore(self, kept: dict[str, Any]) -> None:
        """Go on with what `kept` gave; what was asked for is taken as on its way.

        The user's turn is not taken over: it is `Continuity` that ends it, as it does when a connection is lost.
        """
        self.active_id, self.latest_id = kept["active"], kept["latest"]
        if kept["user"] == User.AWAITED.name:
            self.turns.user = User.AWAITED
        if kept["request"] is not None:
            self._sent = Frame.of(kept["request"])
            self.turns.move(Signal.REQUESTED)
        if self.active_id is not None:
            self.turns.move(Signal.CREATED)

    def next_deadline(self) -> float | None:
        """When `overdue` wants to be called."""
        held = self._hold_ends if self._wanted is not None else None
        return earliest(self._answer_due, self._voice_due, held, self.aside.next_deadline())

    def overdue(self, now: float) -> list[Frame]:
        """Give up waiting for what did not come in time."""
        self.aside.overdue(now)
        if self._voice_due is not None and now >= self._voice_due:
            self._voice_due = None
            self.turns.move(Signal.UNANSWERED)
        if self._answer_due is not None and now >= self._answer_due:
            self._unanswered(now)
        if self._wanted is not None and now >= self._hold_ends:
            self._hold_ends = now + LONGEST_HOLD
            if now - self._speaks_since >= LONGEST_SPEECH:
                self.turns.move(Signal.SPEECH_ENDED)
            self.turns.move(Signal.DONE)
        return self._release(now)

    def _unanswered(self, now: float) -> None:
        request, self._sent, self._answer_due = self._sent, None, None
        if request is None:
            # Refused because of a response that we never saw begin; it may have ended unseen as well.
            self.turns.move(Signal.DONE)
            return
        self.turns.move(Signal.LOST)
        # Once more, and not for ever: a service that answers nothing is not to be flooded. A client asks again itself.
        if self._wanted is None and is_ours(request) and request is not self._repeated:
            self._repeated = request
            self._hold(request, now)

    def _hold(self, request: Frame, now: float) -> None:
        self._wanted, self._hold_ends = request, now + LONGEST_HOLD

    def _release(self, now: float) -> list[Frame]:
        if self._wanted is None or self.held or not self.free:
            return []
        self._sent, self._wanted = self._wanted, None
        self._needed = set(self._unplaced)
        self.turns.move(Signal.REQUESTED)
        self._answer_due = now + REQUEST_LOST
        return [self._sent]


def is_ours(request: Frame) -> bool:
    """Whether we wrote a request, and not the client."""
    return str(request.data.get("event_id", "")).startswith(OURS)
