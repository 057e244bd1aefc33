"""FaultRun: carries a schedule of faults out, sans I/O. It stands between the sessions of one engine and their clients.

Events and the time go in; what is really sent comes out, now or when it is due.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core.frames import Frame, MalformedFrame
from agent.engine.effects import Close, Send
from agent.engine.faults import (
    Delay,
    Drop,
    Duplicate,
    Error,
    EventFault,
    Expire,
    Fail,
    Fault,
    Faults,
    Late,
    Lose,
    Nameless,
    Refuse,
    Reject,
    Stall,
)
from agent.engine.wire_errors import EventRefused, WireError
from agent.errors import DialError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Refusal(DialError):  # noqa: N818  (an answer that was asked for, not a mistake)
    """The connection is refused.

    Attributes:
        retry_after: Seconds after which another attempt is welcome, if that is to be said.
    """

    def __init__(self, rule: Refuse) -> None:
        super().__init__(f"the engine was told to refuse this connection (HTTP {rule.status})", rule.status)
        self.retry_after = rule.retry_after


@dataclass(frozen=True, slots=True)
class FailResponse:
    """Let a response of the session fail; answer with `EngineSession.failed`."""

    response_id: str
    code: str
    message: str


Passed: TypeAlias = Send | Close | FailResponse


class FaultRun:
    """The faults of one engine: counts its sessions, and how often each rule has struck.

    Args:
        faults: The rules.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._sessions = 0
        self._struck: Counter[int] = Counter()

    def admit(self) -> SessionFaults:
        """Let the next client in.

        Raises:
            Refusal: A rule refuses it.
        """
        self._sessions += 1
        session = SessionFaults(self, self._sessions)
        refusal = next(session.strike(Refuse), None)
        if refusal is not None:
            raise Refusal(cast("Refuse", refusal))
        return session

    def applies(self, index: int, session: int) -> bool:
        """Whether a rule may still strike in a session."""
        rule = self.faults.rules[index]
        left = rule.times is None or self._struck[index] < rule.times
        return left and (rule.session is None or rule.session == session)

    def struck(self, index: int) -> None:
        """A rule has struck."""
        self._struck[index] += 1


class SessionFaults:
    """The faults of one session.

    Args:
        run: The faults of the engine.
        number: Which session this is, counted from 1.
    """

    def __init__(self, run: FaultRun, number: int) -> None:
        self._run = run
        self._session = number
        self._sent: set[str] = set()
        self._number = 0
        self._line: deque[tuple[float, Passed]] = deque()
        self._held: list[tuple[float, str | None, Send]] = []
        self._ended = False
        # Until when nothing is read from the client, in seconds.
        self.reads_from = 0.0

    def strike(self, kind: type[Fault]) -> Iterator[Fault]:
        """The rules of a kind that strike now, each counted once it is taken."""
        for index, rule in enumerate(self._run.faults.rules):
            ready = isinstance(rule, kind) and (rule.after is None or self._seen(rule.after))
            if ready and self._run.applies(index, self._session) and self._matches(rule):
                self._run.struck(index)
                yield rule

    def cap(self, usual_s: float) -> float:
        """How long the session lasts, in seconds, where it would last `usual_s`."""
        return min([usual_s, *(cast("Expire", rule).after_s for rule in self.strike(Expire))])

    def incoming(self, message: str | bytes) -> None:
        """Look at a message of the client, in GA's words.

        Raises:
            EventRefused: A rule rejects it.
        """
        if isinstance(message, bytes) or not self._rejecting():
            return
        try:
            event = Frame(message).data
        except MalformedFrame:
            return
        for index, rule in self._rejecting():
            if _holds(event, rule.field):
                self._run.struck(index)
                error = WireError(f"Unknown parameter: '{rule.field}'.", code=rule.code, param=rule.field)
                raise EventRefused(error, event.get("event_id"))

    def outgoing(self, effect: Send | Close, now: float) -> list[Passed]:
        """Take what the session sends, and give back what is sent at once.

        Args:
            effect: An event, in GA's words, or the end.
            now: The present time in seconds.
        """
        if self._ended:
            return []
        if isinstance(effect, Close):
            return self._end(effect)
        self._current, self._number = effect.event["type"], self._number + 1
        passed, delay_s = self._apply(effect, now)
        self._sent.add(self._current)
        passed = [*passed, *self._release(self._current)]
        result = self._queue(passed, now + delay_s, now) if delay_s or self._line else passed
        if any(isinstance(each, Close) for each in passed):
            # Nothing follows the end, whether it is sent now or stands in the line.
            self._ended = True
            self._held.clear()
        return result

    def next_deadline(self) -> float | None:
        """When `due` has something to send."""
        moments = [moment for moment, _, _ in self._held] + [moment for moment, _ in list(self._line)[:1]]
        return min(moments, default=None)

    def due(self, now: float) -> list[Passed]:
        """What was held back and is sent now."""
        released: list[Passed] = []
        while self._line and self._line[0][0] <= now:
            released.append(self._line.popleft()[1])
        if self._ended:
            return released
        late = [each for each in self._held if each[0] <= now]
        self._held = [each for each in self._held if each[0] > now]
        return released + self._queue([event for _, _, event in late], now, now)

    _current = ""

    def _seen(self, kind: str) -> bool:
        return any(fnmatchcase(each, kind) for each in self._sent)

    def _matches(self, rule: Fault) -> bool:
        if not isinstance(rule, EventFault):
            return True
        return fnmatchcase(self._current, rule.event) and rule.at in {None, self._number}

    def _apply(self, effect: Send, now: float) -> tuple[list[Passed], float]:
        event = effect.event
        passed: list[Passed] = [effect]
        after: list[Passed] = []
        delay_s = 0.0
        if event["type"] == "error" and any(self.strike(Nameless)):
            passed = [Send(event | {"error": event["error"] | {"event_id": None}})]
        for rule in self.strike(EventFault):
            passed = self._altered(rule, passed, now)
            after += _consequences(rule, event)
            if isinstance(rule, Delay):
                delay_s += rule.ms / 1000
            elif isinstance(rule, Stall):
                self.reads_from = max(self.reads_from, now + rule.ms / 1000)
        return passed + after, delay_s

    def _altered(self, rule: Fault, passed: list[Passed], now: float) -> list[Passed]:
        match rule:
            case Late():
                self._held += [(now + rule.ms / 1000, rule.until, each) for each in passed if isinstance(each, Send)]
                return []
            case Lose():
                return []
            case Duplicate():
                return passed * (1 + rule.copies)
            case _:
                return passed

    def _release(self, kind: str) -> list[Passed]:
        freed = [each for each in self._held if each[1] is not None and fnmatchcase(kind, each[1])]
        self._held = [each for each in self._held if each not in freed]
        return [event for _, _, event in freed]

    def _queue(self, passed: list[Passed], due: float, now: float) -> list[Passed]:
        if due <= now and not self._line:
            return passed
        # What is behind a delayed event waits with it.
        moment = max(due, self._line[-1][0]) if self._line else due
        self._line += [(moment, each) for each in passed]
        return []

    def _end(self, close: Close) -> list[Passed]:
        self._ended = True
        left = [each for _, each in self._line] + [event for _, _, event in self._held]
        self._line.clear()
        self._held.clear()
        return [*left, close]

    def _rejecting(self) -> list[tuple[int, Reject]]:
        rules = enumerate(self._run.faults.rules)
        return [
            (index, rule)
            for index, rule in rules
            if isinstance(rule, Reject)
            and self._run.applies(index, self._session)
            and (rule.after is None or self._seen(rule.after))
        ]


def _consequences(rule: Fault, event: dict[str, Any]) -> list[Passed]:
    match rule:
        case Drop():
            return [Close(rule.code, rule.reason)]
        case Error():
            return [_error(event, rule)]
        case Fail():
            response_id = event.get("response_id") or event.get("response", {}).get("id")
            return [FailResponse(response_id, rule.code, rule.message)] if response_id else []
        case _:
            return []


def _error(event: dict[str, Any], rule: Error) -> Send:
    error = {"type": rule.type, "code": rule.code, "message": rule.message, "param": None, "event_id": None}
    return Send({"type": "error", "event_id": f"{event['event_id']}_error", "error": error})


def _holds(event: dict[str, Any], path: str) -> bool:
    value: object = event
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return False
        value = cast("dict[str, object]", value)[name]
    return True
