"""What is decided: whole conversations in, words and calls out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agent.engine.thinking import replies

if TYPE_CHECKING:
    from collections.abc import Callable

    Decide = Callable[..., list[Any]]

LEAVE = json.dumps(
    {
        "passages": [
            {
                "title": "Handbook",
                "text": "Staff have 27 days of annual leave a year. The canteen opens at eight.",
                "score": 0.8,
            },
            {"title": "Handbook", "text": "Parental leave is 18 weeks on full pay for each parent.", "score": 0.6},
        ]
    }
)


def test_a_question_is_searched_for(decide: Decide) -> None:
    assert decide("user: How much annual leave do I get?") == [("search", {"query": "How much annual leave do I get?"})]


def test_the_answer_is_taken_from_the_passages(decide: Decide) -> None:
    said = decide(
        "user: How long is parental leave?",
        'call 1: search {"query": "How long is parental leave?"}',
        f"output 1: {LEAVE}",
    )

    assert said == ["Parental leave is 18 weeks on full pay for each parent."]


def test_it_says_so_when_the_documents_do_not(decide: Decide) -> None:
    said = decide("user: Who won the war?", 'call 1: search {"query": "Who won the war?"}', f"output 1: {LEAVE}")

    assert said == [replies.NOT_IN_DOCUMENTS]


def test_it_says_so_when_nothing_was_found(decide: Decide) -> None:
    said = decide("user: Who won?", 'call 1: search {"query": "Who won?"}', 'output 1: {"passages": []}')

    assert said == [replies.NOT_IN_DOCUMENTS]


def test_a_tool_is_never_called_again_once_its_output_is_there(decide: Decide) -> None:
    for choice in ("auto", "required", {"type": "function", "name": "search"}):
        said = decide(
            "user: How long is leave?", 'call 1: search {"query": "leave"}', f"output 1: {LEAVE}", choice=choice
        )

        assert all(isinstance(piece, str) for piece in said)


def test_two_requests_in_one_breath_become_two_calls_of_one_response(decide: Decide) -> None:
    said = decide(
        "user: What's the weather in Paris and set a timer for 5 minutes", tools=("search", "get_weather", "set_timer")
    )

    assert said == [("get_weather", {"city": "Paris"}), ("set_timer", {"minutes": 5})]


def test_all_results_of_two_calls_are_told(decide: Decide) -> None:
    said = decide(
        "user: What's the weather in Paris and set a timer for 5 minutes",
        'call 1: get_weather {"city": "Paris"}',
        'call 2: set_timer {"minutes": 5}',
        'output 2: {"ok": true}',
        'output 1: {"temperature": 12, "condition": "foggy"}',
        tools=("get_weather", "set_timer"),
    )

    assert said == ["The temperature is 12 and the condition is foggy. That is done."]


def test_what_is_missing_is_asked_for_and_not_invented(decide: Decide) -> None:
    assert decide("user: What's the weather?", tools=("get_weather",)) == ["Could you tell me the city?"]


def test_the_reply_to_our_question_completes_the_call(decide: Decide) -> None:
    said = decide(
        "user: What's the weather?",
        "assistant: Could you tell me the city?",
        "user: Paris.",
        tools=("search", "get_weather"),
    )

    assert said == [("get_weather", {"city": "Paris"})]


def test_arguments_can_be_given_one_by_one(decide: Decide) -> None:
    lines = [
        "user: Book a room",
        "assistant: Which room would you like: small, large or board room?",
        "user: The large one.",
    ]

    (question,) = decide(*lines, tools=("search", "book_room"))
    done = decide(*lines, f"assistant: {question}", "user: tomorrow", tools=("search", "book_room"))

    assert question == "Could you tell me the date?"
    assert done == [("book_room", {"room": "large", "date": "2026-11-19"})]


def test_a_reply_that_is_another_question_is_treated_as_one(decide: Decide) -> None:
    said = decide(
        "user: Book the large room",
        "assistant: Could you tell me the date?",
        "user: How much does the large room cost?",
        tools=("search", "book_room"),
    )

    assert said == [("search", {"query": "How much does the large room cost?"})]


def test_giving_up_on_a_question_of_ours_is_understood(decide: Decide) -> None:
    said = decide(
        "user: Book the large room", "assistant: Could you tell me the date?", "user: Never mind.", tools=("book_room",)
    )

    assert said == ["All right."]


def test_repeat_that_yields_only_what_was_heard(decide: Decide) -> None:
    # The item was truncated: it carries what was played.
    said = decide("user: How long is leave?", "assistant: Parental leave is", "user: Sorry, can you repeat that?")

    assert said == ["Parental leave is"]


def test_repeat_that_skips_an_answer_nothing_of_which_was_heard(decide: Decide) -> None:
    said = decide(
        "user: Hi", "assistant: Hello!", "user: How long is leave?", "assistant:", "user: Say that again, please."
    )

    assert said == ["Hello!"]


def test_there_may_be_nothing_to_repeat(decide: Decide) -> None:
    assert decide("user: Repeat that.") == [replies.NOTHING_TO_REPEAT]


def test_a_follow_up_is_searched_for_with_the_subject_of_the_question_before(decide: Decide) -> None:
    ((_, arguments),) = decide(
        "user: How much is a ticket for adults?", "assistant: It is 12 euros.", "user: And for children?"
    )

    assert "ticket" in arguments["query"]
    assert "children" in arguments["query"]
    assert "adults" not in arguments["query"]


def test_a_follow_up_to_another_tool_calls_it_anew(decide: Decide) -> None:
    said = decide(
        "user: What's the weather in Paris?",
        "assistant: 12 degrees.",
        "user: And in London?",
        tools=("search", "get_weather"),
    )

    assert said == [("get_weather", {"city": "London"})]


def test_a_result_that_came_after_a_barge_in_is_told_and_its_tool_not_run_again(decide: Decide) -> None:
    said = decide(
        "user: Where is my order A17?",
        'call 1: order_status {"order_id": "A17"}',
        "user: Where is my order A17?",
        'output 1: {"status": "shipped"}',
        tools=("order_status",),
    )

    assert said == ["The status is shipped."]


def test_a_call_that_still_runs_is_not_started_twice(decide: Decide) -> None:
    said = decide(
        "user: Where is my order A17?",
        'call 1: order_status {"order_id": "A17"}',
        "user: Where is my order A17?",
        tools=("order_status",),
    )

    assert said == [replies.STILL_WORKING]


def test_nothing_intelligible_is_asked_for_again(decide: Decide) -> None:
    assert decide("user:") == [replies.NOT_UNDERSTOOD]
    assert decide("user: …") == [replies.NOT_UNDERSTOOD]


def test_without_a_word_from_the_user_it_greets(decide: Decide) -> None:
    assert decide() == [replies.HELLO]
    assert decide(instructions='Greet the caller with "Ahoy, what can I do?"') == ["Ahoy, what can I do?"]


def test_tool_choice_none_calls_nothing(decide: Decide) -> None:
    assert all(isinstance(piece, str) for piece in decide("user: How much leave do I get?", choice="none"))


def test_tool_choice_required_calls_even_where_small_talk_would_do(decide: Decide) -> None:
    assert decide("user: Hello there", choice="required") == [("search", {"query": "Hello there"})]


def test_a_named_tool_is_called_instead_of_a_better_one(decide: Decide) -> None:
    said = decide(
        "user: What is the weather in Paris?",
        tools=("get_weather", "search"),
        choice={"type": "function", "name": "search"},
    )

    assert said == [("search", {"query": "What is the weather in Paris?"})]


def test_a_forced_tool_that_lacks_an_argument_asks_for_it(decide: Decide) -> None:
    assert decide("user: Hello", tools=("get_weather",), choice="required") == ["Could you tell me the city?"]


def test_a_request_that_no_tool_serves_is_declined_with_what_can_be_done(decide: Decide) -> None:
    (said,) = decide("user: Please write a poem about my cat", tools=("get_weather",))

    assert said == "I'm sorry, I cannot help with that. I can get the current weather for a city."
