"""Observer: watches what passes through a session, and tells facts of it. It changes nothing, and reads no sound.

It sees the frames that go the whole way. Sound takes the short way but for the first piece of each stretch,
which is the one that matters; how much of it passed is asked of the counters that count it anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import events
from agent.core.facts import BargedIn, CallBegan, Met, ResponseEnded, Said, Transcribed, TurnBegan, Underran
from agent.core.fields import Json, at, number_at, string_at
from agent.core.open_calls import OpenCalls
from agent.core.open_turn import OpenTurn
from agent.core.playback import HEARD_TOLERANCE_MS
from agent.core.speculating import COMPLETED
from agent.core.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.calls import CallResult
    from agent.core.facts import CallOutcome, Fact, Kind, TurnOutcome
    from agent.core.playback import Playback

# What is read beside `events.READ_TYPES`.
ALSO_READ = frozenset({COMPLETED, "output_audio_buffer.started", "output_audio_buffer.stopped"})

# More gaps in the fifth of a second between two reports nobody can have heard: a client makes them up.
MOST_UNDERRUNS = 100


class Observer:
    """Watches one session.

    Args:
        tell: Takes each fact, at once.
        unheard: Whether the caller still hears what was sent, at a moment.
        content: Tell what was said, too.
    """

    def __init__(
        self, tell: Callable[[Fact], None], unheard: Callable[[float], bool], *, content: bool = False
    ) -> None:
        self._tell = tell
        self._unheard = unheard
        self._content = content
        self._turn: OpenTurn | None = None
        self._count = 0
        self._calls = OpenCalls()
        self._responses: dict[str, float] = {}
        self._spoken: set[str] = set()
        self._requested: float | None = None
        self._met_last = Met("", "")

    # ── the model's frames ──

    def event(self, event: events.Event, data: Json, now: float) -> None:
        """The model tells something that the session reads too.

        Args:
            event: What it tells.
            data: The whole of it.
            now: Seconds.
        """
        match event:
            case events.SessionCreated() | events.SessionUpdated():
                self._met(event.session)
            case events.SpeechStarted():
                self._speaks(event.item_id, now)
            case events.SpeechStopped():
                self._stops(event.item_id, now)
            case events.Committed():
                self._committed(event.item_id, now)
            case events.Cleared():
                self._close("unanswered")
            case events.ResponseCreated():
                self._created(event, now)
            case events.OutputItemAdded():
                turn = self._answering(event.response_id)
                if turn is not None and event.item.get("type") == "message":
                    turn.produces(now, message=True)
            case events.ResponseDone():
                self._done(event, data, now)
            case _:
                pass

    def beside(self, kind: str, data: Json, now: float) -> None:
        """The model tells something of `ALSO_READ`."""
        turn = self._turn
        if kind == COMPLETED:
            self._tell(Transcribed(Usage.reported(data.get("usage"))))
            if self._content:
                self._tell(Said("user", string_at(data, "transcript")))
            if turn is not None and turn.item_id in {None, string_at(data, "item_id")}:
                turn.transcribed(now)
        elif turn is not None:
            # A call over WebRTC: the sound goes from the model to the caller, and what is sent is heard at once.
            if kind == "output_audio_buffer.started":
                turn.buffered = True
                turn.sounds(None, now)
                turn.heard(0.0, now)
            elif turn.buffered:
                turn.buffered = False
                turn.heard(0.0, now)
                self._close_if_over()

    def audio(self, response_id: str, item_id: str, now: float) -> None:
        """A piece of an answer's sound, of those that are looked at, was sent to the caller."""
        self._spoken.add(response_id)
        turn = self._turn
        if turn is not None and turn.latest_item != item_id and response_id in self._responses:
            turn.sounds(item_id, now)

    def lost(self, now: float) -> None:
        """The connection with the model is lost, and what it was about to say with it. It is to be asked again."""
        for response_id, began in self._responses.items():
            spoken = response_id in self._spoken
            self._tell(ResponseEnded(response_id, began, now, "failed", "connection_lost", Usage(), spoken))
        self._responses.clear()
        self._spoken.clear()
        if self._turn is not None and self._turn.active is not None:
            self._turn.response_over(now, "failed", follows=True)

    # ── the client's ──

    def typed(self, now: float) -> None:
        """The user has written something."""
        self._begin("typed", now).stop(now)

    def played(self, data: Json, playback: Playback, now: float) -> None:
        """The client tells how much of an answer was heard."""
        ran_out = data.get("underruns")
        if isinstance(ran_out, int) and ran_out > 0:
            self._tell(Underran(min(ran_out, MOST_UNDERRUNS)))
        turn, item_id, ms = self._turn, string_at(data, "item_id"), data.get("played_ms", 0)
        if turn is None or item_id != turn.latest_item or not ms:
            return
        turn.heard(ms / 1000, now)
        if data.get("stopped") is True:
            self._close("interrupted")
            return
        whole = playback.sent_ms(item_id, number_at(data, "content_index"))
        if turn.answered and ms >= whole - HEARD_TOLERANCE_MS:
            self._close(turn.verdict)

    # ── what the session decides ──

    def requests(self, now: float) -> None:
        """A response is asked for."""
        self._requested = now

    def call_begins(self, call_id: str, name: str, now: float) -> None:
        """A tool of ours begins to run."""
        self._calls.begin(call_id, name, now)
        if self._turn is not None:
            self._turn.call_begins(call_id, now)
        self._tell(CallBegan(call_id, name, now))

    def call_awaits(self, call_id: str) -> None:
        """It waits for the user's approval."""
        self._calls.awaits(call_id)

    def call_approved(self, call_id: str) -> None:
        """It has it."""
        self._calls.approved(call_id)

    def call_finished(self, call_id: str, result: CallResult, now: float) -> None:
        """A tool has returned."""
        self._over(call_id, now, result=result)

    def call_stopped(self, call_id: str, outcome: CallOutcome, now: float) -> None:
        """A tool is stopped: it took too long, was not allowed, or is not wanted any more."""
        self._over(call_id, now, outcome=outcome)

    def end(self, now: float) -> None:
        """The session is over."""
        for call_id in self._calls.ids():
            self._over(call_id, now, outcome="cancelled")
        turn = self._turn
        if turn is not None:
            unfinished = "interrupted" if turn.responded else "unanswered"
            self._close(turn.verdict if self._given(turn, now) else unfinished)

    # ── within ──

    def _met(self, session: Json) -> None:
        transcription = at(session, "audio", "input", "transcription") or at(session, "input_audio_transcription")
        met = Met(string_at(session, "model"), string_at(transcription, "model"))
        if met != self._met_last:
            self._met_last = met
            self._tell(met)

    def _begin(self, kind: Kind, now: float, item_id: str | None = None) -> OpenTurn:
        turn, self._requested = self._turn, None
        if turn is not None:
            if self._given(turn, now):
                self._close(turn.verdict)
            else:
                if turn.responded and kind in {"spoken", "held"}:
                    self._tell(BargedIn())
                self._close("interrupted" if turn.responded else "unanswered", now)
        return self._open(kind, now, item_id)

    def _given(self, turn: OpenTurn, now: float) -> bool:
        """Whether the answer was given to its end, though nobody has told that it was heard."""
        heard = turn.verdict != "completed" or turn.silent or not self._unheard(now)
        return turn.answered and not turn.buffered and heard

    def _open(self, kind: Kind, now: float, item_id: str | None = None) -> OpenTurn:
        self._count += 1
        turn = self._turn = OpenTurn(self._count, kind, now, item_id)
        self._tell(TurnBegan(self._count, kind, now))
        return turn

    def _speaks(self, item_id: str | None, now: float) -> None:
        turn = self._turn
        if turn is None or turn.kind != "spoken" or turn.stopped is not None:
            self._begin("spoken", now, item_id)

    def _stops(self, item_id: str | None, now: float) -> None:
        turn = self._turn
        if turn is not None and turn.kind == "spoken":
            turn.item_id = item_id or turn.item_id
            turn.stop(now)

    def _committed(self, item_id: str, now: float) -> None:
        turn = self._turn
        if turn is not None and turn.kind == "spoken" and not turn.responded:
            turn.item_id = item_id
            turn.stop(now)
        elif turn is None or turn.item_id != item_id:
            self._begin("held", now, item_id).stop(now)

    def _created(self, event: events.ResponseCreated, now: float) -> None:
        asked, self._requested = self._requested, None
        self._responses[event.response_id] = now if asked is None else asked
        if event.out_of_band:
            return
        turn = self._turn
        if turn is None or (turn.answered and not turn.running):
            if turn is not None:
                self._close(turn.verdict)
            turn = self._open("unprompted", now)
        turn.responds(event.response_id, now)

    def _answering(self, response_id: str) -> OpenTurn | None:
        turn = self._turn
        return turn if turn is not None and turn.active == response_id else None

    def _done(self, event: events.ResponseDone, data: Json, now: float) -> None:
        response = at(data, "response")
        error = string_at(at(response, "status_details", "error"), "code") or None
        spoken = event.response_id in self._spoken
        self._spoken.discard(event.response_id)
        began = self._responses.pop(event.response_id, now)
        usage = Usage.reported(response.get("usage"))
        self._tell(ResponseEnded(event.response_id, began, now, event.status, error, usage, spoken))
        for text in _texts(event.output) if self._content else ():
            self._tell(Said("assistant", text))
        turn = self._answering(event.response_id)
        if turn is not None:
            calls = any(item.get("type") == "function_call" for item in event.output)
            turn.response_over(now, event.status, follows=calls and event.status == "completed")
            self._close_if_over()

    def _close_if_over(self) -> None:
        """What was never sounded, or will not be heard of, ends with what is known of it."""
        turn = self._turn
        if turn is not None and turn.answered and not turn.buffered and (turn.silent or turn.latest_item is None):
            self._close(turn.verdict)

    def _over(
        self, call_id: str, now: float, *, result: CallResult | None = None, outcome: CallOutcome = "cancelled"
    ) -> None:
        ended = self._calls.end(call_id, now, result, outcome)
        if ended is not None:
            if self._turn is not None:
                self._turn.call_ends(ended)
            self._tell(ended)

    def _close(self, outcome: TurnOutcome, at: float | None = None) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            self._tell(turn.close(outcome, at))


def _texts(output: list[Json]) -> list[str]:
    parts = [part for item in output for part in events.objects(item.get("content"))]
    return [text for part in parts if (text := string_at(part, "transcript") or string_at(part, "text"))]
