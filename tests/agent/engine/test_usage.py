from __future__ import annotations

from agent.engine.items import Item
from agent.engine.usage import Ledger, RateLimit, readings


def heard(item_id, ms, transcript):
    content = [{"type": "input_audio", "transcript": transcript}]
    return Item({"id": item_id, "type": "message", "role": "user", "content": content}, audio_ms=ms)


def test_heard_audio_counts_ten_tokens_a_second_and_not_as_text():
    usage = Ledger().usage(readings("", [], [heard("a", 2500, "some words")]), 0, 0)
    assert usage["input_token_details"]["audio_tokens"] == 25
    assert usage["input_token_details"]["text_tokens"] == 0


def test_a_cache_holds_audio_that_was_read_before():
    ledger, items = Ledger(), [heard(name, 7000, "words") for name in "abc"]
    ledger.usage(readings("", [], items[:2]), 0, 0)
    details = ledger.usage(readings("", [], items), 0, 0)["input_token_details"]
    assert details["cached_tokens_details"] == {"text_tokens": 0, "audio_tokens": 128, "image_tokens": 0}
    assert details["audio_tokens"] == 210


def test_a_deleted_item_busts_the_cache_from_there_on():
    ledger, items = Ledger(), [heard(name, 7000, "words") for name in "abc"]
    ledger.usage(readings("", [], items), 0, 0)
    details = ledger.usage(readings("", [], items[1:]), 0, 0)["input_token_details"]
    assert details["cached_tokens"] == 0


def test_a_limit_gives_back_what_is_older_than_a_minute():
    limit = RateLimit(2)
    assert [limit.take(0.0), limit.take(30.0), limit.take(59.0)] == [True, True, False]
    assert limit.state(59.0)[0] == {"name": "requests", "limit": 2, "remaining": 0, "reset_seconds": 1.0}
    assert limit.take(60.0)
    assert not limit.take(60.0)
