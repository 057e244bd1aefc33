"""Reading the items of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.engine.thinking import conversation
from agent.engine.thinking.conversation import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    Dialogue = Callable[..., list[dict[str, Any]]]


def test_an_empty_conversation_has_nobody_asking() -> None:
    assert conversation.read([]) == conversation.Turn()


def test_texts_and_transcripts_of_either_dialect_are_read() -> None:
    kinds = ("input_text", "text", "output_text")
    for part in [{"type": kind, "text": "Hi."} for kind in kinds] + [{"type": "input_audio", "transcript": "Hi."}]:
        assert conversation.read([{"type": "message", "role": "user", "content": [part]}]).request == "Hi."


def test_content_of_odd_shape_is_no_crash() -> None:
    for content in (None, "Hi.", [None], [{"type": "input_audio", "transcript": None}], 5):
        assert conversation.read([{"type": "message", "role": "user", "content": content}]).request in {"", "Hi."}


def test_a_sentence_that_a_pause_cut_in_two_is_one_request(dialogue: Dialogue) -> None:
    assert conversation.read(dialogue("user: How much leave", "user: do I get?")).request == "How much leave do I get?"


def test_two_whole_sentences_are_two_requests(dialogue: Dialogue) -> None:
    turn = conversation.read(dialogue("user: How much leave do I get?", "user: And for dental?"))

    assert turn.request == "And for dental?"
    assert turn.earlier == ("How much leave do I get?",)


def test_calls_since_the_request_come_with_their_outputs(dialogue: Dialogue) -> None:
    turn = conversation.read(dialogue("user: Hi?", "call 1: a {}", "call 2: b {}", "output 2: done"))

    assert turn.outcomes == (Outcome("a", "{}", None), Outcome("b", "{}", "done"))
    assert turn.unheard == ()


def test_results_that_nobody_was_told_are_remembered(dialogue: Dialogue) -> None:
    lines = ("user: Order it.", "call 1: order {}", "assistant:", "user: Wait.", "output 1: ordered")

    assert conversation.read(dialogue(*lines)).unheard == (Outcome("order", "{}", "ordered"),)


def test_results_that_were_told_are_not(dialogue: Dialogue) -> None:
    lines = ("user: Order it.", "call 1: order {}", "output 1: ordered", "assistant: It is ordered.", "user: Again.")

    assert conversation.read(dialogue(*lines)).unheard == ()


def test_calls_are_the_same_however_their_arguments_are_spelt() -> None:
    assert Outcome("a", '{"x": 1, "y": 2}').same_call("a", '{"y":2,"x":1}')
    assert not Outcome("a", "{}").same_call("b", "{}")
    assert Outcome("a", "{oops").same_call("a", "{oops")
