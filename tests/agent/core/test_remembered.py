"""What a later session is told of one item."""

from __future__ import annotations

import pytest

from agent.core.remembered import MS_PER_CHARACTER, PICTURE, PORTABLE_ID, UNTRANSCRIBED, Remembered, heard, seedable


def message(role, *content):
    return {"type": "message", "role": role, "content": list(content)}


def test_a_spoken_turn_is_told_by_its_transcript():
    item = Remembered.of(message("user", {"type": "input_audio", "transcript": "how much leave?"}), "u")
    assert item.seed() == message("user", {"type": "input_text", "text": "how much leave?"})
    assert not item.untranscribed


def test_sound_without_a_transcript_and_pictures_are_noted_as_such():
    spoken = Remembered.of(message("user", {"type": "input_audio", "transcript": None}), "u")
    assert spoken.untranscribed
    assert spoken.seed()["content"] == [{"type": "input_text", "text": UNTRANSCRIBED}]
    shown = Remembered.of(message("user", {"type": "input_image", "image_url": "data:…"}), "p")
    assert shown.seed()["content"] == [{"type": "input_text", "text": PICTURE}]


def test_an_answer_is_told_as_text_because_no_service_takes_its_sound():
    item = Remembered.of(message("assistant", {"type": "output_audio", "transcript": "Thirty days."}), "a")
    assert item.seed() == message("assistant", {"type": "output_text", "text": "Thirty days."})


def test_an_answer_that_was_not_heard_at_all_is_not_told():
    item = Remembered.of(message("assistant", {"type": "output_audio", "transcript": "Thirty days."}), "a")
    item.parts[0].end_ms, item.parts[0].length_ms = 1, 4000
    assert item.seed() is None


def test_a_call_keeps_its_call_id_and_an_output_its_call():
    call = {"type": "function_call", "call_id": "c", "name": "search", "arguments": '{"q":1}'}
    output = {"type": "function_call_output", "call_id": "c", "output": "42"}
    assert Remembered.of(call, "f").seed() == call
    assert Remembered.of(output, "o").seed() == output
    assert Remembered.of(call | {"arguments": ""}, "f").seed()["arguments"] == "{}"


def test_what_only_a_service_can_make_is_not_given_to_one():
    assert not seedable("mcp_list_tools")
    assert Remembered.of({"type": "mcp_list_tools"}, "m").seed() is None


def test_a_text_only_grows_so_that_a_service_that_shortens_it_after_a_truncate_does_not_cut_it_twice():
    item = Remembered("a", "message", "assistant")
    item.tell(0, "audio", "one two three four")
    item.tell(0, "audio", "one two")
    item.tell(0, "audio", None)
    assert item.parts[0].text == "one two three four"


def test_a_retrieved_item_looks_as_its_service_would_show_it():
    spoken = Remembered.of(message("assistant", {"type": "output_audio", "transcript": "Hi there"}), "a")
    content = [{"type": "output_audio", "transcript": "Hi there"}]
    shown = {"id": "a", "object": "realtime.item", "type": "message", "status": "completed", "role": "assistant"}
    assert spoken.view() == shown | {"content": content}
    typed = Remembered.of(message("user", {"type": "input_text", "text": "hm"}, {"type": "input_image"}), "u")
    assert typed.view()["content"] == [{"type": "input_text", "text": "hm"}, {"type": "input_image"}]
    heard_only = Remembered.of(message("user", {"type": "input_audio", "transcript": None}), "u")
    assert heard_only.view()["content"] == [{"type": "input_audio", "transcript": None}]
    output = Remembered.of({"type": "function_call_output", "call_id": "c", "output": "42"}, "o")
    assert output.view()["output"] == "42"
    assert Remembered.of({"type": "mcp_call"}, "m").view()["type"] == "mcp_call"


@pytest.mark.parametrize(
    ("text", "end_ms", "length_ms", "expected"),
    [
        ("one two three four", 1000, 2000, "one two"),
        ("one two three four", 2000, 2000, "one two three four"),
        ("one two three four", 9000, 2000, "one two three four"),
        ("one two three four", 0, 2000, ""),
        ("one two three four", -5, 2000, ""),
        ("one two three", 7 * MS_PER_CHARACTER, 0, "one two"),
        ("incomprehensible", 500, 1000, ""),
        ("人人生而自由在尊严和权利上一律平等", 500, 1000, "人人生而自由在尊"),
        ("I can't say", 5, 10, "I"),
        ("", 500, 1000, ""),
    ],
)
def test_what_was_heard_is_the_share_of_the_sound_and_never_half_a_word(text, end_ms, length_ms, expected):
    assert heard(text, end_ms, length_ms) == expected


def test_only_ids_that_every_service_takes_are_portable():
    assert PORTABLE_ID.match("item_E6U0xpLmn5e80rVGpEeKv")
    assert not PORTABLE_ID.match("x" * 33)
    assert not PORTABLE_ID.match("~1")
    assert not PORTABLE_ID.match("item ü")
