"""The language of scenarios: a conversation as sentences, and what is to be true when it is over.

    talk = Scenario("a question that needs the documents")
    talk.tools.search.returns("25 days", after=0.4)
    talk.model.calls("search", query="leave")
    talk.model.says("You get 25 days.", seconds=2)
    talk.caller.asks("how much leave?")
    talk.caller.hears_out()
    talk.client_saw(calls=["search"], answers=["You get 25 days."])
    talk.model_saw(responses=2)

What the caller does is a list of steps, done one after the other. What the model does is a script that the fake model
follows, one entry for each response that it begins; a real model does as it likes. `client_saw` holds for any model,
`model_saw` where the model can be looked into. Times are seconds, positions in the sound milliseconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """Something that the caller does: the name of a method of the client, and its arguments."""

    verb: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Say:
    """A spoken message in a response."""

    text: str
    seconds: float = 1.0


@dataclass(frozen=True)
class Call:
    """A function call in a response."""

    name: str
    arguments: str


@dataclass
class ToolPlan:
    """How a tool behaves.

    Attributes:
        name: Its name.
        output: What the model reads, or None when it never returns.
        after: Seconds that it takes.
        error: It raises a `ToolError` with this text.
        citations: What it retrieved.
        timeout: Its time limit in seconds.
    """

    name: str
    output: str | None = "Done."
    after: float = 0.1
    error: str | None = None
    citations: list[dict[str, Any]] = field(default_factory=list)
    timeout: float = 20.0

    def returns(self, output, *, after=0.1, citations=()):
        self.output, self.after, self.citations = output, after, list(citations)

    def fails(self, text, *, after=0.1):
        self.error, self.after = text, after

    def hangs(self, *, timeout):
        self.output, self.timeout = None, timeout


class Tools:
    """The tools of a scenario, made when they are named."""

    def __init__(self) -> None:
        self.plans: dict[str, ToolPlan] = {}

    def __getattr__(self, name):
        return self.plans.setdefault(name, ToolPlan(name))


class ModelScript:
    """What the fake model does, response by response."""

    def __init__(self) -> None:
        self.responses: list[list[Say | Call]] = []
        self.quirks: dict[str, Any] = {}

    def says(self, text, *, seconds=1.0):
        self.responses.append([Say(text, seconds)])

    def calls(self, name, **arguments):
        self.responses.append([call(name, **arguments)])

    def does(self, *parts):
        """A response of several items, made with `Say` and `call`."""
        self.responses.append([*parts])

    def has(self, **quirks):
        """A quirk of some service: `nameless_errors`, `loses` (event types), `speed` (times real time)."""
        self.quirks |= quirks


class CallerScript:
    """What the caller does, step by step."""

    def __init__(self, steps: list[Step]) -> None:
        self._steps = steps

    def asks(self, text, *, seconds=1.0):
        """Speak a sentence and fall silent."""
        self._add("speak", text, seconds)

    def types(self, text):
        self._add("type", text)

    def barges_in_after(self, heard_ms, text="stop", *, seconds=1.0):
        """Begin to speak once this much of the current answer was heard."""
        self._add("wait_heard", heard_ms)
        self._add("speak", text, seconds)

    def stops_after(self, heard_ms):
        """Press the stop button once this much of the current answer was heard."""
        self._add("wait_heard", heard_ms)
        self._add("stop")

    def waits(self, seconds):
        self._add("wait", seconds)

    def waits_for_call(self, name):
        """Wait until the client is shown that a tool has begun."""
        self._add("wait_call", name)

    def sends(self, event):
        """Send an event as it is."""
        self._add("send", event)

    def offers(self, name, output):
        """Offer the model a tool of the client's own, which gives this output."""
        self._add("offer", name, output)

    def hears_out(self):
        """Wait until everything has been answered, and played."""
        self._add("wait_quiet")

    def _add(self, verb, *arguments):
        self._steps.append(Step(verb, arguments))


class Scenario:
    """One conversation.

    Args:
        title: What it shows, as a sentence.
        stock: The client is a stock Realtime client that has not opted in to our events.
        traps: Names of the traps that it covers.
    """

    def __init__(self, title: str, *, stock: bool = False, traps: str = "") -> None:
        self.title = title
        self.stock = stock
        self.traps = traps
        self.steps: list[Step] = []
        self.caller = CallerScript(self.steps)
        self.model = ModelScript()
        self.tools = Tools()
        self.expected_of_client: dict[str, Any] = {}
        self.expected_of_model: dict[str, Any] = {}

    def client_saw(self, **expected):
        """What the client saw, by field of `Seen`; a pair in place of a number means from … to."""
        self.expected_of_client |= expected

    def model_saw(self, **expected):
        """What the model was given, by field of `FakeModel`."""
        self.expected_of_model |= expected


def call(name, **arguments):
    return Call(name, json.dumps(arguments))


def matches(actual, expected):
    """Whether what happened is what was expected; a pair of numbers is a range, ends included."""
    if isinstance(expected, tuple):
        low, high = expected
        return low <= actual <= high
    if isinstance(expected, list) and isinstance(actual, list):
        return len(actual) == len(expected) and all(map(matches, actual, expected))
    return actual == expected
