"""Script: what the model does, written down beforehand, in place of a model that decides.

    script = Script()
    script.when("how much leave").calls("search", query="leave").then_says("Thirty days.")
    script.when("both").says("One moment.").calls("search", query="a").calls("search", query="b").then_says("Done.")
    script.otherwise().says("Pardon?")

It is a reasoner: it keeps no conversation and reads off the one it is handed what comes next, so one script serves any
number of sessions, and a session that was replaced goes on where the other one stopped.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.engine.parts import Arguments, Call, ReasonerError, Say
from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Mapping

    from agent.engine.parts import Thought

Text: TypeAlias = str | Callable[[Sequence[str]], str]
Said: TypeAlias = str | re.Pattern[str] | Callable[[str], bool]

_SLOW_PARTS = 8  # in so many parts comes what is said or called slowly


@dataclass(frozen=True, slots=True)
class _Saying:
    text: Text
    over_ms: int


@dataclass(frozen=True, slots=True)
class _Calling:
    name: str
    arguments: str
    over_ms: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    ms: int


@dataclass(frozen=True, slots=True)
class _Failing:
    message: str


_Part: TypeAlias = _Saying | _Calling | _Waiting | _Failing


class Line:
    """What the model does when it hears certain words: one or more responses, each with its parts in order.

    A verb adds to the present response; `then` begins the next one, which is given when the outputs of all calls of the
    present one are there.
    """

    def __init__(self, said: Said | None) -> None:
        self._said = said
        self._slow_ms = 0
        self.responses: list[list[_Part]] = [[]]

    def says(self, text: Text) -> Line:
        """Say something.

        Args:
            text: The words; or what makes them of the outputs of the calls since the caller spoke, in their order.
        """
        return self._add(_Saying(text, self._take_slowness()))

    def calls(self, name: str, /, **arguments: Any) -> Line:
        """Call a tool.

        Args:
            name: Its name.
            arguments: Its arguments.
        """
        return self._add(_Calling(name, json.dumps(arguments), self._take_slowness()))

    def calls_with(self, name: str, arguments: str) -> Line:
        """Call a tool with arguments as the model would have written them, right or wrong.

        Args:
            name: Its name.
            arguments: Any text; the wire takes JSON for granted, a model need not.
        """
        return self._add(_Calling(name, arguments, self._take_slowness()))

    def waits(self, ms: int) -> Line:
        """Think for so many milliseconds."""
        return self._add(_Waiting(ms))

    def slowly(self, ms: int) -> Line:
        """Let what is said or called next come in parts, spread over so many milliseconds."""
        self._slow_ms = ms
        return self

    def fails(self, message: str = "The server had an error while processing your request.") -> Line:
        """Let the response fail here."""
        return self._add(_Failing(message))

    def stays_silent(self) -> Line:
        """Say and call nothing; what a line without any verb does as well, said aloud."""
        return self

    def then(self) -> Line:
        """Begin the next response, which follows the outputs of this one's calls.

        Raises:
            ConfigurationError: This response calls nothing, so nothing would follow it.
        """
        if not any(isinstance(part, _Calling) for part in self.responses[-1]):
            raise ConfigurationError(
                "script: a response follows another one only if that one called a tool: put calls(…) before then…, "
                "or write a line of its own with when(…)"
            )
        self.responses.append([])
        return self

    def then_says(self, text: Text) -> Line:
        """Say something when the outputs are there."""
        return self.then().says(text)

    def then_calls(self, name: str, /, **arguments: Any) -> Line:
        """Call a tool when the outputs are there."""
        return self.then().calls(name, **arguments)

    def answers_to(self, words: str) -> bool:
        """Whether this line is meant when the caller says that."""
        if self._said is None:
            return True
        if isinstance(self._said, str):
            return _plain(self._said) in _plain(words)
        if isinstance(self._said, re.Pattern):
            return self._said.search(words) is not None
        return self._said(words)

    def response_after(self, calls: int) -> list[_Part]:
        """The response that follows so many calls; nothing when all have been given."""
        for parts in self.responses:
            own = sum(isinstance(part, _Calling) for part in parts)
            if calls < max(own, 1):
                return parts
            calls -= own
        return []

    def _add(self, part: _Part) -> Line:
        self.responses[-1].append(part)
        return self

    def _take_slowness(self) -> int:
        slow_ms, self._slow_ms = self._slow_ms, 0
        return slow_ms


class Script:
    """What the model does, by what the caller says. The first line that fits counts.

    Args:
        sleep: Waits so many seconds.
    """

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._lines: list[Line] = []
        self._otherwise: Line | None = None

    def when(self, said: Said) -> Line:
        """A line for when the caller says something.

        Args:
            said: Words that must stand in it, in any case and without regard to punctuation (as speech to text may
                write them); or a pattern to search for; or a function that tells.
        """
        if isinstance(said, str) and not _plain(said):
            raise ConfigurationError(f"script.when({said!r}) names no words; for everything else use otherwise()")
        self._lines.append(Line(said))
        return self._lines[-1]

    def otherwise(self) -> Line:
        """The line for when no other fits; without it the response fails and says so."""
        self._otherwise = Line(None)
        return self._otherwise

    @property
    def is_empty(self) -> bool:
        """Nothing has been written yet."""
        return not self._lines and self._otherwise is None

    async def respond(self, thought: Thought) -> AsyncGenerator[Say | Call | Arguments]:
        """Give the next response of the line that fits; see `agent.engine.parts.Reasoner.respond`."""
        words, calls, outputs = _turn(thought.items)
        for part in self._line(words).response_after(calls):
            match part:
                case _Waiting(ms):
                    await self._sleep(ms / 1000)
                case _Failing(message):
                    raise ReasonerError(message)
                case _Saying(text, over_ms):
                    pieces = _pieces(text if isinstance(text, str) else text(outputs), over_ms)
                    for number, piece in enumerate(pieces):
                        if number:
                            await self._sleep(over_ms / 1000 / len(pieces))
                        yield Say(piece)
                case _Calling(name, arguments, over_ms):
                    first, *rest = _pieces(arguments, over_ms)
                    yield Call(name, first, more=bool(rest))
                    for piece in rest:
                        await self._sleep(over_ms / 1000 / len(rest))
                        yield Arguments(piece)

    async def warm(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to give back."""

    def _line(self, words: str) -> Line:
        line = next((each for each in self._lines if each.answers_to(words)), self._otherwise)
        if line is None:
            raise ReasonerError(f"the script has no line for {words!r}: add script.when(…) or script.otherwise()")
        return line


def _turn(items: Sequence[Mapping[str, Any]]) -> tuple[str, int, list[str]]:
    """What the caller said last, how many calls were made since, and their outputs in the order of the calls."""
    words, calls, outputs = "", list[str](), dict[str, str]()
    for item in items:
        match item["type"]:
            case "message" if item["role"] == "user":
                words = " ".join(filter(None, (part.get("text") or part.get("transcript") for part in item["content"])))
                calls, outputs = [], {}
            case "function_call":
                calls.append(item["call_id"])
            case "function_call_output":
                outputs[item["call_id"]] = item["output"]
            case _:
                pass
    return words, len(calls), [outputs[each] for each in calls if each in outputs]


def _pieces(text: str, over_ms: int) -> list[str]:
    if not over_ms:
        return [text]
    size = max(1, -(-len(text) // _SLOW_PARTS))
    return [text[start : start + size] for start in range(0, len(text), size)] or [text]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
