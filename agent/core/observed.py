"""Observed session: a session that an observer watches. Where nobody observes, a plain `Session` is made instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core import events
from agent.core.actions import ApproveCall, CancelCall, Hangup, StartCall, ToClient, ToUpstream
from agent.core.deltas import AUDIO_DELTA, peek
from agent.core.facts import AudioPassed, Reconnected, SessionEnded
from agent.core.fields import at
from agent.core.frames import MalformedFrame
from agent.core.handover import Switch, ToSuccessor
from agent.core.observer import ALSO_READ, Observer
from agent.core.session import Session
from agent.core.state import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.actions import Actions
    from agent.core.calls import CallResult
    from agent.core.config import SessionConfig
    from agent.core.facts import CallOutcome, Fact
    from agent.core.frames import Frame
    from agent.core.handover import Outcomes

_LISTENED = frozenset({"extension.playback", "conversation.item.create"})


class ObservedSession(Session):
    """One caller's session, watched.

    Args:
        config: As for `Session`; so are the other arguments by name.
        tell: Takes each fact, at once.
        content: Tell what was said, too.
    """

    def __init__(
        self, config: SessionConfig, *, tell: Callable[[Fact], None], content: bool = False, **others: Any
    ) -> None:
        super().__init__(config, **others)
        self._tell = tell
        self._observer = Observer(tell, lambda now: bool(self._state.playback.unheard(now)), content=content)
        self._heard_ms = 0
        self._sent: dict[tuple[str, int], int] = {}
        self._lost = self._away = self._over = self._broke = False

    def receive_upstream(self, frame: Frame, now: float) -> Outcomes:
        """As `Session.receive_upstream`."""
        actions = super().receive_upstream(frame, now)
        if self._over:
            return actions
        try:
            kind = frame.type
            if kind in AUDIO_DELTA:
                delta = peek(frame) if actions else None
                if delta is not None:
                    self._observer.audio(delta.response_id, delta.item_id, now)
                return actions
            if kind in events.READ_TYPES:
                event = events.read(frame)
                if event is not None:
                    self._observer.event(event, frame.data, now)
                if kind == "response.done":
                    self._count_audio()
            elif kind in ALSO_READ:
                self._observer.beside(kind, frame.data, now)
        except MalformedFrame:
            return actions
        return self._seen(actions, now)

    def receive_client(self, frame: Frame, now: float) -> Outcomes:
        """As `Session.receive_client`."""
        actions = super().receive_client(frame, now)
        try:
            kind = frame.type
            if kind in _LISTENED:
                passed = any(isinstance(each, ToUpstream) for each in actions)
                if kind == "extension.playback":
                    if not any(isinstance(each, ToClient) and each.frame.type == "error" for each in actions):
                        self._observer.played(frame.data, self._state.playback, now)
                elif passed and at(frame.data, "item").get("role") == "user":
                    self._observer.typed(now)
        except MalformedFrame:
            return actions
        return self._seen(actions, now, stopped="refused" if kind == "extension.tool.approval" else "cancelled")

    def receive_successor(self, frame: Frame, now: float) -> Outcomes:
        """As `Session.receive_successor`."""
        actions = self._seen(super().receive_successor(frame, now), now)
        if any(isinstance(each, Switch) for each in actions):
            reason = "lost" if self._lost else "renewed"
            self._lost = False
            self._tell(Reconnected("model", "ok", reason))
        return actions

    def upstream_closed(self, code: int, reason: str, now: float) -> Outcomes:
        """As `Session.upstream_closed`."""
        self._lost = True
        self._observer.lost(now)
        return self._seen(super().upstream_closed(code, reason, now), now)

    def dial_failed(
        self, attempt: int, text: str, now: float, *, final: bool = False, retry_after: float | None = None
    ) -> Outcomes:
        """As `Session.dial_failed`."""
        return self._seen(super().dial_failed(attempt, text, now, final=final, retry_after=retry_after), now)

    def successor_closed(self, code: int, reason: str, now: float) -> Outcomes:
        """As `Session.successor_closed`."""
        return self._seen(super().successor_closed(code, reason, now), now)

    def call_finished(self, call_id: str, result: CallResult, now: float) -> Outcomes:
        """As `Session.call_finished`."""
        self._observer.call_finished(call_id, result, now)
        return self._seen(super().call_finished(call_id, result, now), now)

    def hand_over(self, call_id: str, result: CallResult, config: SessionConfig, now: float) -> Outcomes:
        """As `Session.hand_over`."""
        self._observer.call_finished(call_id, result, now)
        return self._seen(super().hand_over(call_id, result, config, now), now)

    def ask_approval(self, call_id: str, arguments: str, now: float) -> Outcomes:
        """As `Session.ask_approval`."""
        self._observer.call_awaits(call_id)
        return self._seen(super().ask_approval(call_id, arguments, now), now)

    def handle_timer(self, now: float) -> Outcomes:
        """As `Session.handle_timer`."""
        return self._seen(super().handle_timer(now), now, stopped="timeout")

    def client_lost(self, now: float) -> Outcomes:
        """As `Session.client_lost`."""
        self._away = True
        return self._seen(super().client_lost(now), now)

    def client_back(self, ready: Mapping[str, Any], missed: int, *, complete: bool, now: float) -> Outcomes:
        """As `Session.client_back`."""
        self._away = False
        self._tell(Reconnected("client", "ok", "lost"))
        return self._seen(super().client_back(ready, missed, complete=complete, now=now), now)

    def broken(self) -> Actions:
        """As `Session.broken`."""
        self._broke = True
        return super().broken()

    def over(self, now: float, *, goes_on: bool = False) -> None:
        """The relay has ended; tell so, where nothing that passed has told it.

        Args:
            now: Seconds.
            goes_on: In another process, where a client that is away has been seen again.
        """
        self._away = self._away and not goes_on
        code, reason = (1011, "internal_error") if self._broke else (1000, "")
        self._ended(SessionEnded(now, failed=self._broke, code=code, reason=reason))

    def _seen(self, actions: Outcomes, now: float, stopped: CallOutcome = "cancelled") -> Outcomes:
        """Look at what the session wants done."""
        for action in actions:
            match action:
                case ToUpstream(frame) | ToSuccessor(frame):
                    if frame.type == "response.create":
                        self._observer.requests(now)
                case StartCall():
                    self._observer.call_begins(action.call_id, action.name, now)
                case ApproveCall():
                    self._observer.call_approved(action.call_id)
                case CancelCall():
                    self._observer.call_stopped(action.call_id, stopped, now)
                case Hangup():
                    failed = action.code not in {1000, 1001}
                    self._ended(SessionEnded(now, failed=failed, code=action.code, reason=action.reason))
                case _:
                    pass
        return actions

    def _ended(self, fact: SessionEnded) -> None:
        if self._over:
            return
        self._over = True
        self._count_audio()
        self._observer.end(fact.ended)
        if self._away:
            self._tell(Reconnected("client", "failed", "lost"))
        elif self._lost and self._state.phase is Phase.CLOSED and fact.failed:
            self._tell(Reconnected("model", "failed", "lost"))
        self._tell(fact)

    def _count_audio(self) -> None:
        heard, before = self._renewal.continuity.clock.ms, max(self._heard_ms, self.keeping.heard_ms)
        sent = self._state.playback.lengths()
        spoken = sum(ms - self._sent.get(part, 0) for part, ms in sent.items())
        if heard > before or spoken > 0:
            self._tell(AudioPassed((heard - before) / 1000, max(0, spoken) / 1000))
        self._heard_ms, self._sent = heard, sent
