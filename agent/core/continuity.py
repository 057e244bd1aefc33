"""Continuity: one session of a client over any number of upstream sessions.

It watches what passes between a `Session` and its upstream, remembers the conversation, and brings another upstream
into place when the present one is lost, expires or has gone bad. It is the facade of `history`, `lineage`, `succession`
and their kin; a `Session` that holds one needs to know nothing of them. Frames are in GA's names on both sides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core import messages, notices
from agent.core.actions import ToClient, ToUpstream
from agent.core.answering import Answering
from agent.core.deadlines import earliest
from agent.core.endings import ENDING_TYPES, Endings
from agent.core.fields import amount_at, at, string_at
from agent.core.frames import Frame
from agent.core.handover import FromModel, Switch
from agent.core.history import HISTORY_TYPES, History
from agent.core.input_clock import InputClock
from agent.core.lineage import OFFSETS, Lineage
from agent.core.outward import Outward
from agent.core.poison import Poison, server_failed
from agent.core.succession import Policy, Reason, Stage, Succession
from agent.core.successor import Successor
from agent.core.undone import DELTAS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.core.actions import Action
    from agent.core.floor import Floor
    from agent.core.handover import Step

Json: TypeAlias = dict[str, Any]

_SESSION = frozenset({"session.created", "session.updated"})
_SPEECH = {
    "input_audio_buffer.speech_started": True,
    "input_audio_buffer.speech_stopped": False,
    "input_audio_buffer.cleared": False,
    "input_audio_buffer.committed": False,
}
# Frames of the upstream that `incoming` wants to see; all others pass as they are.
WATCHED = frozenset({*_SESSION, *_SPEECH, *OFFSETS, *HISTORY_TYPES, *DELTAS, *ENDING_TYPES})


class Continuity:
    """What outlives an upstream.

    Args:
        configuration: Gives a `session.update` of ours that says everything that we enforce and the client has chosen.
        floor: Tells how things stand at a moment.
        new_id: Gives a fresh unique string, at most 27 characters.
        chance: Gives a number from 0 to 1, for the pauses between attempts.
        unix: What to add to `now` to have seconds since 1970, in which services tell when a session ends.
        extensions: The client opted in to our own events.
        length_ms: Tells how much sound of an item's part was passed on, in ms.
        session_to_ga: Translates a session object of the service's to GA's names.
        does_without: Takes a successor's error about the configuration; tells whether it is worth another attempt.
        policy: Times and attempts.

    Attributes:
        history: The conversation.
        clock: Counts the client's audio.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that a pure core must be handed)
        self,
        *,
        configuration: Callable[[], Frame],
        floor: Callable[[float], Floor],
        new_id: Callable[[], str],
        chance: Callable[[], float],
        unix: float,
        extensions: bool = False,
        length_ms: Callable[[str, int], int] = lambda _item_id, _index: 0,
        session_to_ga: Callable[[Json], Json] = lambda session: session,
        does_without: Callable[[Frame], bool] = lambda _error: False,
        policy: Policy | None = None,
    ) -> None:
        self.history = History(length_ms=length_ms)
        self.clock = InputClock()
        self._configuration = configuration
        self._floor = floor
        self._new_id = new_id
        self._unix = unix
        self._extensions = extensions
        self._length_ms = length_ms
        self._does_without = does_without
        self._session_to_ga = session_to_ga
        self._lineage = Lineage(self.history)
        self._succession = Succession(policy or Policy(), chance)
        self._successor = Successor(self._succession, self.history, new_id)
        self._answering = Answering(self.history)
        self._outward = Outward(self.history, self._lineage, self._answering, new_id)
        self._poison = Poison()
        self._endings = Endings(new_id)
        self._transcribes = False
        self._speaking = False
        self._passed_on = False
        self._pending: Reason | None = None
        self._lost_at: float | None = None

    @property
    def session(self) -> Json:
        """What the connection that was dialled last has told of its session, in the service's names."""
        return self._successor.session

    @property
    def severed(self) -> bool:
        """Whether there is no upstream to talk to at present."""
        return self._succession.bereft

    # ── what outlives this process ──

    def kept(self) -> Json:
        """The conversation and what is under way in it, as JSON."""
        return {
            "history": self.history.kept(),
            "endings": self._endings.kept(),
            "answering": self._answering.kept(),
            "audio_ms": self.clock.ms,
            "speaking": self._speaking,
            "passed_on": self._passed_on,
        }

    def restore(self, kept: Json) -> None:
        """Go on with what `kept` gave, in a session that has no upstream yet: `upstream_closed` finds it one."""
        self.history.restore(kept["history"])
        self._endings.restore(kept["endings"])
        self._answering.restore(kept["answering"])
        self.clock.begins_at(kept["audio_ms"])
        self._speaking, self._passed_on = kept["speaking"], kept["passed_on"]

    # ── the present upstream ──

    def incoming(self, frame: Frame, kind: str, now: float) -> Frame | None:
        """Take a frame of the upstream's whose type is in `WATCHED`.

        Args:
            frame: The frame.
            kind: Its type in GA's names.
            now: Seconds.

        Returns:
            The frame to go on with, the identical one wherever nothing of it had to change; None for one that is the
            answer to something of ours, and no news.
        """
        if kind in DELTAS:
            self._passed_on = True
            self.history.take(kind, frame)
            return frame
        if self._expired(frame, kind):
            return None
        seeding = self._lineage.seeding
        if seeding is not None and seeding.take(frame, kind):
            return None
        self._notice(frame.data, kind, now)
        shown = self._lineage.to_client(frame, kind)
        self.history.take(kind, shown)
        if kind in ENDING_TYPES:
            self._endings.take(kind, shown)
        return shown

    def met(self, told: Json, now: float) -> None:
        """The upstream tells of its session.

        Args:
            told: The session object, in the service's names.
            now: Seconds.
        """
        session = self._session_to_ga(told)
        self.clock.reconfigured(session)
        self._transcribes = bool(at(session, "audio", "input", "transcription"))
        expires = amount_at(told, "expires_at")
        if expires and self._succession.stage is Stage.RESTING:
            self._succession.expires(expires - self._unix, now)

    def redirect(self, actions: Sequence[Action]) -> list[Step]:
        """Put what goes to the upstream in its terms, or keep it while there is none; the rest stays as it is."""
        steps: list[Step] = []
        for action in actions:
            if isinstance(action, ToUpstream):
                steps += self._outward.take(action.frame, severed=self.severed)
            else:
                steps.append(action)
        return steps

    def appended(self, frame: Frame) -> Sequence[Action]:
        """The client has sent audio. What is said while nobody listens is not kept: it would come as a flood."""
        self.clock.appended(frame.text)
        return () if self._succession.bereft else (ToUpstream(frame),)

    def renew(self) -> None:
        """An agent has taken over that the present session of the model's cannot be: it is to be replaced, at once."""
        self._pending = self._pending or Reason.HANDED_OVER

    def upstream_closed(self, now: float) -> list[Step]:
        """The present upstream is gone. One that was left by `Switch` is not it."""
        return self._want(Reason.LOST, now)

    # ── its successor ──

    def dialled(self, attempt: int, now: float) -> list[Step]:
        """The connection that `Dial` asked for is open."""
        if self._dialling(attempt):
            self._successor.reset()
            self._succession.reached(Stage.GREETING, now)
        return []

    def dial_failed(
        self, attempt: int, text: str, now: float, *, final: bool = False, retry_after: float | None = None
    ) -> list[Step]:
        """It could not be opened.

        Args:
            attempt: As `Dial` gave it.
            text: Why, in words.
            now: Seconds.
            final: Trying again is of no use, as after a 401 or a 404.
            retry_after: Seconds that the service asks to wait, or None.
        """
        if not self._dialling(attempt):
            return []
        return self._succession.failed(text, now, final=final, retry_after=retry_after)

    def successor_closed(self, code: int, reason: str, now: float) -> list[Step]:
        """The connection that was dialled last has closed."""
        return self._succession.failed(messages.closed(code, reason), now)

    def receive_successor(self, frame: Frame, kind: str, now: float) -> list[Step]:
        """Take a frame that came on the connection that was dialled last.

        Args:
            frame: The frame.
            kind: Its type in GA's names.
            now: Seconds.
        """
        stage = self._succession.stage
        if stage is Stage.GREETING and kind == "session.created":
            return self._successor.configure(frame, self._configuration(), now)
        if stage is Stage.CONFIGURING and kind == "session.updated":
            steps = self._successor.seed(frame, self._floor(now).running, now, unplaced=self.severed)
            return [*steps, *(self._seeded(now) if self._successor.seeding.settled else [])]
        if stage is Stage.CONFIGURING and kind == "error" and self._does_without(frame):
            return self._successor.configure_again(self._configuration())
        if stage in {Stage.GREETING, Stage.CONFIGURING} and kind == "error":
            return self._succession.failed(self._successor.refusal(frame), now)
        if stage in {Stage.SEEDING, Stage.READY} and self._successor.take(frame, kind) and stage is Stage.SEEDING:
            return self._seeded(now)
        return []

    # ── time ──

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        return earliest(0.0 if self._pending else None, self._succession.next_deadline())

    def handle_timer(self, now: float) -> list[Step]:
        """Do what has become due."""
        steps: list[Step] = []
        if self._pending is not None:
            reason, self._pending = self._pending, None
            steps += self._want(reason, now)
        steps += self._succession.handle_timer(now)
        if self._succession.stage is Stage.READY:
            steps += self._look(now)
        return steps

    # ── what is noticed in passing ──

    def _expired(self, frame: Frame, kind: str) -> bool:
        expired = kind == "error" and string_at(at(frame.data, "error"), "code") == "session_expired"
        if expired:
            # The close that follows may take its time, and nothing is answered until then.
            self._pending = Reason.EXPIRED
        return expired

    def _notice(self, data: Json, kind: str, now: float) -> None:
        if kind in _SESSION:
            self.met(at(data, "session"), now)
        elif kind in _SPEECH:
            self._speaking = _SPEECH[kind]
            if kind == "input_audio_buffer.committed":
                self._answering.new_turn()
        elif kind == "response.created":
            self._passed_on = False
        elif kind == "response.done":
            response = at(data, "response")
            if response.get("status") == "completed":
                self._answering.answered()
                self._succession.proven()
            elif server_failed(response):
                self._answering.failed(now)
            if self._poison.response_done(response) and self._pending is None:
                self._pending = Reason.POISONED

    # ── succession ──

    def _dialling(self, attempt: int) -> bool:
        return self._succession.stage is Stage.DIALLING and attempt == self._succession.attempt

    def _want(self, reason: Reason, now: float) -> list[Step]:
        was_severed = self.severed
        wanted = self._succession.want(reason, now)
        if was_severed or not self.severed:
            return wanted
        self._lost_at = now
        steps: list[Step] = []
        if self._extensions:
            steps.append(ToClient(notices.reconnecting(self._new_id(), reason.value)))
        steps += [*self._break_off(self._floor(now)), *wanted]
        return [*steps, *(self._look(now) if self._succession.stage is Stage.READY else [])]

    def _break_off(self, floor: Floor) -> list[Step]:
        heard = self._passed_on or any(self._length_ms(item_id, 0) for item_id in self._endings.begun())
        floor = replace(floor, passed_on=floor.passed_on or heard)
        unheard = floor.response_id is not None and not floor.passed_on
        begun = self.history.break_off(keep=not unheard)
        frames = self._endings.end({item.id for item in begun} if unheard else set())
        self._answering.broken_off(floor)
        if self._speaking:
            self._speaking = False
            frames.append(Frame.of({"type": "input_audio_buffer.cleared", "event_id": self._new_id()}))
        return [FromModel(frame) for frame in frames]

    def _seeded(self, now: float) -> list[Step]:
        self._succession.reached(Stage.READY, now)
        return self._look(now)

    def _look(self, now: float) -> list[Step]:
        floor = self._floor(now)
        # An agent that has taken over is about to speak, and waits for this.
        handed_over = self._succession.reason is Reason.HANDED_OVER
        free = floor.free if handed_over else floor.quiet and not self._endings.beside
        quiet = free and not self._speaking and not (self._transcribes and self.history.awaits_transcript)
        if self._succession.may_switch(now, quiet=quiet):
            return self._switch(floor, now)
        self._succession.look_again(now)
        return []

    def _switch(self, floor: Floor, now: float) -> list[Step]:
        ends = [] if self.severed else self._break_off(floor)
        reason = self._succession.reason or Reason.LOST
        steps = [
            *self._successor.last_words(self._configuration(), floor.running),
            Switch(),
            *ends,
            *self._succeed(now),
        ]
        if self._extensions:
            gap_ms = 0 if self._lost_at is None else round((now - self._lost_at) * 1000)
            steps.append(ToClient(notices.reconnected(self._new_id(), reason.value, gap_ms)))
        self._lost_at = None
        steps += self._outward.released()
        owed = self._answering.take(now)
        return [*steps, owed] if owed is not None else steps

    def _succeed(self, now: float) -> list[Step]:
        """The successor is the upstream from here on."""
        successor = self._successor
        steps: list[Step] = [FromModel(frame) for frame in successor.introductions()]
        self._lineage.succeed(successor.seeding, self.clock.ms)
        self.history.generation += 1
        self._poison.renewed()
        self._succession.switched(now)
        self.met(successor.session, now)
        if self._outward.update_held and successor.accepted is not None:
            # The client still waits for an answer to what it wanted to change.
            steps.append(FromModel(successor.accepted))
        self._outward.update_held = False
        return steps
