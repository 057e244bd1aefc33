"""What a tool returned: words for the model, the rest for the client."""

from __future__ import annotations

import pytest

from tools import ToolError
from tools.mcp.results import MOST_DATA, result_of


def text(words):
    return {"type": "text", "text": words}


def made(*content, structured=None):
    return result_of("tool", content, structured, is_error=False)


def test_words_are_for_the_model():
    result = made(text("one"), text(" "), text("two"), structured={"n": 2})
    assert (result.for_model, result.for_client) == ("one\ntwo", {"structured": {"n": 2}})


def test_without_words_the_model_reads_what_is_structured():
    assert made(structured={"n": 2}).for_model == {"n": 2}
    assert made().for_model is None
    assert made().for_client is None


def test_pictures_sounds_and_files_are_for_the_client_and_the_model_is_told():
    result = made(
        {"type": "image", "data": "QUJD", "mimeType": "image/png"},
        {"type": "audio", "data": "QUJD", "mimeType": "audio/wav"},
        {"type": "resource", "resource": {"uri": "file:///a", "blob": "QUJD", "mimeType": "application/pdf"}},
    )
    assert result.for_model.splitlines() == [
        "A picture is shown to the caller.",
        "A sound is shown to the caller.",
        "A file is shown to the caller.",
    ]
    assert result.for_client["content"] == [
        {"type": "image", "mimeType": "image/png", "data": "QUJD"},
        {"type": "audio", "mimeType": "audio/wav", "data": "QUJD"},
        {"type": "resource", "mimeType": "application/pdf", "data": "QUJD", "uri": "file:///a"},
    ]


def test_what_is_too_large_is_left_out_and_the_rest_is_not():
    large, small = ({"type": "image", "data": "A" * size, "mimeType": "image/png"} for size in (MOST_DATA + 1, 4))
    result = made(large, small)
    assert "left out" in result.for_model.splitlines()[0]
    assert len(result.for_client["content"]) == 1


def test_the_text_of_a_resource_is_read_and_a_link_is_shown():
    result = made(
        {"type": "resource", "resource": {"uri": "file:///a", "text": "the text"}},
        {"type": "resource_link", "uri": "https://example.com/a", "name": "a", "title": "The page"},
    )
    assert result.for_model == "the text\nLink for the caller: The page."
    assert result.for_client["content"][0]["uri"] == "https://example.com/a"


@pytest.mark.parametrize(("content", "said"), [([text("blunt")], "blunt"), ([], "did not say why")])
def test_a_tool_that_failed_is_an_error_in_its_own_words(content, said):
    with pytest.raises(ToolError, match=said):
        result_of("saw", content, None, is_error=True)
