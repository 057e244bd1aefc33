"""Runs a scenario against the session core alone: no sockets, no event loop, no sleeping. Time is a heap."""

from __future__ import annotations

import heapq
import itertools
import json
from dataclasses import dataclass
from typing import Any

from agent.core.actions import CancelCall, Hangup, StartCall, ToClient, ToUpstream
from agent.core.calls import CallResult
from agent.core.dialect import DIALECTS
from agent.core.frames import Frame
from agent.core.profiles import PROFILES
from agent.core.session import Session, SessionConfig
from tests.scenarios.dialects import Dressed
from tests.scenarios.fake_client import FakeClient
from tests.scenarios.fake_model import FakeModel

LATENCY = 0.03
POLL = 0.01
LONGEST = 300.0

VOICE = {"type": "server_vad", "create_response": True, "interrupt_response": True}
ENFORCED = {
    "type": "realtime",
    "instructions": "the operator's",
    "audio": {
        "input": {"turn_detection": VOICE, "transcription": {"model": "whisper-1"}},
        "output": {"format": {"type": "audio/pcm", "rate": 24000}},
    },
}


@dataclass
class Played:
    """What came of a scenario: what the client saw, and the model where it can be looked into."""

    seen: Any
    model: Any


def config_of(scenario):
    timeouts = {name: plan.timeout for name, plan in scenario.tools.plans.items()}
    return SessionConfig(ENFORCED, timeouts, extensions=not scenario.stock)


def direct(clock, client, steps, over):
    """Take the caller's steps one after the other, then call `over`."""
    remaining = iter(steps)

    def go_on(finished):
        while finished():
            step = next(remaining, None)
            if step is None or client.seen.closed is not None:
                over()
                return
            finished = getattr(client, step.verb)(*step.arguments)
        clock.call_later(POLL, go_on, finished)

    go_on(lambda: client.open or client.seen.closed is not None)


class HeapClock:
    """Time that passes when nothing is left to be done."""

    def __init__(self):
        self._now, self._heap, self._order = 0.0, [], itertools.count()

    def time(self):
        return self._now

    def call_later(self, delay, function, *arguments):
        self.call_at(self._now + delay, function, *arguments)

    def call_at(self, when, function, *arguments):
        heapq.heappush(self._heap, (max(when, self._now), next(self._order), function, arguments))

    def run(self, ended):
        while self._heap and not ended():
            self._now, _, function, arguments = heapq.heappop(self._heap)
            assert self._now < LONGEST, "the conversation never ends"
            function(*arguments)


class Stage:
    """One session between a fake model and a fake client.

    Args:
        scenario: What they say.
        latency: Seconds from each to the session and back.
        profile: The service that the model is dressed up as.
        client: The dialect that the client is dressed up in.
    """

    def __init__(self, scenario, latency=LATENCY, *, profile="engine", client="ga"):
        self.clock, self._latency = HeapClock(), latency
        counter = itertools.count(1)
        faces = {"profile": PROFILES[profile], "client": DIALECTS[client]}
        self._service, self._caller = Dressed(PROFILES[profile].dialect), Dressed(DIALECTS[client])
        self._session = Session(config_of(scenario), new_id=lambda: f"id_{next(counter)}", now=0.0, **faces)
        self._plans, self._stopped, self._over, self._armed = scenario.tools.plans, set(), False, None
        self.model = FakeModel(self.clock, self._later(self._from_model), scenario.model)
        self.client = FakeClient(self.clock, self._later(self._from_client), stock=scenario.stock)
        self.clock.call_later(0, self.model.greet)
        direct(self.clock, self.client, scenario.steps, self._end)

    def run(self):
        self.clock.run(lambda: self._over)
        return Played(self.client.seen, self.model)

    def _end(self):
        self._over = True

    def _later(self, function):
        return lambda text: self.clock.call_later(self._latency, function, text)

    def _from_model(self, text):
        for each in self._service.of_model(text):
            self._perform(self._session.receive_upstream(Frame(each), self.clock.time()))

    def _from_client(self, text):
        self._perform(self._session.receive_client(Frame(self._caller.of_client(text)), self.clock.time()))

    def _perform(self, actions):
        for action in actions:
            if isinstance(action, StartCall):
                self._start(action)
            elif isinstance(action, CancelCall):
                self._stopped.add(action.call_id)
            elif isinstance(action, Hangup):
                self.client.ended(action.code, action.reason)
            elif isinstance(action, ToClient):
                for text in self._caller.for_client(action.frame.text):
                    self.clock.call_later(self._latency, self.client.receive, text)
            elif isinstance(action, ToUpstream):
                text = self._service.for_model(action.frame.text)
                self.clock.call_later(self._latency, self.model.receive, text)
        due = self._session.next_deadline()
        if due != self._armed and due is not None:
            self.clock.call_at(due, self._ring, due)
        self._armed = due

    def _ring(self, due):
        if self._armed == due:
            self._armed = None
            self._perform(self._session.handle_timer(self.clock.time()))

    def _start(self, call):
        plan = self._plans.get(call.name)
        if plan is None:
            self.clock.call_later(0, self._finish, call, CallResult(failure("unknown_tool"), ok=False))
        elif plan.error is not None:
            self.clock.call_later(plan.after, self._finish, call, CallResult(failure(plan.error), ok=False))
        elif plan.output is not None:
            result = CallResult(plan.output, citations=plan.citations)
            self.clock.call_later(plan.after, self._finish, call, result)

    def _finish(self, call, result):
        if call.call_id not in self._stopped:
            self._perform(self._session.call_finished(call.call_id, result, self.clock.time()))


def failure(message):
    return json.dumps({"error": {"message": message}})
