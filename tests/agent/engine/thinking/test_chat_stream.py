"""Chunks of a completion put together."""

from __future__ import annotations

from typing import Any

import pytest

from agent.engine.parts import Call, ReasonerError, Say, Usage
from agent.engine.thinking.chat_stream import Assembler


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def call(**fields: Any) -> dict[str, Any]:
    name, arguments = fields.pop("name", None), fields.pop("arguments", None)
    return {**fields, "function": {"name": name, "arguments": arguments}}


def assembled(*chunks: dict[str, Any]) -> list[Any]:
    assembler = Assembler()
    return [piece for each in chunks for piece in assembler.add(each)] + list(assembler.rest())


def test_text_comes_sentence_by_sentence() -> None:
    pieces = assembled(chunk(content="Hello the"), chunk(content="re. How "), chunk(content="are you?"), chunk("stop"))

    assert pieces == [Say("Hello there. "), Say("How are you?"), Usage(0, 0, {"finish_reason": "stop"})]


def test_a_long_sentence_may_be_spoken_from_a_comma_on() -> None:
    pieces = assembled(chunk(content="word " * 16 + "and then, "), chunk(content="at last"), chunk("stop"))

    assert [piece.text for piece in pieces[:2]] == ["word " * 16 + "and then, ", "at last"]


def test_calls_are_put_together_by_index() -> None:
    pieces = assembled(
        chunk(tool_calls=[call(index=0, id="1", name="a", arguments="")]),
        chunk(tool_calls=[call(index=1, id="2", name="b", arguments='{"y"')]),
        chunk(tool_calls=[call(index=0, arguments='{"x":1}'), call(index=1, arguments=":2}")]),
        chunk("tool_calls"),
    )

    assert pieces[:2] == [Call("a", '{"x":1}'), Call("b", '{"y":2}')]


def test_calls_without_an_index_are_told_apart_by_id() -> None:
    pieces = assembled(
        chunk(tool_calls=[call(id="1", name="a", arguments='{"x":')]),
        chunk(tool_calls=[call(arguments="1}")]),
        chunk(tool_calls=[call(id="2", name="b")]),
        chunk(tool_calls=[call(id="1", arguments=" ")]),
        chunk("tool_calls"),
    )

    assert pieces[:2] == [Call("a", '{"x":1} '), Call("b", "{}")]


def test_speech_and_a_call_may_come_together() -> None:
    pieces = assembled(chunk(content="One moment."), chunk("tool_calls", tool_calls=[call(index=0, id="1", name="a")]))

    assert pieces[:2] == [Say("One moment."), Call("a", "{}")]


def test_usage_comes_in_a_chunk_without_choices() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}

    assert assembled(chunk("length", content="Hi"), {"choices": [], "usage": usage})[-1] == Usage(
        7, 3, {"finish_reason": "length"}
    )


def test_a_refusal_is_spoken() -> None:
    assert assembled(chunk("stop", refusal="I cannot."))[0] == Say("I cannot.")


def test_an_error_inside_the_stream_is_raised_with_its_message() -> None:
    for error in ({"message": "overloaded"}, "overloaded", {"code": "overloaded"}):
        with pytest.raises(ReasonerError, match="overloaded"):
            assembled({"error": error})


@pytest.mark.parametrize(
    "odd", [{}, {"choices": None}, {"choices": [None]}, chunk(), chunk(tool_calls=[None]), chunk(content=5)]
)
def test_odd_chunks_are_no_crash(odd: dict[str, Any]) -> None:
    assert assembled(odd) == [Usage()]
