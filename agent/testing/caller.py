"""Caller: who talks to the agent in a test; the same verbs for tests that wait and for tests that await."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from agent.testing.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from concurrent.futures import Future

    from agent.testing.phone_line import PhoneLine

_T = TypeVar("_T")


class Caller:
    """One caller in one session.

    In a plain test, call it: `caller("how much leave?").expect_call("search")`. In an `async` one, `await
    caller.says("how much leave?")`, so that the test's own tasks go on meanwhile. Both give the exchange; what is
    expected of the caller is expected of its latest exchange.

    Args:
        line: The session's end, on its own event loop.
        loop: That event loop.
    """

    def __init__(self, line: PhoneLine, loop: asyncio.AbstractEventLoop) -> None:
        self._line = line
        self._loop = loop

    def __call__(
        self, words: str, *, aloud: bool = False, after_ms: int | None = None, hears_out: bool = True
    ) -> Exchange:
        """Say something and wait for what comes of it.

        Args:
            words: What to say.
            aloud: Speak, through the packaged voice, so that the session's ears must hear it; else it is typed.
            after_ms: Break in: speak once so many milliseconds of the present answer were heard.
            hears_out: Wait for the answer's end; else only for its beginning.

        Raises:
            AssertionError: There was no answer in time; the text shows the dialogue.
        """
        __tracebackhide__ = True
        exchange = self._exchange(words, aloud=aloud)
        self._submit(self._line.say(exchange, after_ms=after_ms, hears_out=hears_out)).result()
        return exchange

    async def says(
        self, words: str, *, aloud: bool = False, after_ms: int | None = None, hears_out: bool = True
    ) -> Exchange:
        """Say something and await what comes of it; for the arguments see `__call__`."""
        __tracebackhide__ = True
        exchange = self._exchange(words, aloud=aloud)
        await asyncio.wrap_future(self._submit(self._line.say(exchange, after_ms=after_ms, hears_out=hears_out)))
        return exchange

    async def interrupts_after(self, ms: int, words: str) -> Exchange:
        """Break in on the present answer, aloud, once so many milliseconds of it were heard."""
        __tracebackhide__ = True
        return await self.says(words, aloud=True, after_ms=ms)

    def sends(self, event: dict[str, Any]) -> None:
        """Send an event as it is."""
        self._submit(self._line.post(event)).result()

    def waits_for(self, kind: str) -> dict[str, Any]:
        """Wait for the next event of a type; right after `sends`, for the first since then.

        Raises:
            AssertionError: It did not come.
        """
        __tracebackhide__ = True
        return self._submit(self._line.until(kind)).result()

    def hangs_up(self) -> None:
        """Leave; the session ends."""
        self._submit(self._line.hang_up()).result()

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """All that was said, in order."""
        return tuple(self._line.exchanges)

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        """All events that came, in order."""
        return tuple(self._line.events)

    @property
    def last(self) -> Exchange:
        """The latest exchange.

        Raises:
            AssertionError: Nothing was said yet.
        """
        if not self._line.exchanges:
            raise AssertionError('nothing was said yet: begin with caller("…") or await caller.says("…")')
        return self._line.exchanges[-1]

    def __getattr__(self, name: str) -> Any:
        # caller.expect_answer(…) is caller.last.expect_answer(…), and so for what an exchange holds.
        if name.startswith("expect_") or name in Exchange.__dataclass_fields__:
            return getattr(self.last, name)
        raise AttributeError(f"a caller has no {name!r}")

    def __str__(self) -> str:
        return self._line.tell()

    def _exchange(self, words: str, *, aloud: bool) -> Exchange:
        return Exchange(words, aloud, self._line.tell, self._interrupt)

    def _interrupt(self, ms: int, words: str) -> Exchange:
        __tracebackhide__ = True
        return self(words, aloud=True, after_ms=ms)

    def _submit(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)
