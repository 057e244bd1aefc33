"""Choosing a reasoner."""

from __future__ import annotations

import pytest

from agent.engine.parts import Call, Thought
from agent.engine.think import load_reasoner
from agent.engine.thinking.chat import Chat
from agent.engine.thinking.extractive import Extractive


@pytest.mark.parametrize("choice", [None, "extractive"])
async def test_the_embedded_reasoner_is_the_default(choice: str | None) -> None:
    reasoner = load_reasoner(choice)
    date = {"type": "string", "format": "date"}
    parameters = {"type": "object", "properties": {"date": date}, "required": ["date"]}
    tool = {"type": "function", "name": "book_table", "description": "Book a table.", "parameters": parameters}
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Book a table for today"}]}

    (call,) = [piece async for piece in reasoner.respond(Thought("", [item], [tool]))]

    assert isinstance(reasoner, Extractive)
    assert isinstance(call, Call)
    assert '"20' in call.arguments  # the system's own date, without a clock handed in


def test_a_url_is_a_chat_endpoint() -> None:
    assert isinstance(load_reasoner("http://localhost:11434/v1", "llama3.2", api_key="k"), Chat)


@pytest.mark.parametrize(
    ("choice", "model", "message"),
    [("gpt", None, 'write "extractive" or a URL'), ("http://localhost:11434/v1", None, "add --reasoner-model NAME")],
)
def test_a_choice_that_makes_no_sense_is_refused_in_words(choice: str, model: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_reasoner(choice, model)
