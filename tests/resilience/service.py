"""A Realtime service in memory: strict about its conversation, and it fails in every way that a seed tells it to."""

from __future__ import annotations

import json
from dataclasses import dataclass

WORDS_AFTER = 0.05
CHUNKS = 3


@dataclass
class Nature:
    """How one upstream session behaves.

    `dies` and `expires` are moments after its beginning; `mute` loses the acknowledgements of what it is given.
    """

    dies: float | None = None
    expires: float | None = None
    poisoned: bool = False
    mute: bool = False
    refuses_session: bool = False
    silent_greeting: bool = False
    dies_at_item: int | None = None


class Service:
    """One upstream session; `send` takes its frames, `close` its end."""

    def __init__(self, world, number, nature, send, close):
        self.world, self.number, self.nature = world, number, nature
        self._send, self._close = send, close
        self.items, self.errors = [], []
        self.closed = False
        self._made = 0
        self._active = None
        self._requested = False
        world.clock.call_later(0.02, self._greet)
        for moment in (nature.dies, nature.expires):
            if moment is not None:
                world.clock.call_later(moment, self._end, moment == nature.expires)

    # ── its beginning and end ──

    def _greet(self):
        if not self.nature.silent_greeting:
            session = {"id": f"sess_{self.number}", "type": "realtime"}
            if self.nature.expires is not None:
                session["expires_at"] = self.world.unix + self.world.clock.time() + self.nature.expires - 0.02
            self.emit("session.created", session=session)

    def _end(self, expired=False):
        if expired and not self.closed:
            self._error(None, "session_expired")
        self.close()

    def close(self, code=1006):
        if not self.closed:
            self.closed = True
            self._close(code)

    def left(self):
        """We have closed it."""
        self.closed = True

    # ── what it is told ──

    def receive(self, text):
        if self.closed:
            return
        event = json.loads(text)
        getattr(self, "_on_" + event["type"].replace(".", "_"))(event)

    def _on_session_update(self, event):
        if self.nature.refuses_session:
            self._error(event, "invalid_value")
        else:
            self.emit("session.updated", session={"id": f"sess_{self.number}"} | event["session"])

    def _on_input_audio_buffer_append(self, event):
        pass

    def _on_conversation_item_create(self, event):
        item = dict(event["item"])
        item.setdefault("id", self._id("item"))
        known = [other["id"] for other in self.items]
        calls = {other.get("call_id") for other in self.items if other["type"] == "function_call"}
        if item["id"] in known or len(item["id"]) > 32 or item["id"].startswith("~"):
            return self._error(event, "bad_id")
        if item["type"] == "function_call_output" and item["call_id"] not in calls:
            return self._error(event, "invalid_tool_call_id")
        after = event.get("previous_item_id")
        if after not in {None, "root", *known}:
            return self._error(event, "previous_item_not_found")
        at = len(known) if after is None else 0 if after == "root" else known.index(after) + 1
        self._place(item, at, heard=not (self.nature.mute and "id" in event["item"]))
        if self.nature.dies_at_item is not None and len(self.items) >= self.nature.dies_at_item:
            self.close(1011)
        return None

    def _on_conversation_item_delete(self, event):
        before = len(self.items)
        self.items = [item for item in self.items if item["id"] != event["item_id"]]
        if len(self.items) == before:
            self._error(event, "item_not_found")
        else:
            self.emit("conversation.item.deleted", item_id=event["item_id"])

    def _on_conversation_item_truncate(self, event):
        item = next((item for item in self.items if item["id"] == event["item_id"]), None)
        if item is None or item["content"][0]["type"] != "output_audio":
            self._error(event, "cannot_truncate")
        else:
            item["content"][0]["transcript"] = ""
            fields = {name: event[name] for name in ("item_id", "content_index", "audio_end_ms")}
            self.emit("conversation.item.truncated", **fields)

    def _on_conversation_item_retrieve(self, event):
        item = next((item for item in self.items if item["id"] == event["item_id"]), None)
        if item is None:
            self._error(event, "item_not_found")
        else:
            self.emit("conversation.item.retrieved", item=item)

    def _on_response_create(self, event):
        if self._active is not None:
            self._error(event, "conversation_already_has_active_response")
        elif not self._requested:
            # It takes its time; a second request in the meantime is the same one.
            self._requested = True
            self.world.clock.call_later(self.world.random.uniform(0.0, 1.0), self._begin)

    # ── what the user says to it ──

    def hears(self, text, seconds):
        """The user speaks; the transcript comes late."""
        item_id = self._id("item")
        self.emit("input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=10)
        self._finish("cancelled")
        self.world.clock.call_later(seconds, self._heard, item_id, text)

    def _heard(self, item_id, text):
        if self.closed:
            return
        self.emit("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=900)
        previous = self.items[-1]["id"] if self.items else None
        self.emit("input_audio_buffer.committed", item_id=item_id, previous_item_id=previous)
        content = [{"type": "input_audio", "transcript": None}]
        self._place({"id": item_id, "type": "message", "role": "user", "content": content}, len(self.items))
        kind = "conversation.item.input_audio_transcription.completed"
        content[0]["transcript"] = text
        self.world.clock.call_later(
            self.world.random.uniform(0.05, 1.5),
            lambda: self.emit(kind, item_id=item_id, content_index=0, transcript=text),
        )
        self._finish("cancelled")  # one that was asked for before the user spoke, and begun after
        if not self._requested:
            self._requested = True
            self.world.clock.call_later(self.world.random.uniform(0.02, 1.0), self._begin)

    # ── what it says ──

    def _begin(self):
        if self.closed or self._active is not None:
            return
        response_id, self._requested = self._id("resp"), False
        self._active = response_id
        self._output = []
        self.emit("response.created", response={"id": response_id, "status": "in_progress", "conversation_id": "c"})
        if self.nature.poisoned:
            self._finish("failed")
            return
        plan = self.world.plan(self.items)
        self.world.clock.call_later(WORDS_AFTER, self._go_on, response_id, [*plan], 0)

    def _go_on(self, response_id, plan, index):
        if self._active != response_id or self.closed:
            return
        if not plan:
            self._finish("completed")
            return
        kind, *rest = plan.pop(0)
        item = {"id": self._id("item"), "status": "in_progress"}
        place = {"response_id": response_id, "output_index": index}
        if kind == "call":
            item |= {"type": "function_call", "name": "tool", "call_id": rest[0], "arguments": ""}
        else:
            item |= {"type": "message", "role": "assistant", "content": []}
        self.emit("response.output_item.added", **place, item=item)
        self._place(item, len(self.items), done=False)
        self._output.append((place, item))
        self.world.clock.call_later(0.1, self._say, response_id, (kind, rest[0], CHUNKS), plan)

    def _say(self, response_id, what, plan):
        if self._active != response_id or self.closed:
            return
        kind, text, left = what
        place, item = self._output[-1]
        if left and kind == "say":
            fields = {"item_id": item["id"], "content_index": 0, "delta": text if left == CHUNKS else "."}
            self.emit("response.output_audio_transcript.delta", **place, **fields)
            self.world.clock.call_later(0.2, self._say, response_id, (kind, text, left - 1), plan)
            return
        if kind == "call":
            item["arguments"] = "{}"
        else:
            item["content"] = [{"type": "output_audio", "transcript": f"{text}.."}]
        self._close_item("completed")
        self.world.clock.call_later(0.05, self._go_on, response_id, plan, place["output_index"] + 1)

    def _close_item(self, status):
        place, item = self._output[-1]
        if item["status"] == "in_progress":
            item["status"] = status
            self.emit("conversation.item.done", item=item, previous_item_id=None)
            self.emit("response.output_item.done", **place, item=item)

    def _finish(self, status):
        if self._active is None:
            return
        if self._output:
            self._close_item("incomplete")
        details = {"error": {"type": "server_error", "code": "boom"}} if status == "failed" else None
        output = [item for _, item in self._output]
        response = {"id": self._active, "status": status, "output": output, "conversation_id": "c"}
        self._active = None
        self.emit("response.done", response=response | {"status_details": details})

    # ── common ──

    def _place(self, item, at, *, done=True, heard=True):
        previous = self.items[at - 1]["id"] if at else None
        self.items.insert(at, item)
        if heard:
            self.emit("conversation.item.added", item=item, previous_item_id=previous)
            if done:
                self.emit("conversation.item.done", item=item, previous_item_id=previous)

    def _error(self, event, code):
        if code not in {"session_expired", "conversation_already_has_active_response", "invalid_value"}:
            self.errors.append((code, event))
        event_id = event.get("event_id") if event else None
        self.emit("error", error={"type": "x", "code": code, "message": code, "param": None, "event_id": event_id})

    def emit(self, kind, **fields):
        if not self.closed:
            self._send(json.dumps({"type": kind, "event_id": self._id("event"), **fields}))

    def _id(self, kind):
        self._made += 1
        return f"{kind}_{self.number}_{self._made}"
