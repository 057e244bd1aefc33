"""What a response cost in tokens, as the service reports it."""

from __future__ import annotations

import pytest

from agent.core.usage import Usage

REPORTED = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 68,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 4, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}


def test_a_response_is_counted_by_modality_and_cache():
    usage = Usage.reported(REPORTED)
    assert usage == Usage(text_in=55, audio_in=9, cached_text_in=64, cached_audio_in=4, text_out=30, audio_out=91)
    assert (usage.tokens_in, usage.tokens_out) == (132, 121)


def test_two_are_summed():
    twice = Usage.reported(REPORTED) + Usage.reported(REPORTED)
    assert (twice.tokens_in, twice.tokens_out, twice.cached_audio_in) == (264, 242, 8)


def test_a_transcription_is_billed_by_tokens_or_by_seconds():
    by_tokens = {"type": "tokens", "input_tokens": 14, "output_tokens": 9, "input_token_details": {"audio_tokens": 14}}
    assert Usage.reported(by_tokens) == Usage(audio_in=14, text_out=9)
    assert Usage.reported({"type": "duration", "seconds": 2.5}) == Usage(seconds=2.5)


@pytest.mark.parametrize(
    "nothing", [None, {}, "x", {"input_tokens": -1, "seconds": "2"}, {"input_token_details": None}]
)
def test_what_is_not_said_counts_as_nothing(nothing):
    assert Usage.reported(nothing) == Usage()


def test_without_details_all_is_text():
    assert Usage.reported({"input_tokens": 7, "output_tokens": 5}) == Usage(text_in=7, text_out=5)


def test_cached_tokens_without_their_modality_are_text_before_they_are_sound():
    given = {"text_tokens": 10, "audio_tokens": 20, "cached_tokens": 15}
    usage = Usage.reported({"input_tokens": 30, "input_token_details": given})
    assert usage == Usage(audio_in=15, cached_text_in=10, cached_audio_in=5)


def test_a_cache_never_holds_more_than_was_read():
    details = {"audio_tokens": 3, "cached_tokens": 9, "cached_tokens_details": {"audio_tokens": 9, "image_tokens": 4}}
    usage = Usage.reported({"input_tokens": 3, "input_token_details": details})
    assert usage == Usage(cached_audio_in=3)
