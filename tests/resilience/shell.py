"""What a session and its relay do with a `Continuity`: the arbiter and the tool work are the real ones."""

from __future__ import annotations

import itertools

from agent.core import events
from agent.core.actions import Action, StartCall, ToClient, ToUpstream
from agent.core.calls import CallResult
from agent.core.client_tools import ClientTools
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
        self.tools = ToolWork(
            self.responses, ClientTools((), enabled=False), {"tool": None}, extensions=False, our_id=our_id
        )
        self._armed = None
        self._handlers = {
            events.ResponseCreated: self._created,
            events.ResponseDone: self.tools.response_done,
            events.OutputItemDone: self._output_done,
            events.ItemPlaced: self._placed,
            events.ErrorReported: self._error,
            events.SpeechStarted: lambda _event, now: self.responses.speech_started(now),
            events.SpeechStopped: lambda _event, now: self.responses.speech_stopped(now, response_follows=True),
            events.Committed: lambda _event, now: self.responses.speech_stopped(now, response_follows=False),
            events.Cleared: lambda _event, now: self.responses.speech_stopped(now, response_follows=False),
        }
        self.continuity = Continuity(
            configuration=lambda: session_update(our_id(), CONFIG),
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
            if not self.tools.client_asks(frame):
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

    def last_of_speech(self):
        """The last event about the user's speaking."""
        kinds = [event["type"] for event in self.seen if event["type"].startswith("input_audio_buffer.")]
        return kinds[-1] if kinds else None

    def finished(self, call_id, output):
        self.perform(self.tools.finished(call_id, CallResult(output), self.clock.time()))

    def _process(self, frame, now):
        """As a session does, cut down to what matters here."""
        event = events.read(frame)
        handler = self._handlers.get(type(event))
        actions = handler(event, now) if handler else ()
        self.seen.append(frame.data)
        self.perform([each if isinstance(each, Action) else ToUpstream(each) for each in actions or ()])

    def _created(self, event, _now):
        self.responses.created(event.response_id)
        self.tools.response_created()

    def _output_done(self, event, now):
        call = event.item.get("type") == "function_call"
        return self.tools.requested(event.response_id, event.item, now) if call else ()

    def _placed(self, event, _now):
        output = event.item["type"] == "function_call_output"
        self.responses.item_placed(event.item["call_id"] if output else None)

    def _error(self, event, now):
        if event.code == "conversation_already_has_active_response":
            self.responses.refused(now)
        elif self.responses.in_flight(event.event_id):
            return self.responses.rejected(now)
        return ()

    # ── what is done ──

    def perform(self, actions):
        for step in self.continuity.redirect(actions):
            self._do(step)
        self._arm()

    def _do(self, step):
        match step:
            case ToClient():
                self.seen.append(step.frame.data)
            case ToUpstream():
                if self.upstream is not None:
                    self.world.send(self.upstream, step.frame.text)
            case StartCall():
                self.runs.append(step.call_id)
                self.world.run_tool(step.call_id, self.finished)
            case FromModel():
                self._process(step.frame, self.clock.time())
            case Ask():
                self._ask(step.request or response_create(self.our_id()))
            case GiveUp():
                self.given_up = step.reason
            case _:
                self._hand_over(step)

    def _hand_over(self, step):
        match step:
            case Dial():
                self.world.dial(step.attempt)
            case ToSuccessor():
                self.world.send(self.successor, step.frame.text)
            case Switch():
                self._switch()
            case DropSuccessor():
                self.world.hang_up(self.successor)
                self.successor = None
            case _:
                raise AssertionError(step)

    def _switch(self):
        if self.upstream is not None:
            self.upstream.left()
        self.upstream, self.successor = self.successor, None
        self.switches += 1
        self.responses.turns.move(Signal.UNANSWERED)
        if self.responses.requested:
            self.perform([ToUpstream(each) for each in self.responses.rejected(self.clock.time())])

    def _ask(self, request):
        frames = self.responses.want(request, self.clock.time(), override=True)
        self.perform([ToUpstream(each) for each in frames])

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
