"""A caller, a session and a row of services that fail, all drawn from one seed; time is a heap."""

from __future__ import annotations

import itertools
import random

from agent.core.backoff import Backoff
from agent.core.succession import Policy
from tests.resilience.service import Nature, Service
from tests.resilience.shell import Shell
from tests.scenarios.in_memory import HeapClock

LATENCY = 0.03
TURNS = 6
LONGEST = 280.0


class World:
    """One run. `natures` are the services' in the order of their dialling; after the last they are sound."""

    def __init__(self, seed, natures=None, *, dial_failures=0.2, turns=TURNS):
        self.random = random.Random(seed)
        self.clock, self.unix = HeapClock(), 1_000_000.0
        self.natures = natures if natures is not None else self._draw()
        self.dial_failures = dial_failures
        self.gone = {}
        self.services, self._numbers = [], itertools.count()
        self.said, self.outputs, self.repeated = [], {}, []
        self.shell = Shell(self, Policy(Backoff(attempts=12)))
        self.shell.upstream = self._open(self._nature())
        self.over = False
        self._left = turns
        self.clock.call_later(1.0, self._turn)

    def _draw(self):
        draw = self.random
        natures = []
        for _ in range(draw.randint(1, 4)):
            kind = draw.choice(["dies", "dies", "expires", "poisoned", "mute", "refuses", "silent", "seeding"])
            natures.append(
                {
                    "dies": Nature(dies=draw.uniform(0.5, 15)),
                    "expires": Nature(expires=draw.uniform(12, 30)),
                    "poisoned": Nature(poisoned=True, dies=draw.choice([None, draw.uniform(5, 20)])),
                    "mute": Nature(mute=True, dies=draw.uniform(6, 15)),
                    "refuses": Nature(refuses_session=True),
                    "silent": Nature(silent_greeting=True, dies=draw.choice([None, 4.0])),
                    "seeding": Nature(dies_at_item=draw.randint(1, 8)),
                }[kind]
            )
        first = natures[0]
        if first.refuses_session or first.silent_greeting or first.dies_at_item:
            natures.insert(0, Nature(dies=draw.uniform(2, 15)))
        return natures

    def _nature(self):
        return self.natures.pop(0) if self.natures else Nature()

    # ── services ──

    def _open(self, nature):
        service = Service(self, next(self._numbers), nature, self._later("from_upstream"), self._later("closed"))
        self.services.append(service)
        return service

    def _later(self, name):
        def deliver(what):
            self.clock.call_later(LATENCY, lambda: getattr(self.shell, name)(service, what))

        index = len(self.services)
        service = None

        def late(what):
            nonlocal service
            service = self.services[index]
            deliver(what)

        return late

    def dial(self, attempt):
        def answer():
            if self.random.random() < self.dial_failures:
                self.shell.perform(self.shell.continuity.dial_failed(attempt, "HTTP 503", self.clock.time()))
                return
            if attempt != self.shell.continuity._succession.attempt:
                return  # given up meanwhile
            self.shell.successor = self._open(self._nature())
            self.shell.perform(self.shell.continuity.dialled(attempt, self.clock.time()))

        self.clock.call_later(self.random.uniform(0.05, 0.5), answer)

    def send(self, service, text):
        self.clock.call_later(LATENCY, service.receive, text)

    def hang_up(self, service):
        if service is not None:
            service.left()

    # ── tools and answers ──

    def run_tool(self, call_id, finished):
        output = self.outputs[call_id] = f"output of {call_id}"
        self.clock.call_later(self.random.choice([0.0, 0.3, 2.0, 8.0]), finished, call_id, output)

    def plan(self, items):
        """What a model would do next: call the tools that the last question needs, once, and then answer."""
        question = next((_text(item) for item in reversed(items) if item.get("role") == "user"), "hello")
        done = {item["call_id"] for item in items if item["type"] == "function_call"}
        calls = [f"call_{question}_{number}" for number in range(sum(map(ord, question)) % 3)]
        missing = [call for call in calls if call not in done]
        spoken = [("say", f"About {question}")]
        if not missing:
            return spoken
        self.repeated += [call for call in missing if call in self.shell.runs]
        return [*(spoken if len(missing) > 1 else []), *(("call", call) for call in missing)]

    # ── the caller ──

    def _turn(self):
        if not self._left:
            self.over = True
            return
        self._left -= 1
        text = f"q{TURNS - self._left}"
        upstream = self.shell.upstream
        if self.random.random() < 0.5 and upstream is not None and not upstream.closed:
            upstream.hears(text, 0.5)
            self.said.append((text, "spoken"))
        else:
            content = [{"type": "input_text", "text": text}]
            item = {"type": "message", "role": "user", "content": content}
            self.shell.from_client({"type": "conversation.item.create", "item": item})
            self.shell.from_client({"type": "response.create"})
            self.said.append((text, "typed"))
        if self.random.random() < 0.4:
            self.clock.call_later(self.random.uniform(0.0, 3.0), self._meddle)
        self.clock.call_later(self.random.uniform(0.5, 12.0), self._turn)

    def _meddle(self):
        """The client looks at an answer that it knows, cuts it to nothing, or deletes it."""
        # Not the latest: without it the last question would be without an answer.
        known = [item for item in self.shell.answers()[:-1] if item["id"] not in self.gone]
        if known:
            item = self.random.choice(known)
            verb = self.random.choice(["retrieve", "truncate", "delete"])
            fields = {"content_index": 0, "audio_end_ms": 1} if verb == "truncate" else {}
            if verb != "retrieve":
                self.gone[item["id"]] = item["content"][0]["transcript"]
            self.shell.from_client({"type": f"conversation.item.{verb}", "item_id": item["id"], **fields})

    def run(self):
        """Until the caller has had its say and all is quiet again."""
        rest = itertools.count()

        def settle():
            if self.over and self.quiet():
                self.settled = next(rest) > 20
            self.clock.call_later(0.5, settle)

        self.settled = False
        settle()
        self.clock.run(lambda: self.settled or self.shell.given_up is not None or self.clock.time() > LONGEST - 1)
        return self

    def quiet(self):
        shell = self.shell
        return not shell.continuity.severed and shell._floor(0).quiet and shell.upstream is not None


def _text(item):
    part = item["content"][0]
    return part.get("text") or part.get("transcript") or "hello"
