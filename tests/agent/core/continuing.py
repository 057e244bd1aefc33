"""A bench for the session's continuity: what it decides, sorted by where it goes, and a service played by hand."""

from __future__ import annotations

import itertools

from agent.core.actions import ToClient, ToUpstream
from agent.core.continuity import WATCHED, Continuity
from agent.core.floor import Floor
from agent.core.frames import Frame
from agent.core.handover import Ask, Dial, FromModel, ToSuccessor
from agent.core.messages import session_update

CONFIG = {"type": "realtime", "instructions": "the operator's", "tools": [{"name": "search"}]}
ACCEPTED = {"id": "sess_2", "audio": {"input": {"transcription": {"model": "w"}}}}


class Bench:
    """One continuity, and all that it has decided so far."""

    def __init__(self, **options):
        self.now, self.floor = 0.0, Floor()
        self.client, self.upstream, self.successor, self.steps = [], [], [], []
        self.config = CONFIG
        ids = itertools.count(1)
        new_id = lambda: f"id{next(ids)}"  # noqa: E731
        self.continuity = Continuity(
            configuration=lambda: session_update(f"vocative_{new_id()}", self.config),
            floor=lambda _now: self.floor,
            new_id=new_id,
            chance=lambda: 1.0,
            unix=1_000_000.0,
            **{"extensions": True} | options,
        )

    def take(self, steps):
        sorts = {ToClient: self.client, FromModel: self.client, ToUpstream: self.upstream, ToSuccessor: self.successor}
        for step in steps:
            self.steps.append(step)
            if type(step) in sorts:
                sorts[type(step)].append(step.frame.data)
        return list(steps)

    def model(self, kind, **fields):
        """The upstream sends an event; gives what the session goes on with."""
        assert kind in WATCHED
        frame = Frame.of({"type": kind, **fields})
        return self.continuity.incoming(frame, kind, self.now)

    def caller(self, kind, **fields):
        return self.take(self.continuity.redirect([ToUpstream(Frame.of({"type": kind, **fields}))]))

    def says(self, item_id, text, previous=None, role="user"):
        side = "output" if role == "assistant" else "input"
        content = [{"type": f"{side}_audio", "transcript": text}]
        item = {"id": item_id, "type": "message", "role": role, "status": "completed", "content": content}
        return self.model("conversation.item.added", previous_item_id=previous, item=item)

    def calls(self, call_id, previous=None):
        item = {"id": f"f_{call_id}", "type": "function_call", "call_id": call_id, "name": "search", "arguments": "{}"}
        return self.model("conversation.item.done", previous_item_id=previous, item=item | {"status": "completed"})

    def outputs(self, call_id, text="found"):
        item = {"type": "function_call_output", "call_id": call_id, "output": text}
        return self.caller("conversation.item.create", event_id=f"vocative_{call_id}", item=item)

    def lose(self):
        return self.take(self.continuity.upstream_closed(self.now))

    def tick(self, seconds):
        """Let time pass, ringing whenever it is asked for."""
        until = self.now + seconds
        for _ in range(10_000):
            due = self.continuity.next_deadline()
            if due is None or due > until:
                self.now = until
                return
            self.now = max(self.now, due)
            self.take(self.continuity.handle_timer(self.now))
        raise AssertionError("the timer never comes to rest")

    def answer(self, kind, **fields):
        """The successor sends an event."""
        return self.take(self.continuity.receive_successor(Frame.of({"type": kind, **fields}), kind, self.now))

    def dialled(self):
        dial = next(step for step in reversed(self.steps) if isinstance(step, Dial))
        return self.take(self.continuity.dialled(dial.attempt, self.now))

    def accept(self, **session):
        """The successor is opened, greets, and takes the configuration."""
        self.dialled()
        self.answer("session.created", session={"id": "sess_2"})
        self.answer("session.updated", session=ACCEPTED | session)

    def acknowledge(self):
        """It takes the items that it was given, as a service does."""
        for event in [*self.successor]:
            if "item" in event:
                self.answer("conversation.item.added", item=event["item"], previous_item_id=None)

    def succeed(self):
        self.accept()
        self.acknowledge()

    def kinds(self, side):
        return [event["type"] for event in side]

    def given(self):
        """The items that the successor was given, as words."""
        items = [event["item"] for event in self.successor if "item" in event]
        return [item["content"][0]["text"] if "content" in item else item["type"] for item in items]

    def asked(self):
        return [step for step in self.steps if isinstance(step, Ask)]
