"""Tools' results in words."""

from __future__ import annotations

import json

import pytest

from agent.engine.thinking import readback


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("Booked for  nine.", "Booked for nine."),
        ("Booked for nine", "Booked for nine."),
        ('"Booked"', "Booked."),
        ("", "That is done."),
        ("ok", "That is done."),
        ("null", "That is done."),
        ("true", "That is done."),
        ("false", "That did not work."),
        ("42", "It is 42."),
        ("21.50", "It is 21.5."),
        ("{}", "That is done."),
        ("[]", "There is nothing to report."),
        ('{"ok": true}', "That is done."),
        ('{"temperature": 12, "condition": "foggy"}', "The temperature is 12 and the condition is foggy."),
        ('{"a": 1, "b": 2, "c": 3}', "The a is 1, the b is 2, and the c is 3."),
        ('{"is_open": true}', "Is open is yes."),
        ('{"orderStatus": "shipped"}', "The order status is shipped."),
        ('{"message": "See you at nine", "id": 4}', "See you at nine."),
        ('{"result": 5}', "It is 5."),
        ('{"slots": ["9:00", "10:30"]}', "The slots are 9:00 and 10:30."),
        ('{"slots": []}', "There are no slots."),
        ('["red", "green", "blue"]', "There are 3: red, green and blue."),
        ('["red"]', "red."),
        ('[{"name": "Ann", "age": 41}, {"name": "Bob", "age": null}]', "There are 2: Ann with age 41 and Bob."),
        ('{"stay": {"city": "Rome", "nights": 2}}', "The stay is city Rome, nights 2."),
        ('{"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "state": "paid"}', "The state is paid."),
        ('{"order_id": "A17", "state": "paid"}', "The order id is A17 and the state is paid."),
        ('{"refunded": true}', "Refunded is yes."),
    ],
)
def test_a_result_is_read_back_plainly(output: str, said: str) -> None:
    assert readback.say(output) == said


@pytest.mark.parametrize(
    "output",
    [
        '{"error": "No such order"}',
        '{"error": {"message": "No such order", "code": 404}}',
        '{"ok": false, "message": "No such order"}',
        '{"status": "error", "detail": "No such order"}',
        '{"errors": ["No such order"]}',
        '{"error": true, "message": "No such order"}',
    ],
)
def test_an_error_becomes_an_apology_with_its_message(output: str) -> None:
    assert readback.say(output) == "I'm sorry, that did not work: No such order."


def test_an_error_without_a_message_is_an_apology_still() -> None:
    assert readback.say('{"success": false}') == "I'm sorry, that did not work."


def test_a_long_list_is_counted_rather_than_recited() -> None:
    said = readback.say(json.dumps(list(range(30))))

    assert said == "There are 30: 0, 1, 2, 3, 4, 5, 6 and 23 more."


def test_a_long_text_ends_at_a_sentence() -> None:
    said = readback.say("This is a sentence. " * 100)

    assert len(said) <= readback.LONGEST
    assert said.endswith("sentence.")


def test_a_long_text_without_sentences_ends_at_a_word() -> None:
    assert readback.say("word " * 400).endswith("word …")


def test_nesting_that_is_too_deep_is_no_crash() -> None:
    assert readback.say("[" * 100_000)
