"""A client that plays sound in real time, stops it when it hears that the user speaks, and reports what was heard.

Its stock variant does not opt in to our events and truncates by itself, as the services' own samples do.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

from tests.scenarios.fake_model import BYTES_PER_MS, speech

TICK_MS = 20
REPORT_MS = 200
QUIET = 3.0  # seconds without any event, call or sound


@dataclass
class Seen:
    """What a client saw.

    Attributes:
        answers: Transcripts of answers that were completed.
        questions: Transcripts of the user's speech, in the order of the conversation.
        calls: Tools that began, in order.
        own_calls: Calls of the client's own tools, in order.
        statuses: How they ended.
        citations: Citations of each answer that has any.
        interrupted: Positions in ms at which answers were cut.
        errors: Codes of the errors.
        heard_ms: Sound that was played.
        late_ms: Sound of a response that arrived after it had been broken into.
        closed: Close code and reason, when the session ended.
    """

    answers: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    own_calls: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    citations: list[list[dict]] = field(default_factory=list)
    interrupted: list[int] = field(default_factory=list)
    errors: list[str | None] = field(default_factory=list)
    heard_ms: int = 0
    late_ms: int = 0
    closed: tuple[int, str] | None = None


class FakeClient:
    """One caller with a loudspeaker.

    Args:
        clock: Has `time()` and `call_later(seconds, function, *arguments)`.
        send: Takes the text of an event.
        stock: Has not opted in to our events.
        voice: Pieces of base64 sound in which a sentence is said; by default such as the fake model hears.
    """

    def __init__(self, clock, send, *, stock, voice=speech):
        self.seen = Seen()
        self.open = False
        self._clock, self._send, self._stock, self._voice = clock, send, stock, voice
        self._queue, self._current, self._silenced, self._active = [], None, set(), None
        self._turns, self._running, self._last = {}, 0, clock.time()
        self._playing = False
        self._offered, self._answered = {}, False

    def receive(self, text):
        event = json.loads(text)
        self._last = self._clock.time()
        handler = getattr(self, "_on_" + event["type"].replace(".", "_"), None)
        if handler is not None:
            handler(event)

    def ended(self, code, reason):
        self.seen.closed = (code, reason)

    # ── steps: each returns when it is done, as a question that is asked again and again ──

    def speak(self, text, seconds):
        pieces = self._voice(text)
        for number, piece in enumerate(pieces):
            moment = seconds * number / max(len(pieces) - 1, 1)
            event = {"type": "input_audio_buffer.append", "audio": piece}
            self._clock.call_later(moment, self.send, event)
        return self.wait(seconds)

    def type(self, text):
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        self.send({"type": "conversation.item.create", "item": item})
        self.send({"type": "response.create"})
        return lambda: True

    def send(self, event):
        self._send(json.dumps(event))
        return lambda: True

    def offer(self, name, output):
        self._offered[name] = output
        tools = [{"type": "function", "name": each, "parameters": {"type": "object"}} for each in self._offered]
        return self.send({"type": "session.update", "session": {"type": "realtime", "tools": tools}})

    def stop(self):
        self._silence()
        return self.send({"type": "response.cancel"})

    def wait(self, seconds):
        until = self._clock.time() + seconds
        return lambda: self._clock.time() >= until

    def wait_heard(self, heard_ms):
        already = self.seen.heard_ms
        return lambda: self.seen.heard_ms - already >= heard_ms

    def wait_call(self, name):
        already = self.seen.calls.count(name)
        return lambda: self.seen.calls.count(name) > already

    def wait_quiet(self):
        return lambda: not self._queue and not self._running and self._clock.time() - self._last >= QUIET

    # ── what it is told ──

    def _on_session_created(self, _event):
        self.open = True

    def _on_input_audio_buffer_speech_started(self, _event):
        self._silence()

    def _on_input_audio_buffer_committed(self, event):
        self._turns[event["item_id"]] = None

    def _on_conversation_item_input_audio_transcription_completed(self, event):
        self._turns[event["item_id"]] = event["transcript"]
        self.seen.questions = [text for text in self._turns.values() if text is not None]

    def _on_response_created(self, event):
        self._active = event["response"]["id"]

    def _on_response_done(self, _event):
        self._active = None
        if self._answered:
            self._answered = False
            self.send({"type": "response.create"})

    def _on_response_output_audio_delta(self, event):
        ms = len(base64.b64decode(event["delta"])) // BYTES_PER_MS
        if event["response_id"] in self._silenced:
            self.seen.late_ms += ms
            return
        if self._queue and self._queue[-1]["item"] == event["item_id"]:
            self._queue[-1]["total"] += ms
        else:
            self._queue.append({"item": event["item_id"], "total": ms, "played": 0, "reported": 0})
        if not self._playing:
            self._playing = True
            self._clock.call_later(TICK_MS / 1000, self._play)

    def _on_response_output_item_done(self, event):
        item = event["item"]
        if item["type"] == "function_call":
            self.seen.own_calls.append(item["name"])
            output = {"type": "function_call_output", "call_id": item["call_id"], "output": self._offered[item["name"]]}
            self.send({"type": "conversation.item.create", "item": output})
            self._answered = True
        elif item["type"] == "message" and item["status"] == "completed":
            self.seen.answers += [part.get("transcript", part.get("text")) for part in item["content"]]

    def _on_error(self, event):
        self.seen.errors.append(event["error"]["code"])

    def _on_extension_call_started(self, event):
        self._running += 1
        self.seen.calls.append(event["name"])

    def _on_extension_call_finished(self, event):
        self._running -= 1
        self.seen.statuses.append(event["status"])

    def _on_extension_citations(self, event):
        self.seen.citations.append(event["citations"])

    def _on_extension_interrupted(self, event):
        self.seen.interrupted.append(event["played_ms"])

    # ── the loudspeaker ──

    def _play(self):
        self._playing = bool(self._queue)
        if not self._queue:
            return
        self._last = self._clock.time()
        track = self._queue[0]
        step = min(TICK_MS, track["total"] - track["played"])
        track["played"] += step
        self.seen.heard_ms += step
        at_end = track["played"] == track["total"] and (len(self._queue) > 1 or self._active is None)
        if at_end or track["played"] - track["reported"] >= REPORT_MS:
            track["reported"] = track["played"]
            self._report(track)
        if at_end:
            self._queue.pop(0)
        self._clock.call_later(TICK_MS / 1000, self._play)

    def _silence(self):
        if self._active is not None:
            self._silenced.add(self._active)
        if self._queue and self._stock:
            track = self._queue[0]
            fields = {"item_id": track["item"], "content_index": 0, "audio_end_ms": track["played"]}
            self.send({"type": "conversation.item.truncate"} | fields)
        elif self._queue:
            self._report(self._queue[0], stopped=True)
        self._queue.clear()

    def _report(self, track, **fields):
        if not self._stock:
            place = {"item_id": track["item"], "content_index": 0, "played_ms": track["played"]}
            self.send({"type": "extension.playback"} | place | fields)
