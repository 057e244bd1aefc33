"""The embedded reasoner: it chooses tools by meaning and answers in the words of what they gave."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from agent.engine.parts import Call, Say
from agent.engine.thinking import conversation, smalltalk, toolbox
from agent.engine.thinking.deciding import Decision
from agent.engine.thinking.embedding import Memory
from agent.engine.thinking.request import Context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from agent.engine.parts import Thought, Usage
    from agent.engine.thinking.embedding import Embedder


class Extractive:
    """A reasoner without a language model: deterministic, inventing nothing.

    Args:
        embedder: Compares meanings.
        clock: Gives the local time, for "tomorrow" and its like.
    """

    def __init__(self, embedder: Embedder, *, clock: Callable[[], datetime]) -> None:
        self._memory = Memory(embedder)
        self._clock = clock
        # Two: the model uses the cores itself, and a caller's turn must not wait behind ten others' threads.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="reasoner")

    async def respond(self, thought: Thought) -> AsyncIterator[Say | Call | Usage]:
        """Respond to the conversation as it stands; see `agent.engine.parts.Reasoner.respond`."""
        for piece in await asyncio.get_running_loop().run_in_executor(self._threads, self.decide, thought):
            yield piece

    async def warm(self) -> None:
        """Load the embedder and embed what every conversation needs."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._memory.embed, ["warm", *smalltalk.examples()])

    async def close(self) -> None:
        """Nothing to give back: its threads are idle between decisions, and serve the next engine as well."""

    def decide(self, thought: Thought) -> list[Say | Call]:
        """Decide what to say or call; blocks for some tens of milliseconds."""
        turn = conversation.read(thought.items)
        tools = toolbox.read(thought.tools)
        said = Decision(thought, turn, tools, Context(self._clock(), self._memory)).make()
        return [_within(piece, thought.max_output_tokens) for piece in said]


def _within(piece: Say | Call, limit: int | None) -> Say | Call:
    """A text cut to a number of tokens, at about three quarters of a word each."""
    if limit is None or isinstance(piece, Call):
        return piece
    said = piece.text.split(" ")
    return Say(" ".join(said[: max(1, limit * 3 // 4)]))
