"""Open turn: one turn while it lasts, and the stages that it consists of.

The stages follow one another: what the user says, the model's choice, the tools, the answer's first sound, until it is
heard, until it is over. Where one ends the next begins, so that together they are the whole. The transcript is one of
them where the model waits for it; a service that transcribes beside its answer makes it run beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.core.facts import Stage, TurnEnded

if TYPE_CHECKING:
    from agent.core.facts import CallEnded, Kind, StageName, TurnOutcome


# A response that came to its limit of length was given all the same.
_VERDICTS: dict[str, TurnOutcome] = {"failed": "failed", "cancelled": "interrupted"}


@dataclass(slots=True)
class OpenTurn:
    """A turn that is not over.

    Attributes:
        number: Counts from 1.
        kind: How it began.
        began: When.
        item_id: The user's item, where it is known.
        stopped: When what the user said was over.
        active: The response that is being given.
        running: Calls of ours that run.
        latest_item: The item whose sound was sent last.
        answered: Nothing more is to come of the model.
        verdict: What became of the answer, were it to end now.
        buffered: Sound is being played that does not pass here (WebRTC).
    """

    number: int
    kind: Kind
    began: float
    item_id: str | None = None
    stopped: float | None = None
    active: str | None = None
    running: set[str] = field(default_factory=set[str])
    latest_item: str | None = None
    answered: bool = False
    verdict: TurnOutcome = "completed"
    buffered: bool = False
    _stages: list[Stage] = field(default_factory=list[Stage])
    _responded: bool = False
    _model_from: float | None = None
    _sound_from: float | None = None
    _first_audio: float | None = None
    _heard: float | None = None
    _last: float = 0.0

    @property
    def silent(self) -> bool:
        """Nothing of an answer was sent yet."""
        return self._first_audio is None

    @property
    def responded(self) -> bool:
        """The model has begun to respond."""
        return self._responded

    def stop(self, now: float) -> None:
        """What the user said is over: the model is to answer."""
        if self.stopped is None:
            self.stopped = self._model_from = now
            if self.kind == "spoken":
                self._stage("speech", self.began, now)

    def transcribed(self, now: float) -> None:
        """It was written down."""
        if self.stopped is not None and not any(stage.name == "transcript" for stage in self._stages):
            self._stage("transcript", self.stopped, now)
            if not self._responded:
                self._model_from = now

    def responds(self, response_id: str, now: float) -> None:
        """A response has begun."""
        self.active, self._responded, self.answered = response_id, True, False
        if self._model_from is None and not self.running and self._sound_from is None:
            self._model_from = now

    def produces(self, now: float, *, message: bool) -> None:
        """The model has made up its mind: it says something, or calls a tool."""
        if self._model_from is not None:
            self._stage("model", self._model_from, now)
            self._model_from = None
        if message and self._sound_from is None:
            self._sound_from = now

    def call_begins(self, call_id: str, now: float) -> None:
        """A tool begins to run."""
        self.produces(now, message=False)
        self.running.add(call_id)

    def call_ends(self, call: CallEnded) -> None:
        """It is over; when it was the last, the model has to make up its mind again."""
        if call.call_id not in self.running:
            return
        self.running.remove(call.call_id)
        self._stage("retrieval" if call.passages else "tool", call.began, call.ended, call.call_id)
        if not self.running:
            self._model_from, self._sound_from = call.ended, None

    def sounds(self, item_id: str | None, now: float) -> None:
        """Sound of the answer is sent to the caller."""
        self.latest_item = item_id
        self.produces(now, message=True)
        if self._first_audio is None:
            self._first_audio = now
            self._stage("first_audio", now if self._sound_from is None else self._sound_from, now)

    def heard(self, played: float, now: float) -> None:
        """The caller has heard so much of it (s)."""
        self._last = max(self._last, now)
        if self._heard is None and self._first_audio is not None:
            self._heard = max(self._first_audio, now - played)
            self._stage("heard", self._first_audio, self._heard)

    def response_over(self, now: float, status: str, *, follows: bool) -> None:
        """A response is over.

        Args:
            now: Seconds.
            status: As the model tells it.
            follows: It called tools, so that another one is to follow.
        """
        self.active = None
        self._last = max(self._last, now)
        self.verdict = _VERDICTS.get(status, "completed")
        self.answered = not follows and not self.running

    def close(self, outcome: TurnOutcome, at: float | None = None) -> TurnEnded:
        """It is over.

        Args:
            outcome: What became of it.
            at: When it was cut; None where it just ended with the last that was known of it.
        """
        ended = max(self.began, self._last) if at is None else at
        begins = self._first_audio if self._heard is None else self._heard
        if begins is not None and ended > begins:
            self._stage("playback", begins, ended)
        elif self._first_audio is None and self._sound_from is not None and ended > self._sound_from:
            self._stage("model", self._sound_from, ended)  # an answer in writing
        elif self._model_from is not None and ended > self._model_from:
            self._stage("model", self._model_from, ended)  # one that did not come
        elif self.stopped is None and self.kind == "spoken":
            self._stage("speech", self.began, ended)
        asked = self.stopped if self.kind != "unprompted" else None
        latency = None if asked is None or self._first_audio is None else max(0.0, self._first_audio - asked)
        stages = tuple(self._stages)
        return TurnEnded(
            self.number, self.kind, self.began, ended, outcome, stages, latency, reported=self._heard is not None
        )

    def _stage(self, name: StageName, began: float, ended: float, call_id: str | None = None) -> None:
        self._last = max(self._last, ended)
        self._stages.append(Stage(name, began, ended, call_id))
