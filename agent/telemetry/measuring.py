"""Measuring: what the facts of a session add to the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core.facts import (
    AudioPassed,
    BargedIn,
    CallEnded,
    Reconnected,
    ResponseEnded,
    SessionEnded,
    Transcribed,
    TurnEnded,
    Underran,
)

if TYPE_CHECKING:
    from agent.core.facts import Fact
    from agent.core.usage import Usage
    from agent.telemetry.about import About
    from agent.telemetry.instruments import Instruments

# Listening is no stage that could be too slow.
_TIMED = frozenset({"speech", "transcript", "model", "retrieval", "tool", "first_audio", "heard"})


class SessionMeasures:
    """The metrics of one session.

    Args:
        instruments: Those of the process.
        about: The session.
        began: When it began (s).
    """

    def __init__(self, instruments: Instruments, about: About, began: float) -> None:
        self._instruments, self._about, self._began = instruments, about, began
        # With what it was begun: the model may not be known yet, and what is added has to be taken away again.
        self._active = about.attributes
        instruments.add("vocative.sessions.active", 1, self._active)

    def take(self, fact: Fact) -> None:
        """Take a fact of the session."""
        match fact:
            case TurnEnded():
                self._turn(fact)
            case CallEnded():
                told = {"gen_ai.tool.name": fact.name, "outcome": fact.outcome}
                self._add("vocative.tool.calls", 1, **told)
                self._record("vocative.tool.duration", fact.ended - fact.began, **told)
            case ResponseEnded():
                failed = fact.error or "failed" if fact.status == "failed" else None
                told = {"gen_ai.operation.name": "chat", "error.type": failed}
                self._record("gen_ai.client.operation.duration", fact.ended - fact.began, **told)
                self._tokens(fact.usage, self._about.attributes, "chat")
            case Transcribed():
                about = self._about.attributes | {"gen_ai.request.model": self._about.transcriber or "unknown"}
                self._tokens(fact.usage, about, "transcription")
            case AudioPassed():
                self._add("vocative.audio.seconds", fact.heard, direction="in")
                self._add("vocative.audio.seconds", fact.spoken, direction="out")
            case BargedIn():
                self._add("vocative.barge_ins", 1)
            case Underran():
                self._add("vocative.playback.underruns", fact.count)
            case Reconnected():
                self._add("vocative.reconnects", 1, side=fact.side, outcome=fact.outcome, reason=fact.reason)
            case SessionEnded():
                self._session(fact)
            case _:
                pass

    def _turn(self, fact: TurnEnded) -> None:
        for stage in fact.stages:
            if stage.name in _TIMED:
                self._record("vocative.turn.stage.duration", stage.ended - stage.began, stage=stage.name)
        if fact.latency is not None:
            self._record("vocative.turn.response_latency", fact.latency, **{"vocative.turn.kind": fact.kind})

    def _session(self, fact: SessionEnded) -> None:
        outcome = "failed" if fact.failed else "ended"
        self._instruments.add("vocative.sessions.active", -1, self._active)
        # The code, as the words may name a request or a host, and would make a series of each.
        self._add("vocative.sessions", 1, outcome=outcome, reason=str(fact.code))
        self._record("vocative.session.duration", fact.ended - self._began, outcome=outcome)

    def _tokens(self, usage: Usage, about: dict[str, Any], operation: str) -> None:
        for kind, modality, cached, count in (
            ("input", "text", False, usage.text_in),
            ("input", "audio", False, usage.audio_in),
            ("input", "image", False, usage.image_in),
            ("input", "text", True, usage.cached_text_in),
            ("input", "audio", True, usage.cached_audio_in),
            ("input", "image", True, usage.cached_image_in),
            ("output", "text", False, usage.text_out),
            ("output", "audio", False, usage.audio_out),
        ):
            if count:
                told = {"gen_ai.token.type": kind, "vocative.modality": modality, "vocative.cached": cached}
                told |= {"gen_ai.operation.name": operation}
                self._instruments.record("gen_ai.client.token.usage", count, about | told)

    def _add(self, name: str, amount: float, **attributes: Any) -> None:
        self._instruments.add(name, amount, self._about.attributes | attributes)

    def _record(self, name: str, value: float, **attributes: Any) -> None:
        self._instruments.record(name, value, self._about.attributes | attributes)
