"""Exchange: what came of one thing that the caller said, and what a test expects of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(slots=True)
class CallSeen:
    """A call of one of the agent's tools.

    Attributes:
        call_id: Its id.
        name: The tool.
        arguments: What the model gave: an object if it is one, else its text.
        status: `running`, then `completed`, `failed` or `timed_out`.
        duration_ms: How long it ran, once it is over.
        result: What the tool meant for the client.
        error: Why it failed, such as `invalid_arguments`.
    """

    call_id: str
    name: str
    arguments: Any
    status: str = "running"
    duration_ms: int | None = None
    result: Any = None
    error: str | None = None

    def __str__(self) -> str:
        took = "" if self.duration_ms is None else f" in {self.duration_ms} ms"
        why = f" ({self.error})" if self.error else ""
        return f"{self.name}({json.dumps(self.arguments, ensure_ascii=False)}) → {self.status}{why}{took}"


@dataclass(slots=True)
class Exchange:
    """What the caller said and all that followed until the caller spoke again.

    Each `expect_…` gives the exchange back, so that expectations can be written in a row; where one is not met, the
    assertion's text shows the dialogue so far.

    Attributes:
        words: What the caller meant to say.
        aloud: It was spoken, not typed.
        transcript: What was heard of it; what was typed, where it was typed.
        answer: What was said in return, of all responses.
        calls: Calls of tools, in the order in which they began.
        citations: Where the answer stands.
        errors: What went wrong: `error` objects that came, and those of responses that failed.
        audio_ms: How much was spoken.
        interrupted_ms: Where the answer was cut because the caller broke in; None if it was not.
        closed: Close code and reason, when the session ended meanwhile.
    """

    words: str
    aloud: bool
    # The whole dialogue, and how to break in; both are the caller's.
    tell: Callable[[], str]
    interrupt: Callable[[int, str], Exchange]
    transcript: str = ""
    answer: str = ""
    calls: list[CallSeen] = field(default_factory=list[CallSeen])
    citations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    audio_ms: int = 0
    interrupted_ms: int | None = None
    closed: tuple[int, str] | None = None

    def __await__(self) -> Any:
        """An exchange that is there needs no waiting: `await` on it is a common slip, and harmless."""
        yield from ()
        return self

    def interrupts_after(self, ms: int, words: str) -> Exchange:
        """Break in on the answer, aloud; waits for what comes of that.

        Args:
            ms: Once so many milliseconds of the answer were heard.
            words: What to say.
        """
        return self.interrupt(ms, words)

    def expect_call(self, name: str, /, **arguments: Any) -> Exchange:
        """Expect a call.

        Args:
            name: The tool.
            arguments: What must stand among its arguments: a value to be equal to, a pattern to be found in it, or a
                function that tells.
        """
        __tracebackhide__ = True
        called = [call for call in self.calls if call.name == name]
        if not called:
            self._fail(f"{name} was not called")
        if not any(_agree(call.arguments, arguments) for call in called):
            self._fail(f"{name} was not called with {_shown(arguments)}")
        return self

    def expect_calls(self, *names: str) -> Exchange:
        """Expect just these calls, in any order; none, if none is named."""
        __tracebackhide__ = True
        made = sorted(call.name for call in self.calls)
        if made != sorted(names):
            self._fail(f"expected the calls {sorted(names)}, but there were {made}")
        return self

    def expect_answer(
        self, *, contains: str | Sequence[str] = (), matches: str = "", equals: str | None = None
    ) -> Exchange:
        """Expect an answer, and something of it.

        Args:
            contains: A text, or several, that must stand in it, in any case.
            matches: A pattern to be found in it.
            equals: The whole of it.
        """
        __tracebackhide__ = True
        if not self.answer:
            self._fail("there was no answer")
        for text in [contains] if isinstance(contains, str) else contains:
            if text.casefold() not in self.answer.casefold():
                self._fail(f"the answer does not contain {text!r}")
        if matches and not re.search(matches, self.answer):
            self._fail(f"the answer does not match {matches!r}")
        if equals is not None and self.answer != equals:
            self._fail(f"the answer is not {equals!r}")
        return self

    def expect_no_answer(self) -> Exchange:
        """Expect that nothing was said."""
        __tracebackhide__ = True
        if self.answer:
            self._fail("an answer was not expected")
        return self

    def expect_citation(self, *, document: str = "", contains: str = "") -> Exchange:
        """Expect that the answer cites a passage.

        Args:
            document: What must stand in the document's name.
            contains: What must stand in the passage, in any case.
        """
        __tracebackhide__ = True
        for cited in self.citations:
            text = str(cited.get("text", "")).casefold()
            if document in str(cited.get("document", "")) and contains.casefold() in text:
                return self
        self._fail(
            f"there is no citation of {document or 'a document'!r}" + (f" with {contains!r}" if contains else "")
        )
        return self

    def expect_heard(self, contains: str) -> Exchange:
        """Expect words in what was heard of the caller, in any case."""
        __tracebackhide__ = True
        if contains.casefold() not in self.transcript.casefold():
            self._fail(f"{contains!r} was not heard")
        return self

    def expect_interrupted(self) -> Exchange:
        """Expect that the answer was cut where the caller broke in."""
        __tracebackhide__ = True
        if self.interrupted_ms is None:
            self._fail("the answer was not interrupted")
        return self

    def expect_error(self, code: str) -> Exchange:
        """Expect an `error` event, or a failed response, with a code."""
        __tracebackhide__ = True
        if not any(error.get("code") == code for error in self.errors):
            self._fail(f"there was no error {code!r}")
        return self

    def _fail(self, message: str) -> None:
        __tracebackhide__ = True
        raise AssertionError(f"{message}\n\n{self.tell()}")

    def lines(self) -> list[str]:
        """The exchange as people would read it."""
        heard = f"   (heard: {self.transcript})" if self.aloud and self.transcript else ""
        shown = [f"caller:    {self.words}{heard}", *(f"tool:      {call}" for call in self.calls)]
        if self.answer or self.interrupted_ms is not None:
            cut = "" if self.interrupted_ms is None else f"   (cut after {self.interrupted_ms} ms)"
            shown.append(f"assistant: {self.answer}{cut}")
        for number, cited in enumerate(self.citations, 1):
            shown.append(f"           [{number}] {cited.get('document')}: {str(cited.get('text', ''))[:80]}")
        shown += [f"error:     {error.get('code')}: {error.get('message')}" for error in self.errors]
        return shown if self.closed is None else [*shown, f"closed:    {self.closed[0]} {self.closed[1]}"]


def _agree(given: Any, wanted: Mapping[str, Any]) -> bool:
    if not wanted:
        return True
    if not isinstance(given, dict):
        return False
    had = cast("dict[str, Any]", given)
    return all(name in had and _fits(had[name], each) for name, each in wanted.items())


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, re.Pattern):
        return cast("re.Pattern[str]", wanted).search(str(value)) is not None
    return bool(wanted(value)) if callable(wanted) else value == wanted


def _shown(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())
