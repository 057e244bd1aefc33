"""Conduct: how calls are treated by the rules of their tools, from their beginning to what follows them.

`ToolWork` knows when a call runs and when an answer is owed. Here is what lies beside that: repeats that are answered
from the first, approval, what the caller hears meanwhile, the caller's speech, reports and long jobs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from agent.core import messages, policies
from agent.core.actions import Action, ApproveCall, CancelCall, StartCall, ToClient, ToUpstream
from agent.core.approvals import Approvals, Pending
from agent.core.calls import Call, CallResult, Calls, CallState
from agent.core.deadlines import earliest
from agent.core.jobs import Jobs
from agent.core.patience import Patience
from agent.core.repeats import Repeats
from agent.core.rules import NO_RULES, CallRules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agent.core.frames import Frame
    from agent.core.responses import Responses

    Conclude = Callable[[str, CallState, CallResult, float], list[Action]]


class Conduct:
    """The rules of one session's calls.

    Args:
        calls: The calls.
        responses: The arbiter of `response.create`.
        rules: By tool; one without any has none of this.
        evidence: Where passages go that a job has retrieved.
        conclude: Ends a call.
        ask: Wants a response.
        time_of: Seconds that a tool may take, by its name.
        unheard: Whether the caller still hears what was said.
        extensions: Tell the client what the tools do, and ask it for approval.
        our_id: Gives a fresh event id.
    """

    def __init__(  # noqa: PLR0913  (what it stands between)
        self,
        calls: Calls,
        responses: Responses,
        rules: Mapping[str, CallRules],
        *,
        evidence: list[Mapping[str, Any]],
        conclude: Conclude,
        ask: Callable[[float], list[Action]],
        time_of: Callable[[str], float],
        unheard: Callable[[float], bool],
        extensions: bool,
        our_id: Callable[[], str],
    ) -> None:
        self._calls = calls
        self._responses = responses
        self._rules = rules
        self._evidence = evidence
        self._conclude, self._ask, self._time_of = conclude, ask, time_of
        self._unheard = unheard
        self._extensions = extensions
        self._our_id = our_id
        self._approvals = Approvals(our_id)
        self._jobs = Jobs()
        self._patience = Patience()
        self._repeats = Repeats()

    # ── a call begins and ends ──

    def begin(self, call: Call, arguments: str, now: float) -> list[Action]:
        """One of our tools is called: it runs, or another call's answer is its own."""
        rules = self._of(call)
        first = self._repeats.first(call.name, arguments, call.call_id) if rules.idempotent else None
        if first is not None:
            call.repeats = True
            result = self._repeats.result(first)
            if result is not None:
                return self._conclude(call.call_id, CallState.FINISHED, result, now)
            call.deadline = math.inf
            self._repeats.follow(first, call.call_id)
            return []
        self._watch(call, now)
        actions: list[Action] = [StartCall(call.call_id, call.name, arguments)]
        if self._extensions:
            actions.append(ToClient(messages.call_started(self._our_id(), call, arguments)))
        return actions

    def ended(self, call: Call, result: CallResult) -> Sequence[str]:
        """A call has ended. Gives back those that get the same answer."""
        self._approvals.close(call.call_id)
        self._patience.forget(call.call_id)
        return self._repeats.ended(call.call_id, result)

    def equip(self, rules: Mapping[str, CallRules]) -> None:
        """There are other tools from now on, with these rules; a call that runs is treated by its name's."""
        self._rules = {**self._rules, **rules}

    def forget_answers(self) -> None:
        """What was asked so far answers no later call: the user has said something new, or another agent asks."""
        self._repeats.forget()

    # ── approval ──

    def awaits(self, call_id: object) -> bool:
        """Whether a call waits for its user's approval."""
        return self._approvals.awaits(call_id)

    def ask_approval(self, call_id: str, arguments: str, now: float) -> list[Action]:
        """A call must not run before the user has allowed it. Its own time begins then."""
        call = self._calls.running(call_id)
        if call is None or self._approvals.awaits(call_id) or not self._extensions:
            return []  # a client that did not opt in can neither ask its user nor be told of our tools
        rules = self._of(call)
        call.deadline = math.inf
        self._patience.forget(call_id)
        if rules.approval_prompt is not None:
            self._patience.say(call_id, rules.approval_prompt, now)
        pending = Pending(call, arguments, now + rules.approval_time)
        note = policies.note(self._our_id(), policies.awaits_approval(call.name))
        return [ToClient(self._approvals.ask(pending, now)), ToUpstream(note)]

    def decided(self, frame: Frame, now: float) -> list[Action]:
        """The user has decided on a call, for which `awaits` holds."""
        data, call_id = frame.data, str(frame.data["call_id"])
        call = self._approvals.call(call_id)
        if data["decision"] == "approve":
            self._approvals.close(call_id)
            self._patience.forget(call_id)
            call.started, call.deadline = now, now + self._time_of(call.name)
            call.quiet = False  # whoever has stopped the answer meanwhile asks for it anew
            self._watch(call, now)
            return [ApproveCall(call_id)]
        output = policies.denied(call.name, data.get("reason"))
        return self._refuse(call_id, CallResult(output, ok=False, error="approval_denied"), now)

    def client_back(self, now: float) -> list[Action]:
        """The client is back on another connection."""
        return [ToClient(frame) for frame in self._approvals.again(now)]

    # ── the caller speaks ──

    def barge_in(self, now: float) -> list[Action]:
        """The caller has begun to speak, or has stopped the answer: calls end whose tools want that."""
        self._patience.hush()
        actions: list[Action] = []
        for call in self._calls.open_calls():
            if self._of(call).cancels and not call.repeats:
                result = CallResult(policies.cancelled(call.name), ok=False, error="cancelled")
                actions += [CancelCall(call.call_id), *self._conclude(call.call_id, CallState.CANCELLED, result, now)]
        return actions

    # ── reports and jobs ──

    def progress(self, call_id: str, message: str, fraction: float | None, now: float) -> list[Action]:
        """A tool or its job tells how far it is."""
        call = self._calls.running(call_id) or self._jobs.running(call_id)
        if call is None:
            return []
        actions: list[Action] = []
        if self._extensions:
            actions.append(ToClient(messages.call_progress(self._our_id(), call, message, fraction)))
        if self._of(call).tells_model:
            self._patience.report(call_id, policies.progressed(call.name, message, fraction))
            actions += self._reports(now)
        return actions

    def job_begins(self, call: Call, result: CallResult, now: float) -> list[Action]:
        """A call was answered, and its work goes on."""
        limit = self._of(call).job_time
        self._jobs.begin(call, None if limit is None else now + limit)
        if not self._extensions:
            return []
        return [ToClient(messages.call_progress(self._our_id(), call, result.output, None))]

    def job_finished(self, call_id: str, result: CallResult, now: float) -> list[Action]:
        """A job is done; one that was given up has been told of already."""
        call = self._jobs.end(call_id)
        if call is None:
            return []
        self._evidence.extend(result.citations)
        return self._job_ended(call, result, "completed" if result.ok else "failed", now)

    # ── time ──

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        return earliest(self._approvals.next_deadline(), self._patience.next_deadline(), self._jobs.next_deadline())

    def handle_timer(self, now: float) -> list[Action]:
        """Do what has become due."""
        actions: list[Action] = []
        for call in self._approvals.overdue(now):
            output = policies.expired(call.name, self._of(call).approval_time)
            actions += self._refuse(call.call_id, CallResult(output, ok=False, error="approval_expired"), now)
        for call in self._jobs.overdue(now):
            self._jobs.end(call.call_id)
            output = messages.timeout_output(call.name, self._of(call).job_time or 0)
            actions += [CancelCall(call.call_id)]
            actions += self._job_ended(call, CallResult(output, ok=False, error="timeout"), "timed_out", now)
        return [*actions, *self._heard(now), *self._reports(now), *self._news(now)]

    # ── what outlives this process ──

    def kept(self) -> dict[str, Any]:
        """Jobs, calls that wait for another, and for their user, as JSON."""
        asked = [call.call_id for call in self._calls.open_calls() if self._approvals.awaits(call.call_id)]
        return {"jobs": self._jobs.kept(), "following": self._repeats.kept(), "asked": asked}

    def restore(self, kept: dict[str, Any], now: float) -> None:
        """Go on with what `kept` gave. Who was asked for approval is not: the call has to be made again."""
        self._jobs.restore(kept["jobs"], now, lambda name: self._rules.get(name, NO_RULES).job_time)
        self._repeats.restore(kept["following"])

    def abandon(self) -> list[Action]:
        """The session is over: stop every job."""
        return [CancelCall(call_id) for call_id in self._jobs.abandon()]

    def _of(self, call: Call) -> CallRules:
        return self._rules.get(call.name, NO_RULES)

    def _watch(self, call: Call, now: float) -> None:
        rules = self._of(call)
        if rules.preamble is not None or rules.sound:
            self._patience.watch(call, now + rules.heard_after)

    def _refuse(self, call_id: str, result: CallResult, now: float) -> list[Action]:
        return [CancelCall(call_id), *self._conclude(call_id, CallState.DENIED, result, now)]

    def _job_ended(self, call: Call, result: CallResult, status: str, now: float) -> list[Action]:
        self._patience.forget(call.call_id)
        self._jobs.report(policies.job_done(call.name, result.output), now)
        if not self._extensions:
            return []
        duration = round((now - call.started) * 1000)
        return [ToClient(messages.call_finished(self._our_id(), call, status, duration, result))]

    def _silent(self, now: float) -> bool:
        return self._responses.free and not self._responses.wanted and not self._unheard(now)

    def _heard(self, now: float) -> list[Action]:
        actions: list[Action] = []
        for call in self._patience.due(now):
            rules = self._of(call)
            if rules.preamble is not None:
                self._patience.say(call.call_id, rules.preamble, now)
            if self._extensions:
                actions.append(ToClient(policies.waiting(self._our_id(), call, rules.preamble, sound=rules.sound)))
        sentence = self._patience.sentence(now, self._silent)
        if sentence is not None:
            actions += map(ToUpstream, self._responses.say(self._our_id(), sentence, now))
        return actions

    def _reports(self, now: float) -> list[Action]:
        return [ToUpstream(policies.note(self._our_id(), text)) for text in self._patience.reports(now)]

    def _news(self, now: float) -> list[Action]:
        news = self._jobs.take(now, quiet=self._silent(now) and not self._calls.open_calls())
        notes = [ToUpstream(policies.note(self._our_id(), text)) for text in news]
        return [*notes, *self._ask(now)] if notes else []
