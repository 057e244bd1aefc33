"""What passes between a session and any model, kept in the book that the fake model keeps of itself."""

from __future__ import annotations

import json

from agent.core.dialect import GA
from tests.scenarios.dialects import Dressed


class Watched:
    """An upstream that keeps the book, and hands on everything unchanged.

    Args:
        upstream: The transport to the model.
        dialect: What the model speaks; the book is written in GA's names.

    Attributes:
        responses: How many responses were begun.
        statuses: How they ended, in order.
        outputs: Tool and output of each call, in order.
        answered: Call ids of those outputs.
        truncates: Milliseconds of every accepted truncate, in order.
        errors: Codes of the model's errors.
        upstreams: The connections that it was kept of, in order.
        knows: What the model was told of what was said, where that can be looked into.
    """

    def __init__(self, upstream, dialect=GA):
        self.statuses, self.outputs, self.truncates, self.errors = [], [], [], []
        self.answered, self.knows = set(), set()
        self.upstream, self.upstreams = upstream, [upstream]
        self._dressed = Dressed(dialect)
        self._calls, self._begun = {}, set()

    @property
    def responses(self):
        return len(self._begun)

    def renewed(self, upstream):
        """The same book, kept of another connection to the same model."""
        self.upstreams.append(upstream)
        again = Watched(upstream)
        again.__dict__ |= {**vars(self), "upstream": upstream, "_dressed": Dressed(self._dressed.dialect)}
        return again

    def __getattr__(self, name):
        return getattr(self.upstream, name)  # the rest of what a transport is

    def start(self, received, *, room, closed):
        def watched(text):
            for each in self._dressed.for_client(text):
                self.see(json.loads(each))
            received(text)

        self.upstream.start(watched, room=room, closed=closed)

    def see(self, event):
        match event["type"]:
            case "response.created":
                self._begun.add(event["response"]["id"])
            case "response.done":
                self._begun.add(event["response"]["id"])
                self.statuses.append(event["response"]["status"])
            case "response.output_item.done" if event["item"]["type"] == "function_call":
                self._calls[event["item"]["call_id"]] = event["item"]["name"]
            case "conversation.item.truncated":
                self.truncates.append(event["audio_end_ms"])
            case "error":
                self.errors.append(event["error"]["code"])

    def send(self, text):
        item = json.loads(self._dressed.for_model(text)).get("item", {})
        if item.get("type") == "function_call_output":
            self.answered.add(item["call_id"])
            self.outputs.append([self._calls[item["call_id"]], item["output"]])
        self.upstream.send(text)
