"""A bench for the session core: events and times go in, and what comes out is sorted by where it goes."""

from __future__ import annotations

import itertools
import json

import pytest

from agent.core.actions import (
    ApproveCall,
    CancelCall,
    DropAudio,
    DropSpeculation,
    Hangup,
    Speculate,
    Spent,
    StartCall,
    ToClient,
    ToUpstream,
)
from agent.core.calls import CallResult
from agent.core.dialect import DIALECTS
from agent.core.frames import Frame, MalformedFrame
from agent.core.handover import Dial, DropSuccessor, Switch, ToSuccessor
from agent.core.keeping import broken_off
from agent.core.messages import OURS
from agent.core.profiles import PROFILES
from agent.core.rules import CallRules
from agent.core.session import Session, SessionConfig
from agent.core.translate import Translation

SEARCH = {"type": "function", "name": "search", "description": "", "parameters": {"type": "object"}}
ENFORCED = {"type": "realtime", "instructions": "the operator's secret", "tools": [SEARCH]}
VOICE = {"type": "server_vad", "create_response": True, "interrupt_response": True}
IN_FORCE = {
    "type": "realtime",
    "id": "sess_1",
    "instructions": "the operator's secret",
    "tools": [{"type": "function", "name": "search"}],
    "tool_choice": "auto",
    "audio": {
        "input": {"turn_detection": VOICE},
        "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy"},
    },
}


class Bench:
    """One session, and all that it has decided so far."""

    def __init__(
        self,
        *,
        extensions=True,
        timeouts=None,
        cite=None,
        prefix="id",
        profile="engine",
        client="ga",
        make=Session,
        **config,
    ):
        self.now = 0.0
        self.ours, self.lines, self.successor, self.approved, self.ahead, self.spent = [], [], [], [], [], []
        self.client, self.upstream, self.started, self.cancelled, self.hangups = [], [], [], [], []
        counter = itertools.count(1)
        session = config.pop("session", {"type": "realtime", "instructions": "x"})
        config = SessionConfig(session, timeouts or {}, extensions, {"agent": {}}, **config)
        extra = {"cite": cite} if cite else {}
        faces = {"profile": PROFILES[profile], "client": DIALECTS[client]}
        self.profile = PROFILES[profile]
        dialect = self.profile.dialect
        self._voice = None if dialect.name == "ga" else Translation(DIALECTS["ga"], dialect)
        self.session = make(config, new_id=lambda: f"{prefix}_{next(counter)}", now=0.0, **faces, **extra)

    def take(self, actions):
        sorts = {ToClient: self.client, ToUpstream: self.upstream, Hangup: self.hangups, ToSuccessor: self.successor}
        for action in actions:
            if isinstance(action, StartCall):
                self.started.append(action)
            elif isinstance(action, ApproveCall):
                self.approved.append(action.call_id)
            elif isinstance(action, CancelCall):
                self.cancelled.append(action.call_id)
            elif isinstance(action, Speculate | DropSpeculation):
                self.ahead.append(action.text if isinstance(action, Speculate) else None)
            elif isinstance(action, Dial | DropAudio | DropSuccessor | Switch):
                self.lines.append(action)
            elif isinstance(action, Spent):
                self.spent.append(action)
            else:
                sorts[type(action)].append(action if isinstance(action, Hangup) else action.frame)
                if isinstance(action, ToUpstream) and action.frame.data.get("event_id", "").startswith(OURS):
                    self.ours.append((self.now, action.frame.type))
        return list(actions)

    def model(self, event, **fields):
        """The model sends an event, given whole, as text, or as a type and fields, in GA's names."""
        return [action for frame in self.voiced(_frame(event, fields)) for action in self.service(frame)]

    def service(self, frame):
        """The service sends a frame, in its own names."""
        return self.take(self.session.receive_upstream(frame, self.now))

    def voiced(self, frame):
        """What a service of this profile sends where a GA service would send the frame."""
        if self._voice is None:
            return [frame]
        try:
            return [Frame(each.text) for each in self._voice.frames(frame)]
        except MalformedFrame:
            return [frame]

    def caller(self, event, **fields):
        return self.take(self.session.receive_client(_frame(event, fields), self.now))

    def finish(self, call_id, output="42", **fields):
        return self.take(self.session.call_finished(call_id, CallResult(output, **fields), self.now))

    def tick(self, seconds):
        """Let time pass, ringing the timer whenever it asks for it."""
        until = self.now + seconds
        for _ in range(1000):
            due = self.session.next_deadline()
            if due is None or due > until:
                self.now = until
                return
            self.now = max(self.now, due)
            self.take(self.session.handle_timer(self.now))
        raise AssertionError("the timer never comes to rest")

    def open(self, **changes):
        self.model("session.created", session={"id": "sess_1", "instructions": "default"})
        self.model("session.updated", session=IN_FORCE | changes)
        self.clear()
        return self

    def clear(self):
        for pile in (self.client, self.upstream, self.started, self.cancelled, self.hangups):
            pile.clear()

    # ── what the model does, in its usual steps ──

    def begins(self, response, **fields):
        self.model("response.created", response={"id": response, "conversation_id": "conv_1"} | fields)

    def calls(self, response, *names, index=0, status="completed", announce=True, tool="search", arguments=None):
        for number, name in enumerate(names, index):
            item = call_item(name, status, tool)
            item |= {} if arguments is None else {"arguments": arguments}
            place = {"response_id": response, "output_index": number}
            if announce:
                self.model("response.output_item.added", **place, item=item | {"status": "in_progress"})
                self.model("conversation.item.added", item=item | {"status": "in_progress"}, previous_item_id="u1")
                self.model("conversation.item.done", item=item, previous_item_id=None)
            self.model("response.output_item.done", **place, item=item)

    def speaks(self, response, item="m1", ms=1000, part=0, index=0, *, finish=True, text="hello"):
        """A spoken message: `ms` of PCM16 at 24 kHz."""
        place = {"response_id": response, "output_index": index}
        message = {"id": item, "type": "message", "role": "assistant", "content": []}
        self.model("response.output_item.added", **place, item=message | {"status": "in_progress"})
        self.audio(response, item, ms, part, index)
        if finish:
            content = [{"type": "output_audio", "transcript": text}]
            self.model("response.output_item.done", **place, item=message | {"status": "completed", "content": content})

    def audio(self, response, item="m1", ms=1000, part=0, index=0):
        place = {"response_id": response, "output_index": index}
        delta = "A" * (ms * 64)
        fields = {"item_id": item, "content_index": part, "delta": delta}
        return self.model("response.output_audio.delta", **place, **fields)

    def offers(self, *names):
        """The client offers the model tools of its own."""
        tools = [{"type": "function", "name": name, "parameters": {"type": "object"}} for name in names]
        return self.caller("session.update", session={"type": "realtime", "tools": tools})

    def answers(self, call_id, output="from the client", **fields):
        """The client gives the output of a call of its own."""
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        return self.caller("conversation.item.create", item=item, **fields)

    def aside_begins(self, response):
        """The model begins the sentence that it was asked for last."""
        self.begins(response, conversation_id=None, metadata=self.asides[-1]["response"]["metadata"])

    def decides(self, call_id, decision="approve", **fields):
        """The client's user decides on a call."""
        return self.caller("extension.tool.approval", call_id=call_id, decision=decision, **fields)

    def asks(self, call_id, arguments='{"count":3}'):
        """A tool asks for approval."""
        return self.take(self.session.ask_approval(call_id, arguments, self.now))

    def job_ends(self, call_id, output="ready", **fields):
        """The work of a call that was answered is done."""
        return self.take(self.session.job_finished(call_id, CallResult(output, **fields), self.now))

    def ends(self, response, *items, status="completed", **fields):
        body = {"id": response, "status": status, "output": list(items), "conversation_id": "conv_1"}
        self.model("response.done", response=body | fields)

    def placed(self, call_id):
        """The model confirms that the output of a call stands in the conversation."""
        item = {"id": f"out_{call_id}", "type": "function_call_output", "call_id": call_id, "output": "…"}
        self.model("conversation.item.added", item=item, previous_item_id=f"fc_{call_id}")

    def user(self, *, stops=False):
        kind = "stopped" if stops else "started"
        self.model(f"input_audio_buffer.speech_{kind}", item_id="u2")

    def error(self, code, event_id=None, message="no"):
        self.model("error", error={"type": "x", "code": code, "message": message, "event_id": event_id})

    # ── what has come of it ──

    def sent(self, kind):
        return [frame.data for frame in self.upstream if frame.type == kind]

    def seen(self, kind):
        return [frame.data for frame in self.client if frame.type == kind]

    @property
    def creates(self):
        return self.sent("response.create")

    @property
    def outputs(self):
        items = [event["item"] for event in self.sent("conversation.item.create")]
        return {item["call_id"]: item["output"] for item in items if item["type"] == "function_call_output"}

    @property
    def notes(self):
        """What the model was told that neither side has said."""
        items = [event["item"] for event in self.sent("conversation.item.create")]
        return [item["content"][0]["text"] for item in items if item.get("role") == "system"]

    @property
    def asides(self):
        """Sentences that the model was to say beside the conversation."""
        marked = [((event.get("response") or {}).get("metadata") or {}, event) for event in self.creates]
        return [event for metadata, event in marked if "vocative_aside" in metadata]

    @property
    def deleted(self):
        """Items that we took out of the conversation by ourselves."""
        return [event for event in self.sent("conversation.item.delete") if event["event_id"].startswith(OURS)]

    @property
    def truncates(self):
        found = self.sent("conversation.item.truncate")
        return [(event["item_id"], event["content_index"], event["audio_end_ms"]) for event in found]


def call_item(name, status="completed", tool="search"):
    body = {"type": "function_call", "call_id": name, "name": tool, "arguments": '{"query":"leave"}'}
    return {"id": f"fc_{name}", "status": status} | body


def _frame(event, fields):
    if isinstance(event, Frame):
        return event
    if isinstance(event, str) and not event.lstrip().startswith(("{", "[")) and fields is not None and " " not in event:
        event = {"type": event} | fields
    return Frame(event if isinstance(event, str) else json.dumps(event))


@pytest.fixture
def bench():
    """A session that is open, with a client that opted in to our events."""
    return Bench().open()


@pytest.fixture
def stock():
    """A session that is open, with a stock Realtime client."""
    return Bench(extensions=False).open()


@pytest.fixture
def enforced():
    """A configuration with a prompt and a tool that no client must see."""
    return ENFORCED


@pytest.fixture
def make_bench():
    """Makes sessions that are not yet open."""
    return Bench


@pytest.fixture
def function_call():
    return call_item


@pytest.fixture
def ruled():
    """Makes an open session whose tool has these rules."""

    def make(*, options=None, **rules):
        return Bench(rules={"search": CallRules(**rules)}, **options or {}).open()

    return make


@pytest.fixture
def elsewhere(make_bench):
    """Kills a session, and makes another one go on with what was kept of it."""

    def go_on(bench, *, runs_on=False, **options):
        kept = json.loads(json.dumps(bench.session.keeping.kept(bench.now)))
        other = make_bench(prefix="other", **options)
        other.session.keeping.restore(kept, other.now)
        other.take(other.session.client_back({}, 0, complete=False, now=other.now))
        other.take(other.session.upstream_closed(1006, "", other.now))
        for call_id, result, job in broken_off(kept, runs_on=runs_on):
            done = other.session.job_finished if job else other.session.call_finished
            other.take(done(call_id, result, other.now))
        return other

    return go_on
