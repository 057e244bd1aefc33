"""Tool work: from the model's request for a call to the one response that follows all outputs.

A response may hold any mix of messages and calls. Each call starts as soon as its item is done and completed; each
output goes into the conversation as soon as it is there; and when the response has ended and the last of its calls
too, exactly one new response is wanted.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.core import messages
from agent.core.actions import Action, CancelCall, ToClient, ToUpstream
from agent.core.calls import Call, CallResult, Calls, CallState
from agent.core.conduct import Conduct
from agent.core.deadlines import earliest
from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.client_tools import ClientTools
    from agent.core.events import Json, ResponseDone
    from agent.core.responses import Responses
    from agent.core.rules import CallRules

# Seconds. The same for the client's own tools, where an answer that we ask for waits for them.
DEFAULT_TIMEOUT = 20.0
# A client that has given an output asks for the answer in the next breath, with what it wants to say about it.
CLIENT_ASKS = 1.0
# Passages of former turns that an answer may still name.
REMEMBERED = 256
# Those of them that outlive this process: each may be a page of text, and they are written at every change.
KEPT = 16


class ToolWork:
    """The calls of one session and what is owed for them.

    Args:
        responses: The arbiter of `response.create`.
        client_tools: The client's own tools.
        timeouts: Seconds for each tool by name; None for no limit.
        extensions: Tell the client what the tools do.
        our_id: Gives a fresh event id.
        rules: How calls of each tool are treated, by name.
        unheard: Whether the caller still hears what was said, at a moment.

    Attributes:
        conduct: How calls are treated by these rules.
        evidence: Passages that were retrieved in the user's current turn, in the order of their retrieval.
        earlier: Those of the turns before it, the latest last; no more of them than are worth remembering.
    """

    def __init__(  # noqa: PLR0913  (what the calls of a session are joined to)
        self,
        responses: Responses,
        client_tools: ClientTools,
        timeouts: Mapping[str, float | None],
        *,
        extensions: bool,
        our_id: Callable[[], str],
        rules: Mapping[str, CallRules] | None = None,
        unheard: Callable[[float], bool] = lambda _now: False,
    ) -> None:
        self.evidence: list[Mapping[str, Any]] = []
        self.earlier: list[Mapping[str, Any]] = []
        self._responses = responses
        self._client_tools = client_tools
        self._timeouts = timeouts
        self._extensions = extensions
        self._our_id = our_id
        self._calls = Calls()
        self._asked: Frame | None = None
        self._stopped: str | None = None
        self._answered_by_client: set[str] = set()
        self._client_asks_by: float | None = None
        self.conduct = Conduct(
            self._calls,
            responses,
            rules or {},
            evidence=self.evidence,
            conclude=self._conclude,
            ask=self._ask,
            time_of=self._time_of,
            unheard=unheard,
            extensions=extensions,
            our_id=our_id,
        )

    @property
    def busy(self) -> bool:
        """Whether a call of the latest response is open, so that a new response would not see its output."""
        return self._calls.any_open(self._responses.latest_id)

    @property
    def running(self) -> frozenset[str]:
        """Call ids whose outputs are still to come."""
        return frozenset(self._calls.open_ids())

    def equip(self, timeouts: Mapping[str, float | None], rules: Mapping[str, CallRules]) -> None:
        """There are other tools from now on; what runs keeps its time.

        Args:
            timeouts: Seconds for each tool by name; None for no limit.
            rules: How calls of each are treated, by name.
        """
        self._timeouts = timeouts
        self.conduct.equip(rules)

    def new_turn(self) -> None:
        """The user has said or typed something new."""
        self.earlier = [*self.earlier, *self.evidence][-REMEMBERED:]
        self.evidence.clear()
        self.conduct.forget_answers()

    def response_created(self) -> None:
        """A response has begun: it is the one that the client asked for, whoever created it."""
        self._asked = self._client_asks_by = None

    def client_asks(self, request: Frame) -> bool:
        """The client wants a response; where calls are open, it gets the one that follows them.

        Returns:
            Whether it has to wait.
        """
        self._client_asks_by = None
        if self.busy:
            self._asked = request
        return self.busy

    def stop(self, now: float) -> list[Action]:
        """The client has stopped the answer: what was begun for it ends without the model speaking again unasked."""
        self._stopped = self._responses.latest_id
        self._asked = self._client_asks_by = None
        self._responses.withdraw()
        self._calls.hush()
        return self.conduct.barge_in(now)

    def awaits(self, call_id: object) -> bool:
        """Whether a call is the client's own and open."""
        call = self._calls.running(call_id) if isinstance(call_id, str) else None
        return call is not None and call.theirs

    def requested(self, response_id: str, item: Json, now: float) -> list[Action]:
        """An item of type `function_call` is done. One that was cut short must not run.

        A client answers a call of its own as soon as it has the arguments, so such a call is open from its beginning.
        """
        call_id, name, status = item.get("call_id"), item.get("name"), item.get("status") or "completed"
        if not isinstance(call_id, str) or not isinstance(name, str):
            return []
        theirs = self._client_tools.owns(name)
        if theirs and status == "incomplete":
            return self._cut_short(call_id, now)
        if status != "completed" and not (theirs and status == "in_progress"):
            return []
        deadline = now + (DEFAULT_TIMEOUT if theirs else self._time_of(name))
        call = Call(call_id, name, response_id, now, deadline, theirs, quiet=response_id == self._stopped)
        if not self._calls.open(call):
            return []
        if self.busy:
            # What was wanted before, of an older call or by the client, now waits for the outputs of this response too.
            self._asked = self._responses.withdraw() or self._asked
        return [] if theirs else self.conduct.begin(call, str(item.get("arguments") or ""), now)

    def finished(self, call_id: str, result: CallResult, now: float) -> list[Action]:
        """A tool has returned."""
        actions = self._conclude(call_id, CallState.FINISHED, result, now)
        if actions:
            self.evidence.extend(result.citations)
        return actions

    def answered(self, frame: Frame, now: float) -> list[Action]:
        """The client gives the output of a call of its own, for which `awaits` holds."""
        call = self._calls.close(frame.data["item"]["call_id"], CallState.FINISHED)
        if call is None:
            return []
        self._responses.output_sent(call.call_id)
        self._answered_by_client.add(call.response_id)
        return [ToUpstream(frame), *(self._asked_for(call, now) if self._calls.has_ours(call.response_id) else ())]

    def response_done(self, event: ResponseDone, now: float) -> list[Action]:
        """A response has ended; calls of it may still run."""
        actions: list[Action] = []
        if event.status == "completed":
            # Some services skip `output_item.done`; the response lists its items again. Seen ones are not run twice.
            for item in event.output:
                if item.get("type") == "function_call":
                    actions += self.requested(event.response_id, item, now)
        return [*actions, *map(ToUpstream, self._responses.done(event.response_id, now))]

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        due = self._calls.next_deadline()
        calls = None if due is None or math.isinf(due) else due
        return earliest(calls, self._client_asks_by, self.conduct.next_deadline())

    def handle_timer(self, now: float) -> list[Action]:
        """Stop calls that take too long, and ask where the client does not."""
        actions: list[Action] = []
        for call in self._calls.overdue(now):
            if call.theirs and not self._calls.has_ours(call.response_id):
                # Nobody waits for it, and a client may take its time: perhaps it asks its user.
                call.deadline = math.inf
                continue
            output = messages.timeout_output(call.name, call.deadline - call.started)
            result = CallResult(output, ok=False, error="timeout")
            actions += [] if call.theirs else [CancelCall(call.call_id)]
            actions += self._conclude(call.call_id, CallState.TIMED_OUT, result, now)
        if self._client_asks_by is not None and now >= self._client_asks_by:
            self._client_asks_by = None
            request = messages.response_create(self._our_id())
            actions += map(ToUpstream, self._responses.want(request, now))
        return [*actions, *self.conduct.handle_timer(now)]

    def kept(self) -> Json:
        """The calls that run, what waits for them, and the passages that answers may still name, as JSON."""
        asked = None if self._asked is None else self._asked.data
        passages = {"evidence": self.evidence[-KEPT:], "earlier": self.earlier[-KEPT:]}
        return {"calls": self._calls.kept(), "wanted": asked, **passages, **self.conduct.kept()}

    def restore(self, kept: Json, now: float) -> None:
        """Go on with what `kept` gave."""
        self._calls.restore(kept["calls"], now, self._time_of)
        self._asked = None if kept["wanted"] is None else Frame.of(kept["wanted"])
        self.evidence.extend(kept["evidence"])
        self.earlier = [*kept["earlier"]]
        self.conduct.restore(kept, now)

    def abandon(self) -> list[Action]:
        """The session is over: stop every call."""
        open_ids = self._calls.open_ids()
        for call_id in open_ids:
            self._calls.close(call_id, CallState.CANCELLED)
        return [*map(CancelCall, open_ids), *self.conduct.abandon()]

    def _time_of(self, name: str) -> float:
        timeout = self._timeouts.get(name, DEFAULT_TIMEOUT)
        return math.inf if timeout is None else timeout

    def _cut_short(self, call_id: str, now: float) -> list[Action]:
        call = self._calls.close(call_id, CallState.CANCELLED)
        return [] if call is None or not self._calls.has_ours(call.response_id) else self._asked_for(call, now)

    def _conclude(self, call_id: str, state: CallState, result: CallResult, now: float) -> list[Action]:
        call = self._calls.close(call_id, state)
        if call is None:
            return []
        actions: list[Action] = [ToUpstream(messages.function_output(self._our_id(), call_id, result.output))]
        self._responses.output_sent(call_id)
        if result.job:
            actions += self.conduct.job_begins(call, result, now)
        elif self._extensions and not call.theirs and not call.repeats:
            status = ("completed" if result.ok else "failed") if state is CallState.FINISHED else state.value
            duration = round((now - call.started) * 1000)
            actions.append(ToClient(messages.call_finished(self._our_id(), call, status, duration, result)))
        actions += self._asked_for(call, now)
        shared = replace(result, job=False)
        for follower in self.conduct.ended(call, shared):
            actions += self._conclude(follower, state, shared, now)
        return actions

    def _asked_for(self, call: Call, now: float) -> list[Action]:
        return [ToUpstream(request) for request in self._settle(call, now)]

    def _settle(self, call: Call, now: float) -> list[Frame]:
        """Ask for the next response once no call of this one is open any more, nor one of the latest."""
        if self._calls.any_open(call.response_id) or self.busy:
            return []
        # While this response is active the arbiter holds the request; a further call of it takes the request back.
        asked, self._asked = self._asked, None
        if asked is not None:
            return self._responses.want(asked, now, override=True)
        stopped = call.state is CallState.CANCELLED and not self._calls.to_tell(call.response_id)
        if call.quiet or stopped:
            return []
        if call.response_id in self._answered_by_client:
            self._client_asks_by = now + CLIENT_ASKS
            return []
        return self._responses.want(messages.response_create(self._our_id()), now)

    def _ask(self, now: float) -> list[Action]:
        """Want a response that nobody's call has asked for; where calls are open, it is the one that follows them."""
        request = messages.response_create(self._our_id())
        if self.busy:
            self._asked = self._asked or request
            return []
        return [ToUpstream(each) for each in self._responses.want(request, now)]
