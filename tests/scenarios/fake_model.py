"""A model that follows a script and the rules of the wire: an opponent for the relay that knows when it is wronged.

It hears speech whose sound is its own text (see `speech`), speaks silence of the right length, and keeps a book of all
that it was given. It is pure: a clock that calls back, and a function to send with.
"""

from __future__ import annotations

import base64
import itertools
import json

from agent.core.messages import OURS
from tests.scenarios.language import Call, Say

BYTES_PER_MS = 48
SILENCE_AFTER_SPEECH = 0.2
CHUNK_MS = 100
BEGINS, ENDS = b"<speech>", b"</speech>"


def speech(text):
    """The first and the last piece of sound of a sentence."""
    return [base64.b64encode(part).decode() for part in (BEGINS + text.encode(), ENDS)]


class FakeModel:
    """The server's side of one session.

    Attributes:
        responses: How many responses were begun in the default conversation.
        outputs: Output of each call, by the tool's name, in order.
        truncates: (milliseconds) of every accepted truncate, in order.
        errors: Codes of the errors that it had to send.
        unread: Outputs that no response has seen when all is over.
        needless: Responses that began though nothing new stood in the conversation: answers given twice.
        by_client: Those of the responses that a client asked for by itself; whether they are needed is its affair.
    """

    def __init__(self, clock, send, script):
        self.responses, self.outputs, self.truncates, self.errors, self.unread = 0, [], [], [], set()
        self.needless, self.by_client, self._fresh = 0, 0, False
        self._clock, self._send = clock, send
        self._script = [*script.responses]
        self._quirks = {"nameless_errors": False, "loses": (), "speed": 10.0} | script.quirks
        self._ids = itertools.count(1)
        self._session = {"id": "sess_fake", "type": "realtime"}
        self._calls, self._sound, self._last_item = {}, {}, None
        self._active, self._plan, self._closing = None, iter(()), []
        self._hearing, self._begun = None, 0

    def greet(self):
        self._emit("session.created", session=self._session)

    def receive(self, text):
        event = json.loads(text)
        handler = getattr(self, "_on_" + event["type"].replace(".", "_"), None)
        if handler is None:
            self._refuse(event, "unknown_event")
        else:
            handler(event)

    # ── what it is told ──

    def _on_session_update(self, event):
        self._session = self._session | event["session"]
        self._emit("session.updated", session=self._session)

    def _on_input_audio_buffer_append(self, event):
        sound = base64.b64decode(event["audio"])
        if sound.startswith(BEGINS):
            self._begun += 1
            self._hear(sound[len(BEGINS) :].decode())
        elif sound == ENDS:
            self._clock.call_later(SILENCE_AFTER_SPEECH, self._falls_silent, self._begun)

    def _hear(self, text):
        if self._hearing is not None:
            # Who goes on before the silence is long enough is still in the same turn.
            self._hearing = (self._hearing[0], f"{self._hearing[1]} {text}")
            return
        self._hearing = (f"item_{next(self._ids)}", text)
        self._emit("input_audio_buffer.speech_started", item_id=self._hearing[0], audio_start_ms=0)
        self._cut("turn_detected")

    def _falls_silent(self, begun):
        if begun == self._begun:
            self._turn_ends()

    def _turn_ends(self):
        (item_id, text), self._hearing = self._hearing, None
        self._emit("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=0)
        self._emit("input_audio_buffer.committed", item_id=item_id, previous_item_id=self._last_item)
        self._place({"id": item_id, "type": "message", "role": "user", "status": "completed"})
        kind = "conversation.item.input_audio_transcription.completed"
        # It comes after the reply has begun, as transcripts do.
        self._clock.call_later(0.6, lambda: self._emit(kind, item_id=item_id, content_index=0, transcript=text))
        if self._active is None:
            self._begin()

    def _on_conversation_item_create(self, event):
        item = {"id": f"item_{next(self._ids)}"} | event["item"]
        if item["type"] == "function_call_output":
            name = self._calls.pop(item["call_id"], None)
            if name is None:
                return self._refuse(event, "invalid_call_id")
            self.outputs.append([name, item["output"]])
            self.unread.add(item["call_id"])
        return self._place(item)

    def _on_conversation_item_truncate(self, event):
        if not 0 < event["audio_end_ms"] <= self._sound.get(event["item_id"], 0):
            return self._refuse(event, "invalid_truncate")
        self.truncates.append(event["audio_end_ms"])
        fields = {name: event[name] for name in ("item_id", "content_index", "audio_end_ms")}
        return self._emit("conversation.item.truncated", **fields)

    def _on_conversation_item_delete(self, event):
        self._emit("conversation.item.deleted", item_id=event["item_id"])

    def _on_response_create(self, event):
        if self._active is not None:
            self._refuse(event, "conversation_already_has_active_response")
        else:
            self._begin(by_client=not str(event.get("event_id")).startswith(OURS))

    def _on_response_cancel(self, event):
        if self._active is None:
            self._refuse(event, "response_cancel_not_active")
        else:
            self._cut("client_cancelled")

    # ── what it does ──

    def _begin(self, *, by_client=False):
        self._active = f"resp_{next(self._ids)}"
        self.responses += 1
        self.needless += not self._fresh and not by_client
        self.by_client += by_client
        self._fresh = False
        self.unread.clear()
        parts = self._script.pop(0) if self._script else [Say("I have nothing to add.")]
        self._done = []
        self._emit("response.created", response=self._response("in_progress"))
        self._plan = itertools.chain(*(self._part(index, part) for index, part in enumerate(parts)), self._end())
        self._go_on(self._active)

    def _go_on(self, response):
        if self._active == response:
            pause = next(self._plan, None)
            if pause is not None:
                self._clock.call_later(pause, self._go_on, response)

    def _part(self, index, part):
        item = {"id": f"item_{next(self._ids)}", "status": "in_progress"}
        place = {"response_id": self._active, "output_index": index}
        if isinstance(part, Call):
            call_id = f"call_{next(self._ids)}"
            item |= {"type": "function_call", "name": part.name, "call_id": call_id, "arguments": ""}
        else:
            item |= {"type": "message", "role": "assistant", "content": []}
        self._emit("response.output_item.added", **place, item=item)
        self._place(item, done=False)
        self._closing = [item, place, part]
        if isinstance(part, Call):
            yield 0.02
            self._calls[call_id] = part.name
        else:
            yield from self._speak(item["id"], place, part)
        self._close("completed")
        yield 0.0

    def _speak(self, item_id, place, part):
        for start in range(0, int(part.seconds * 1000), CHUNK_MS):
            ms = min(CHUNK_MS, int(part.seconds * 1000) - start)
            delta = base64.b64encode(bytes(ms * BYTES_PER_MS)).decode()
            self._sound[item_id] = self._sound.get(item_id, 0) + ms
            self._emit("response.output_audio.delta", **place, item_id=item_id, content_index=0, delta=delta)
            yield ms / 1000 / self._quirks["speed"]
        fields = {"item_id": item_id, "content_index": 0, "transcript": part.text}
        self._emit("response.output_audio_transcript.done", **place, **fields)

    def _close(self, status):
        if not self._closing:
            return
        item, place, part = self._closing
        self._closing = []
        whole = {"arguments": part.arguments} if isinstance(part, Call) else {}
        if isinstance(part, Say) and status == "completed":
            whole = {"content": [{"type": "output_audio", "transcript": part.text}]}
        item = item | whole | {"status": status}
        self._emit("conversation.item.done", item=item, previous_item_id=None)
        self._emit("response.output_item.done", **place, item=item)
        self._done.append(item)

    def _end(self, status="completed"):
        response = self._response(status)
        self._active, self._plan = None, iter(())
        self._emit("response.done", response=response)
        yield from ()

    def _cut(self, reason):
        if self._active is not None:
            self._close("incomplete")
            [*self._end("cancelled")]

    def _response(self, status):
        return {"id": self._active, "status": status, "output": self._done, "conversation_id": "conv_fake"}

    def _place(self, item, *, done=True):
        previous, self._last_item = self._last_item, item["id"]
        self._fresh |= done
        self._emit("conversation.item.added", item=item, previous_item_id=previous)
        if done:
            self._emit("conversation.item.done", item=item, previous_item_id=None)

    def _refuse(self, event, code):
        self.errors.append(code)
        event_id = None if self._quirks["nameless_errors"] else event.get("event_id")
        error = {"type": "invalid_request_error", "code": code, "message": code, "param": None, "event_id": event_id}
        self._emit("error", error=error)

    def _emit(self, kind, **fields):
        if kind not in self._quirks["loses"]:
            self._send(json.dumps({"type": kind, "event_id": f"event_{next(self._ids)}"} | fields))
