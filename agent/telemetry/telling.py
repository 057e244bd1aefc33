"""Telling: what the facts of a session put into the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from agent.core.facts import BargedIn, CallEnded, Reconnected, ResponseEnded, Said, SessionEnded, TurnEnded

if TYPE_CHECKING:
    from agent.core.facts import Fact

_log = logging.getLogger(__name__)


class SessionLog:
    """The log of one session.

    Args:
        session_id: Its name.
        began: When it began (s).
    """

    def __init__(self, session_id: str, began: float) -> None:
        self._session_id, self._began = session_id, began

    def take(self, fact: Fact) -> None:
        """Take a fact of the session."""
        match fact:
            case TurnEnded():
                told: dict[str, Any] = {"turn": fact.number, "kind": fact.kind, "outcome": fact.outcome}
                told |= {f"{stage.name}_ms": 0 for stage in fact.stages}
                for stage in fact.stages:
                    told[f"{stage.name}_ms"] += _ms(stage.ended - stage.began)
                if fact.latency is not None:
                    told["response_latency_ms"] = _ms(fact.latency)
                self._line("turn", logging.INFO, told)
            case CallEnded():
                level = logging.WARNING if fact.outcome in {"error", "timeout"} else logging.INFO
                told = {"tool": fact.name, "call": fact.call_id, "outcome": fact.outcome, "error": fact.error}
                self._line("tool", level, told | {"duration_ms": _ms(fact.ended - fact.began)})
            case ResponseEnded() if fact.status == "failed":
                self._line("response failed", logging.WARNING, {"response": fact.response_id, "error": fact.error})
            case BargedIn():
                self._line("barge-in", logging.INFO, {})
            case Reconnected():
                level = logging.INFO if fact.outcome == "ok" else logging.WARNING
                told = {"side": fact.side, "outcome": fact.outcome, "reason": fact.reason}
                self._line("reconnected", level, told)
            case Said():
                self._line("said", logging.INFO, {"speaker": fact.speaker, "text": fact.text})
            case SessionEnded():
                level = logging.WARNING if fact.failed else logging.INFO
                told = {"duration_ms": _ms(fact.ended - self._began), "code": fact.code, "reason": fact.reason}
                self._line("session over", level, told)
            case _:
                pass

    def _line(self, what: str, level: int, fields: dict[str, Any]) -> None:
        told = {name: value for name, value in fields.items() if value is not None and value != ""}
        _log.log(level, what, extra={"session": self._session_id, "fields": told})


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
