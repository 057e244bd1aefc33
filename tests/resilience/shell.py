"""What a session and its relay do with a `Continuity`: the arbiter and the tool work are the real ones."""

from __future__ import annotations

import itertools

from agent.core import events
from agent.core.actions import CancelCall, Hangup, StartCall, ToClient, ToUpstream
from agent.core.calls import CallResult
from agent.core.continuity import WATCHED, Continuity
from agent.core.deadlines import earliest
from agent.core.floor import Floor
from agent.core.frames import Frame
from agent.core.handover import Ask, Dial, DropSuccessor, FromModel, GiveUp, Switch, ToSuccessor
from agent.core.messages import response_create, session_update
from agent.core.responses import Responses
from agent.core.succession import Policy
from agent.core.toolwork import ToolWork
from agent.core.turns import Signal, User

CONFIG = {"type": "realtime", "audio": {"input": {"transcription": {"model": "w"}}}}


class Shell:
    """One client's session. `connect(attempt)` dials; what it gives back has `receive`, `left`."""

    def __init__(self, world, policy=None):
        self.world, self.clock = world, world.clock
        self.seen, self.runs, self.given_up = [], [], None
        self.upstream, self.successor, self.switches = None, None, 0
        counter = itertools.count(1)
        self._new_id = lambda: f"id{next(counter)}"
        self.responses = Responses()
        our_id = lambda: "vocative_" + self._new_id()  # noqa: E731
        self.our_id = our_id
        self.tools = ToolWork(self.responses, {"tool": None}, extensions=False, our_id=our_id)
        self.passed_on = False
        self._armed = None
        self.continuity = Continuity(
            configuration=lambda: CONFIG,
            floor=self._floor,
            new_id=self._new_id,
            chance=world.random.random,
            unix=world.unix,
            extensions=True,
            policy=policy or Policy(),
        )

    def _floor(self, now):
        running = frozenset(self.tools._calls.open_ids())
        turns = self.responses.turns
        return Floor(
            response_id=self.responses.active_id,
            passed_on=self.passed_on,
            awaited=turns.user is User.AWAITED,
            request=self.responses._sent,
            quiet=turns.free and not running and not self.responses.wanted,
            running=running,
        )

    # ── what comes ──

    def from_upstream(self, service, text):
        now, frame = self.clock.time(), Frame(text)
        if service is self.successor:
            self.perform(self.continuity.receive_successor(frame, frame.type, now))
        elif service is self.upstream:
            if frame.type == "session.created":
                self.perform([ToUpstream(session_update(self.our_id(), CONFIG))])
            if frame.type in WATCHED:
                frame = self.continuity.incoming(frame, frame.type, now)
            if frame is not None:
                self._process(frame, now)
            self._arm()

    def closed(self, service, code):
        now = self.clock.time()
        if service is self.successor:
            self.successor = None
            self.perform(self.continuity.successor_closed(code, "", now))
        elif service is self.upstream:
            self.upstream = None
            self.perform(self.continuity.upstream_closed(now))

    def from_client(self, event):
        frame = Frame.of(event)
        if event["type"] == "response.create":
            if self.tools.busy:
                self.tools.ask_after(frame)
            else:
                frames = self.responses.want(frame, self.clock.time(), override=True)
                self.perform([ToUpstream(each) for each in frames])
        else:
            self.perform([ToUpstream(frame)])

    def answers(self):
        """The spoken answers that the client has whole, and nobody has taken from it."""
        deleted = {event["item_id"] for event in self.seen if event["type"] == "conversation.item.deleted"}
        items = [event["item"] for event in self.seen if event["type"] == "response.output_item.done"]
        return [
            item
            for item in items
            if item["type"] == "message" and item["status"] == "completed" and item["id"] not in deleted
        ]

    def finished(self, call_id, output):
        self.perform(self.tools.finished(call_id, CallResult(output), self.clock.time()))

    def _process(self, frame, now):
        """As a session does, cut down to what matters here."""
        event = events.read(frame)
        actions = []
        requests = []
        match event:
            case events.ResponseCreated():
                self.passed_on = False
                self.responses.created(event.response_id)
                self.tools.response_created()
            case events.ResponseDone():
                actions = self.tools.response_done(event, now)
            case events.OutputItemDone() if event.item.get("type") == "function_call":
                actions = self.tools.requested(event.response_id, event.item, now)
            case events.ItemPlaced():
                output = event.item["type"] == "function_call_output"
                self.responses.item_placed(event.item["call_id"] if output else None)
            case events.SpeechStarted():
                self.responses.speech_started(now)
            case events.SpeechStopped():
                requests = self.responses.speech_stopped(now, response_follows=True)
            case events.Committed() | events.Cleared():
                requests = self.responses.speech_stopped(now, response_follows=False)
            case events.ErrorReported():
                if event.code == "conversation_already_has_active_response":
                    self.responses.refused(now)
                elif self.responses.in_flight(event.event_id):
                    requests = self.responses.rejected(now)
            case _:
                self.passed_on |= frame.type.endswith(".delta")
        self.seen.append(frame.data)
        self.perform([*actions, *map(ToUpstream, requests)])

    # ── what is done ──

    def perform(self, actions):
        for step in self.continuity.redirect(actions):
            self._do(step)
        self._arm()

    def _do(self, step):
        now = self.clock.time()
        match step:
            case ToClient():
                self.seen.append(step.frame.data)
            case ToUpstream():
                if self.upstream is not None:
                    self.world.send(self.upstream, step.frame.text)
            case StartCall():
                self.runs.append(step.call_id)
                self.world.run_tool(step.call_id, self.finished)
            case Dial():
                self.world.dial(step.attempt)
            case ToSuccessor():
                assert self.successor is not None
                self.world.send(self.successor, step.frame.text)
            case Switch():
                if self.upstream is not None:
                    self.upstream.left()
                self.upstream, self.successor = self.successor, None
                self.switches += 1
                self.responses.turns.move(Signal.UNANSWERED)
                if self.responses.requested:
                    self.perform([ToUpstream(each) for each in self.responses.rejected(now)])
            case DropSuccessor():
                self.world.hang_up(self.successor)
                self.successor = None
            case FromModel():
                self._process(step.frame, now)
            case Ask():
                request = step.request or response_create(self.our_id())
                self.perform([ToUpstream(each) for each in self.responses.want(request, now, override=True)])
            case GiveUp():
                self.given_up = step.reason
            case CancelCall() | Hangup():
                raise AssertionError(step)

    # ── time ──

    def _arm(self):
        due = earliest(self.continuity.next_deadline(), self.responses.next_deadline(), self.tools.next_deadline())
        if due != self._armed and due is not None:
            self.clock.call_at(due, self._ring, due)
        self._armed = due

    def _ring(self, due):
        if self._armed == due:
            self._armed = None
            now = self.clock.time()
            self.perform([*self.continuity.handle_timer(now), *map(ToUpstream, self.responses.overdue(now))])
